//! Hostile callbacks: what a browser, an attacker or another server may send to the redirect URI.

use auth_core::{AuthorizationServer, Check, ErrorKind, Quirk, RedirectUri};

use crate::common::{REDIRECT, STATE, pending, pending_at, server};

/// The result of a callback: the code, or kind, check and words of the error.
type Expect = Result<(), (ErrorKind, Option<Check>, &'static str)>;

/// `$R` is replaced by our redirect URI, `$S` by our state.
fn check_at(server: AuthorizationServer, redirected: &str, expect: Expect) {
    let redirected = redirected.replace("$R", REDIRECT).replace("$S", STATE);
    match (pending(server).accept(&redirected), expect) {
        (Ok(grant), Ok(())) => assert!(!format!("{grant:?}").contains("c0de"), "{grant:?}"),
        (Err(error), Err((kind, check, words))) => {
            assert_eq!(error.kind(), kind, "{redirected}: {error}");
            assert_eq!(error.check(), check, "{redirected}: {error}");
            assert!(error.to_string().contains(words), "{redirected}: {error}");
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("c0de") && !shown.contains(STATE), "{shown}");
            assert!(
                !shown.contains(['\u{1b}', '\n']) && shown.len() < 3000,
                "{shown}"
            );
        }
        (got, _) => panic!("{redirected}: {got:?}"),
    }
}

fn check(redirected: &str, expect: Expect) {
    check_at(server(), redirected, expect);
}

fn foreign(check: Check) -> Expect {
    Err((
        ErrorKind::CallbackMismatch,
        Some(check),
        "redirect does not belong to this login",
    ))
}

#[test]
fn at_another_place() {
    for redirected in [
        "",
        "c0de",
        "?code=c0de&state=$S",
        "$R",
        "$R#code=c0de&state=$S",
        "$R/more?code=c0de&state=$S",
        "$Rx?code=c0de&state=$S",
        "http://127.0.0.1:8080/CB?code=c0de&state=$S",
        "http://127.0.0.1:8080/cb/../cb?code=c0de&state=$S",
        "http://127.0.0.1:8080/%63b?code=c0de&state=$S",
        "http://127.0.0.1:80801/cb?code=c0de&state=$S",
        "http://127.0.0.2:8080/cb?code=c0de&state=$S",
        "http://localhost:8080/cb?code=c0de&state=$S",
        "https://127.0.0.1:8080/cb?code=c0de&state=$S",
        "http://user@127.0.0.1:8080/cb?code=c0de&state=$S",
        "http://127.0.0.1:8080@evil.example/cb?code=c0de&state=$S",
        "http://evil.example/?u=http://127.0.0.1:8080/cb?code=c0de&state=$S",
        "//127.0.0.1:8080/cb?code=c0de&state=$S",
        "javascript:alert(1)?code=c0de&state=$S",
    ] {
        check(redirected, foreign(Check::RedirectUri));
    }
}

#[test]
fn with_a_wrong_state() {
    for query in [
        "",
        "code=c0de",
        "code=c0de&state=",
        "code=c0de&state",
        "code=c0de&state=forged",
        "code=c0de&state=$Sx",
        "code=c0de&state=x$S",
        "code=c0de&state=$S%00",
        "code=c0de&state=+$S",
        "code=c0de&State=$S",
        "code=c0de&state%5B%5D=$S",
        "code=c0de;state=$S",
        "error=access_denied",
        "error=access_denied&state=forged",
        "error=server_error&error_description=%1b%5b31m",
    ] {
        check(&format!("$R?{query}"), foreign(Check::State));
    }
}

#[test]
fn with_a_duplicate_parameter() {
    for query in [
        "code=c0de&code=c0de2&state=$S",
        "code=c0de&c%6Fde=c0de2&state=$S",
        "code=c0de&state=$S&state=$S",
        "code=c0de&state=forged&state=$S",
        "code=c0de&state=$S&iss=https://a.example&iss=https://b.example",
        "error=a&error=b&state=$S",
        "error=a&error_description=x&error_description=y&state=$S",
        "access_token=c0de&access_token=c0de&state=$S",
    ] {
        check(&format!("$R?{query}"), foreign(Check::ParameterOnce));
    }
}

#[test]
fn with_something_else_than_a_code() {
    for query in [
        "state=$S",
        "code=&state=$S",
        "code=+%20&state=$S",
        "state=$S&error=",
        "Code=c0de&state=$S",
    ] {
        let expect = match query {
            // An empty error is an error without a name.
            "state=$S&error=" => Err((ErrorKind::Configuration, None, "refused")),
            _ => foreign(Check::CodeOrError),
        };
        check(&format!("$R?{query}"), expect);
    }
    for query in [
        "code=c0de&access_token=c0de2&state=$S",
        "access_token=c0de&token_type=bearer&state=$S",
        "code=c0de&id_token=e30.e30.&state=$S",
        "response=e30.e30.&state=$S",
    ] {
        check(&format!("$R?{query}"), foreign(Check::ResponseType));
    }
}

