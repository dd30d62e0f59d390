//! Each refusal of league's token endpoint and resource server, in both versions' words: asked for with requests that no flow of
//! ours would make, and read as our flows would read them.

use std::time::Duration;

use auth_core::{
    AuthorizationRequest, Body, CodeGrant, Entropy, Error, ErrorKind, Limits, Message, RedirectUri,
    Request, SecretText, TokenRequest, TokenResponse,
};
use http::{HeaderValue, header};

use super::env::{App, DAEMON, LeagueEnv, OTHER, TOOL};
use super::{Case, Version};
use crate::conformance::env::alice;
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::report::{CheckResult, Failure};

pub(super) const CASES: &[Case] = &[
    ("secret missing: configuration", |desk| {
        let service = desk.describe_without_secret(TOOL).build()?;
        let grant = code(desk, str::to_owned)?;
        let response = desk
            .rig
            .exchange(&TokenRequest::code(service.client(), &grant));
        let eight = (ErrorKind::Configuration, 401, "invalid_client");
        let nine = (ErrorKind::Configuration, 400, "client_secret");
        told(desk, response, eight, nine)
    }),
    ("no client credentials at all", |desk| {
        let change = |field: &str| (!field.starts_with("client_id=")).then(|| field.to_owned());
        let asked = (ErrorKind::Configuration, 400, "client_id");
        both(desk, as_itself(desk, change, Header::Without, &[]), asked)
    }),
    ("grant_type missing", |desk| {
        let change = |field: &str| (!field.starts_with("grant_type=")).then(|| field.to_owned());
        let asked = (ErrorKind::Configuration, 400, "unsupported_grant_type");
        both(desk, as_itself(desk, change, Header::AsItIs, &[]), asked)
    }),
    ("grant_type unknown, misspelt", |desk| {
        let change = |field: &str| Some(field.replace("client_credentials", "client_credential"));
        let asked = (ErrorKind::Configuration, 400, "unsupported_grant_type");
        both(desk, as_itself(desk, change, Header::AsItIs, &[]), asked)
    }),
    (
        "a JSON body, an empty form, parameters in the query",
        not_a_form,
    ),
    (
        "scopes with a comma between them are one unknown scope",
        |desk| {
            let service = desk.service(DAEMON)?;
            let request = TokenRequest::client_credentials(service.client()).scope("public,public");
            let asked = (ErrorKind::Configuration, 400, "invalid_scope");
            both(desk, desk.rig.exchange(&request), asked)
        },
    ),
    ("an expired code: a new login is needed", |desk| {
        let grant = code(desk, str::to_owned)?;
        desk.server.advance(Duration::from_secs(601));
        dead_code(
            desk,
            exchanged(desk, TOOL, &grant, |field| Some(field.to_owned()))?,
            "expired",
        )
    }),
    ("a garbage code: a new login is needed", |desk| {
        let grant = code(desk, str::to_owned)?;
        let garbage = |field: &str| replaced(field, "code", "garbage");
        dead_code(
            desk,
            exchanged(desk, TOOL, &grant, garbage)?,
            "authorization code",
        )
    }),
    ("a code of another client", |desk| {
        let grant = code(desk, str::to_owned)?;
        let change = |field: &str| replaced(field, "client_id", OTHER.0);
        let response = exchanged_by(desk, OTHER, &grant, change)?;
        both(
            desk,
            response,
            (ErrorKind::NeedsLogin, 400, "not issued to this client"),
        )
    }),
    ("redirect_uri missing at the token endpoint", |desk| {
        let grant = code(desk, str::to_owned)?;
        let change = |field: &str| (!field.starts_with("redirect_uri=")).then(|| field.to_owned());
        both(
            desk,
            exchanged(desk, TOOL, &grant, change)?,
            (ErrorKind::Refused, 400, "redirect_uri"),
        )
    }),
    (
        "redirect_uri registered, but another than asked with",
        |desk| {
            let grant = code(desk, str::to_owned)?;
            let other = "http%3A%2F%2F127.0.0.1%2Fcallback";
            let change = |field: &str| replaced(field, "redirect_uri", other);
            both(
                desk,
                exchanged(desk, TOOL, &grant, change)?,
                (ErrorKind::Refused, 400, "redirect URI"),
            )
        },
    ),
    (
        "redirect_uri not registered, at the token endpoint",
        |desk| {
            let grant = code(desk, str::to_owned)?;
            let other = "https%3A%2F%2Felsewhere.example%2F";
            let change = |field: &str| replaced(field, "redirect_uri", other);
            let response = exchanged(desk, TOOL, &grant, change)?;
            let eight = (ErrorKind::Configuration, 401, "invalid_client");
            told(
                desk,
                response,
                eight,
                (ErrorKind::Refused, 400, "redirect URI"),
            )
        },
    ),
    ("code_verifier missing", |desk| {
        let grant = code(desk, str::to_owned)?;
        let change = |field: &str| (!field.starts_with("code_verifier=")).then(|| field.to_owned());
        both(
            desk,
            exchanged(desk, TOOL, &grant, change)?,
            (ErrorKind::Refused, 400, "code_verifier"),
        )
    }),
    (
        "code_verifier by Info Flora's PHP recipe: malformed",
        |desk| {
            // 44 characters of plain base64: it ends in `=`, which RFC 7636 section 4.1 does not allow.
            let recipe = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA%3D";
            let grant = code(desk, str::to_owned)?;
            let change = |field: &str| replaced(field, "code_verifier", recipe);
            both(
                desk,
                exchanged(desk, TOOL, &grant, change)?,
                (ErrorKind::Refused, 400, "RFC-7636"),
            )
        },
    ),
    (
        "code_verifier without a challenge before: refused",
        |desk| {
            let without = |field: &str| match field.starts_with("code_challenge") {
                true => "x=1".to_owned(),
                false => field.to_owned(),
            };
            let grant = code(desk, without)?;
            let same = |field: &str| Some(field.to_owned());
            both(
                desk,
                exchanged(desk, TOOL, &grant, same)?,
                (ErrorKind::Refused, 400, "code_challenge"),
            )
        },
    ),
    (
        "code_challenge_method left out is `plain`: no code serves",
        |desk| {
            let without = |field: &str| match field.starts_with("code_challenge_method") {
                true => "x=1".to_owned(),
                false => field.to_owned(),
            };
            let grant = code(desk, without)?;
            let same = |field: &str| Some(field.to_owned());
            both(
                desk,
                exchanged(desk, TOOL, &grant, same)?,
                (ErrorKind::NeedsLogin, 400, "code_verifier"),
            )
        },
    ),
    (
        "a refresh token past its month: a new login is needed",
        |desk| {
            let refresh = refresh_token(desk, TOOL)?;
            desk.server.advance(Duration::from_secs(31 * 86_400));
            dead_refresh(desk, &refresh, TOOL, "expired")
        },
    ),
    ("a garbage refresh token: a new login is needed", |desk| {
        dead_refresh(desk, &SecretText::from("garbage"), TOOL, "decrypt")
    }),
    (
        "a refresh token of another client: a new login is needed",
        |desk| dead_refresh(desk, &refresh_token(desk, OTHER)?, TOOL, "linked to client"),
    ),
    (
        "a refresh for a wider scope: refused, not used up",
        |desk| {
            let (service, refresh) = (desk.service(TOOL)?, refresh_token(desk, TOOL)?);
            let plain = TokenRequest::refresh(service.client(), &refresh);
            let wider = TokenRequest::refresh(service.client(), &refresh).scope("public admin");
            let asked = (ErrorKind::Configuration, 400, "invalid_scope");
            both(desk, desk.rig.exchange(&wider), asked)?;
            Ok(desk.rig.exchange(&plain).map(drop)?)
        },
    ),
    (
        "the API without, with a bad, with a revoked token: 401",
        at_the_door,
    ),
];

