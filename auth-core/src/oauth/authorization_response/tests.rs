//! Authorization responses, in a table: the honest, the odd and the hostile.

use super::*;
use crate::{
    oauth::{
        authorization_request::{AuthorizationRequest, Entropy},
        server::AuthorizationServer,
    },
    wire::url::Endpoint,
};

const STATE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

fn pending(
    redirect: &str,
    adjust: impl Fn(AuthorizationServer) -> AuthorizationServer,
) -> PendingAuthorization {
    let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
    let server = AuthorizationServer::new(endpoint("https://a.example/token"))
        .authorization_endpoint(endpoint("https://a.example/authorize"));
    let client = OAuthClient::new(adjust(server), "id").expect("an id");
    let redirect = RedirectUri::parse(redirect).expect("a redirect URI");
    let request = AuthorizationRequest::new(&client, redirect, Entropy::new([7; 64]));
    request.begin().expect("an endpoint").1
}

/// `S` is replaced by our state.
fn check(pending: &PendingAuthorization, query: &str, expect: Result<&str, (ErrorKind, &str)>) {
    let url = format!(
        "http://127.0.0.1:8080/cb?{}",
        query.replace("=S", &format!("={STATE}"))
    );
    match (pending.accept(&url), expect) {
        (Ok(grant), Ok(code)) => assert_eq!(grant.code.expose_secret(), code, "{query}"),
        (Err(error), Err((kind, words))) => {
            assert_eq!(error.kind(), kind, "{query}: {error}");
            assert!(error.to_string().contains(words), "{query}: {error}");
            assert!(!format!("{error:?}").contains(STATE), "{error:?}");
        }
        (got, _) => panic!("{query}: {got:?}"),
    }
}

#[test]
fn responses() {
    use ErrorKind::{CallbackMismatch, Configuration, ConsentDenied, Refused};
    let pending = pending("http://127.0.0.1:8080/cb", |server| server);
    let foreign = |words| Err((CallbackMismatch, words));
    check(&pending, "code=c0de&state=S", Ok("c0de"));
    check(&pending, "state=S&code=c0de&extra=1&extra=2", Ok("c0de"));
    check(&pending, "code=a%2Bb%2F%3D&state=S", Ok("a+b/="));
    check(&pending, "code=c0de", foreign("`state` is missing"));
    check(&pending, "code=c0de&state=", foreign("not the one"));
    check(&pending, "code=c0de&state=forged", foreign("not the one"));
    check(&pending, "code=c0de&state=Sx", foreign("not the one"));
    for (query, expect) in [
        (
            "code=c0de&state=S&state=S",
            foreign("duplicate parameter `state`"),
        ),
        (
            "code=c0de&code=evil&state=S",
            foreign("duplicate parameter `code`"),
        ),
        ("code=&state=S", foreign("neither a code nor an error")),
        ("state=S", foreign("neither a code nor an error")),
        ("", foreign("`state` is missing")),
        (
            "code=c0de&state=S&iss=https://evil.example",
            foreign("another authorization server"),
        ),
        (
            "error=access_denied&state=S",
            Err((ConsentDenied, "access_denied")),
        ),
        (
            "error=access_denied&error_description=No+way&hint=h&state=S",
            Err((ConsentDenied, "\"No way\" (hint: h)")),
        ),
        (
            "error=access_denied&code=c0de&state=S",
            Err((ConsentDenied, "access_denied")),
        ),
        ("error=access_denied", foreign("`state` is missing")),
        ("error=access_denied&state=forged", foreign("not the one")),
        (
            "error=invalid_scope&state=S",
            Err((Configuration, "setting: scope")),
        ),
        (
            "error=unauthorized_client&state=S",
            Err((Configuration, "registered")),
        ),
        ("error=server_error&state=S", Err((Refused, "server_error"))),
        ("error=%1b[31m&state=S", Err((Configuration, "[31m"))),
    ] {
        check(&pending, query, expect);
    }
}

#[test]
fn servers_with_an_issuer() {
    let foreign = |words| Err((ErrorKind::CallbackMismatch, words));
    let redirect = "http://127.0.0.1:8080/cb";
    let known = pending(redirect, |server| server.issuer("https://a.example"));
    check(
        &known,
        "code=c0de&state=S&iss=https%3A%2F%2Fa.example",
        Ok("c0de"),
    );
    check(&known, "code=c0de&state=S", Ok("c0de"));
    check(
        &known,
        "code=c0de&state=S&iss=https%3A%2F%2Fa.example%2F",
        foreign("another"),
    );
    check(
        &known,
        "error=access_denied&state=S&iss=https%3A%2F%2Fb.example",
        foreign("another"),
    );
    let strict = pending(redirect, |server| {
        server.issuer("https://a.example").always_names_issuer()
    });
    check(&strict, "code=c0de&state=S", foreign("`iss` is missing"));
}

#[test]
fn a_server_that_forgets_state_on_errors() {
    let lenient = pending(
        "http://127.0.0.1:8080/cb",
        AuthorizationServer::errors_without_state,
    );
    check(
        &lenient,
        "error=invalid_scope&hint=x",
        Err((ErrorKind::Configuration, "invalid_scope")),
    );
    check(
        &lenient,
        "error=invalid_scope&state=forged",
        Err((ErrorKind::CallbackMismatch, "not the one")),
    );
    check(
        &lenient,
        "code=c0de",
        Err((ErrorKind::CallbackMismatch, "missing")),
    );
}

