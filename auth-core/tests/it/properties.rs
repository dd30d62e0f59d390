//! Properties of all input from outside: no parser panics, and nothing is accepted without its
//! checks.

use auth_core::{
    Challenge, DeviceAuthorizationRequest, IntrospectionRequest, Message, MetadataRequest,
    PendingAuthorization, RedirectUri, TokenRequest,
};
use proptest::prelude::*;

use crate::common::{
    REDIRECT, STATE, client, endpoint, pending, pending_at, public, response, server,
};

/// JSON that looks like a response: known keys with values of every shape.
fn document() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        Just("access_token"),
        Just("token_type"),
        Just("expires_in"),
        Just("scope"),
        Just("error"),
        Just("active"),
        Just("exp"),
        Just("aud"),
        Just("device_code"),
        Just("user_code"),
        Just("verification_uri"),
        Just("interval"),
        Just("issuer"),
        Just("token_endpoint"),
        Just("code_challenge_methods_supported"),
        Just("token_endpoint_auth_methods_supported"),
        Just("request_uri"),
    ];
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("{}".to_owned()),
        Just("[]".to_owned()),
        Just(r#"["S256","none",7,null]"#.to_owned()),
        Just(r#""https://a.example""#.to_owned()),
        Just(r#""bearer""#.to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:e}")),
        "[ -!#-\\[\\]-~\u{a0}-\u{2fff}]{0,30}".prop_map(|text| format!("\"{text}\"")),
    ];
    proptest::collection::vec((key, value), 0..8).prop_map(|fields| {
        let fields: Vec<String> = fields
            .iter()
            .map(|(key, value)| format!("\"{key}\":{value}"))
            .collect();
        format!("{{{}}}", fields.join(","))
    })
}

fn read_by_all(status: u16, content_type: &str, body: &[u8]) {
    let client = client();
    let response = || response(status, content_type, body);
    let _ = TokenRequest::client_credentials(&client).parse(response());
    let _ = IntrospectionRequest::access_token(&client, "t").parse(response());
    if let Ok(device) = DeviceAuthorizationRequest::new(&client).parse(response()) {
        assert!(device.verification_uri().starts_with("http"), "{device}");
    }
    if let Ok(metadata) = MetadataRequest::new("https://a.example")
        .expect("an issuer")
        .parse(response())
    {
        assert_eq!(metadata.issuer(), "https://a.example");
        let _ = metadata.server();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_response_makes_a_parser_panic(status in 100u16..1000, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_by_all(status, "application/json", &body);
    }

    #[test]
    fn no_document_makes_a_parser_panic(
        status in prop_oneof![Just(200u16), Just(201), Just(400), Just(401), Just(500)],
        content_type in prop_oneof![Just("application/json"), Just("text/html"), Just("")],
        body in document(),
    ) {
        read_by_all(status, content_type, body.as_bytes());
    }

    #[test]
    fn no_callback_passes_without_our_state(
        place in prop_oneof![9 => Just(REDIRECT.to_owned()), 1 => "\\PC{0,40}"],
        query in "(code|state|iss|error|access_token|%63ode|\\PC{0,3})=(c0de|[!-~]{0,50})(&(code|state|iss|error|x)=[!-~]{0,10}){0,3}",
    ) {
        let url = format!("{place}?{query}");
        let result = pending(server()).accept(&url);
        prop_assert!(result.is_err(), "{url}");
        if let Ok(grant) = pending_at(server(), RedirectUri::OUT_OF_BAND).accept_code(&url) {
            let shown = format!("{grant:?}");
            prop_assert!(!shown.contains("c0de"));
        }
    }

    #[test]
    fn any_code_survives_the_redirect(code in "[!-~]{1,200}") {
        let encoded: String = url_encode(&code);
        let grant = pending(server()).accept(&format!("{REDIRECT}?state={STATE}&code={encoded}")).expect("our redirect");
        let request = TokenRequest::code(&public(server()), &grant).request().expect("a request");
        let auth_core::Body::Bytes(body) = request.body() else { panic!("a form") };
        let body = String::from_utf8(body.to_vec()).expect("ASCII");
        prop_assert!(body.contains(&format!("&code={encoded}&")), "{body}");
    }

    #[test]
    fn stored_requests_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..400) {
        let _ = PendingAuthorization::from_secret_text(&bytes);
        let own = pending(server()).to_secret_text();
        let own = own.as_ref();
        let torn = PendingAuthorization::from_secret_text(&own[..cut.min(own.len() - 1)]);
        prop_assert!(torn.is_err());
        prop_assert!(PendingAuthorization::from_secret_text(own).is_ok());
    }

    #[test]
    fn challenges_are_read_or_refused(text in "\\PC{0,100}") {
        if let Ok(challenges) = Challenge::parse(&text) {
            let printed: Vec<String> = challenges.iter().map(Challenge::to_string).collect();
            prop_assert_eq!(Challenge::parse(&printed.join(", ")).expect("our own text"), challenges);
        }
    }

    #[test]
    fn issuers_give_urls_below_their_host(path in "(/[a-z0-9._~%-]{0,10}){0,4}") {
        let issuer = format!("https://a.example{path}");
        for request in [MetadataRequest::new(issuer.as_str()), MetadataRequest::openid(issuer.as_str())] {
            let request = request.expect("an issuer");
            prop_assert_eq!(request.url().uri().host(), Some("a.example"));
            prop_assert!(request.url().uri().path().contains("/.well-known/"));
        }
    }
}

/// Everything but letters and digits, as a form has it.
fn url_encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'*' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[test]
fn an_endpoint_prints_as_it_was_read() {
    for text in [
        "https://a.example/token",
        "https://a.example/token?x=%20y",
        "http://[::1]:9/",
    ] {
        assert_eq!(endpoint(text).to_string(), text);
    }
}
