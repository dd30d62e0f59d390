//! A person logs in with a real browser, or refuses; the browser sends its usual extra requests.

use auth_core::{ErrorKind, TokenKind};
use auth_flows::Login;

use super::chromium::{Chromium, Sent};
use super::env::{BrowserEnv, has};
use super::{Case, origin};
use crate::expect::ensure;
use crate::ping::Ping;
use crate::report::{CheckResult, Failure};
use worlds::AnySession;

/// Cases for every server here.
pub(super) const CASES: &[Case] = &[
    ("login and consent in Chromium: the session works", |env| {
        serves(env, "http://127.0.0.1:", |login| login)
    }),
    (
        "login in Chromium, callback at 127.0.0.1 with a path",
        |env| {
            let path = |login: Login| login.path("/callback");
            serves(env, "http://127.0.0.1:", path)
        },
    ),
    ("login in Chromium, callback at [::1] with a path", |env| {
        let ipv6 = |login: Login| login.ipv6().path("/callback");
        serves(env, "http://[::1]:", ipv6)
    }),
    (
        "consent denied in Chromium: program and page report it",
        denied,
    ),
    (
        "favicon, wrong path, forged state: the login continues",
        strangers,
    ),
    ("the last page loads nothing, leaks no code", quiet),
];

/// Cases for servers that show codes.
pub(super) const WITH_CODES: &[Case] = &[(
    "out of band in Chromium: the code on the page is valid",
    out_of_band,
)];

const PROGRAM: &str = "nightly & <co>";

fn as_it_is(_: &Chromium, _: &str) -> Result<(), Failure> {
    Ok(())
}

/// The person logs in and consents; the page confirms it; the token is valid.
fn serves(env: &BrowserEnv<'_>, at: &str, adjust: impl Fn(Login) -> Login) -> CheckResult {
    let (session, user) = (env.session()?, env.user()?);
    let logged_in = session.log_in(adjust(user.login(as_it_is)).program_name(PROGRAM));
    let (url, text) = user.back()?;
    logged_in.map_err(|error| format!("{error}; the page says {text:?}"))?;
    ensure(url.starts_with(at), format!("expected a page at {at}"))?;
    has(&text, &["You are logged in", PROGRAM])?;
    no_errors(&user.browser(), &url, &[])?;
    is_served(&session)
}

fn is_served(session: &AnySession) -> CheckResult {
    let status = session.status()?;
    ensure(
        status.login.is_some(),
        format!("no login is stored: {status:?}"),
    )?;
    session.send(Ping::default())?;
    Ok(())
}

fn denied(env: &BrowserEnv<'_>) -> CheckResult {
    let (session, user) = (env.session()?, env.user()?.denies());
    let denied = session.log_in(user.login(as_it_is).program_name(PROGRAM));
    let (url, text) = user.back()?;
    let kind = denied.map_err(|error| error.kind());
    ensure(
        matches!(kind, Err(ErrorKind::ConsentDenied)),
        format!("expected ConsentDenied, got {kind:?}"),
    )?;
    has(
        &text,
        &["You did not give access", PROGRAM, "The service said"],
    )?;
    no_errors(&user.browser(), &url, &[])?;
    let refused = session.token(TokenKind::Login).map_err(|e| e.needs_login());
    ensure(matches!(refused, Err(true)), "a token was stored")
}

fn out_of_band(env: &BrowserEnv<'_>) -> CheckResult {
    let (session, user) = (env.session()?, env.user()?);
    session.log_in(user.out_of_band())?;
    is_served(&session)
}

/// Before the person logs in, their browser sends other requests to the listener.
fn strangers(env: &BrowserEnv<'_>) -> CheckResult {
    let (session, user) = (env.session()?, env.user()?);
    let login = user.login(|browser, url| {
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
    let logged_in = session.log_in(login.program_name(PROGRAM));
    let (url, text) = user.back()?;
    logged_in?;
    has(&text, &["You are logged in"])?;
    no_errors(&user.browser(), &url, &["status of 400", "status of 404"])?;
    is_served(&session)
}

/// The redirect is the last request of the browser.
fn quiet(env: &BrowserEnv<'_>) -> CheckResult {
    let (session, user) = (env.session()?, env.user()?);
    let logged_in = session.log_in(user.login(as_it_is).program_name(PROGRAM));
    let (url, _) = user.back()?;
    logged_in?;
    let sent = user.browser().sent()?;
    let loopback = |sent: &&Sent| {
        let own = ["http://127.0.0.1:", "http://[::1]:", "data:", "about:"];
        own.iter().any(|start| sent.url.starts_with(start))
    };
    let foreign: Vec<_> = sent.iter().filter(|sent| !loopback(sent)).collect();
    ensure(foreign.is_empty(), format!("sent elsewhere: {foreign:?}"))?;
    let at_listener = |sent: &&Sent| origin(&sent.url) == origin(&url);
    let requested: Vec<_> = sent.iter().filter(at_listener).collect();
    ensure(
        requested.len() == 1 && requested[0].url == url,
        format!("unexpected requests to the listener: {requested:?}"),
    )?;
    let after = sent.iter().skip_while(|sent| sent.url != url).skip(1);
    let after: Vec<_> = after
        .filter(|sent| !sent.url.starts_with("data:"))
        .collect();
    ensure(after.is_empty(), format!("after the redirect: {after:?}"))?;
    let referers = sent.iter().filter_map(|sent| sent.referer.as_deref());
    let leaks: Vec<_> = referers
        .filter(|referer| referer.contains("code="))
        .collect();
    ensure(
        leaks.is_empty(),
        format!("the Referer contains the code: {leaks:?}"),
    )
}

/// The origin of the redirect URI in an authorization URL.
fn callback(url: &str) -> Result<String, Failure> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let parameter = query
        .split('&')
        .find_map(|p| p.strip_prefix("redirect_uri="));
    let uri = parameter.ok_or("no redirect_uri")?;
    Ok(uri.replace("%3A", ":").replace("%2F", "/"))
}

/// Fails if the console has errors about pages at the origin of `url`, other than the expected
/// statuses.
fn no_errors(browser: &Chromium, url: &str, expected: &[&str]) -> CheckResult {
    let mut errors = browser.errors()?;
    errors.retain(|error| error.contains(origin(url)));
    errors.retain(|error| !expected.iter().any(|words| error.contains(words)));
    ensure(errors.is_empty(), format!("on the console: {errors:?}"))
}
