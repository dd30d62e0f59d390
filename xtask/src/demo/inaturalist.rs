//! iNaturalist's scenario: a person, two tokens, private coordinates.

use std::time::{Duration, SystemTime};

use api_inat::observations::{Get, Search};
use api_inat::testkit::{OBSCURED_OF_EACH_USER, OF_EACH_USER, observation_id};
use api_inat::users::Me;
use auth_core::{Error, Message, Service, TokenKind, UnixTime};
use auth_testkit::{Dialect, Fault, Matching, TestClient, TestServer};
use keystore::{File, Memory};

use super::aging::age;
use super::check::{Checked, fails, holds, same, there};
use super::scenario::{Scenario, short, words};
use super::users::{NAME, Opener, PASSWORD, log_in, sent_away};
use super::waits::{give_up, until};
use crate::rig::{MAX_WAIT, Program, Rig, Seat};

const CLIENT: &str = "demo-app";
const CALLERS: usize = 8;
/// The position of one of her obscured observations in the list.
const OBSCURED: u64 = 6;
/// Longer than the 24 h for which an API token is valid.
const A_DAY_AND_MORE: Duration = Duration::from_secs(25 * 3600);
/// An expired JWT with the claims of iNaturalist's: `exp` is 1700000000, 14 November 2023. Its
/// signature is noise.
const EXPIRED: &str = "eyJhbGciOiJIUzUxMiJ9.eyJ1c2VyX2lkIjoxLCJleHAiOjE3MDAwMDAwMDB9.bm9pc2U";

/// A server like iNaturalist's, with a public application registered as a user's program is.
pub(super) fn server() -> std::io::Result<TestServer> {
    TestServer::builder(Dialect::doorkeeper_5())
        .client(TestClient::public(CLIENT).redirect_uri("http://127.0.0.1:8080"))
        .default_scopes("write login")
        .user(NAME, PASSWORD)
        .site(api_inat::testkit::site())
        .start()
}

/// Runs the scenario once, in the rig's world.
pub(super) fn run(scenario: &mut Scenario<'_>, rig: &Rig, opener: Opener) -> Checked {
    let server = scenario.server;
    let folder = tempfile::tempdir()?;
    let store = File::open(folder.path())?;
    let service = api_inat::service(CLIENT)
        .user_agent("fieldkey-demo/1.0 (demo@example.org)")
        .at(server.url())
        .build()?;
    let program = rig.program(service.clone(), store.clone());
    let alice = program.account(NAME);
    login(scenario, &alice, opener);
    reading(scenario, &program, &alice);
    plain_token(scenario, rig)?;
    second_start(scenario, &rig.program(service.clone(), store.clone()));
    // The next morning: the program was off, its memory is empty, and both clocks have moved.
    let morning = rig.program(service.clone(), store.clone());
    let alice = morning.account(NAME);
    expiry(scenario, &store, &alice);
    renewals(scenario, &alice);
    logout(scenario, rig, &service, &alice);
    Ok(())
}

fn login(scenario: &mut Scenario<'_>, alice: &Seat, opener: Opener) {
    let mut logged_in = None;
    scenario.step("browser login with PKCE", |wire| {
        let came = log_in(alice, opener)?;
        if opener == Opener::Played {
            same("authorization requests", wire.log().authorize(), 3)?;
        }
        same("token requests", wire.log().token(), 0)?;
        let meaning = format!("a code at {}", came.authority());
        logged_in = Some(came);
        Ok(meaning)
    });
    scenario.step("strangers at the listener", |_| {
        let came = there("the login of the step before", logged_in.as_ref())?;
        let responses = sent_away(&came.strangers)?;
        Ok(format!(
            "{responses}: all rejected, and the login completed"
        ))
    });
    scenario.step("OAuth token, API token", |wire| {
        let came = there("the login of the first step", logged_in)?;
        let status = alice.complete(came.grant)?;
        let log = wire.log();
        same("code exchanges", log.grant("authorization_code"), 1)?;
        same("requests for API tokens", log.derived(), 1)?;
        let exchange = there("the code exchange", log.requests().first())?;
        let sent = |name: &str| exchange.fields.iter().any(|field| field == name);
        holds("a code verifier in the exchange", sent("code_verifier"))?;
        holds("no secret of a public client", !sent("client_secret"))?;
        same("the scheme", exchange.scheme.as_deref(), None)?;
        let login = there("a stored OAuth token", status.login)?;
        same("the expiry of the OAuth token", login.expires_at, None)?;
        let derived = there("a stored API token", status.derived)?;
        let life = remaining(derived.expires_at)?;
        same(
            "the lifetime of the API token",
            words(life).as_str(),
            "24 h",
        )?;
        Ok(format!(
            "OAuth token {}, no expiry; API token {}, 24 h; both stored",
            short(alice.token(TokenKind::Login)?.expose_secret()),
            short(alice.token(TokenKind::Derived)?.expose_secret()),
        ))
    });
}

