//! Each refusal of league's token endpoint and resource server, in both versions' words: caused by
//! requests that no flow of ours sends, and read as our flows read them.

use std::time::Duration;

use auth_core::{
    Body, CodeGrant, Error, ErrorKind, Limits, Message, Operation, Request, SecretText,
    TokenRequest, TokenResponse,
};
use http::{HeaderValue, header};

use super::{Case, code};
use crate::scene::{DAEMON, OTHER, Scene, TOOL, fails};

pub(super) const CASES: &[Case] = &[
    ("secret missing: configuration", |scene| {
        let service = scene.without_secret(TOOL.0).build().expect("a service");
        let grant = code(scene, str::to_owned);
        let response = scene.exchange(&TokenRequest::code(service.client(), &grant));
        let eight = (ErrorKind::Configuration, 401, "invalid_client");
        let nine = (ErrorKind::Configuration, 400, "client_secret");
        refused(scene, response, eight, nine);
    }),
    ("no client credentials at all", |scene| {
        let expected = (ErrorKind::Configuration, 400, "client_id");
        let response = as_itself(scene, |field| without(field, "client_id"), Header::Without);
        both(scene, response, expected);
    }),
    ("grant_type missing", |scene| {
        let expected = (ErrorKind::Configuration, 400, "unsupported_grant_type");
        let response = as_itself(scene, |field| without(field, "grant_type"), Header::AsItIs);
        both(scene, response, expected);
    }),
    ("grant_type unknown, misspelt", |scene| {
        let change = |field: &str| Some(field.replace("client_credentials", "client_credential"));
        let expected = (ErrorKind::Configuration, 400, "unsupported_grant_type");
        both(scene, as_itself(scene, change, Header::AsItIs), expected);
    }),
    (
        "a JSON body, an empty form, parameters in the query",
        not_a_form,
    ),
    ("a garbage code: a new login is needed", |scene| {
        let grant = code(scene, str::to_owned);
        let response = exchanged(scene, &grant, |field| replaced(field, "code", "garbage"));
        dead_code(scene, response, "authorization code");
    }),
    ("a code of another client", |scene| {
        let grant = code(scene, str::to_owned);
        let response = exchanged_by_other(scene, &grant);
        let expected = (ErrorKind::NeedsLogin, 400, "not issued to this client");
        both(scene, response, expected);
    }),
    ("redirect_uri missing at the token endpoint", |scene| {
        let expected = (ErrorKind::Refused, 400, "redirect_uri");
        changed_exchange(scene, |field| without(field, "redirect_uri"), expected);
    }),
    (
        "redirect_uri registered, but not the requested one",
        |scene| {
            let other = "http%3A%2F%2F127.0.0.1%2Fcallback";
            let change = |field: &str| replaced(field, "redirect_uri", other);
            changed_exchange(scene, change, (ErrorKind::Refused, 400, "redirect URI"));
        },
    ),
    (
        "redirect_uri not registered, at the token endpoint",
        |scene| {
            let other = "https%3A%2F%2Felsewhere.example%2F";
            let grant = code(scene, str::to_owned);
            let response = exchanged(scene, &grant, |field| {
                replaced(field, "redirect_uri", other)
            });
            let eight = (ErrorKind::Configuration, 401, "invalid_client");
            let nine = (ErrorKind::Refused, 400, "redirect URI");
            refused(scene, response, eight, nine);
        },
    ),
    ("code_verifier missing", |scene| {
        let expected = (ErrorKind::Refused, 400, "code_verifier");
        changed_exchange(scene, |field| without(field, "code_verifier"), expected);
    }),
    (
        "code_verifier by Info Flora's PHP recipe: malformed",
        |scene| {
            // 44 characters of plain base64: it ends in `=`, which RFC 7636 section 4.1 does not
            // allow.
            let recipe = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA%3D";
            let change = |field: &str| replaced(field, "code_verifier", recipe);
            changed_exchange(scene, change, (ErrorKind::Refused, 400, "RFC-7636"));
        },
    ),
    (
        "code_verifier without a challenge before: refused",
        |scene| {
            let expected = (ErrorKind::Refused, 400, "code_challenge");
            both(
                scene,
                after_login_without(scene, "code_challenge"),
                expected,
            );
        },
    ),
    (
        "no code_challenge_method means `plain`: no code is valid",
        |scene| {
            let response = after_login_without(scene, "code_challenge_method");
            both(
                scene,
                response,
                (ErrorKind::NeedsLogin, 400, "code_verifier"),
            );
        },
    ),
    (
        "a refresh token past its month: a new login is needed",
        |scene| {
            let refresh = refresh_token(scene, TOOL.0);
            scene.server.advance(Duration::from_secs(31 * 86_400));
            dead_refresh(scene, &refresh, "expired");
        },
    ),
    ("a garbage refresh token: a new login is needed", |scene| {
        dead_refresh(scene, &SecretText::from("garbage"), "decrypt");
    }),
    (
        "a refresh token of another client: a new login is needed",
        |scene| dead_refresh(scene, &refresh_token(scene, OTHER.0), "linked to client"),
    ),
    (
        "a refresh for a wider scope: refused, not used up",
        |scene| {
            let (service, refresh) = (scene.service(TOOL), refresh_token(scene, TOOL.0));
            let plain = TokenRequest::refresh(service.client(), &refresh);
            let wider = TokenRequest::refresh(service.client(), &refresh).scope("public admin");
            let expected = (ErrorKind::Configuration, 400, "invalid_scope");
            both(scene, scene.exchange(&wider), expected);
            scene.exchange(&plain).expect("it is not used up");
        },
    ),
    (
        "the API without, with a bad, with a revoked token: 401",
        at_the_door,
    ),
];

