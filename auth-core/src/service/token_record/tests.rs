//! Records as text, and the numbers of logins.

use proptest::prelude::*;

use super::*;

fn token(
    access: &str,
    refresh: Option<&str>,
    scope: Option<&str>,
    lifetime: Option<u64>,
    generation: u64,
) -> Token {
    Token::new(
        bearer(access),
        TokenParts {
            refresh: refresh.map(SecretText::from),
            scope: scope.map(Into::into),
            sent: UnixTime::from_secs(1_700_000_000),
            monotonic: Some(Duration::from_secs(5)),
            lifetime: lifetime.map(Duration::from_millis),
            generation,
        },
    )
    .expect("a header")
}

proptest! {
    #[test]
    fn print_and_parse_agree(
        access in "[!-~]{1,80}",
        // Control characters as well: servers send them, and JSON requires escapes for them.
        refresh in proptest::option::of("(\\PC|[\\x00-\\x1f\\x7f\"\\\\]){1,80}"),
        scope in proptest::option::of("[ -~\\x00-\\x1f]{0,40}"),
        lifetime in proptest::option::of(0u64..1 << 50),
        generation in 0u64..1 << 60,
        rejected in proptest::option::of(0u64..1 << 50),
        replaced in any::<u32>(),
    ) {
        let mut record = TokenRecord::default();
        record.set(TokenKind::Derived, Arc::new(token(&access, refresh.as_deref(), scope.as_deref(), lifetime, generation)));
        record.set_rejected(TokenKind::Derived, rejected.map(UnixTime::from_millis));
        record.set_replaced(TokenKind::Derived, replaced);
        let text = record.to_text();
        let again = TokenRecord::from_text(text.as_ref()).expect("our own text");
        let printed = again.to_text();
        prop_assert_eq!(printed.as_ref(), text.as_ref());
        let token = again.token(TokenKind::Derived).expect("the token");
        prop_assert_eq!(token.expose_secret(), access.as_str());
        prop_assert_eq!(token.refresh_token().map(|r| r.expose_secret().to_owned()), refresh);
        prop_assert!(again.token(TokenKind::Login).is_none());
        prop_assert_eq!(again.rejected(TokenKind::Derived), rejected.map(UnixTime::from_millis));
        prop_assert_eq!(again.rejected(TokenKind::Login), None);
        prop_assert_eq!(again.replaced(TokenKind::Derived), replaced);
    }

    #[test]
    fn any_bytes_are_parsed_or_rejected(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = TokenRecord::from_text(&bytes);
    }
}

#[test]
fn other_text_is_rejected_with_a_reason() {
    let check = |text: &str, words: &str| {
        let error = TokenRecord::from_text(text.as_bytes()).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::Store);
        assert!(error.to_string().contains(words), "{text}: {error}");
    };
    check("", "is empty");
    check("{\"version\":1,\"login\":{\"access_tok", "torn");
    check("{\"version\":2}", "version 2");
    check("{}", "not a record");
    check("[1]", "not a record");
    check("{\"version\":1,\"login\":7}", "not a record");
    check(
        "{\"version\":1,\"login\":{\"sent_ms\":1,\"generation\":1}}",
        "lacks the token's text",
    );
    check(
        "{\"version\":1,\"login\":{\"access_token\":\"a\\nb\",\"sent_ms\":1,\"generation\":1}}",
        "impossible",
    );
    check(
        "{\"version\":1,\"login\":{\"access_token\":\"r\\u0701\",\"sent_ms\":1,\"generation\":1}}",
        "impossible",
    );
}

#[test]
fn a_login_keeps_its_number_through_renewals() {
    let login = |generation| Arc::new(token("a", Some("r"), None, None, generation));
    let mut record = TokenRecord::default();
    assert_eq!(record.login_id(), None);
    record.set(TokenKind::Derived, login(3));
    assert_eq!(record.login_id(), None);
    record.set(TokenKind::Login, login(7));
    let id = record.login_id().expect("a login");
    record.set(TokenKind::Login, login(8));
    let mut again = TokenRecord::from_text(record.to_text().as_ref()).expect("our own text");
    assert_eq!(again.login_id(), Some(id));
    again.set(TokenKind::Login, login(9));
    assert_eq!(again.login_id(), Some(id));
    again.clear(TokenKind::Login);
    assert_eq!(again.login_id(), None);
    again.set(TokenKind::Login, login(10));
    assert!(again.login_id() > Some(id), "a later login");
    // A record of a program that does not know the number.
    let text = r#"{"version":1,"login":{"access_token":"a","sent_ms":1,"generation":7}}"#;
    let mut old = TokenRecord::from_text(text.as_bytes()).expect("a record");
    old.set(TokenKind::Login, login(8));
    assert_eq!(old.login_id(), None);
    // One whose number is a time alone, which is kept as it is.
    let text = text.replace("\"login\"", "\"login_id\":1790000000000,\"login\"");
    let mut old = TokenRecord::from_text(text.as_bytes()).expect("a record");
    old.set(TokenKind::Login, login(8));
    let again = TokenRecord::from_text(old.to_text().as_ref()).expect("our own text");
    assert_eq!(again.login_id(), Some(1_790_000_000_000));
}

#[test]
fn logins_in_one_tick_have_two_numbers_and_later_ones_higher_numbers() {
    let id = |access: &str, refresh: Option<&str>, generation| {
        let mut record = TokenRecord::default();
        let login = token(access, refresh, None, None, generation);
        record.set(TokenKind::Login, Arc::new(login));
        record.login_id().expect("a login")
    };
    let (now, later) = (1_790_000_000_000, 1_790_000_000_001);
    let mut ids: Vec<_> = (0..100)
        .map(|n| id(&format!("access-{n}"), Some("refresh"), now))
        .chain((0..100).map(|n| id("access", Some(&format!("refresh-{n}")), now)))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    assert!(
        ids.iter()
            .all(|&one| one < id("access-0", Some("refresh"), later))
    );
    // Whatever a server or a clock gives.
    assert_eq!(id("a", None, now), id("a", None, now));
    assert!(id("a", None, u64::MAX) > id("a", None, later));
}

#[test]
fn generations_increase_after_a_token_is_removed() {
    let mut record = TokenRecord::default();
    let (early, late) = (
        UnixTime::from_millis(0),
        UnixTime::from_millis(1_700_000_000_000),
    );
    assert_eq!(record.next_generation(TokenKind::Login, early), 1);
    assert_eq!(
        record.next_generation(TokenKind::Login, late),
        1_700_000_000_000
    );
    record.set(TokenKind::Login, Arc::new(token("a", None, None, None, 7)));
    record.clear(TokenKind::Login);
    assert!(record.is_empty());
    let again = TokenRecord::from_text(record.to_text().as_ref()).expect("our own text");
    assert_eq!(again.next_generation(TokenKind::Login, early), 8);
}
