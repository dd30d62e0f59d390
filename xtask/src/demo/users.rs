//! The requests to the callback listener: strangers first, then the person with the real redirect.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use auth_core::CodeGrant;
use auth_flows::Login;
use auth_testkit::person::Person;

use super::check::{Checked, Miss, holds, same, there};
use crate::output;
use crate::rig::Seat;

/// How the authorization URL is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opener {
    /// By a person that the demo plays.
    Played,
    /// By the real browser, with you in front of it.
    Browser,
}

/// The name and password of every user of the demo.
pub(super) const NAME: &str = "alice";
pub(super) const PASSWORD: &str = "password";

/// How long the listener waits for a played person. A real one gets longer, below.
const PLAYED: Duration = Duration::from_secs(20);
const REAL: Duration = Duration::from_secs(120);

/// The result of a login, up to the code.
pub(super) struct LoggedIn {
    pub(super) grant: CodeGrant,
    /// The redirect URI that received the response.
    pub(super) redirect_uri: String,
    /// The strangers, each with the status of the listener's response.
    pub(super) strangers: Vec<(&'static str, u16)>,
}

impl LoggedIn {
    /// Host and port of the listener.
    pub(super) fn authority(&self) -> &str {
        self.redirect_uri.trim_start_matches("http://")
    }
}

/// Logs in by browser, up to the code. The strangers send their requests before the person opens
/// the URL.
pub(super) fn log_in(account: &Seat, opener: Opener) -> Checked<LoggedIn> {
    let (send_strangers, strangers) = mpsc::channel();
    let (send_page, page) = mpsc::channel();
    let mut login = Login::browser(move |invitation| {
        if opener == Opener::Browser {
            output::problem(format_args!(
                "\n{invitation}\nLog in as `{NAME}` with the password `{PASSWORD}` and allow the request; waiting {} s.",
                REAL.as_secs()
            ));
        }
        let result = match invitation.problem() {
            None => knock(invitation.url()),
            Some(problem) => Err(Miss::new("a browser that opens", problem.to_string())),
        };
        let _receiver_gone = send_strangers.send(result);
    });
    login = match opener {
        Opener::Browser => login.timeout(REAL),
        Opener::Played => login.timeout(PLAYED).open(move |url| {
            let person = Person::new(NAME, PASSWORD);
            let came_back = person.visit(url)?.into_redirect()?;
            let _receiver_gone = send_page.send(person.follow(&came_back)?.0);
            Ok(())
        }),
    };
    let begun = account.begin_login(login)?;
    let redirect_uri = begun.redirect_uri().to_owned();
    let grant = account.wait_for_login(begun.start()?);
    let grant = match (grant, opener) {
        (Ok(grant), _) => grant,
        (Err(error), Opener::Browser) => return Err(error.into()),
        // What happened to the person is a better explanation than the listener's timeout.
        (Err(error), Opener::Played) => {
            let problem = strangers.try_iter().find_map(Result::err);
            return Err(problem.unwrap_or_else(|| error.into()));
        }
    };
    let strangers = there("the strangers' report", strangers.recv_timeout(PLAYED).ok())??;
    if opener == Opener::Played {
        let status = page.recv_timeout(PLAYED).ok();
        same("the status of the person's last page", status, Some(200))?;
    }
    Ok(LoggedIn {
        grant,
        redirect_uri,
        strangers,
    })
}

/// Checks that each stranger got the status that is meant for it.
pub(super) fn sent_away(strangers: &[(&'static str, u16)]) -> Checked<String> {
    let expected: Vec<_> = KNOCKS
        .iter()
        .map(|(who, status, _)| (*who, *status))
        .collect();
    same("the listener's responses", strangers.to_vec(), expected)?;
    let mut words = String::new();
    for (who, status) in strangers {
        let _infallible = write!(words, "{who} → {status}, ");
    }
    Ok(words.trim_end_matches(", ").to_owned())
}

type Request = fn(host: &str, state: &str) -> String;

/// Each stranger: its name, the expected status, and its request. The state is the real one: the
/// attacker is assumed to know it.
const KNOCKS: [(&str, u16, Request); 6] = [
    ("favicon", 404, |host, _| get("/favicon.ico", host)),
    ("wrong state", 400, |host, _| {
        get("/?code=stolen&state=guessed", host)
    }),
    ("two states", 400, |host, state| {
        get(&format!("/?code=stolen&state={state}&state=x"), host)
    }),
    ("POST", 405, |host, state| {
        let target = format!("/?code=stolen&state={state}");
        format!("POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n")
    }),
    ("foreign Host", 404, |_, state| {
        let target = format!("/?code=stolen&state={state}");
        get(&target, "attacker.example")
    }),
    ("noise", 400, |_, _| {
        "\u{16}\u{3}\u{1} hello\r\n\r\n".to_owned()
    }),
];

fn get(target: &str, host: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n")
}

fn knock(authorization_url: &str) -> Checked<Vec<(&'static str, u16)>> {
    let redirect_uri = parameter(authorization_url, "redirect_uri");
    let redirect_uri = there("a redirect URI in the URL", redirect_uri)?;
    let state = there("a state in the URL", parameter(authorization_url, "state"))?;
    holds("an unguessable state", state.len() >= 22)?;
    let host = redirect_uri.trim_start_matches("http://");
    let host = host.split('/').next().unwrap_or_default();
    let address: SocketAddr = host
        .parse()
        .map_err(|_| Miss::new("a listener on a loopback address", redirect_uri.as_str()))?;
    let mut responses = Vec::new();
    for (who, _, request) in KNOCKS {
        let response = exchange(address, &request(host, &state));
        let gone = |miss: Miss| Miss::new(format!("a listener that responds to `{who}`"), miss.got);
        responses.push((who, response.map_err(gone)?));
    }
    Ok(responses)
}

/// Sends bytes and returns the status of the response.
fn exchange(address: SocketAddr, request: &str) -> Checked<u16> {
    let limit = Duration::from_secs(10);
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    stream.write_all(request.as_bytes())?;
    let mut response = Vec::new();
    stream.take(1 << 20).read_to_end(&mut response)?;
    let head = String::from_utf8_lossy(&response);
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    there("a status line from the listener", status)
}

/// A query parameter, percent-decoded.
fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let check = |url: &str, name: &str, expect: Option<&str>| {
            assert_eq!(parameter(url, name).as_deref(), expect, "{url}");
        };
        check("http://h/a?x=1&y=http%3A%2F%2Fh", "y", Some("http://h"));
        check("http://h/a?x=1&y=2", "x", Some("1"));
        check("http://h/a?x=%4", "x", None);
        check("http://h/a?x=%zz", "x", None);
        check("http://h/a?xy=1", "x", None);
        check("http://h/a", "x", None);
    }
}
