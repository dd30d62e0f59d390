//! Every check by its name: what it rejects, and its sentence on the crate's page.

use std::collections::HashSet;

use auth_core::{
    AuthorizationRequest, BaseUrl, Body, Challenge, Check, ClientAuthentication,
    DeviceAuthorizationRequest, Endpoint, Entropy, Error, IntrospectionRequest, Leniency, Lifetime,
    Message, MetadataRequest, Now, OAuthClient, PushedAuthorizationRequest, RedirectUri, Request,
    RevocationRequest, SecretText, TokenRequest, TokenResponse, UnixTime,
};

use crate::common::{REDIRECT, STATE, client, endpoint, json, pending, pending_at, public, server};

fn request(client: &OAuthClient) -> AuthorizationRequest<'_> {
    let redirect = RedirectUri::parse(REDIRECT).expect("a redirect URI");
    AuthorizationRequest::new(client, redirect, Entropy::new([7; 64]))
}

fn accept(query: &str) -> Option<Error> {
    let url = format!("{REDIRECT}?{}", query.replace("$S", STATE));
    pending(server().issuer("https://a.example"))
        .accept(&url)
        .err()
}

fn token(status: u16, body: &str) -> Option<Error> {
    let client = client();
    let message = TokenRequest::client_credentials(&client);
    message.parse(json(status, body)).err()
}

fn metadata(fields: &str) -> Result<OAuthClient, Error> {
    let body = format!(
        r#"{{"issuer":"https://a.example","token_endpoint":"https://a.example/t",
        "authorization_endpoint":"https://a.example/a",{fields}}}"#
    );
    let message = MetadataRequest::new("https://a.example")?;
    OAuthClient::new(message.parse(json(200, &body))?.server()?, "an-id")
}

fn bearer_to(url: &str) -> Option<Error> {
    let now = Now {
        wall: UnixTime::from_secs(1_700_000_000),
        monotonic: std::time::Duration::ZERO,
    };
    let token = TokenResponse::new("t0ken", Lifetime::Unstated)
        .and_then(|response| response.into_token(now, 1))
        .expect("a token");
    let base = BaseUrl::parse("https://api.example/v1").expect("a base");
    let mut request = Request::new(Body::Empty);
    *request.uri_mut() = url.parse().expect("a URI");
    let refused = token.authorize(&base, &mut request).err();
    assert_eq!(
        refused.is_some(),
        !request.headers().contains_key("authorization"),
        "{url}"
    );
    refused
}

