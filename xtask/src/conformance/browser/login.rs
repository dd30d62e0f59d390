//! A person logs in with a real browser, or refuses to; meanwhile the browser does what browsers do.

use auth_core::{ErrorKind, TokenKind};
use auth_flows::Login;

use super::chromium::{Chromium, Sent};
use super::env::{BrowserEnv, has};
use super::{Case, origin};
use crate::conformance::expect::ensure;
use crate::conformance::ping::Ping;
use crate::conformance::report::{CheckResult, Failure};
use crate::rig::Seat;

/// What every server here offers.
pub(super) const CASES: &[Case] = &[
    (
        "login and consent in Chromium: the session serves",
        |scene| serves(scene, "http://127.0.0.1:", |login| login),
    ),
    (
        "login in Chromium, callback at 127.0.0.1 with a path",
        |scene| {
            let path = |login: Login| login.path("/callback");
            serves(scene, "http://127.0.0.1:", path)
        },
    ),
    (
        "login in Chromium, callback at [::1] with a path",
        |scene| {
            let ipv6 = |login: Login| login.ipv6().path("/callback");
            serves(scene, "http://[::1]:", ipv6)
        },
    ),
    (
        "consent denied in Chromium: program and page say so",
        denied,
    ),
    (
        "favicon, wrong path, forged state: the login goes on",
        strangers,
    ),
    (
        "the last page asks for nothing, tells nobody the code",
        quiet,
    ),
];

/// What servers offer that show codes.
pub(super) const WITH_CODES: &[Case] = &[(
    "out of band in Chromium: the code on the page serves",
    out_of_band,
)];

const PROGRAM: &str = "nightly & <co>";

fn as_it_is(_: &Chromium, _: &str) -> Result<(), Failure> {
    Ok(())
}

/// The person logs in and consents; the page says so; the token serves.
fn serves(scene: &BrowserEnv<'_>, at: &str, adjust: impl Fn(Login) -> Login) -> CheckResult {
    let (seat, guest) = (scene.seat()?, scene.guest()?);
    let logged_in = seat.log_in(adjust(guest.login(as_it_is)).program_name(PROGRAM));
    let (url, text) = guest.back()?;
    logged_in.map_err(|error| format!("{error}; the page says {text:?}"))?;
    ensure(url.starts_with(at), format!("not at {at}"))?;
    has(&text, &["You are logged in", PROGRAM])?;
    no_errors(&guest.browser(), &url, &[])?;
    is_served(&seat)
}

fn is_served(seat: &Seat) -> CheckResult {
    let status = seat.status()?;
    ensure(status.login.is_some(), format!("not stored: {status:?}"))?;
    seat.send(Ping::default())?;
    Ok(())
}

fn denied(scene: &BrowserEnv<'_>) -> CheckResult {
    let (seat, guest) = (scene.seat()?, scene.guest()?.denies());
    let denied = seat.log_in(guest.login(as_it_is).program_name(PROGRAM));
    let (url, text) = guest.back()?;
    let kind = denied.map_err(|error| error.kind());
    ensure(
        matches!(kind, Err(ErrorKind::ConsentDenied)),
        format!("{kind:?} in place of ConsentDenied"),
    )?;
    has(
        &text,
        &["You did not give access", PROGRAM, "The service said"],
    )?;
    no_errors(&guest.browser(), &url, &[])?;
    let refused = seat.token(TokenKind::Login).map_err(|e| e.needs_login());
    ensure(matches!(refused, Err(true)), "something was stored")
}

fn out_of_band(scene: &BrowserEnv<'_>) -> CheckResult {
    let (seat, guest) = (scene.seat()?, scene.guest()?);
    seat.log_in(guest.out_of_band())?;
    is_served(&seat)
}

/// Before the person logs in, their browser asks the listener for all kinds of things.
fn strangers(scene: &BrowserEnv<'_>) -> CheckResult {
    let (seat, guest) = (scene.seat()?, scene.guest()?);
    let login = guest.login(|browser, url| {
        let listener = callback(url)?;
        for (target, words) in [
            ("/favicon.ico", "Nothing to see here"),
            ("/", "Nothing to see here"),
            ("/?code=x", "Not the response we waited for"),
            ("/?code=x&state=forged", "Not the response we waited for"),
            ("/elsewhere?code=x&state=forged", "Nothing to see here"),
        ] {
            browser.open(&format!("{listener}{target}"))?;
            has(&browser.text()?, &[words, PROGRAM])?;
        }
        Ok(())
    });
    let logged_in = seat.log_in(login.program_name(PROGRAM));
    let (url, text) = guest.back()?;
    logged_in?;
    has(&text, &["You are logged in"])?;
    no_errors(&guest.browser(), &url, &["status of 400", "status of 404"])?;
    is_served(&seat)
}

/// The last request that the browser makes is the redirect itself.
fn quiet(scene: &BrowserEnv<'_>) -> CheckResult {
    let (seat, guest) = (scene.seat()?, scene.guest()?);
    let logged_in = seat.log_in(guest.login(as_it_is).program_name(PROGRAM));
    let (url, _) = guest.back()?;
    logged_in?;
    let sent = guest.browser().sent()?;
    let loopback = |sent: &&Sent| {
        let own = ["http://127.0.0.1:", "http://[::1]:", "data:", "about:"];
        own.iter().any(|start| sent.url.starts_with(start))
    };
    let foreign: Vec<_> = sent.iter().filter(|sent| !loopback(sent)).collect();
    ensure(foreign.is_empty(), format!("sent elsewhere: {foreign:?}"))?;
    let at_listener = |sent: &&Sent| origin(&sent.url) == origin(&url);
    let asked: Vec<_> = sent.iter().filter(at_listener).collect();
    ensure(
        asked.len() == 1 && asked[0].url == url,
        format!("asked of the listener: {asked:?}"),
    )?;
    let after = sent.iter().skip_while(|sent| sent.url != url).skip(1);
    let after: Vec<_> = after
        .filter(|sent| !sent.url.starts_with("data:"))
        .collect();
    ensure(after.is_empty(), format!("after the redirect: {after:?}"))?;
    let told = sent.iter().filter_map(|sent| sent.referer.as_deref());
    let told: Vec<_> = told.filter(|referer| referer.contains("code=")).collect();
    ensure(told.is_empty(), format!("the code as Referer: {told:?}"))
}

/// The origin of the redirect URI that an authorization URL asks for.
fn callback(url: &str) -> Result<String, Failure> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let parameter = query
        .split('&')
        .find_map(|p| p.strip_prefix("redirect_uri="));
    let uri = parameter.ok_or("no redirect_uri")?;
    Ok(uri.replace("%3A", ":").replace("%2F", "/"))
}

/// The console has nothing to say of the pages where `url` lies, but for the statuses of those that were asked for.
fn no_errors(browser: &Chromium, url: &str, expected: &[&str]) -> CheckResult {
    let mut errors = browser.errors()?;
    errors.retain(|error| error.contains(origin(url)));
    errors.retain(|error| !expected.iter().any(|words| error.contains(words)));
    ensure(errors.is_empty(), format!("on the console: {errors:?}"))
}
