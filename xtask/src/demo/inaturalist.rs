//! iNaturalist's story: a person, two tokens, private coordinates.

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
use crate::rig::{PATIENCE, Program, Rig, Seat};

const CLIENT: &str = "demo-app";
const CALLERS: usize = 8;
/// The place of an obscured observation of hers among all.
const OBSCURED: u64 = 6;
/// Longer than an API token lives.
const A_DAY_AND_MORE: Duration = Duration::from_secs(25 * 3600);
/// A JWT of shape and claims like iNaturalist's, with `exp` 1700000000: 14 November 2023. Its signature is noise.
const EXPIRED: &str = "eyJhbGciOiJIUzUxMiJ9.eyJ1c2VyX2lkIjoxLCJleHAiOjE3MDAwMDAwMDB9.bm9pc2U";

/// A server as iNaturalist runs it, with a public application registered as its users do.
pub(super) fn server() -> std::io::Result<TestServer> {
    TestServer::builder(Dialect::doorkeeper_5())
        .client(TestClient::public(CLIENT).redirect_uri("http://127.0.0.1:8080"))
        .default_scopes("write login")
        .user(NAME, PASSWORD)
        .site(api_inat::testkit::site())
        .start()
}

/// Tells the story once, in the rig's world.
pub(super) fn tell(story: &mut Scenario<'_>, rig: &Rig, opener: Opener) -> Checked {
    let server = story.server;
    let folder = tempfile::tempdir()?;
    let store = File::open(folder.path())?;
    let service = api_inat::service(CLIENT)
        .user_agent("fieldkey-demo/1.0 (demo@example.org)")
        .at(server.url())
        .build()?;
    let program = rig.program(service.clone(), store.clone());
    let alice = program.account(NAME);
    login(story, &alice, opener);
    reading(story, &program, &alice);
    pasted(story, rig)?;
    second_start(story, &rig.program(service.clone(), store.clone()));
    // The next morning: the program was not running, its memory is empty, and both clocks have gone on.
    let morning = rig.program(service.clone(), store.clone());
    let alice = morning.account(NAME);
    expiry(story, &store, &alice);
    renewals(story, &alice);
    logout(story, rig, &service, &alice);
    Ok(())
}

fn login(story: &mut Scenario<'_>, alice: &Seat, opener: Opener) {
    let mut logged_in = None;
    story.step("browser login with PKCE", |wire| {
        let came = log_in(alice, opener)?;
        if opener == Opener::Played {
            same("authorization requests", wire.seen().authorize(), 3)?;
        }
        same("token requests", wire.seen().token(), 0)?;
        let meaning = format!("a code at {}", came.authority());
        logged_in = Some(came);
        Ok(meaning)
    });
    story.step("strangers at the listener", |_| {
        let came = there("the login of the step before", logged_in.as_ref())?;
        let responses = sent_away(&came.strangers)?;
        Ok(format!("{responses}: all sent away, and the login went on"))
    });
    story.step("OAuth token, API token", |wire| {
        let came = there("the login of the first step", logged_in)?;
        let status = alice.complete(came.grant)?;
        let seen = wire.seen();
        same("code exchanges", seen.grant("authorization_code"), 1)?;
        same("requests for API tokens", seen.derived(), 1)?;
        let exchange = there("the code exchange", seen.requests().first())?;
        let sent = |name: &str| exchange.fields.iter().any(|field| field == name);
        holds("a code verifier in the exchange", sent("code_verifier"))?;
        holds("no secret of a public client", !sent("client_secret"))?;
        same("the scheme", exchange.scheme.as_deref(), None)?;
        let login = there("a stored OAuth token", status.login)?;
        same("the end of the OAuth token", login.expires_at, None)?;
        let derived = there("a stored API token", status.derived)?;
        let life = remaining(derived.expires_at)?;
        same("the life of the API token", words(life).as_str(), "24 h")?;
        Ok(format!(
            "OAuth token {}, no expiry; API token {}, 24 h; both stored",
            short(alice.token(TokenKind::Login)?.expose_secret()),
            short(alice.token(TokenKind::Derived)?.expose_secret()),
        ))
    });
}