fn reading(scenario: &mut Scenario<'_>, program: &Program, alice: &Seat) {
    scenario.step("users/me", |wire| {
        let me = alice.send(Me::new())?;
        same("who we are", me.login.as_deref(), Some(NAME))?;
        holds("the e-mail that only its owner sees", me.email.is_some())?;
        same("requests", wire.log().total(), 1)?;
        Ok(format!("{NAME}, number {}", me.id))
    });
    scenario.step("private coordinates", |wire| {
        let public = obscured(&program.anonymous())?;
        holds("nothing private for an anonymous caller", public.is_none())?;
        let private = there("the true coordinates for the owner", obscured(alice)?)?;
        same("requests", wire.log().api(), 2)?;
        let schemes: Vec<_> = wire
            .log()
            .requests()
            .iter()
            .map(|r| r.scheme.clone())
            .collect();
        same(
            "tokens sent",
            schemes,
            vec![None, Some("Bearer".to_owned())],
        )?;
        Ok(format!("anonymous none, {NAME} {private}"))
    });
    scenario.step("search over several pages", |wire| {
        let (found, total) = alice.items(Search::new().user_login(NAME).per_page(100))?;
        same("observations", found.len() as u64, OF_EACH_USER)?;
        same("the total", total, Some(OF_EACH_USER))?;
        holds(
            "ascending ids, no duplicate",
            found.is_sorted_by(|a, b| a.id < b.id),
        )?;
        let private = found
            .iter()
            .filter(|o| o.private_location.is_some())
            .count();
        same(
            "true coordinates among them",
            private as u64,
            OBSCURED_OF_EACH_USER,
        )?;
        same("pages", wire.log().api(), 3)?;
        Ok(format!(
            "{} observations, {private} with their true coordinates",
            found.len()
        ))
    });
}

fn second_start(scenario: &mut Scenario<'_>, program: &Program) {
    scenario.step("second start, no login", |wire| {
        let me = program.account(NAME).send(Me::new())?;
        same("who we are", me.login.as_deref(), Some(NAME))?;
        same("requests, none of them for a token", wire.log().total(), 1)?;
        same("calls", wire.log().api(), 1)?;
        Ok("the stored API token was used".to_owned())
    });
}

fn expiry(scenario: &mut Scenario<'_>, store: &File, alice: &Seat) {
    let server = scenario.server;
    let mut end = None;
    scenario.step("expired overnight", |wire| {
        // Ages the record by a day instead of waiting, and moves the server's clock as far.
        let key = alice.status()?.account;
        age(store, &key, A_DAY_AND_MORE)?;
        server.advance(A_DAY_AND_MORE);
        let brief = brief_token()?;
        let instead = Fault::Field("api_token", Some(brief.as_str().into()));
        server.faults().next(Matching::Derived, instead);
        let token = alice.token(TokenKind::Derived)?;
        holds("the new API token", token.expose_secret() == brief)?;
        same("renewals", wire.log().derived(), 1)?;
        same("requests", wire.log().total(), 1)?;
        end = token.expires_at();
        Ok("renewed, and the expired token was not sent".to_owned())
    });
    scenario.step("token expired, 8 callers", |wire| {
        // The new token is valid for two seconds. The server does not know it: if it were sent, the
        // responses would be anonymous.
        let end = there("the token's expiry", end)?;
        until("the token's expiry", || Ok(now() >= end))?;
        let hold = server.hold(Matching::Derived);
        let calls: Vec<_> = (0..CALLERS)
            .map(|_| alice.begin(Get::new(observation_id(OBSCURED))))
            .collect();
        until("all callers started", || {
            Ok(calls.iter().all(|call| call.has_begun()))
        })?;
        holds("a renewal at the server", hold.wait_for(1, MAX_WAIT))?;
        // While the renewal is on hold, a second one gets time to arrive.
        let second = hold.wait_for(2, Duration::from_millis(150));
        holds("no second renewal beside the first", !second)?;
        same("calls sent with an expired token", wire.log().api(), 0)?;
        hold.release();
        for call in calls {
            let found = call.join()?.results.into_iter().next();
            let place = found.and_then(|observation| observation.private_location);
            there("the true coordinates, so no anonymous response", place)?;
        }
        let log = wire.log();
        same("renewals", log.derived(), 1)?;
        same("token requests", log.token(), 0)?;
        same("calls", log.api(), CALLERS)?;
        Ok("one renewal for all".to_owned())
    });
}

