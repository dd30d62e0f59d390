//! RFC 9126's own example, and unusable responses.

use super::*;
use crate::{
    error::ErrorKind,
    leniency::{Leniency, Quirk},
    oauth::{
        authorization_request::{AuthorizationRequest, Entropy},
        server::{AuthorizationServer, BasicEncoding},
    },
    wire::{redirect::RedirectUri, response_body::ResponseBody},
};

fn server() -> AuthorizationServer {
    let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
    AuthorizationServer::new(endpoint("https://as.example.com/token"))
        .authorization_endpoint(endpoint("https://as.example.com/authorize"))
        .pushed_authorization_request_endpoint(endpoint("https://as.example.com/as/par"))
}

fn client(server: AuthorizationServer, secret: Option<&str>) -> OAuthClient {
    let client = OAuthClient::new(server, "s6BhdRkqt3").expect("an id");
    match secret {
        Some(secret) => client.with_secret(secret).expect("a secret"),
        None => client,
    }
}

fn request(client: &OAuthClient) -> AuthorizationRequest<'_> {
    let redirect = RedirectUri::parse("https://client.example.org/cb").expect("a redirect URI");
    AuthorizationRequest::new(client, redirect, Entropy::new([7; 64])).scope("account-information")
}

fn pushed(client: &OAuthClient) -> PushedAuthorizationRequest<'_> {
    request(client).push().expect("an endpoint")
}

fn response(status: u16, body: &str) -> Response {
    http::Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(ResponseBody::secret(body.as_bytes().to_vec()))
        .expect("a response")
}

const GOOD: &str = r#"{"request_uri":"urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c","expires_in":60}"#;

/// RFC 9126 sections 2.1 and 2.2, with our own `state`, challenge and client authentication.
#[test]
fn the_example_of_the_rfc() {
    let form = "response_type=code&client_id=s6BhdRkqt3&redirect_uri=https%3A%2F%2Fclient.example.org%2Fcb\
                &scope=account-information&state=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc\
                &code_challenge=uTdwA9bHBT1Nv5uaFmRc6yg3oTWmtUTjXz-qxtnIlaU&code_challenge_method=S256";
    let check = |method, secret, ids: &str| {
        let client = client(server().client_authentication(method), secret);
        let request = pushed(&client).request().expect("a request");
        assert_eq!(request.uri(), "https://as.example.com/as/par");
        assert_eq!(request.method(), "POST");
        let crate::Body::Bytes(body) = request.body() else {
            panic!("a form")
        };
        let body = String::from_utf8(body.to_vec()).expect("ASCII");
        let basic = request.headers().contains_key("authorization");
        let challenge = crate::Pkce::new(&[7; 32], Default::default())
            .challenge()
            .to_owned();
        let expect = form.replace("uTdwA9bHBT1Nv5uaFmRc6yg3oTWmtUTjXz-qxtnIlaU", &challenge);
        match basic {
            true => assert_eq!(body, expect),
            false => assert_eq!(body, expect.replace("client_id=s6BhdRkqt3&", "") + ids),
        }
        assert_eq!(body.matches("client_id=").count(), 1, "{body}");
    };
    let basic = ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded);
    check(basic, Some("7Fjfp0ZBr1KtDRbnfVdmIw"), "");
    check(basic, None, "&client_id=s6BhdRkqt3");
    check(
        ClientAuthentication::Body,
        Some("7Fjfp0ZBr1KtDRbnfVdmIw"),
        "&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw",
    );
    let client = client(server(), Some("7Fjfp0ZBr1KtDRbnfVdmIw"));
    let message = pushed(&client);
    let request_uri = message.parse(response(201, GOOD)).expect(GOOD);
    assert_eq!(request_uri.lifetime(), Duration::from_secs(60));
    assert!(request_uri.quirks().is_empty());
    let (url, pending) = message.begin(&request_uri);
    // RFC 9126 section 4.
    assert_eq!(
        url,
        "https://as.example.com/authorize?client_id=s6BhdRkqt3\
         &request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A6esc_11ACC5bwc014ltc14eY22c"
    );
    let state = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
    let back = format!("https://client.example.org/cb?code=c0de&state={state}");
    assert!(pending.accept(&back).is_ok());
}