/// How our own reading has to take it: the kind, the status, and a word of the server's.
type Told = (ErrorKind, u16, &'static str);

fn told<T: std::fmt::Debug>(
    desk: &LeagueEnv<'_>,
    response: Result<T, Error>,
    eight: Told,
    nine: Told,
) -> CheckResult {
    let (kind, status, word) = match desk.version {
        Version::Eight => eight,
        Version::Nine => nine,
    };
    let error = expect_error(response, kind, &[word])?;
    ensure(
        error.status() == http::StatusCode::from_u16(status).ok(),
        format!("status {:?}, not {status}: {error}", error.status()),
    )
}

fn both<T: std::fmt::Debug>(
    desk: &LeagueEnv<'_>,
    response: Result<T, Error>,
    told_so: Told,
) -> CheckResult {
    told(desk, response, told_so, told_so)
}

/// league 8 says `invalid_request` of a dead code, league 9 `invalid_grant`; it is one thing.
fn dead_code(
    desk: &LeagueEnv<'_>,
    response: Result<TokenResponse, Error>,
    word: &str,
) -> CheckResult {
    let code = match desk.version {
        Version::Eight => "invalid_request",
        Version::Nine => "invalid_grant",
    };
    let error = expect_error(response, ErrorKind::NeedsLogin, &[code, word])?;
    ensure(
        error.status() == Some(http::StatusCode::BAD_REQUEST),
        format!("{error}"),
    )
}

/// 401 `invalid_request` from league 8, 400 `invalid_grant` from league 9.
fn dead_refresh(desk: &LeagueEnv<'_>, refresh: &SecretText, app: App, word: &str) -> CheckResult {
    let service = desk.service(app)?;
    let response = desk
        .rig
        .exchange(&TokenRequest::refresh(service.client(), refresh));
    let words = match desk.version {
        Version::Eight => ["401", "invalid_request", word],
        Version::Nine => ["400", "invalid_grant", word],
    };
    expect_error(response, ErrorKind::NeedsLogin, &words).map(drop)
}

fn refresh_token(desk: &LeagueEnv<'_>, app: App) -> Result<SecretText, Failure> {
    let token = desk.server.issue_refresh_token(app.0, "alice", "public");
    Ok(token.ok_or("no refresh token")?.into())
}

/// A code that alice got for the tool, at an address whose parameters were changed.
fn code(desk: &LeagueEnv<'_>, change: impl Fn(&str) -> String) -> Result<CodeGrant, Failure> {
    let service = desk.service(TOOL)?;
    let uri = RedirectUri::parse("http://127.0.0.1:8080")?;
    let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([7; 64]));
    let (url, pending) = request.begin()?;
    let parameters: Vec<_> = url.split('&').map(change).collect();
    let redirect = alice().visit(&parameters.join("&"))?.into_redirect()?;
    Ok(pending.accept(&redirect)?)
}

