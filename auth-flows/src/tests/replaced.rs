//! A token that another process replaces while a call, or a renewal, is under way.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Error, ErrorKind, Event, Flow, Lifetime, Now, Step, Token, TokenKind, TokenRecord,
    TokenRequirement, TokenResponse, UnixTime,
};

use super::example::{Ask, TOKEN_URL, response, service};
use crate::{
    flow::{call::Call, renewal::Renewal},
    token::{login_source::LoginSource, negative_cache::NegativeCache},
};

const NOW: Now = Now {
    wall: UnixTime::from_secs(1_790_000_000),
    monotonic: Duration::from_secs(1000),
};

fn token(generation: u64) -> Arc<Token> {
    let response = TokenResponse::new("t0ken", Lifetime::For(Duration::from_secs(3600)));
    let token = response.and_then(|response| response.into_token(NOW, generation));
    Arc::new(token.expect("a token"))
}

/// Runs a call whose first tokens the API rejects. Each request for a token newer than the last one
/// gets `newer`. Returns the result, and how many requests were sent.
fn call(
    rejects: usize,
    newer: impl Fn(u64) -> Result<Arc<Token>, Error>,
) -> (Result<(), Error>, usize) {
    let service = service();
    let mut call = Call::new(&service, Ask { write: true }, false).expect("its API");
    let (mut event, mut sent) = (Event::Start, 0);
    for _ in 0..20 {
        event = match call.step(NOW, event) {
            Ok(Step::Token(_, TokenRequirement::Any)) => Event::Token(Ok(token(1))),
            Ok(Step::Token(_, TokenRequirement::NewerThan(last))) => Event::Token(newer(last)),
            Ok(Step::Send(..)) => {
                sent += 1;
                let status = if sent <= rejects { 401 } else { 200 };
                Event::Response(Ok(response(status, "{}")))
            }
            Ok(Step::Done(())) => return (Ok(()), sent),
            Ok(step) => panic!("{step:?}"),
            Err(error) => return (Err(error), sent),
        };
    }
    panic!("an end in bounded steps");
}

#[test]
fn a_token_that_was_replaced_before_it_was_used_is_no_end_of_the_login() {
    let next = |last| Ok(token(last + 1));
    for rejects in 0..=3 {
        let (result, sent) = call(rejects, next);
        result.expect("a token was good");
        assert_eq!(sent, rejects + 1);
    }
    let (result, sent) = call(usize::MAX, next);
    assert_eq!(
        result.expect_err("rejected").status(),
        Some(http::StatusCode::UNAUTHORIZED)
    );
    assert_eq!(sent, 4);
}

#[test]
fn a_new_token_that_is_of_no_use_is_not_replaced() {
    let known = |last| match last {
        1 => Ok(token(2)),
        _ => Err(
            Error::new(ErrorKind::Refused, "the service rejected a new token")
                .with_status(http::StatusCode::UNAUTHORIZED),
        ),
    };
    let (result, sent) = call(usize::MAX, known);
    let error = result.expect_err("rejected");
    assert!(
        error.to_string().contains("a new token was rejected, too"),
        "{error}"
    );
    assert_eq!(sent, 2);

    // What ended the second renewal says whether to try again.
    let unreachable = |last| match last {
        1 => Ok(token(2)),
        _ => Err(Error::new(ErrorKind::TimedOut, "no response")),
    };
    let (result, _) = call(usize::MAX, unreachable);
    assert!(result.expect_err("no token").is_retryable());
}

/// The record of a login whose token has expired.
fn expired(name: &str) -> TokenRecord {
    let hours_ago = Now {
        wall: UnixTime::from_secs(1_790_000_000 - 7200),
        ..NOW
    };
    let response = TokenResponse::new(name, Lifetime::For(Duration::from_secs(3600)));
    let response = response.expect("a token");
    let response = response.or_refresh_token(Some(&format!("{name}-refresh").into()));
    let token = response.into_token(hours_ago, 1).expect("a token");
    let mut record = TokenRecord::default();
    record.set(TokenKind::Login, Arc::new(token));
    record
}

/// Runs a renewal until its end. Each save finds that another program has stored another login.
/// Returns what it sent.
fn renew(cache: &Arc<NegativeCache>) -> (Result<(), Error>, Vec<String>) {
    let mut renewal = Renewal::new(
        service().into(),
        TokenKind::Login,
        TokenRequirement::Any,
        Arc::new(LoginSource::Stored),
        Arc::clone(cache),
    );
    let (mut event, mut sent, mut logins) = (Event::Start, Vec::new(), 0);
    for _ in 0..40 {
        event = match renewal.step(NOW, event) {
            Ok(Step::Load) => Event::Loaded(Ok(expired(&format!("login-{logins}")))),
            Ok(Step::Lease) => Event::Leased(Ok(true)),
            Ok(Step::Reserve(_)) => Event::Reserved(Ok(())),
            Ok(Step::Send(request, _)) => {
                sent.push(request.uri().to_string());
                let body = r#"{"access_token":"new","token_type":"bearer","expires_in":3600}"#;
                Event::Response(Ok(response(200, body)))
            }
            Ok(Step::Save(_)) => {
                logins += 1;
                Event::Loaded(Ok(expired(&format!("login-{logins}"))))
            }
            Ok(Step::Done(_)) => return (Ok(()), sent),
            Ok(step) => panic!("{step:?}"),
            Err(error) => return (Err(error), sent),
        };
    }
    panic!("an end in bounded steps");
}

#[test]
fn a_renewal_whose_login_is_replaced_twice_fails_for_now() {
    let cache = Arc::<NegativeCache>::default();
    let (result, sent) = renew(&cache);
    let error = result.expect_err("replaced twice");
    assert!(
        error.is_retryable() && error.retry_after().is_some(),
        "{error}"
    );
    let text = error.to_string();
    assert!(text.contains("has replaced the login"), "{text}");
    assert!(!text.contains("not sent"), "it was: {text}");
    let revoke = "https://auth.example/revoke";
    assert_eq!(sent, [TOKEN_URL, revoke, TOKEN_URL, revoke]);
    // The next one waits.
    let (result, sent) = renew(&cache);
    assert_eq!(result.expect_err("a pause").to_string(), text);
    assert!(sent.is_empty(), "{sent:?}");
}
