//! The table of verdicts, row by row: the kind of an error, whether trying again helps, and that
//! its advice says the same.

use auth_core::{
    Error, ErrorKind, Message, MetadataRequest, OAuthClient, RevocationRequest, SecretText,
    TokenRequest, TransportError, read_json,
};

use crate::common::{REDIRECT, STATE, client, endpoint, json, pending, public, server};

const TRANSIENT: &[u16] = &[
    408, 421, 425, 429, 500, 502, 503, 504, 506, 507, 508, 510, 511, 520, 521, 522, 523, 524, 525,
    526, 527, 530, 599,
];
const PERMANENT: &[u16] = &[
    300, 400, 401, 403, 404, 405, 407, 409, 410, 413, 418, 422, 431, 451, 501, 505,
];

/// Whether the advice is to try the same again.
fn says_again(error: &Error) -> bool {
    error
        .help()
        .is_some_and(|help| help.contains("try again") || help.contains("ask again after"))
}

#[track_caller]
fn check(error: &Error, kind: ErrorKind, retryable: bool) {
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.is_retryable(), retryable, "{error}");
    assert_eq!(says_again(error), retryable, "{error}");
    assert!(
        error.help().is_some() || kind == ErrorKind::Refused,
        "{error}"
    );
    assert_eq!(error.to_string(), format!("{error:?}"));
}

/// The refusals of each endpoint for one response.
fn endpoints(status: u16, body: &str) -> Vec<Error> {
    let answer = || json(status, body);
    let client = OAuthClient::new(
        server().revocation_endpoint(endpoint("https://a.example/revoke")),
        "an-id",
    )
    .expect("an id");
    let secret = SecretText::from("marked-secret");
    let issuer = MetadataRequest::new("https://a.example").expect("an issuer");
    let code = pending(server())
        .accept(&format!("{REDIRECT}?code=marked-code&state={STATE}"))
        .expect("a code");
    vec![
        TokenRequest::code(&client, &code).parse(answer()).map(drop),
        TokenRequest::refresh(&client, &secret)
            .parse(answer())
            .map(drop),
        TokenRequest::password(&client, "me", &secret)
            .parse(answer())
            .map(drop),
        TokenRequest::client_credentials(&client)
            .parse(answer())
            .map(drop),
        RevocationRequest::access_token(&client, "marked-token")
            .parse(answer())
            .map(drop),
        issuer.parse(answer()).map(drop),
        read_json::<Vec<u64>>(&answer()).map(drop),
    ]
    .into_iter()
    .map(|result| result.expect_err(body))
    .collect()
}

#[test]
fn statuses() {
    for (statuses, retryable) in [(TRANSIENT, true), (PERMANENT, false)] {
        for status in statuses {
            for body in ["", "<html>trouble</html>", r#"{"error":"Trouble"}"#] {
                for error in endpoints(*status, body) {
                    assert_eq!(error.is_retryable(), retryable, "{status} {body}: {error}");
                    assert_eq!(says_again(&error), retryable, "{status} {body}: {error}");
                }
            }
        }
    }
}

#[test]
fn a_server_in_trouble() {
    for code in ["server_error", "temporarily_unavailable"] {
        for status in [200, 400, 401, 403, 500, 501, 503] {
            let body = format!("{{\"error\":\"{code}\"}}");
            let token_endpoint = if status == 200 { 0..4 } else { 0..5 };
            for error in &endpoints_of_oauth(status, &body)[token_endpoint] {
                check(error, ErrorKind::Refused, true);
            }
        }
        let url = format!("{REDIRECT}?error={code}&state={STATE}");
        let error = pending(server()).accept(&url).expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        assert!(error.is_retryable(), "{error}");
        assert!(
            error.help().is_some_and(|help| help.contains("later")),
            "{error}"
        );
    }
}

/// Those that answer with an OAuth error; a revocation has no body to a success.
fn endpoints_of_oauth(status: u16, body: &str) -> Vec<Error> {
    match status {
        200 => {
            let secret = SecretText::from("marked-secret");
            let client = client();
            let refresh = TokenRequest::refresh(&client, &secret).parse(json(status, body));
            let password = TokenRequest::password(&client, "me", &secret).parse(json(status, body));
            let daemon = TokenRequest::client_credentials(&client).parse(json(status, body));
            let other = TokenRequest::refresh(&client, &secret)
                .scope("a")
                .parse(json(status, body));
            [refresh, password, daemon, other]
                .map(|result| result.expect_err(body))
                .into()
        }
        _ => endpoints(status, body),
    }
}