fn replaced(field: &str, name: &str, value: &str) -> Option<String> {
    Some(match field.split_once('=') {
        Some((own, _)) if own == name => format!("{name}={value}"),
        _ => field.to_owned(),
    })
}

/// What becomes of the header with id and secret.
#[derive(Clone, Copy, PartialEq)]
enum Header {
    AsItIs,
    Without,
}

/// A client-credentials request, changed on its way.
fn as_itself(
    desk: &LeagueEnv<'_>,
    change: impl Fn(&str) -> Option<String>,
    header: Header,
    more: &[&str],
) -> Result<TokenResponse, Error> {
    let service = desk.service(DAEMON)?;
    let message = TokenRequest::client_credentials(service.client());
    let mut request = changed(message.request()?, change, more);
    if header == Header::Without {
        request.headers_mut().remove(header::AUTHORIZATION);
    }
    message.parse(desk.rig.send(request, &message.limits())?)
}

/// The exchange of a code, changed on its way.
fn exchanged(
    desk: &LeagueEnv<'_>,
    app: App,
    grant: &CodeGrant,
    change: impl Fn(&str) -> Option<String>,
) -> Result<Result<TokenResponse, Error>, Failure> {
    let service = desk.service(app)?;
    let message = TokenRequest::code(service.client(), grant);
    let request = changed(message.request()?, change, &[]);
    Ok(message.parse(desk.rig.send(request, &message.limits())?))
}

