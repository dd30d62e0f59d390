//! Info Flora's scenario: a program with client credentials, a person with a rotating refresh
//! token.

use std::sync::Arc;

use api_infoflora::observations::List;
use api_infoflora::testkit::OBSERVATIONS;
use auth_core::{
    AccountKey, ErrorKind, ExposeSecret, Service, Store, Token, TokenKind, TokenRecord,
};
use auth_testkit::{
    Dialect, LoggedRequest, Matching, RequestKind, RequestLog, TestClient, TestServer,
};
use keystore::{File, Memory};

use super::check::{Checked, fails, holds, same, there};
use super::scenario::{Scenario, short};
use super::users::{NAME, Opener, PASSWORD, log_in};
use super::waits::{give_up, until};
use crate::rig::{MAX_WAIT, Program, Rig, Seat};

/// A client for scripts and one for people. The first secret has characters that a form would have
/// to encode.
const SCRIPT: (&str, &str) = ("demo-script", "script+secret/with=%20:colon");
const TOOL: (&str, &str) = ("demo-tool", "tool-secret");

/// A server as Info Flora's probably is: league 8, where an invalid refresh token gets 401
/// `invalid_request`.
pub(super) fn server() -> std::io::Result<TestServer> {
    let script = TestClient::confidential(SCRIPT.0, SCRIPT.1).grants(["client_credentials"]);
    let tool = TestClient::confidential(TOOL.0, TOOL.1)
        .redirect_uri("http://127.0.0.1:8080")
        .grants(["authorization_code", "refresh_token"]);
    TestServer::builder(Dialect::league_8())
        .client(script)
        .client(tool)
        .user(NAME, PASSWORD)
        .site(api_infoflora::testkit::site())
        .start()
}

/// Runs the scenario once, in the rig's world.
pub(super) fn run(scenario: &mut Scenario<'_>, rig: &Rig, opener: Opener) -> Checked {
    let service = |(id, secret): (&str, &str)| {
        api_infoflora::service(id)
            .secret(secret)
            .user_agent("fieldkey-demo/1.0 (demo@example.org)")
            .at(scenario.server.url())
            .build()
    };
    let (script, tool) = (service(SCRIPT)?, service(TOOL)?);
    machine(
        scenario,
        &rig.program(script, Memory::new()).client_session(),
    );
    let folder = tempfile::tempdir()?;
    let store = File::open(folder.path())?;
    let alice = rig.program(tool.clone(), store.clone()).account(NAME);
    login(scenario, &alice, opener);
    rotation(scenario, &store, &tool, &alice);
    second_start(scenario, &rig.program(tool, store));
    death(scenario, &alice);
    Ok(())
}

fn machine(scenario: &mut Scenario<'_>, client_session: &Seat) {
    let server = scenario.server;
    scenario.step("client credentials", |wire| {
        client_session.send(List::new().limit(1))?;
        let log = wire.log();
        let request = token_request(&log, "client_credentials")?;
        same("the scheme", request.scheme.as_deref(), Some("Basic"))?;
        holds("the client id in the form too", sent(request, "client_id"))?;
        holds(
            "no second secret in the form",
            !sent(request, "client_secret"),
        )?;
        same("calls", log.api(), 1)?;
        let token = client_session.token(TokenKind::Login)?;
        holds("no refresh token", token.refresh_token().is_none())?;
        Ok(format!("access token {}", short(token.expose_secret())))
    });
    scenario.step("paged list", |wire| {
        let (found, total) = client_session.items(List::new().limit(100))?;
        same("observations", found.len() as u64, OBSERVATIONS)?;
        same("the total", total, Some(OBSERVATIONS))?;
        holds(
            "no duplicate observation",
            found.is_sorted_by(|a, b| a.obs_id < b.obs_id),
        )?;
        same("pages", wire.log().api(), 3)?;
        same("token requests", wire.log().token(), 0)?;
        Ok(format!("{} observations", found.len()))
    });
    scenario.step("rejected access token", |wire| {
        server.revoke_access_tokens();
        client_session.send(List::new().limit(1))?;
        let log = wire.log();
        same("token requests", log.grant("client_credentials"), 1)?;
        same(
            "statuses",
            statuses(&log),
            vec![Some(401), Some(200), Some(200)],
        )?;
        Ok("requested a new token; there is no refresh token".to_owned())
    });
}

fn login(scenario: &mut Scenario<'_>, alice: &Seat, opener: Opener) {
    let mut grant = None;
    scenario.step("browser login with PKCE", |wire| {
        let came = log_in(alice, opener)?;
        if opener == Opener::Played {
            same("authorization requests", wire.log().authorize(), 3)?;
        }
        let log = wire.log();
        let first = there("an authorization request", log.requests().first())?;
        holds(
            "the login page's language in the path",
            first.path.contains("/authorize/fr?"),
        )?;
        let meaning = format!("a code at {}", came.authority());
        grant = Some(came.grant);
        Ok(meaning)
    });
    scenario.step("code exchange", |wire| {
        let grant = there("the code of the step before", grant)?;
        let status = alice.complete(grant)?;
        let log = wire.log();
        same("requests", log.total(), 1)?;
        let request = token_request(&log, "authorization_code")?;
        same("the scheme", request.scheme.as_deref(), Some("Basic"))?;
        holds(
            "a code verifier beside the secret",
            sent(request, "code_verifier"),
        )?;
        holds(
            "no second secret in the form",
            !sent(request, "client_secret"),
        )?;
        let login = there("a stored login", status.login)?;
        holds("a stored refresh token", login.refreshable)?;
        let token = alice.token(TokenKind::Login)?;
        Ok(format!(
            "access {}, refresh {}",
            short(token.expose_secret()),
            refresh(&token)?
        ))
    });
}