fn renewals(scenario: &mut Scenario<'_>, alice: &Seat) {
    let server = scenario.server;
    scenario.step("a 401 is recovered", |wire| {
        server.expire_derived_tokens();
        let me = alice.send(Me::new())?;
        same("who we are", me.login.as_deref(), Some(NAME))?;
        let log = wire.log();
        same("renewals", log.derived(), 1)?;
        let statuses: Vec<_> = log.requests().iter().map(|r| r.status).collect();
        same("statuses", statuses, vec![Some(401), Some(200), Some(200)])?;
        Ok("one renewal, one replay".to_owned())
    });
    scenario.step("a cancelled caller", |wire| {
        server.expire_derived_tokens();
        let before = alice.token(TokenKind::Derived)?.generation();
        let hold = server.hold(Matching::Derived);
        let gone = give_up(alice, Me::new(), || hold.wait_for(1, MAX_WAIT))?;
        hold.release();
        let how = gone.how;
        gone.leader_ends()?;
        until("the renewal's token", || {
            Ok(alice.token(TokenKind::Derived)?.generation() > before)
        })?;
        let calls = wire.log().api();
        alice.send(Me::new())?;
        let more = wire.log().api() - calls;
        same("calls more for the next caller", more, 1)?;
        same("total renewals", wire.log().derived(), 1)?;
        Ok(format!(
            "{how}, the renewal finished, and the next call needed none"
        ))
    });
}

fn plain_token(scenario: &mut Scenario<'_>, rig: &Rig) -> Checked {
    let server = scenario.server;
    let service = api_inat::service_without_application()
        .user_agent("fieldkey-demo/1.0 (demo@example.org)")
        .at(server.url())
        .build()?;
    let program = rig.program(service, Memory::new());
    let token = || there("a token from the page", server.issue_derived_token(NAME));
    for (name, how, before, after) in [
        ("an imported token", "bare", "", ""),
        (
            "an imported page",
            "as whole JSON",
            "{\"api_token\": \"",
            "\"}\n",
        ),
    ] {
        scenario.step(name, |wire| {
            let (account, token) = (program.account(how), token()?);
            let status = account.import_token(&format!("{before}{token}{after}"))?;
            same("a login", status.login.is_some(), false)?;
            same(
                "who we are",
                account.send(Me::new())?.login.as_deref(),
                Some(NAME),
            )?;
            same("requests, none of them for a token", wire.log().total(), 1)?;
            let life = remaining(there("a stored token", status.derived)?.expires_at)?;
            Ok(format!(
                "{} {how}, valid for {}",
                short(&token),
                words(life)
            ))
        });
    }
    scenario.step("an expired plain token", |wire| {
        let account = program.account("late");
        let error = fails("needs login", account.import_token(EXPIRED), |error| {
            error.needs_login() && error.to_string().contains("expired")
        })?;
        same("requests", wire.log().total(), 0)?;
        holds("nothing stored", account.status()?.derived.is_none())?;
        Ok(format!("nothing sent, “{error}”"))
    });
    Ok(())
}

fn logout(scenario: &mut Scenario<'_>, rig: &Rig, service: &Service, alice: &Seat) {
    scenario.step("logout revokes", |wire| {
        let login = alice.token(TokenKind::Login)?;
        let derived = alice.token(TokenKind::Derived)?;
        let out = alice.log_out()?;
        let revoked = there("a revocation", out.revoked)?;
        revoked?;
        same("revocations", wire.log().revoke(), 1)?;
        let until = there(
            "how long the API token stays valid",
            out.derived_lives_until,
        )?;
        holds("in the future", until > now())?;
        // Uses copies of both tokens, as a thief would.
        let derive = there("a derivation", service.token_derivation())?;
        let again = service.bind(derive, Some(&login))?;
        let response = rig.send(again.request()?, &again.limits())?;
        let status = response.status().as_u16();
        same("the status for the revoked token", status, 401)?;
        let me = service.bind(Me::new(), Some(&derived))?;
        let response = rig.send(me.request()?, &me.limits())?;
        let status = response.status().as_u16();
        same("the status for the API token", status, 200)?;
        Ok(format!(
            "OAuth token revoked; the API token stays valid until {until}"
        ))
    });
    scenario.step("after the logout", |wire| {
        let error = fails("needs login", alice.send(Me::new()), Error::needs_login)?;
        same("requests", wire.log().total(), 0)?;
        let status = alice.status()?;
        same("a stored login", status.login.is_some(), false)?;
        same("a stored API token", status.derived.is_some(), false)?;
        Ok(format!("nothing sent, “{error}”"))
    });
}

/// Returns an API token that is valid for two seconds, from a server like ours with the same time.
fn brief_token() -> Checked<String> {
    let server = TestServer::builder(Dialect::doorkeeper_5())
        .user(NAME, PASSWORD)
        .site(api_inat::testkit::site())
        .derived_token_lifetime(Duration::from_secs(2))
        .start()?;
    server.advance(A_DAY_AND_MORE);
    there("a token from the page", server.issue_derived_token(NAME))
}

/// Where an obscured observation was made, as this account sees it.
fn obscured(account: &Seat) -> Checked<Option<String>> {
    let page = account.send(Get::new(observation_id(OBSCURED)))?;
    let observation = there("the observation", page.results.into_iter().next())?;
    same("obscured", observation.obscured, Some(true))?;
    Ok(observation.private_location.map(|place| place.to_string()))
}

fn now() -> UnixTime {
    UnixTime::from_system(SystemTime::now())
}

fn remaining(end: Option<UnixTime>) -> Checked<Duration> {
    Ok(there("an expiry", end)?.since(now()))
}
