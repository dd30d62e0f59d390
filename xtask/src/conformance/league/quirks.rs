//! What is odd about league, and about the framework around it, beyond its refusals.

use auth_core::{ErrorKind, TokenKind, TokenRequest};
use auth_testkit::{Fault, Matching, RequestKind};
use serde_json::json;

use super::Case;
use super::env::{App, DAEMON, LeagueEnv, TOOL, call};
use crate::conformance::env::{alice, log_in};
use crate::conformance::expect::{ensure, expect_error};
use crate::rig::Seat;

pub(super) const CASES: &[Case] = &[
    (
        "token_type `bearer`: `Bearer` is sent all the same",
        |desk| {
            let seat = daemon(desk)?;
            desk.server
                .faults()
                .next(Matching::Token, Fault::TokenTypeLower);
            call(&seat)?; // league 8 refuses the scheme in lower case
            let seen = desk.seen();
            let scheme = seen.requests().iter().find(|r| r.kind == RequestKind::Api);
            let scheme = scheme.and_then(|request| request.scheme.clone());
            ensure(scheme.as_deref() == Some("Bearer"), format!("{scheme:?}"))
        },
    ),
    ("a hint with HTML entities is shown as it came", |desk| {
        let service = desk.service(DAEMON)?;
        let request = TokenRequest::client_credentials(service.client()).scope("nope<b>");
        let response = desk.rig.exchange(&request);
        expect_error(response, ErrorKind::Configuration, &["nope&lt;b&gt;"]).map(drop)
    }),
    (
        "refused by the body: no challenge comes, none is needed",
        |desk| {
            let by_body = auth_core::ClientAuthentication::Body;
            let wrong = desk
                .describe(App(DAEMON.0, "wr0ng"))
                .client_authentication(by_body);
            let seat = desk.rig.daemon(wrong.build()?, keystore::Memory::new());
            expect_error(
                call(&seat),
                ErrorKind::Configuration,
                &["invalid_client", "401"],
            )
            .map(drop)
        },
    ),
    ("an answer to a code without a refresh token", |desk| {
        let seat = without_refresh_token(desk)?;
        call(&seat)?;
        desk.server.revoke_access_tokens();
        expect_error(call(&seat), ErrorKind::NeedsLogin, &[])?;
        desk.refreshed(0)
    }),
    (
        "an answer to a refresh without one: the old one is kept",
        |desk| {
            let seat = desk.logged_in()?;
            let before = seat.token(TokenKind::Login)?;
            desk.server.revoke_access_tokens();
            let absent = Fault::Field("refresh_token", None);
            desk.server
                .faults()
                .next(Matching::Grant("refresh_token"), absent);
            call(&seat)?;
            let after = seat.token(TokenKind::Login)?;
            let same = before.refresh_token().map(text) == after.refresh_token().map(text);
            ensure(same && after.refresh_token().is_some(), "it is another one")
        },
    ),
    ("expires_in 3599, as text, or missing", |desk| {
        for value in [json!(3599), json!("3600"), json!(null)] {
            let seat = daemon(desk)?;
            desk.server
                .faults()
                .next(Matching::Token, Fault::ExpiresIn(value));
            call(&seat)?;
            call(&seat)?;
        }
        let seen = desk.seen().token();
        ensure(seen == 3, format!("{seen} token requests, not 3"))
    }),
    (
        "the API's 401 as plain text, empty, a page: renewed once",
        |desk| {
            let bodies = [
                ("text/plain", "The resource server rejected the request."),
                ("text/plain", ""),
                ("text/html", "<title>Unauthorized</title>"),
            ];
            for (kind, body) in bodies {
                let seat = daemon(desk)?;
                let before = desk.seen().token();
                desk.server
                    .faults()
                    .times(2, Matching::Api, answer(401, kind, body));
                expect_error(
                    call(&seat),
                    ErrorKind::Refused,
                    &["401", "OAuth replaced Basic Auth"],
                )?;
                let asked = desk.seen().token() - before;
                ensure(asked == 2, format!("{asked} tokens asked for, not 2"))?;
            }
            Ok(())
        },
    ),
    ("the API's 403 in plain text: no reason to renew", |desk| {
        let seat = daemon(desk)?;
        desk.server.faults().next(
            Matching::Api,
            answer(403, "text/plain", "Insufficient scopes."),
        );
        expect_error(
            call(&seat),
            ErrorKind::Refused,
            &["403", "Insufficient scopes."],
        )?;
        let seen = desk.seen().token();
        ensure(seen == 1, format!("{seen} token requests, not 1"))
    }),
    ("a redirect of the token endpoint is not followed", |desk| {
        let to = format!("{}/oauth2/elsewhere", desk.server.url());
        desk.server
            .faults()
            .next(Matching::Token, Fault::Redirect(to));
        let seat = daemon(desk)?;
        expect_error(call(&seat), ErrorKind::Configuration, &["redirect"])?;
        ensure(desk.seen().total() == 1, "more than one request was sent")
    }),
    ("a redirect of the API is not followed", |desk| {
        let seat = daemon(desk)?;
        call(&seat)?;
        let before = desk.seen().total();
        let to = format!("{}/rest/v4/releves", desk.server.url());
        desk.server
            .faults()
            .next(Matching::Api, Fault::Redirect(to));
        expect_error(call(&seat), ErrorKind::Refused, &["redirect"])?;
        ensure(
            desk.seen().total() == before + 1,
            "more than one request was sent",
        )
    }),
];

fn text(secret: &auth_core::SecretText) -> &str {
    auth_core::ExposeSecret::expose_secret(secret)
}

fn daemon(desk: &LeagueEnv<'_>) -> Result<Seat, auth_core::Error> {
    Ok(desk
        .rig
        .daemon(desk.service(DAEMON)?, keystore::Memory::new()))
}

fn without_refresh_token(
    desk: &LeagueEnv<'_>,
) -> Result<Seat, crate::conformance::report::Failure> {
    let absent = Fault::Field("refresh_token", None);
    desk.server
        .faults()
        .next(Matching::Grant("authorization_code"), absent);
    let (seat, visitor) = (desk.seat(TOOL)?, alice());
    let status = log_in(&seat, &visitor, visitor.browser())?;
    let refreshable = status.login.is_some_and(|token| token.refreshable);
    ensure(!refreshable, "a refresh token came")?;
    Ok(seat)
}

fn answer(status: u16, kind: &str, body: &str) -> Fault {
    Fault::Answer {
        status,
        content_type: kind.to_owned(),
        body: body.as_bytes().to_vec(),
    }
}