#[test]
fn responses() {
    let check = |status, body: &str, expect: Result<&[Quirk], (ErrorKind, &str)>| {
        let client = client(server(), Some("marked-secret"));
        match (pushed(&client).parse(response(status, body)), expect) {
            (Ok(uri), Ok(quirks)) => {
                assert_eq!(uri.quirks().iter().collect::<Vec<_>>(), quirks, "{body}")
            }
            (Err(error), Err((kind, words))) => {
                assert_eq!(error.kind(), kind, "{body}: {error}");
                assert!(error.to_string().contains(words), "{body}: {error}");
                assert!(!format!("{error:?}").contains("marked-secret"), "{error}");
            }
            (got, _) => panic!("{body}: {got:?}"),
        }
    };
    use ErrorKind::{Configuration, Malformed, Refused};
    check(201, GOOD, Ok(&[]));
    check(200, GOOD, Ok(&[Quirk::OtherStatus]));
    check(
        201,
        r#"{"request_uri":"urn:x:1","expires_in":"60"}"#,
        Ok(&[Quirk::LifetimeAsText]),
    );
    check(
        201,
        r#"{"request_uri":"urn:x:1"}"#,
        Err((Malformed, "expires_in")),
    );
    check(
        201,
        r#"{"request_uri":"urn:x:1","expires_in":0}"#,
        Err((Malformed, "expires_in")),
    );
    check(
        201,
        r#"{"request_uri":"urn x","expires_in":60}"#,
        Err((Malformed, "request_uri")),
    );
    check(
        201,
        r#"{"request_uri":"a","request_uri":"b","expires_in":60}"#,
        Err((Malformed, "duplicate key")),
    );
    check(201, "", Err((Malformed, "not JSON")));
    // RFC 9126 section 2.3.
    check(
        400,
        r#"{"error":"invalid_request","error_description":"The redirect_uri is not valid for the given client"}"#,
        Err((Refused, "redirect_uri is not valid")),
    );
    check(
        401,
        r#"{"error":"invalid_client","error_description":"marked-secret is wrong"}"#,
        Err((Configuration, "[secret] is wrong")),
    );
    check(405, "", Err((Refused, "405")));
    check(302, "", Err((Configuration, "redirect")));
}

#[test]
fn where_it_is_required() {
    let client = client(server().requires_pushed_authorization_requests(), None);
    let error = request(&client).begin().expect_err("not pushed");
    assert_eq!(error.check(), Some(Check::Pushed));
    assert!(error.is_configuration());
    assert!(request(&client).push().is_ok());
}

#[test]
fn where_it_is_not_offered_and_where_quirks_are_not_allowed() {
    let endpoint = Endpoint::parse("https://as.example.com/token").expect("an endpoint");
    let bare = AuthorizationServer::new(endpoint.clone()).authorization_endpoint(endpoint);
    let bare = client(bare, None);
    assert!(!PushedAuthorizationRequest::is_offered(&bare));
    let error = request(&bare).push().expect_err("no endpoint");
    assert_eq!(
        error.setting(),
        Some("pushed_authorization_request_endpoint")
    );
    let strict = client(server().leniency(Leniency::strict()), None);
    let error = pushed(&strict)
        .parse(response(200, GOOD))
        .expect_err("not 201");
    assert_eq!(error.check(), Some(Check::Leniency));
}

#[test]
fn debug_hides_what_it_holds() {
    let client = client(server(), Some("marked-secret"));
    let message = pushed(&client);
    let uri = message.parse(response(201, GOOD)).expect(GOOD);
    let shown = format!("{message:?} {uri:?}");
    for secret in ["marked-secret", "BwcHBwcH", "6esc_11ACC5"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
