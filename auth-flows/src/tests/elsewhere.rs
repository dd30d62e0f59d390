//! Another host changes the login while a derived token is renewed: what the record says under the lease
//! counts, not the login token from before.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Event, Flow, Lifetime, Now, Step, Token, TokenKind, TokenRecord, TokenRequirement,
    TokenResponse, UnixTime,
};

use super::example::renewal;
use crate::{flow::renewal::Renewal, token::login_source::LoginSource};

fn at(seconds: u64) -> Now {
    Now {
        wall: UnixTime::from_secs(1_790_000_000 + seconds),
        monotonic: Duration::from_secs(seconds),
    }
}

fn login(text: &str, generation: u64) -> Arc<Token> {
    let response = TokenResponse::new(text, Lifetime::For(Duration::from_secs(3600)));
    let token = response.expect("a token").into_token(at(1), generation);
    Arc::new(token.expect("a token"))
}

fn record(login: Option<Arc<Token>>) -> TokenRecord {
    let mut record = TokenRecord::default();
    if let Some(login) = login {
        record.set(TokenKind::Login, login);
    }
    record
}

/// Runs a renewal of the derived token up to its request, with the login of memory and that which is
/// stored at first and under the lease. Returns the flow, and the token of the request.
fn request(
    memory: &str,
    first: Option<Arc<Token>>,
    leased: Option<Arc<Token>>,
) -> (Renewal, Result<String, bool>) {
    let (kind, any) = (TokenKind::Derived, TokenRequirement::Any);
    let mut flow = renewal(kind, any, LoginSource::Stored);
    let mut step = |event| flow.step(at(10), event);
    step(Event::Start).expect("a step");
    let next = step(Event::Loaded(Ok(record(first)))).expect("a step");
    assert!(matches!(next, Step::Token(TokenKind::Login, _)), "{next:?}");
    let next = step(Event::Token(Ok(login(memory, 7)))).expect("a step");
    assert!(matches!(next, Step::Lease), "{next:?}");
    step(Event::Leased(Ok(true))).expect("a step");
    let sent = match step(Event::Loaded(Ok(record(leased)))) {
        Ok(Step::Send(request, _)) => {
            let bearer = request.headers()["authorization"].to_str();
            Ok(bearer.expect("text").to_owned())
        }
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.needs_login()),
    };
    (flow, sent)
}

#[test]
fn the_login_of_another_user_is_derived_from_and_not_the_one_before() {
    let (old, new) = (|| Some(login("old", 7)), || Some(login("new", 9)));
    let sent = |first, leased| request("old", first, leased).1;
    assert_eq!(sent(old(), old()), Ok("Bearer old".to_owned()));
    assert_eq!(sent(old(), new()), Ok("Bearer new".to_owned()));
    // It was replaced before the first look, and memory does not know it yet.
    assert_eq!(sent(new(), new()), Ok("Bearer new".to_owned()));
    // One that could not be saved is newer than the stored one.
    let older = || Some(login("older", 5));
    assert_eq!(sent(older(), older()), Ok("Bearer old".to_owned()));
}

#[test]
fn nothing_is_derived_after_a_logout() {
    let (_, sent) = request("old", Some(login("old", 7)), None);
    assert_eq!(sent, Err(true), "needs a login");
    // A login that a store which could not be read has not got.
    let (_, sent) = request("old", None, None);
    assert_eq!(sent, Ok("Bearer old".to_owned()));
}
