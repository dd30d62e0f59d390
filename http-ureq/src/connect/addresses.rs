//! Tries the addresses of a host, the next one when the last is silent (RFC 8305 section 5).

use std::{
    io,
    net::{SocketAddr, TcpStream},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use ureq::{Error, Timeout};

/// How long an address may be silent before the next one is tried beside it: the Connection Attempt
/// Delay that RFC 8305 section 8 recommends.
const DELAY: Duration = Duration::from_millis(250);

/// Connects to the first of these addresses that responds within `budget`.
///
/// A single address is tried on this thread. Otherwise each one has a thread of its own, which ends
/// with its attempt.
pub(super) fn connect(
    addresses: &[SocketAddr],
    budget: Option<Duration>,
) -> Result<(TcpStream, SocketAddr), Error> {
    let end = budget.map(|budget| Instant::now() + budget);
    if let [only] = addresses {
        return attempt(*only, end).map(|stream| (stream, *only));
    }
    let (sender, outcomes) = mpsc::channel();
    let mut untried = addresses.iter().copied();
    let (mut pending, mut failure) = (0, None);
    loop {
        let started = untried.next();
        if let Some(address) = started {
            start(address, end, &sender);
            pending += 1;
        } else if pending == 0 {
            return Err(failure.unwrap_or(Error::HostNotFound));
        }
        let delay = match untried.len() {
            0 => None,
            _ => Some(DELAY),
        };
        match wait(&outcomes, delay, end) {
            Ok((address, Ok(stream))) => return Ok((stream, address)),
            Ok((_, Err(error))) => {
                pending -= 1;
                failure = Some(error);
            }
            Err(RecvTimeoutError::Timeout) if is_over(end) => {
                return Err(Error::Timeout(Timeout::Connect));
            }
            Err(_) => {} // the last address is silent: on to the next
        }
    }
}

type Outcome = (SocketAddr, Result<TcpStream, Error>);

/// Waits for an outcome: until the delay is over, if there is a next address, or until the end.
fn wait(
    outcomes: &mpsc::Receiver<Outcome>,
    delay: Option<Duration>,
    end: Option<Instant>,
) -> Result<Outcome, RecvTimeoutError> {
    let left = end.map(|end| end.saturating_duration_since(Instant::now()));
    match delay.into_iter().chain(left).min() {
        Some(time) => outcomes.recv_timeout(time),
        None => outcomes
            .recv()
            .map_err(|mpsc::RecvError| RecvTimeoutError::Disconnected),
    }
}

fn is_over(end: Option<Instant>) -> bool {
    end.is_some_and(|end| end <= Instant::now())
}

/// Tries an address on a thread of its own. If the system has none left, on this one.
fn start(address: SocketAddr, end: Option<Instant>, sender: &Sender<Outcome>) {
    let run = move |sender: Sender<Outcome>| {
        // Without a receiver another address was faster: this connection closes.
        let _ = sender.send((address, attempt(address, end)));
    };
    let its_sender = sender.clone();
    let thread = thread::Builder::new().name("connect".to_owned());
    if thread.spawn(move || run(its_sender)).is_err() {
        run(sender.clone());
    }
}

fn attempt(address: SocketAddr, end: Option<Instant>) -> Result<TcpStream, Error> {
    let Some(end) = end else {
        return Ok(TcpStream::connect(address)?);
    };
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(Error::Timeout(Timeout::Connect));
    }
    TcpStream::connect_timeout(&address, left).map_err(|error| match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Error::Timeout(Timeout::Connect),
        _ => Error::Io(error),
    })
}

/// Alternates between the address families, beginning with that of the first (RFC 8305 section 4).
pub(super) fn interleave(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let family = |v6: bool| addresses.iter().filter(move |a| a.is_ipv6() == v6);
    let (mut one, mut other) = (family(first_is_v6), family(!first_is_v6));
    let mut list = Vec::with_capacity(addresses.len());
    while list.len() < addresses.len() {
        list.extend(one.next().into_iter().chain(other.next()));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth_testkit::raw::{RawServer, ScriptStep, refusing_address};

    const BUDGET: Option<Duration> = Some(Duration::from_secs(20));

    #[cfg(unix)] // Windows refuses what a backlog has no room for
    #[test]
    fn a_silent_address_costs_a_delay_and_not_the_budget() {
        let silent = auth_testkit::raw::SilentAddress::new();
        let good = RawServer::start(|_| vec![ScriptStep::Hold]);
        let start = Instant::now();
        let (_, address) = connect(&[silent.address(), good.address()], BUDGET).unwrap();
        let took = start.elapsed();
        assert_eq!(address, good.address());
        assert!(took >= DELAY, "the silent address was not tried: {took:?}");
        // ureq gives the first of two addresses two thirds of the budget, 13 s here.
        assert!(took < Duration::from_secs(5), "{took:?}");
    }

    #[test]
    fn a_refusing_address_costs_no_delay() {
        let good = RawServer::start(|_| vec![ScriptStep::Hold]);
        let refusing = refusing_address();
        for addresses in [[refusing, good.address()], [good.address(), refusing]] {
            let (_, address) = connect(&addresses, BUDGET).unwrap();
            assert_eq!(address, good.address());
        }
    }

    #[cfg(unix)] // as above
    #[test]
    fn it_fails_as_its_addresses_do() {
        let silent = auth_testkit::raw::SilentAddress::new();
        let short = Some(Duration::from_millis(400));
        let check = |addresses: &[SocketAddr], timed_out: bool| {
            let error = connect(addresses, short).unwrap_err();
            let is_timeout = matches!(error, Error::Timeout(Timeout::Connect));
            assert_eq!(is_timeout, timed_out, "{addresses:?}: {error}");
        };
        check(&[silent.address()], true);
        check(&[silent.address(), silent.address()], true);
        check(&[silent.address(), refusing_address()], true);
        check(&[refusing_address()], false);
        check(&[refusing_address(), refusing_address()], false);
        check(&[], false);
    }

    #[test]
    fn families_alternate() {
        let check = |addresses: &str, expect: &str| {
            let parse = |text: &str| -> Vec<SocketAddr> {
                text.split_whitespace()
                    .map(|a| a.parse().unwrap())
                    .collect()
            };
            assert_eq!(interleave(&parse(addresses)), parse(expect));
        };
        check("", "");
        check("1.1.1.1:1 1.1.1.2:1", "1.1.1.1:1 1.1.1.2:1");
        check(
            "[::1]:1 [::2]:1 [::3]:1 1.1.1.1:1",
            "[::1]:1 1.1.1.1:1 [::2]:1 [::3]:1",
        );
        check("1.1.1.1:1 [::1]:1 [::2]:1", "1.1.1.1:1 [::1]:1 [::2]:1");
    }
}