/// What breaks each check. A check that is added without a case here does not compile away: the
/// test below counts.
fn broken(check: Check) -> Vec<Option<Error>> {
    let other = public(server());
    match check {
        Check::Url => vec![
            Endpoint::parse("http://a.example/token").err(),
            BaseUrl::parse("https://user:pw@a.example").err(),
            RedirectUri::parse("https://a.example/cb#x").err(),
            MetadataRequest::new("https://a.example?x").err(),
        ],
        Check::CredentialInUrl => vec![
            Endpoint::parse("https://a.example/authorize?client_secret=x").err(),
            request(&other).param("password", "x").err(),
        ],
        Check::CoreParameter => vec![
            request(&other).param("state", "x").err(),
            request(&other).param("request_uri", "x").err(),
            TokenRequest::client_credentials(&other)
                .param("grant_type", "x")
                .err(),
        ],
        Check::Pkce => {
            let bare = metadata("\"x\":1").expect("a client");
            vec![request(&bare).begin().err(), request(&bare).begin().err()]
        }
        Check::Pushed => {
            let pushing = public(server().requires_pushed_authorization_requests());
            vec![request(&pushing).begin().err()]
        }
        Check::ClientAuthentication => {
            let none = server().client_authentication(ClientAuthentication::None);
            let raw = ClientAuthentication::Basic(auth_core::BasicEncoding::Raw);
            let colon = OAuthClient::new(server().client_authentication(raw), "a:b");
            vec![
                public(none).with_secret("x").err(),
                colon.and_then(|client| client.with_secret("x")).err(),
                metadata("\"token_endpoint_auth_methods_supported\":[\"tls_client_auth\"]").err(),
            ]
        }
        Check::RedirectUri => vec![
            pending(server())
                .accept(&format!("http://evil.example/cb?code=c&state={STATE}"))
                .err(),
        ],
        Check::ParameterOnce => vec![
            accept("code=a&code=b&state=$S"),
            accept("code=a&state=$S&state=$S"),
            Challenge::parse("Bearer error=a, error=b").err(),
            request(&other)
                .param("locale", "de")
                .and_then(|request| request.param("locale", "fr"))
                .err(),
        ],
        Check::State => vec![accept("code=c"), accept("code=c&state=forged")],
        Check::UnexpectedState => vec![
            pending_at(server(), RedirectUri::OUT_OF_BAND)
                .accept_code(&format!("https://a.example/native?code=c&state={STATE}"))
                .err(),
        ],
        Check::Issuer => vec![
            accept("code=c&state=$S&iss=https://b.example"),
            pending(server().issuer("https://a.example").always_names_issuer())
                .accept(&format!("{REDIRECT}?code=c&state={STATE}"))
                .err(),
        ],
        Check::ResponseType => vec![accept("access_token=t&state=$S")],
        Check::CodeOrError => vec![accept("state=$S")],
        Check::ClientBound => {
            let grant = pending(server())
                .accept(&format!("{REDIRECT}?code=c&state={STATE}"))
                .expect("our redirect");
            let other = OAuthClient::new(server(), "other").expect("an id");
            vec![TokenRequest::code(&other, &grant).request().err()]
        }
        Check::NoRedirect => vec![token(302, ""), token(307, "{}")],
        Check::Object => vec![
            token(200, "[]"),
            token(200, r#"{"access_token":"a","access_token":"b"}"#),
            metadata("\"issuer\":\"https://a.example\"").err(),
        ],
        Check::TokenText => vec![
            token(200, r#"{"access_token":"a\nb"}"#),
            TokenResponse::new("a b", Lifetime::Unstated).err(),
        ],
        Check::TokenType => vec![token(200, r#"{"access_token":"a","token_type":"mac"}"#)],
        Check::Fields => vec![
            token(200, "{}"),
            metadata("\"introspection_endpoint\":7").err(),
        ],
        Check::Leniency => {
            let strict = public(server().leniency(Leniency::strict()));
            let refresh = SecretText::from("r");
            let message = TokenRequest::refresh(&strict, &refresh);
            vec![message.parse(json(200, r#"{"access_token":"a"}"#)).err()]
        }
        Check::MetadataIssuer => {
            let message = MetadataRequest::new("https://b.example").expect("an issuer");
            let body = r#"{"issuer":"https://a.example","token_endpoint":"https://a.example/t"}"#;
            vec![message.parse(json(200, body)).err()]
        }
        Check::BearerOrigin => vec![
            bearer_to("https://evil.example/v1/x"),
            bearer_to("https://api.example/v2/x"),
            bearer_to("https://api.example/v1/../x"),
        ],
        other => panic!("{other} has no case here"),
    }
}

#[test]
fn each_check_refuses_what_it_is_there_for() {
    for check in Check::ALL {
        for (at, error) in broken(check).into_iter().enumerate() {
            let error = error.unwrap_or_else(|| panic!("{check}: case {at} was let through"));
            assert_eq!(error.check(), Some(check), "{check}: case {at}: {error}");
            assert!(!error.is_retryable(), "{check}: case {at}: {error}");
        }
    }
    assert!(bearer_to("https://api.example/v1/x").is_none());
}

#[test]
fn each_check_has_a_name_and_a_sentence() {
    let page = include_str!("../../README.md");
    let names: HashSet<_> = Check::ALL.iter().map(|check| check.name()).collect();
    assert_eq!(names.len(), Check::ALL.len(), "two checks share a name");
    for name in names {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}` |")));
        let sentence = row
            .and_then(|row| row.split('|').nth(2))
            .unwrap_or_default();
        assert!(
            sentence.trim().len() > 20,
            "{name} has no sentence: {sentence}"
        );
    }
}

#[test]
fn no_message_follows_a_redirect() {
    let described = server()
        .revocation_endpoint(endpoint("https://a.example/r"))
        .introspection_endpoint(endpoint("https://a.example/i"))
        .device_authorization_endpoint(endpoint("https://a.example/d"))
        .pushed_authorization_request_endpoint(endpoint("https://a.example/p"));
    let client = public(described);
    let pushed: PushedAuthorizationRequest<'_> = request(&client).push().expect("an endpoint");
    let metadata = MetadataRequest::new("https://a.example").expect("an issuer");
    for status in [301, 302, 303, 307, 308] {
        let errors = [
            TokenRequest::client_credentials(&client)
                .parse(json(status, ""))
                .err(),
            RevocationRequest::access_token(&client, "t")
                .parse(json(status, ""))
                .err(),
            IntrospectionRequest::access_token(&client, "t")
                .parse(json(status, ""))
                .err(),
            DeviceAuthorizationRequest::new(&client)
                .parse(json(status, ""))
                .err(),
            pushed.parse(json(status, "")).err(),
            metadata.parse(json(status, "")).err(),
        ];
        for error in errors {
            let check = error.as_ref().and_then(Error::check);
            assert_eq!(check, Some(Check::NoRedirect), "{status}: {error:?}");
        }
    }
}
