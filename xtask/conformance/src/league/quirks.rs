//! Quirks of league and of the framework around it, beyond its refusals.

use auth_core::{ErrorKind, TokenKind, TokenRequest};
use auth_testkit::{Fault, Matching, RequestKind};
use serde_json::json;

use super::Case;
use super::env::{App, LeagueEnv, SCRIPT, TOOL, call};
use crate::env::{alice, log_in};
use crate::expect::{ensure, expect_error};
use crate::rig::Seat;

/// The type of Symfony's plain `Response`, whatever it contains.
pub(super) const SYMFONY: &str = "text/html; charset=UTF-8";

pub(super) const CASES: &[Case] = &[
    ("token_type `bearer`: `Bearer` is still sent", |env| {
        let seat = client_session(env)?;
        env.server
            .faults()
            .next(Matching::Token, Fault::TokenTypeLower);
        call(&seat)?; // league 8 refuses the scheme in lower case
        let log = env.log();
        let scheme = log.requests().iter().find(|r| r.kind == RequestKind::Api);
        let scheme = scheme.and_then(|request| request.scheme.clone());
        ensure(scheme.as_deref() == Some("Bearer"), format!("{scheme:?}"))
    }),
    ("a hint with HTML entities is shown unchanged", |env| {
        let service = env.service(SCRIPT)?;
        let request = TokenRequest::client_credentials(service.client()).scope("nope<b>");
        let response = env.rig.exchange(&request);
        expect_error(response, ErrorKind::Configuration, &["nope&lt;b&gt;"]).map(drop)
    }),
    (
        "refused in the body: no challenge is sent or required",
        |env| {
            let by_body = auth_core::ClientAuthentication::Body;
            let wrong = env
                .describe(App(SCRIPT.0, "wr0ng"))
                .client_authentication(by_body);
            let seat = env
                .rig
                .client_session(wrong.build()?, keystore::Memory::new());
            expect_error(
                call(&seat),
                ErrorKind::Configuration,
                &["invalid_client", "401"],
            )
            .map(drop)
        },
    ),
    ("a response to a code without a refresh token", |env| {
        let seat = without_refresh_token(env)?;
        call(&seat)?;
        env.server.revoke_access_tokens();
        expect_error(call(&seat), ErrorKind::NeedsLogin, &[])?;
        env.refreshed(0)
    }),
    (
        "a refresh response without one: the old one is kept",
        |env| {
            let seat = env.logged_in()?;
            let before = seat.token(TokenKind::Login)?;
            env.server.revoke_access_tokens();
            let absent = Fault::Field("refresh_token", None);
            env.server
                .faults()
                .next(Matching::Grant("refresh_token"), absent);
            call(&seat)?;
            let after = seat.token(TokenKind::Login)?;
            let same = before.refresh_token().map(text) == after.refresh_token().map(text);
            ensure(
                same && after.refresh_token().is_some(),
                "the refresh token changed",
            )
        },
    ),
    ("expires_in 3599, as text, or missing", |env| {
        for value in [json!(3599), json!("3600"), json!(null)] {
            let seat = client_session(env)?;
            env.server
                .faults()
                .next(Matching::Token, Fault::ExpiresIn(value));
            call(&seat)?;
            call(&seat)?;
        }
        let requests = env.log().token();
        ensure(
            requests == 3,
            format!("expected 3 token requests, got {requests}"),
        )
    }),
    (
        "the API's 401 as plain text, empty, a page: renewed once",
        |env| {
            let bodies = [
                (SYMFONY, "The resource server rejected the request."),
                (SYMFONY, ""),
                (SYMFONY, "<title>Unauthorized</title>"),
            ];
            for (kind, body) in bodies {
                let seat = client_session(env)?;
                let before = env.log().token();
                env.server
                    .faults()
                    .times(2, Matching::Api, response(401, kind, body));
                expect_error(
                    call(&seat),
                    ErrorKind::Refused,
                    &["401", "OAuth replaced Basic Auth"],
                )?;
                let requests = env.log().token() - before;
                ensure(
                    requests == 2,
                    format!("expected 2 token requests, got {requests}"),
                )?;
            }
            Ok(())
        },
    ),
    ("the API's 403 in plain text: no renewal", |env| {
        let seat = client_session(env)?;
        env.server.faults().next(
            Matching::Api,
            response(403, SYMFONY, "Insufficient scopes."),
        );
        expect_error(
            call(&seat),
            ErrorKind::Refused,
            &["403", "Insufficient scopes."],
        )?;
        let requests = env.log().token();
        ensure(
            requests == 1,
            format!("expected 1 token request, got {requests}"),
        )
    }),
    ("a redirect of the token endpoint is not followed", |env| {
        let to = format!("{}/oauth2/elsewhere", env.server.url());
        env.server
            .faults()
            .next(Matching::Token, Fault::Redirect(to));
        let seat = client_session(env)?;
        expect_error(call(&seat), ErrorKind::Configuration, &["redirect"])?;
        ensure(env.log().total() == 1, "more than one request was sent")
    }),
    ("a redirect of the API is not followed", |env| {
        let seat = client_session(env)?;
        call(&seat)?;
        let before = env.log().total();
        let to = format!("{}/rest/v4/releves", env.server.url());
        env.server.faults().next(Matching::Api, Fault::Redirect(to));
        expect_error(call(&seat), ErrorKind::Refused, &["redirect"])?;
        ensure(
            env.log().total() == before + 1,
            "more than one request was sent",
        )
    }),
];

fn text(secret: &auth_core::SecretText) -> &str {
    auth_core::ExposeSecret::expose_secret(secret)
}

fn client_session(env: &LeagueEnv<'_>) -> Result<Seat, auth_core::Error> {
    Ok(env
        .rig
        .client_session(env.service(SCRIPT)?, keystore::Memory::new()))
}

fn without_refresh_token(env: &LeagueEnv<'_>) -> Result<Seat, crate::report::Failure> {
    let absent = Fault::Field("refresh_token", None);
    env.server
        .faults()
        .next(Matching::Grant("authorization_code"), absent);
    let (seat, user) = (env.seat(TOOL)?, alice());
    let status = log_in(&seat, &user, user.browser())?;
    let refreshable = status.login.is_some_and(|token| token.refreshable);
    ensure(!refreshable, "the response has a refresh token")?;
    Ok(seat)
}

fn response(status: u16, kind: &str, body: &str) -> Fault {
    Fault::Respond {
        status,
        content_type: kind.to_owned(),
        body: body.as_bytes().to_vec(),
    }
}
