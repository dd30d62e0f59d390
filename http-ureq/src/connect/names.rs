//! Looks names up, and keeps their addresses for a minute.

use std::{
    collections::HashMap,
    fmt, io,
    net::{SocketAddr, ToSocketAddrs},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use http::Uri;
use ureq::{
    Error,
    config::Config,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver as UreqResolver},
        transport::NextTimeout,
    },
};

use super::addresses;

/// How long the addresses of a name are kept. The system does not tell for how long they are valid;
/// common values are 1 to 5 minutes.
const KEPT: Duration = Duration::from_secs(60);

/// Maximum number of names that are kept. A program talks to few.
const MAX_NAMES: usize = 64;

/// The addresses of the names that were looked up last. Keys are `host:port`.
#[derive(Default)]
pub(super) struct Names(Mutex<HashMap<String, Entry>>);

struct Entry {
    addresses: Vec<SocketAddr>,
    looked_up: Instant,
}

impl Names {
    /// Returns the addresses in the order in which to try them. A thread looks them up unless the
    /// host is an address, or its name was looked up a moment ago.
    fn addresses(&self, host: &str, timeout: NextTimeout) -> Result<Vec<SocketAddr>, Error> {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        if let Some(kept) = self.kept(host) {
            return Ok(kept);
        }
        let found = addresses::interleave(&look_up(host.to_owned(), timeout)?);
        Ok(self.keep(host, found, Instant::now()))
    }

    fn kept(&self, host: &str) -> Option<Vec<SocketAddr>> {
        let names = self.lock();
        let entry = names.get(host)?;
        (entry.looked_up.elapsed() < KEPT).then(|| entry.addresses.clone())
    }

    /// Keeps the addresses of a name. The one that worked last stays the first.
    fn keep(&self, host: &str, mut found: Vec<SocketAddr>, now: Instant) -> Vec<SocketAddr> {
        let mut names = self.lock();
        let worked = names.get(host).and_then(|entry| entry.addresses.first());
        if let Some(index) = found.iter().position(|address| Some(address) == worked) {
            found[..=index].rotate_right(1);
        }
        if names.len() >= MAX_NAMES && !names.contains_key(host) {
            let oldest = names.iter().min_by_key(|(_, entry)| entry.looked_up);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                names.remove(&oldest);
            }
        }
        let entry = Entry {
            addresses: found.clone(),
            looked_up: now,
        };
        names.insert(host.to_owned(), entry);
        found
    }

    /// Notes that connecting to this address worked: it is tried first from now on.
    pub(super) fn worked(&self, uri: &Uri, address: SocketAddr) {
        let Some(host) = host_and_port(uri) else {
            return;
        };
        let mut names = self.lock();
        let entry = names.get_mut(&host);
        let addresses = entry.map_or(&mut [][..], |entry| &mut entry.addresses);
        if let Some(index) = addresses.iter().position(|a| *a == address) {
            addresses[..=index].rotate_right(1);
        }
    }

    /// Notes that no address worked: the name is looked up again.
    pub(super) fn failed(&self, uri: &Uri) {
        if let Some(host) = host_and_port(uri) {
            self.lock().remove(&host);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

fn host_and_port(uri: &Uri) -> Option<String> {
    DefaultResolver::host_and_port(uri.scheme()?, uri.authority()?)
}

/// The system's lookup has no timeout, so it runs on a thread of its own; if the system has none
/// left, on this one.
fn look_up(host: String, timeout: NextTimeout) -> Result<Vec<SocketAddr>, Error> {
    let (sender, found) = mpsc::sync_channel(1);
    let name = host.clone();
    let run = move || {
        let found = name.to_socket_addrs().map(Vec::from_iter);
        let _ = sender.send(found); // without a receiver the timeout was faster
    };
    let thread = thread::Builder::new().name("lookup".to_owned());
    if thread.spawn(run).is_err() {
        return Ok(host.to_socket_addrs()?.collect());
    }
    let found: Result<io::Result<Vec<_>>, _> = match timeout.not_zero() {
        Some(time) => found.recv_timeout(*time),
        None => Ok(found.recv().map_err(io::Error::other)?),
    };
    Ok(found.map_err(|_| Error::Timeout(timeout.reason))??)
}

/// The names as ureq's resolver.
#[derive(Debug)]
pub(super) struct Resolver(pub(super) Arc<Names>);

impl UreqResolver for Resolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = host_and_port(uri).ok_or_else(|| Error::BadUri("no host".to_owned()))?;
        let addresses = self.0.addresses(&host, timeout)?;
        let family = config.ip_family();
        let mut resolved = self.empty();
        for address in family.keep_wanted(addresses.into_iter()) {
            if resolved.try_push(address).is_err() {
                break; // sixteen are enough
            }
        }
        match resolved.is_empty() {
            true => Err(Error::HostNotFound),
            false => Ok(resolved),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(addresses: &str) -> Vec<SocketAddr> {
        let addresses = addresses.split_whitespace();
        addresses.map(|a| a.parse().unwrap()).collect()
    }

    #[test]
    fn an_address_needs_no_lookup() {
        let names = Names::default();
        let check = |host: &str| {
            let found = names.addresses(host, NextTimeout::default()).unwrap();
            assert_eq!(found, parse(host));
        };
        check("127.0.0.1:80");
        check("[::1]:8443");
        assert!(names.lock().is_empty());
    }

    #[test]
    fn a_name_is_kept_and_its_working_address_comes_first() {
        let names = Names::default();
        let uri = Uri::from_static("https://api.invalid/");
        let now = Instant::now();
        names.keep("api.invalid:443", parse("[::1]:443 127.0.0.1:443"), now);
        let check = |expect: &str| {
            let found = names.addresses("api.invalid:443", NextTimeout::default());
            assert_eq!(found.unwrap(), parse(expect));
        };
        check("[::1]:443 127.0.0.1:443");
        names.worked(&uri, parse("127.0.0.1:443")[0]);
        check("127.0.0.1:443 [::1]:443");
        names.worked(&uri, parse("127.0.0.9:443")[0]);
        check("127.0.0.1:443 [::1]:443");
        // The next lookup keeps that order.
        let again = parse("[::2]:443 [::1]:443 127.0.0.1:443");
        names.keep("api.invalid:443", again, now);
        check("127.0.0.1:443 [::2]:443 [::1]:443");
        names.failed(&uri);
        let unknown = names.addresses("api.invalid:443", NextTimeout::default());
        assert!(unknown.is_err(), "{unknown:?}");
    }

    #[test]
    fn old_names_are_looked_up_again_and_few_are_kept() {
        let names = Names::default();
        let Some(old) = Instant::now().checked_sub(KEPT) else {
            return; // the machine has just started
        };
        names.keep("api.invalid:443", parse("127.0.0.1:443"), old);
        let found = names.addresses("api.invalid:443", NextTimeout::default());
        assert!(found.is_err(), "{found:?}");
        for number in 0..2 * MAX_NAMES {
            let name = format!("{number}.invalid:443");
            names.keep(&name, parse("127.0.0.1:443"), Instant::now());
        }
        assert_eq!(names.lock().len(), MAX_NAMES);
        assert!(!names.lock().contains_key("api.invalid:443"));
    }
}