fn reading(story: &mut Scenario<'_>, program: &Program, alice: &Seat) {
    story.step("users/me", |wire| {
        let me = alice.send(Me::new())?;
        same("who we are", me.login.as_deref(), Some(NAME))?;
        holds("the e-mail that only its owner sees", me.email.is_some())?;
        same("requests", wire.seen().total(), 1)?;
        Ok(format!("{NAME}, number {}", me.id))
    });
    story.step("private coordinates", |wire| {
        let public = obscured(&program.anonymous())?;
        holds("nothing private for an anonymous caller", public.is_none())?;
        let private = there("the true place for its owner", obscured(alice)?)?;
        same("requests", wire.seen().api(), 2)?;
        let schemes: Vec<_> = wire
            .seen()
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
    story.step("search over several pages", |wire| {
        let (found, total) = alice.items(Search::new().user_login(NAME).per_page(100))?;
        same("observations", found.len() as u64, OF_EACH_USER)?;
        same("the total", total, Some(OF_EACH_USER))?;
        holds(
            "ascending ids, none twice",
            found.is_sorted_by(|a, b| a.id < b.id),
        )?;
        let private = found
            .iter()
            .filter(|o| o.private_location.is_some())
            .count();
        same(
            "true places among them",
            private as u64,
            OBSCURED_OF_EACH_USER,
        )?;
        same("pages", wire.seen().api(), 3)?;
        Ok(format!(
            "{} observations, {private} with their true place",
            found.len()
        ))
    });
}

fn second_start(story: &mut Scenario<'_>, program: &Program) {
    story.step("second start, no login", |wire| {
        let me = program.account(NAME).send(Me::new())?;
        same("who we are", me.login.as_deref(), Some(NAME))?;
        same("requests, none of them for a token", wire.seen().total(), 1)?;
        same("calls", wire.seen().api(), 1)?;
        Ok("the stored API token served".to_owned())
    });
}

fn expiry(story: &mut Scenario<'_>, store: &File, alice: &Seat) {
    let server = story.server;
    let mut end = None;
    story.step("expired overnight", |wire| {
        // No waiting: the record becomes a day older, as the server does.
        let key = alice.status()?.account;
        age(store, &key, A_DAY_AND_MORE)?;
        server.advance(A_DAY_AND_MORE);
        let brief = brief_token()?;
        let instead = Fault::Field("api_token", Some(brief.as_str().into()));
        server.faults().next(Matching::Derived, instead);
        let token = alice.token(TokenKind::Derived)?;
        holds("the new API token", token.expose_secret() == brief)?;
        same("renewals", wire.seen().derived(), 1)?;
        same("requests", wire.seen().total(), 1)?;
        end = token.expires_at();
        Ok("renewed, and the stored token never left".to_owned())
    });
    story.step("token expired, 8 callers", |wire| {
        // The new token lives for two seconds. The server does not know it: were it sent, the responses would be anonymous.
        let end = there("the end of the token's life", end)?;
        until("the end of the token", || Ok(now() >= end))?;
        let hold = server.hold(Matching::Derived);
        let calls: Vec<_> = (0..CALLERS)
            .map(|_| alice.begin(Get::new(observation_id(OBSCURED))))
            .collect();
        until("all callers on their way", || {
            Ok(calls.iter().all(|call| call.has_begun()))
        })?;
        holds("a renewal at the server", hold.wait_for(1, PATIENCE))?;
        // While the renewal is held, time for a second one to show up.
        let second = hold.wait_for(2, Duration::from_millis(150));
        holds("no second renewal beside the first", !second)?;
        same("calls that left with a dead token", wire.seen().api(), 0)?;
        hold.release();
        for call in calls {
            let found = call.join()?.results.into_iter().next();
            let place = found.and_then(|observation| observation.private_location);
            there("the true place, so no anonymous answer", place)?;
        }
        let seen = wire.seen();
        same("renewals", seen.derived(), 1)?;
        same("token requests", seen.token(), 0)?;
        same("calls", seen.api(), CALLERS)?;
        Ok("one renewal for all".to_owned())
    });
}

fn renewals(story: &mut Scenario<'_>, alice: &Seat) {
    let server = story.server;
    story.step("a 401 is recovered", |wire| {
        server.expire_derived_tokens();
        let me = alice.send(Me::new())?;
        same("who we are", me.login.as_deref(), Some(NAME))?;
        let seen = wire.seen();
        same("renewals", seen.derived(), 1)?;
        let statuses: Vec<_> = seen.requests().iter().map(|r| r.status).collect();
        same("answers", statuses, vec![Some(401), Some(200), Some(200)])?;
        Ok("one renewal, one replay".to_owned())
    });
    story.step("a cancelled caller", |wire| {
        server.expire_derived_tokens();
        let before = alice.token(TokenKind::Derived)?.generation();
        let hold = server.hold(Matching::Derived);
        let gone = give_up(alice, Me::new(), || hold.wait_for(1, PATIENCE))?;
        hold.release();
        let how = gone.how;
        gone.leader_ends()?;
        until("the renewal's token", || {
            Ok(alice.token(TokenKind::Derived)?.generation() > before)
        })?;
        let calls = wire.seen().api();
        alice.send(Me::new())?;
        let more = wire.seen().api() - calls;
        same("calls more for the next caller", more, 1)?;
        same("renewals in all", wire.seen().derived(), 1)?;
        Ok(format!(
            "{how}, the renewal went on, and the next call needed none"
        ))
    });
}

fn pasted(story: &mut Scenario<'_>, rig: &Rig) -> Checked {
    let server = story.server;
    let service = api_inat::service_without_application()
        .user_agent("fieldkey-demo/1.0 (demo@example.org)")
        .at(server.url())
        .build()?;
    let program = rig.program(service, Memory::new());
    let token = || there("a token from the page", server.issue_derived_token(NAME));
    for (name, how, before, after) in [
        ("a pasted token", "bare", "", ""),
        (
            "a pasted page",
            "as whole JSON",
            "{\"api_token\": \"",
            "\"}\n",
        ),
    ] {
        story.step(name, |wire| {
            let (account, token) = (program.account(how), token()?);
            let status = account.paste(&format!("{before}{token}{after}"))?;
            same("a login", status.login.is_some(), false)?;
            same(
                "who we are",
                account.send(Me::new())?.login.as_deref(),
                Some(NAME),
            )?;
            same("requests, none of them for a token", wire.seen().total(), 1)?;
            let life = remaining(there("a stored token", status.derived)?.expires_at)?;
            Ok(format!("{} {how}, good for {}", short(&token), words(life)))
        });
    }
    story.step("an expired paste", |wire| {
        let account = program.account("late");
        let error = fails("needs login", account.paste(EXPIRED), |error| {
            error.needs_login() && error.to_string().contains("expired")
        })?;
        same("requests", wire.seen().total(), 0)?;
        holds("nothing stored", account.status()?.derived.is_none())?;
        Ok(format!("nothing sent, “{error}”"))
    });
    Ok(())
}

fn logout(story: &mut Scenario<'_>, rig: &Rig, service: &Service, alice: &Seat) {
    story.step("logout revokes", |wire| {
        let login = alice.token(TokenKind::Login)?;
        let derived = alice.token(TokenKind::Derived)?;
        let out = alice.log_out()?;
        let revoked = there("a revocation", out.revoked)?;
        revoked?;
        same("revocations", wire.seen().revoke(), 1)?;
        let until = there("how long the API token lives on", out.derived_lives_until)?;
        holds("in the future", until > now())?;
        // With copies of both tokens, as a thief would have them.
        let derive = there("a derivation", service.token_derivation())?;
        let again = service.bind(derive, Some(&login))?;
        let response = rig.send(again.request()?, &again.limits())?;
        let status = response.status().as_u16();
        same("the answer to the revoked token", status, 401)?;
        let me = service.bind(Me::new(), Some(&derived))?;
        let response = rig.send(me.request()?, &me.limits())?;
        let status = response.status().as_u16();
        same("the answer to the API token", status, 200)?;
        Ok(format!(
            "OAuth token dead; the API token lives on until {until}"
        ))
    });
    story.step("after the logout", |wire| {
        let error = fails("needs login", alice.send(Me::new()), Error::needs_login)?;
        same("requests", wire.seen().total(), 0)?;
        let status = alice.status()?;
        same("a stored login", status.login.is_some(), false)?;
        same("a stored API token", status.derived.is_some(), false)?;
        Ok(format!("nothing sent, “{error}”"))
    });
}

/// An API token that lives for two seconds, from a server like ours with the same time.
fn brief_token() -> Checked<String> {
    let server = TestServer::builder(Dialect::doorkeeper_5())
        .user(NAME, PASSWORD)
        .site(api_inat::testkit::site())
        .derived_token_lifetime(Duration::from_secs(2))
        .start()?;
    server.advance(A_DAY_AND_MORE);
    there("a token from the page", server.issue_derived_token(NAME))
}

/// Where an obscured observation was made, as far as this account sees it.
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
    Ok(there("an end of its life", end)?.since(now()))
}