#[test]
fn from_another_server() {
    let known = || server().issuer("https://a.example");
    for iss in [
        "https://b.example",
        "https://a.example/",
        "https://A.example",
        "http://a.example",
        "",
        "https://a.example%00",
    ] {
        let redirected = format!("$R?code=c0de&state=$S&iss={iss}");
        check_at(known(), &redirected, foreign(Check::Issuer));
        check_at(server(), &redirected, foreign(Check::Issuer));
        let denied = format!("$R?error=access_denied&state=$S&iss={iss}");
        check_at(known(), &denied, foreign(Check::Issuer));
    }
    let always = || known().always_names_issuer();
    check_at(always(), "$R?code=c0de&state=$S", foreign(Check::Issuer));
    check_at(
        always(),
        "$R?error=access_denied&state=$S",
        foreign(Check::Issuer),
    );
    check_at(
        always(),
        "$R?code=c0de&state=$S&iss=https%3A%2F%2Fa.example",
        Ok(()),
    );
    let unannounced = server().allow(Quirk::UnannouncedIssuer);
    check_at(
        unannounced,
        "$R?code=c0de&state=$S&iss=https://b.example",
        Ok(()),
    );
    let known = known().allow(Quirk::UnannouncedIssuer);
    check_at(
        known,
        "$R?code=c0de&state=$S&iss=https://b.example",
        foreign(Check::Issuer),
    );
}

#[test]
fn errors_of_the_server() {
    let check = |query: &str, kind, words| {
        check(&format!("$R?{query}&state=$S"), Err((kind, None, words)));
    };
    check(
        "error=access_denied",
        ErrorKind::ConsentDenied,
        "access_denied",
    );
    check(
        "error=access_denied&code=c0de",
        ErrorKind::ConsentDenied,
        "access_denied",
    );
    check(
        "error=temporarily_unavailable",
        ErrorKind::Refused,
        "has a problem",
    );
    check(
        "error=invalid_scope&hint=Check+the+%60x%60+scope",
        ErrorKind::Configuration,
        "Check the `x` scope",
    );
    check(
        "error=%1b%5b31m%0d%0aSet-Cookie",
        ErrorKind::Configuration,
        "[31m Set-Cookie",
    );
    check(
        "error=x&error_uri=https://a.example/why",
        ErrorKind::Configuration,
        "<https://a.example/why>",
    );
    let long = format!("error=x&error_description={}", "y".repeat(100_000));
    check(&long, ErrorKind::Configuration, "yyy…");
}

#[test]
fn allowed_quirks_are_on_the_result() {
    let grant = pending(server().allow(Quirk::UnannouncedIssuer))
        .accept(&format!(
            "{REDIRECT}?code=c0de&state={STATE}&iss=https://b.example"
        ))
        .expect("allowed by name");
    let quirks: Vec<_> = grant.quirks().iter().collect();
    assert_eq!(quirks, [Quirk::UnannouncedIssuer]);
    let error = pending(server().errors_without_state())
        .accept(&format!("{REDIRECT}?error=invalid_scope"))
        .expect_err("an error");
    let oauth = error.oauth().expect("the server's own");
    assert!(oauth.quirks().contains(Quirk::ErrorWithoutState));
    let error = pending(server().errors_without_state())
        .accept(&format!("{REDIRECT}?error=invalid_scope&state={STATE}"))
        .expect_err("an error");
    assert!(error.oauth().expect("the server's own").quirks().is_empty());
}

#[test]
fn out_of_band() {
    let check = |text: &str, expect: Option<Check>| {
        let pending = pending_at(server(), RedirectUri::OUT_OF_BAND);
        let result = pending.accept_code(&text.replace("$S", STATE));
        assert_eq!(
            result.as_ref().err().and_then(|error| error.check()),
            expect,
            "{text}"
        );
        assert_eq!(result.is_ok(), expect.is_none(), "{text}: {result:?}");
    };
    let native = "https://a.example/oauth/authorize/native";
    check("c0de", None);
    check(&format!("{native}?code=c0de"), None);
    check(
        &format!("{native}?code=c0de&state=$S"),
        Some(Check::UnexpectedState),
    );
    check(
        &format!("{native}?code=c0de&state="),
        Some(Check::UnexpectedState),
    );
    check(
        &format!("{native}?code=c0de&iss=https://b.example"),
        Some(Check::Issuer),
    );
    check(
        &format!("{native}?code=c0de&code=other"),
        Some(Check::ParameterOnce),
    );
    check(
        &format!("{native}?access_token=c0de"),
        Some(Check::ResponseType),
    );
    check(&format!("{native}?x=1"), Some(Check::CodeOrError));
    check("two words", Some(Check::CodeOrError));
    check("", Some(Check::CodeOrError));
    check("c\u{f6}de", Some(Check::CodeOrError));
    let pending = pending_at(server(), RedirectUri::OUT_OF_BAND);
    let error = pending
        .accept_code(&format!("{native}?error=access_denied"))
        .expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::ConsentDenied);
}