#[test]
fn out_of_band() {
    let pending = pending(RedirectUri::OUT_OF_BAND, |server| server);
    let check = |text: &str, expect: Option<&str>| {
        let grant = pending.accept_code(text).ok();
        assert_eq!(
            grant.as_ref().map(|grant| grant.code.expose_secret()),
            expect,
            "{text}"
        );
    };
    check("c0de", Some("c0de"));
    check("  c0de\r\n", Some("c0de"));
    check(
        "https://a.example/oauth/authorize/native?code=c0de",
        Some("c0de"),
    );
    check("\"c0de\"", Some("c0de"));
    check("c0\nde", Some("c0de"));
    check("?code=c0de", Some("c0de"));
    check("code=c0de", Some("c0de"));
    // An address is no code: it would be sent and refused.
    check("https://a.example/oauth/authorize/native", None);
    check("", None);
    check("two words", None);
    assert_eq!(
        pending
            .accept("urn:x?code=1")
            .expect_err("no redirect")
            .kind(),
        ErrorKind::Usage
    );
}

#[test]
fn pasted_addresses() {
    const OURS: &str = "http://127.0.0.1:8080/cb?code=c0de&state=$S";
    let check = |text: &str, is_repaired: bool| {
        let pending = pending("http://127.0.0.1:8080/cb", |server| server);
        let text = text.replace("$S", STATE);
        let outcome = pending.accept_pasted(&text);
        let code = outcome.as_ref().map(|grant| grant.code.expose_secret());
        assert_eq!(
            code.ok(),
            is_repaired.then_some("c0de"),
            "{text:?}: {outcome:?}"
        );
    };
    check(OURS, true);
    check(&format!("<{OURS}>\r\n"), true);
    check(&OURS.replace("c0de", "c0\r\n  de"), true);
    check(&OURS.replace('&', "&amp;"), true);
    check(&OURS.replace("http://", ""), true);
    check("/cb?code=c0de&state=$S", true);
    check("?code=c0de&state=$S", true);
    check("state=$S&code=c0de", true);
    check("\"code=c0de&amp;state=$S\"", true);
    check(&OURS.replace("c0de", "c0 de"), false);
    check(&OURS.replace("c0de", "c0%20de"), false);
    check("c0de", false);
    check("", false);
    check("/other?code=c0de&state=$S", false);
    check("evil.example/cb?code=c0de&state=$S", false);
    check("http://evil.example/cb?code=c0de&state=$S", false);
    check("?code=c0de&state=forged", false);
    check("http://127.0.0.1:8080/cb#code=c0de&state=$S", false);
}

#[test]
fn a_bare_code_is_refused_elsewhere() {
    let pending = pending("http://127.0.0.1:8080/cb", |server| server);
    assert_eq!(
        pending.accept_code("c0de").expect_err("refused").kind(),
        ErrorKind::Usage
    );
}

#[test]
fn stored_and_restored() {
    let first = pending("http://127.0.0.1:8080/cb", |server| {
        server.issuer("https://a.example")
    });
    let again = PendingAuthorization::from_secret_text(first.to_secret_text().as_ref())
        .expect("our own text");
    check(&again, "code=c0de&state=S", Ok("c0de"));
    check(
        &again,
        "code=c0de&state=S&iss=x",
        Err((ErrorKind::CallbackMismatch, "another")),
    );
    assert_eq!(
        again.verifier.expose_secret(),
        first.verifier.expose_secret()
    );
    for text in ["", "{}", r#"{"version":1}"#, r#"{"version":2}"#] {
        assert!(
            PendingAuthorization::from_secret_text(text.as_bytes()).is_err(),
            "{text}"
        );
    }
}

/// A redirect could then end any login, or a code be exchanged without a proof.
#[test]
fn a_stored_request_without_state_or_verifier_is_rejected() {
    let check = |redirect: &str, change: fn(&mut serde_json::Value), expect: bool| {
        let stored = pending(redirect, |server| server).to_secret_text();
        let mut value = serde_json::from_slice(stored.as_ref()).expect("our own text");
        change(&mut value);
        let read = PendingAuthorization::from_secret_text(value.to_string().as_bytes());
        assert_eq!(read.is_ok(), expect, "{redirect}: {read:?}");
        if let Err(error) = read {
            assert_eq!(error.kind(), ErrorKind::Store);
        }
    };
    let uri = "http://127.0.0.1:8080/cb";
    check(uri, |_| {}, true);
    check(uri, |value| value["state"] = serde_json::Value::Null, false);
    check(uri, |value| value["verifier"] = " ".into(), false);
    check(uri, |value| value["verifier"] = "".into(), false);
    check(
        uri,
        |value| value["verifier"] = serde_json::Value::Null,
        false,
    );
    check(RedirectUri::OUT_OF_BAND, |_| {}, true);
    check(
        RedirectUri::OUT_OF_BAND,
        |value| value["verifier"] = " ".into(),
        false,
    );
    check(
        RedirectUri::OUT_OF_BAND,
        |value| value["state"] = "s".into(),
        false,
    );
}

#[test]
fn debug_hides_what_it_holds() {
    let pending = pending("http://127.0.0.1:8080/cb", |server| server);
    let shown = format!("{pending:?}");
    assert!(
        !shown.contains(STATE) && !shown.contains(pending.verifier.expose_secret()),
        "{shown}"
    );
}
