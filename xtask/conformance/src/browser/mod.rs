//! A real browser: people log in, consent and refuse with it, and the listener's pages are
//! inspected in it.

mod chromium;
mod driver;
mod env;
mod login;
mod pages;
mod user;

use std::sync::{Arc, Mutex};

use auth_testkit::Dialect;
use chromium::Chromium;
use env::BrowserEnv;
use user::{Shared, lock, origin};

use super::peer::{Peer, Profile};
use super::report::{CheckResult, Report};
use crate::Stop;
use worlds::World;

/// A case: its name, and its check.
type Case = (&'static str, fn(&BrowserEnv<'_>) -> CheckResult);

pub(super) fn run(worlds: &[World; 2], report: &mut Report) -> Result<(), Stop> {
    let browser: Shared = Arc::new(Mutex::new(Chromium::start()?));
    let peer = Peer::doorkeeper(Profile::Inat)?;
    let oauth = format!("{}/oauth", peer.origin());
    report.heading(
        "Chromium at Doorkeeper, configured like iNaturalist's",
        worlds,
    );
    for (name, case) in [login::CASES, login::WITH_CODES].concat() {
        report.row(name, worlds, |world| {
            case(&BrowserEnv::new(&oauth, world, &browser))
        });
    }
    drop(peer);

    let league = env::test_server(Dialect::league_8())?;
    let endpoint = league.authorization_endpoint();
    let oauth = endpoint.strip_suffix("/authorize").unwrap_or(&endpoint);
    report.heading("Chromium at the test server, as league 8", worlds);
    for (name, case) in login::CASES {
        report.row(name, worlds, |world| {
            case(&BrowserEnv::new(oauth, world, &browser))
        });
    }
    drop(league);

    report.about("The listener's pages in Chromium");
    pages::run(&browser, report);
    report.single("no request left this machine", || {
        nothing_left(&lock(&browser).end()?)
    });
    Ok(())
}

/// Checks that the browser connected only to this machine. Its own background requests go to a name
/// that does not resolve; pages send none.
fn nothing_left(addresses: &[String]) -> CheckResult {
    let own = |address: &&String| {
        ["127.0.0.1:", "[::1]:"]
            .iter()
            .any(|host| address.starts_with(host))
    };
    let (own, foreign): (Vec<_>, Vec<_>) = addresses.iter().partition(own);
    if own.is_empty() || !foreign.is_empty() {
        return Err(format!("{} connections to loopback, and to {foreign:?}", own.len()).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::NAME_WIDTH;

    #[test]
    fn names_fit() {
        for (name, _) in [login::CASES, login::WITH_CODES].concat() {
            assert!(name.chars().count() < NAME_WIDTH - 2, "{name}");
        }
    }

    #[test]
    fn foreign_addresses_are_found() {
        let check = |addresses: &[&str], holds: bool| {
            let addresses: Vec<_> = addresses.iter().map(|&a| a.to_owned()).collect();
            assert_eq!(nothing_left(&addresses).is_ok(), holds, "{addresses:?}");
        };
        check(&["127.0.0.1:4200", "[::1]:4201"], true);
        check(&["127.0.0.1:4200", "192.0.2.1:443"], false);
        check(&["127.0.0.1:4200", "a datagram"], false);
        check(&[], false);
    }
}