#[test]
fn oauth_codes_by_grant() {
    use ErrorKind::{BadCredentials, Configuration, NeedsLogin, Refused};
    let client = client();
    let secret = SecretText::from("marked-secret");
    let check = |message: &TokenRequest<'_>, body: &str, kind, words: &[&str]| {
        for status in [400, 401] {
            let error = message.parse(json(status, body)).expect_err(body);
            check(&error, kind, false);
            let help = error.help().unwrap_or_default();
            for words in words {
                assert!(help.contains(words), "{body}: {error}");
            }
            let login = help.contains("log in again");
            assert!(!error.needs_login() || login, "{body}: {error}");
        }
    };
    let refresh = TokenRequest::refresh(&client, &secret);
    let narrower = TokenRequest::refresh(&client, &secret).scope("a");
    let password = TokenRequest::password(&client, "me", &secret);
    let daemon = TokenRequest::client_credentials(&client);

    let code = r#"{"error":"invalid_grant"}"#;
    check(&refresh, code, NeedsLogin, &["log in again"]);
    check(&password, code, BadCredentials, &["check both"]);
    check(&daemon, code, Configuration, &["still active"]);

    let code = r#"{"error":"invalid_client"}"#;
    check(
        &daemon,
        code,
        Configuration,
        &["compare both", "grant client_credentials"],
    );
    check(
        &password,
        code,
        Configuration,
        &["compare both", "grant password"],
    );
    check(
        &refresh,
        code,
        Configuration,
        &["compare both", "grant refresh_token", "log in again"],
    );

    let code = r#"{"error":"invalid_scope"}"#;
    check(&refresh, code, NeedsLogin, &["log in again"]);
    check(&narrower, code, Configuration, &["ask for scopes"]);
    check(&daemon, code, Configuration, &["ask for scopes"]);

    for code in [
        r#"{"error":"unauthorized_client"}"#,
        r#"{"error":"unsupported_grant_type"}"#,
    ] {
        for message in [&refresh, &password, &daemon] {
            check(message, code, Configuration, &["this grant"]);
        }
    }
    // Words about the client: league's hint, django-oauth-toolkit, node-oauth2-server.
    for words in [
        r#""hint":"Check the `client_id` parameter""#,
        r#""error_description":"Missing client_id parameter.""#,
        r#""error_description":"Invalid parameter: `client_id`""#,
        r#""error_description":"Missing parameter: `client_secret`""#,
    ] {
        let code = format!("{{\"error\":\"invalid_request\",{words}}}");
        for message in [&refresh, &password, &daemon] {
            check(message, &code, Configuration, &["compare both"]);
        }
    }
    // Authlib's words for a wrong password, in two versions; league's for a missing parameter.
    for quote in ["\\\"", "'"] {
        let words = format!("Invalid {quote}username{quote} or {quote}password{quote} in request.");
        let code = format!("{{\"error\":\"invalid_request\",\"error_description\":\"{words}\"}}");
        check(&password, &code, BadCredentials, &["check both"]);
        check(&daemon, &code, Refused, &[]);
    }
    for words in [
        "Missing \\\"password\\\" in request.",
        "Check the `username` parameter",
    ] {
        let code = format!("{{\"error\":\"invalid_request\",\"hint\":\"{words}\"}}");
        check(&password, &code, Refused, &[]);
    }
    let code = r#"{"error":"made_up"}"#;
    check(&daemon, code, Refused, &[]);
}

#[test]
fn refusals_in_odd_places() {
    let client = client();
    let secret = SecretText::from("marked-secret");
    let refresh = TokenRequest::refresh(&client, &secret);
    let daemon = TokenRequest::client_credentials(&client);
    // With a status of success, as servers do that know only 200.
    let body = r#"{"error":"invalid_grant"}"#;
    let error = refresh.parse(json(200, body)).expect_err(body);
    check(&error, ErrorKind::NeedsLogin, false);
    // An object in place of a code, as the Graph API has it.
    let body = r#"{"error":{"message":"Unsupported","type":"OAuthException","code":190}}"#;
    for (status, retryable) in [(400, false), (401, false), (503, true)] {
        let error = daemon.parse(json(status, body)).expect_err(body);
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        assert_eq!(error.is_retryable(), retryable, "{error}");
        assert!(!error.needs_login(), "{error}");
    }
}

