//! A response that got stuck in the middle is not requested again with the same limit.

use std::{sync::Arc, time::Duration};

use auth_core::{Event, Flow, Lifetime, Now, Step, Token, TokenResponse, TransportError, UnixTime};

use super::example::{Ask, service};
use crate::flow::call::Call;

fn token(now: Now) -> Arc<Token> {
    let response = TokenResponse::new("t0ken", Lifetime::For(Duration::from_secs(3600)));
    let token = response.and_then(|response| response.into_token(now, 1));
    Arc::new(token.expect("a token"))
}

#[test]
fn a_timeout_in_the_middle_of_a_response_is_not_repeated() {
    let check = |error: TransportError, repeated: bool| {
        let service = service();
        let mut call = Call::new(&service, Ask { write: false }, false).expect("its API");
        let now = Now {
            wall: UnixTime::from_secs(1_790_000_000),
            monotonic: Duration::from_secs(1000),
        };
        let token = token(now);
        let step = call.step(now, Event::Start).expect("a step");
        assert!(matches!(step, Step::Token(..)), "{step:?}");
        let step = call.step(now, Event::Token(Ok(token))).expect("a step");
        assert!(matches!(step, Step::Send(..)), "{step:?}");
        let shown = error.to_string();
        let next = call.step(now, Event::Response(Err(error)));
        assert_eq!(matches!(next, Ok(Step::Sleep(_))), repeated, "{shown}");
    };
    let late = || TransportError::delivery_unknown("too late").timed_out();
    check(late(), true);
    check(late().with_received(1), false);
    check(late().with_received(5 << 20), false);
    check(
        TransportError::delivery_unknown("reset").with_received(5 << 20),
        true,
    );
}