fn rotation(scenario: &mut Scenario<'_>, store: &File, service: &Service, alice: &Seat) {
    let server = scenario.server;
    let key = service.account_key(NAME);
    scenario.step("stored before it is used", |wire| {
        let before = stored(store, &key)?;
        server.revoke_access_tokens();
        let at_refresh = server.hold(Matching::Grant("refresh_token"));
        let call = alice.begin(List::new().limit(1));
        holds("a refresh after the 401", at_refresh.wait_for(1, MAX_WAIT))?;
        same(
            "the refused call",
            statuses(&wire.log()),
            vec![Some(401), None],
        )?;
        let untouched = stored(store, &key)?.generation();
        same("the stored generation", untouched, before.generation())?;
        // From here on the server holds every API call; the first one with the new token waits at
        // the hold.
        let at_api = server.hold(Matching::Api);
        at_refresh.release();
        holds("the call with the new token", at_api.wait_for(1, MAX_WAIT))?;
        let after = stored(store, &key)?;
        holds(
            "a newer token on disk",
            after.generation() > before.generation(),
        )?;
        let (old, new) = (refresh(&before)?, refresh(&after)?);
        holds(
            "another refresh token on disk",
            secret(&before) != secret(&after),
        )?;
        at_api.release();
        call.join()?;
        let log = wire.log();
        same("refreshes", log.grant("refresh_token"), 1)?;
        same(
            "statuses",
            statuses(&log),
            vec![Some(401), Some(200), Some(200)],
        )?;
        let memory = alice.token(TokenKind::Login)?;
        same(
            "the token in memory",
            memory.generation(),
            after.generation(),
        )?;
        Ok(format!(
            "refresh token {old} became {new}, on disk before the new access token was used"
        ))
    });
    scenario.step("refresh in the form", |wire| {
        server.revoke_access_tokens();
        alice.send(List::new().limit(1))?;
        let log = wire.log();
        let request = token_request(&log, "refresh_token")?;
        same("the scheme", request.scheme.as_deref(), None)?;
        for field in ["client_id", "client_secret", "refresh_token"] {
            holds(&format!("`{field}` in the form"), sent(request, field))?;
        }
        same(
            "statuses",
            statuses(&log),
            vec![Some(401), Some(200), Some(200)],
        )?;
        Ok("client id and secret in the form, no Basic header".to_owned())
    });
    scenario.step("a cancelled caller", |wire| {
        server.revoke_access_tokens();
        let before = alice.token(TokenKind::Login)?.generation();
        let hold = server.hold(Matching::Grant("refresh_token"));
        let gone = give_up(alice, List::new().limit(1), || hold.wait_for(1, MAX_WAIT))?;
        hold.release();
        let how = gone.how;
        gone.leader_ends()?;
        until("the rotated token in memory", || {
            Ok(alice.token(TokenKind::Login)?.generation() > before)
        })?;
        let on_disk = stored(store, &key)?.generation();
        holds("the rotated token on disk", on_disk > before)?;
        let calls = wire.log().api();
        alice.send(List::new().limit(1))?;
        same(
            "further calls for the next caller",
            wire.log().api() - calls,
            1,
        )?;
        same("total refreshes", wire.log().grant("refresh_token"), 1)?;
        Ok(format!("{how}, the rotated token was still stored"))
    });
}

fn second_start(scenario: &mut Scenario<'_>, program: &Program) {
    scenario.step("second start, no login", |wire| {
        program.account(NAME).send(List::new().limit(1))?;
        same("requests, none of them for a token", wire.log().total(), 1)?;
        same("calls", wire.log().api(), 1)?;
        Ok("the stored login was used".to_owned())
    });
}

fn death(scenario: &mut Scenario<'_>, alice: &Seat) {
    let server = scenario.server;
    scenario.step("rejected refresh token", |wire| {
        server.revoke_all();
        let error = alice.send(List::new().limit(1));
        let error = fails("needs login", error, |error| {
            error.kind() == ErrorKind::NeedsLogin && !error.is_retryable()
        })?;
        let log = wire.log();
        same("refreshes", log.grant("refresh_token"), 1)?;
        same("statuses", statuses(&log), vec![Some(401), Some(401)])?;
        Ok(format!("needs login, “{error}”"))
    });
}

fn token_request<'s>(log: &'s RequestLog, grant: &str) -> Checked<&'s LoggedRequest> {
    same("token requests", log.token(), 1)?;
    let found = log
        .requests()
        .iter()
        .find(|r| r.kind == RequestKind::Token && r.grant.as_deref() == Some(grant));
    there(&format!("a token request with {grant}"), found)
}

fn sent(request: &LoggedRequest, field: &str) -> bool {
    request.fields.iter().any(|name| name == field)
}

fn statuses(log: &RequestLog) -> Vec<Option<u16>> {
    log.requests()
        .iter()
        .map(|request| request.status)
        .collect()
}

/// The login token on disk.
fn stored(store: &File, key: &AccountKey) -> Checked<Arc<Token>> {
    let text = there("a stored token record", store.load(key)?)?;
    let record = TokenRecord::from_text(text.expose_secret())?;
    there("a stored login", record.token(TokenKind::Login).cloned())
}

fn secret(token: &Token) -> Option<&str> {
    token.refresh_token().map(ExposeSecret::expose_secret)
}

fn refresh(token: &Token) -> Checked<String> {
    Ok(short(there("a refresh token", secret(token))?))
}