/// The expected error: the kind, the status, and a word of the server's message.
type Expected = (ErrorKind, u16, &'static str);

fn refused<T: std::fmt::Debug>(
    scene: &Scene,
    response: Result<T, Error>,
    eight: Expected,
    nine: Expected,
) {
    let (kind, status, word) = if scene.eight { eight } else { nine };
    let error = fails(response, kind, &[word]);
    let found = error.status().map(|status| status.as_u16());
    assert_eq!(found, Some(status), "{error}");
}

fn both<T: std::fmt::Debug>(scene: &Scene, response: Result<T, Error>, expected: Expected) {
    refused(scene, response, expected, expected);
}

/// For an invalid code league 8 sends `invalid_request`, league 9 `invalid_grant`; both mean the
/// same.
fn dead_code(scene: &Scene, response: Result<TokenResponse, Error>, word: &str) {
    let code = match scene.eight {
        true => "invalid_request",
        false => "invalid_grant",
    };
    let error = fails(response, ErrorKind::NeedsLogin, &[code, word]);
    assert_eq!(
        error.status(),
        Some(http::StatusCode::BAD_REQUEST),
        "{error}"
    );
}

/// 401 `invalid_request` from league 8, 400 `invalid_grant` from league 9.
fn dead_refresh(scene: &Scene, refresh: &SecretText, word: &str) {
    let service = scene.service(TOOL);
    let response = scene.exchange(&TokenRequest::refresh(service.client(), refresh));
    let words = match scene.eight {
        true => ["401", "invalid_request", word],
        false => ["400", "invalid_grant", word],
    };
    fails(response, ErrorKind::NeedsLogin, &words);
}

fn refresh_token(scene: &Scene, client: &str) -> SecretText {
    let token = scene.server.issue_refresh_token(client, "alice", "public");
    token.expect("a refresh token").into()
}

fn replaced(field: &str, name: &str, value: &str) -> Option<String> {
    Some(match field.split_once('=') {
        Some((own, _)) if own == name => format!("{name}={value}"),
        _ => field.to_owned(),
    })
}

fn without(field: &str, name: &str) -> Option<String> {
    let is_it = field.split_once('=').is_some_and(|(own, _)| own == name);
    (!is_it).then(|| field.to_owned())
}

/// How the header with id and secret is sent.
#[derive(Clone, Copy, PartialEq)]
enum Header {
    AsItIs,
    Without,
}

/// A client-credentials request, changed before sending.
fn as_itself(
    scene: &Scene,
    change: impl Fn(&str) -> Option<String>,
    header: Header,
) -> Result<TokenResponse, Error> {
    let service = scene.service(DAEMON);
    let message = TokenRequest::client_credentials(service.client());
    let mut request = changed(message.request()?, change);
    if header == Header::Without {
        request.headers_mut().remove(header::AUTHORIZATION);
    }
    message.parse(scene.world.send(request, &message.limits())?)
}

/// The exchange of a code, changed before sending.
fn exchanged(
    scene: &Scene,
    grant: &CodeGrant,
    change: impl Fn(&str) -> Option<String>,
) -> Result<TokenResponse, Error> {
    let service = scene.service(TOOL);
    let message = TokenRequest::code(service.client(), grant);
    let request = changed(message.request()?, change);
    message.parse(scene.world.send(request, &message.limits())?)
}

/// The exchange of a code of alice's, changed before sending, is refused in both versions alike.
fn changed_exchange(scene: &Scene, change: impl Fn(&str) -> Option<String>, expected: Expected) {
    let grant = code(scene, str::to_owned);
    both(scene, exchanged(scene, &grant, change), expected);
}

/// The exchange of a code that was asked for without the parameters that begin like this.
fn after_login_without(scene: &Scene, parameters: &str) -> Result<TokenResponse, Error> {
    let grant = code(scene, |field| match field.starts_with(parameters) {
        true => "x=1".to_owned(),
        false => field.to_owned(),
    });
    exchanged(scene, &grant, |field| Some(field.to_owned()))
}

/// The exchange by another client than the code belongs to, with that client's own header.
fn exchanged_by_other(scene: &Scene, grant: &CodeGrant) -> Result<TokenResponse, Error> {
    let (own, other) = (scene.service(TOOL), scene.service(OTHER));
    let message = TokenRequest::code(own.client(), grant);
    let change = |field: &str| replaced(field, "client_id", OTHER.0);
    let mut request = changed(message.request()?, change);
    let theirs = TokenRequest::client_credentials(other.client()).request()?;
    let header = theirs.headers()[header::AUTHORIZATION].clone();
    request.headers_mut().insert(header::AUTHORIZATION, header);
    message.parse(scene.world.send(request, &message.limits())?)
}

/// The request with each field of its form changed or omitted.
fn changed(mut request: Request, change: impl Fn(&str) -> Option<String>) -> Request {
    let form = request.body().bytes().unwrap_or_default();
    let form = String::from_utf8_lossy(form).into_owned();
    let fields: Vec<_> = form.split('&').filter_map(change).collect();
    *request.body_mut() = Body::plain(fields.join("&").into_bytes());
    request
}

/// league reads only a form in the body; for any other body it sees an empty request.
fn not_a_form(scene: &Scene) {
    let expected = (ErrorKind::Configuration, 400, "unsupported_grant_type");
    both(scene, as_itself(scene, |_| None, Header::AsItIs), expected);
    let service = scene.service(DAEMON);
    let message = TokenRequest::client_credentials(service.client());
    let send = |request| message.parse(scene.world.send(request, &message.limits())?);

    let mut json = message.request().expect("a request");
    *json.body_mut() = Body::plain(br#"{"grant_type":"client_credentials"}"#.to_vec());
    let kind = HeaderValue::from_static("application/json");
    json.headers_mut().insert(header::CONTENT_TYPE, kind);
    both(scene, send(json), expected);

    let mut query = message.request().expect("a request");
    *query.body_mut() = Body::Empty;
    let uri = format!("{}?grant_type=client_credentials", query.uri());
    *query.uri_mut() = uri.parse().expect("a URL");
    both(scene, send(query), expected);
}

/// league's own JSON from the resource server.
fn at_the_door(scene: &Scene) {
    let token = scene.server.issue_access_token(TOOL.0, "alice", "public");
    let token = token.expect("a token");
    scene.server.revoke_access_tokens();
    let check = |authorization: Option<&str>, hint: &str| {
        let mut request = Request::new(Body::Empty);
        let uri = format!("{}/rest/v4/observations", scene.server.url());
        *request.uri_mut() = uri.parse().expect("a URL");
        if let Some(text) = authorization {
            let value = HeaderValue::from_str(text).expect("a header");
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let response = scene.world.send(request, &Limits::api());
        let list = api_infoflora::observations::List::new();
        let result = list.parse(response.expect("a response"));
        let words = ["401", "access_denied", hint, "OAuth replaced Basic Auth"];
        fails(result, ErrorKind::Refused, &words);
    };
    check(None, "Missing");
    check(Some("Bearer garbage"), "must have two dots");
    check(Some("Basic YWxpY2U6cGFzc3dvcmQ="), "");
    check(Some(&format!("Bearer {token}")), "revoked");
}