#[test]
fn a_code_that_is_dead_in_any_words() {
    let grant = pending(server())
        .accept(&format!("{REDIRECT}?code=marked-code&state={STATE}"))
        .expect("a code");
    let client = public(server());
    for words in [
        r#"{"error":"invalid_grant"}"#,
        r#"{"error":"invalid_request","hint":"Authorization code has expired"}"#,
        r#"{"error":"invalid_request","error_description":"The authorization code has expired"}"#,
    ] {
        let message = TokenRequest::code(&client, &grant);
        let error = message.parse(json(400, words)).expect_err(words);
        check(&error, ErrorKind::NeedsLogin, false);
    }
}

#[test]
fn the_servers_own_help_keeps_the_third_cause() {
    let server = server().refused_client_help("write to us");
    let client = OAuthClient::new(server, "an-id").expect("an id");
    let secret = SecretText::from("marked-secret");
    let body = r#"{"error":"invalid_client"}"#;
    let refresh = TokenRequest::refresh(&client, &secret).parse(json(401, body));
    let help = refresh.expect_err(body).help().map(str::to_owned);
    let help = help.unwrap_or_default();
    for words in [
        "write to us",
        "may not use the grant refresh_token",
        "log in again",
    ] {
        assert!(help.contains(words), "{help}");
    }
}

#[test]
fn successes_that_end_early() {
    let client = client();
    for body in ["", "{\"access_token\":\"marked", "{\"a\":{}"] {
        let message = TokenRequest::client_credentials(&client);
        let error = message.parse(json(200, body)).expect_err(body);
        check(&error, ErrorKind::Malformed, true);
        let error = read_json::<serde_json::Value>(&json(200, body)).expect_err(body);
        check(&error, ErrorKind::Malformed, true);
    }
    for body in ["{}", "{\"access_token\":7}", "<html>portal</html>", "ok"] {
        let message = TokenRequest::client_credentials(&client);
        let error = message.parse(json(200, body)).expect_err(body);
        check(&error, ErrorKind::Malformed, false);
    }
}

#[test]
fn faults_of_the_transport() {
    let lost = || TransportError::delivery_unknown("reset");
    let refused = || TransportError::not_sent("refused");
    check(&lost().into(), ErrorKind::Transport, true);
    check(&refused().into(), ErrorKind::Transport, true);
    check(&lost().timed_out().into(), ErrorKind::TimedOut, true);
    check(
        &refused().misconfigured().into(),
        ErrorKind::Configuration,
        false,
    );
    let mute = lost().timed_out().misconfigured();
    check(&mute.into(), ErrorKind::Configuration, false);
}

#[test]
fn a_fault_names_its_host_and_nothing_else_of_the_url() {
    let check = |error: TransportError, uri: &str, expect: &str| {
        let uri: http::Uri = uri.parse().expect("a URI");
        let error = Error::from(error.with_host(&uri));
        assert!(error.to_string().starts_with(expect), "{error}");
        assert!(!error.to_string().contains("marked"), "{error}");
    };
    let lost = || TransportError::delivery_unknown("reset");
    let refused = || TransportError::not_sent("refused");
    let uri = "https://me:marked@a.example/marked?marked";
    check(
        refused(),
        uri,
        "the request to https://a.example could not be sent: refused",
    );
    check(lost(), uri, "connection to https://a.example lost: reset");
    check(
        refused().timed_out(),
        uri,
        "connecting to https://a.example timed out: refused",
    );
    check(
        lost().timed_out(),
        uri,
        "no response from https://a.example in time: reset",
    );
    check(
        refused(),
        "http://127.0.0.1:9/marked",
        "the request to http://127.0.0.1:9 could",
    );
    check(
        refused(),
        "http://[::1]:9/marked",
        "the request to http://[::1]:9 could",
    );
}
