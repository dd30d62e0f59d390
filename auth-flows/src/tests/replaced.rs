//! A token that another process replaces while a call is under way.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Error, ErrorKind, Event, Flow, Lifetime, Now, Step, Token, TokenRequirement, TokenResponse,
    UnixTime,
};

use super::example::{Ask, response, service};
use crate::flow::call::Call;

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