/// The same by another client than the code was given to, with that client's own header.
fn exchanged_by(
    desk: &LeagueEnv<'_>,
    app: App,
    grant: &CodeGrant,
    change: impl Fn(&str) -> Option<String>,
) -> Result<Result<TokenResponse, Error>, Failure> {
    let (own, other) = (desk.service(TOOL)?, desk.service(app)?);
    let message = TokenRequest::code(own.client(), grant);
    let mut request = changed(message.request()?, change, &[]);
    let theirs = TokenRequest::client_credentials(other.client()).request()?;
    let header = theirs.headers()[header::AUTHORIZATION].clone();
    request.headers_mut().insert(header::AUTHORIZATION, header);
    Ok(message.parse(desk.rig.send(request, &message.limits())?))
}

/// The request with each field of its form changed or left out, and more behind them.
fn changed(
    mut request: Request,
    change: impl Fn(&str) -> Option<String>,
    more: &[&str],
) -> Request {
    let form = request.body().bytes().unwrap_or_default();
    let form = String::from_utf8_lossy(form).into_owned();
    let mut fields: Vec<_> = form.split('&').filter_map(change).collect();
    fields.extend(more.iter().map(ToString::to_string));
    *request.body_mut() = Body::plain(fields.join("&").into_bytes());
    request
}

/// Only a form in the body counts; whatever else comes is an empty request to league.
fn not_a_form(desk: &LeagueEnv<'_>) -> CheckResult {
    let asked = (ErrorKind::Configuration, 400, "unsupported_grant_type");
    let empty = as_itself(desk, |_| None, Header::AsItIs, &[]);
    both(desk, empty, asked)?;
    let service = desk.service(DAEMON)?;
    let message = TokenRequest::client_credentials(service.client());
    let send = |request| message.parse(desk.rig.send(request, &message.limits())?);

    let mut json = message.request()?;
    *json.body_mut() = Body::plain(br#"{"grant_type":"client_credentials"}"#.to_vec());
    let kind = HeaderValue::from_static("application/json");
    json.headers_mut().insert(header::CONTENT_TYPE, kind);
    both(desk, send(json), asked)?;

    let mut query = message.request()?;
    *query.body_mut() = Body::Empty;
    let uri = format!("{}?grant_type=client_credentials", query.uri());
    *query.uri_mut() = uri.parse().map_err(|error| format!("{uri}: {error}"))?;
    both(desk, send(query), asked)
}

/// league's own JSON at the door of the API.
fn at_the_door(desk: &LeagueEnv<'_>) -> CheckResult {
    let token = desk.server.issue_access_token(TOOL.0, "alice", "public");
    let token = token.ok_or("no token")?;
    desk.server.revoke_access_tokens();
    let check = |authorization: Option<String>, hint: &str| -> CheckResult {
        let mut request = Request::new(Body::Empty);
        let uri = format!("{}/rest/v4/observations", desk.server.url());
        *request.uri_mut() = uri.parse().map_err(|error| format!("{uri}: {error}"))?;
        if let Some(text) = authorization {
            let value = HeaderValue::from_str(&text).map_err(|error| error.to_string())?;
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let response = desk.rig.send(request, &Limits::api())?;
        let list = api_infoflora::observations::List::new();
        let response = auth_core::Operation::parse(&list, response);
        let words = ["401", "access_denied", hint, "OAuth replaced Basic Auth"];
        expect_error(response, ErrorKind::Refused, &words).map(drop)
    };
    check(None, "Missing")?;
    check(Some("Bearer garbage".to_owned()), "could not be verified")?;
    check(Some("Basic YWxpY2U6cGFzc3dvcmQ=".to_owned()), "")?;
    check(Some(format!("Bearer {token}")), "revoked")
}
