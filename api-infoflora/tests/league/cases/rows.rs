//! Each refusal of league's token endpoint and resource server, in both versions' words: caused by
//! requests that no flow of ours sends, and read as our flows read them.

use std::time::Duration;

use auth_core::{
    AuthorizationRequest, Body, CodeGrant, Entropy, Error, ErrorKind, Limits, Message, RedirectUri,
    Request, SecretText, TokenRequest, TokenResponse,
};
use http::{HeaderValue, header};

use super::env::{App, LeagueEnv, OTHER, SCRIPT, TOOL};
use super::user::alice;
use super::{Case, Version};
use super::{CheckResult, Failure};
use super::{ensure, expect_error};

pub(super) const CASES: &[Case] = &[
    ("secret missing: configuration", |env| {
        let service = env.describe_without_secret(TOOL).build()?;
        let grant = code(env, str::to_owned)?;
        let response = env
            .rig
            .exchange(&TokenRequest::code(service.client(), &grant));
        let eight = (ErrorKind::Configuration, 401, "invalid_client");
        let nine = (ErrorKind::Configuration, 400, "client_secret");
        refused(env, response, eight, nine)
    }),
    ("no client credentials at all", |env| {
        let change = |field: &str| (!field.starts_with("client_id=")).then(|| field.to_owned());
        let expected = (ErrorKind::Configuration, 400, "client_id");
        both(env, as_itself(env, change, Header::Without, &[]), expected)
    }),
    ("grant_type missing", |env| {
        let change = |field: &str| (!field.starts_with("grant_type=")).then(|| field.to_owned());
        let expected = (ErrorKind::Configuration, 400, "unsupported_grant_type");
        both(env, as_itself(env, change, Header::AsItIs, &[]), expected)
    }),
    ("grant_type unknown, misspelt", |env| {
        let change = |field: &str| Some(field.replace("client_credentials", "client_credential"));
        let expected = (ErrorKind::Configuration, 400, "unsupported_grant_type");
        both(env, as_itself(env, change, Header::AsItIs, &[]), expected)
    }),
    (
        "a JSON body, an empty form, parameters in the query",
        not_a_form,
    ),
    ("a garbage code: a new login is needed", |env| {
        let grant = code(env, str::to_owned)?;
        let garbage = |field: &str| replaced(field, "code", "garbage");
        dead_code(
            env,
            exchanged(env, TOOL, &grant, garbage)?,
            "authorization code",
        )
    }),
    ("a code of another client", |env| {
        let grant = code(env, str::to_owned)?;
        let change = |field: &str| replaced(field, "client_id", OTHER.0);
        let response = exchanged_by(env, OTHER, &grant, change)?;
        both(
            env,
            response,
            (ErrorKind::NeedsLogin, 400, "not issued to this client"),
        )
    }),
    ("redirect_uri missing at the token endpoint", |env| {
        let grant = code(env, str::to_owned)?;
        let change = |field: &str| (!field.starts_with("redirect_uri=")).then(|| field.to_owned());
        both(
            env,
            exchanged(env, TOOL, &grant, change)?,
            (ErrorKind::Refused, 400, "redirect_uri"),
        )
    }),
    (
        "redirect_uri registered, but not the requested one",
        |env| {
            let grant = code(env, str::to_owned)?;
            let other = "http%3A%2F%2F127.0.0.1%2Fcallback";
            let change = |field: &str| replaced(field, "redirect_uri", other);
            both(
                env,
                exchanged(env, TOOL, &grant, change)?,
                (ErrorKind::Refused, 400, "redirect URI"),
            )
        },
    ),
    (
        "redirect_uri not registered, at the token endpoint",
        |env| {
            let grant = code(env, str::to_owned)?;
            let other = "https%3A%2F%2Felsewhere.example%2F";
            let change = |field: &str| replaced(field, "redirect_uri", other);
            let response = exchanged(env, TOOL, &grant, change)?;
            let eight = (ErrorKind::Configuration, 401, "invalid_client");
            refused(
                env,
                response,
                eight,
                (ErrorKind::Refused, 400, "redirect URI"),
            )
        },
    ),
    ("code_verifier missing", |env| {
        let grant = code(env, str::to_owned)?;
        let change = |field: &str| (!field.starts_with("code_verifier=")).then(|| field.to_owned());
        both(
            env,
            exchanged(env, TOOL, &grant, change)?,
            (ErrorKind::Refused, 400, "code_verifier"),
        )
    }),
    (
        "code_verifier by Info Flora's PHP recipe: malformed",
        |env| {
            // 44 characters of plain base64: it ends in `=`, which RFC 7636 section 4.1 does not
            // allow.
            let recipe = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA%3D";
            let grant = code(env, str::to_owned)?;
            let change = |field: &str| replaced(field, "code_verifier", recipe);
            both(
                env,
                exchanged(env, TOOL, &grant, change)?,
                (ErrorKind::Refused, 400, "RFC-7636"),
            )
        },
    ),
    ("code_verifier without a challenge before: refused", |env| {
        let without = |field: &str| match field.starts_with("code_challenge") {
            true => "x=1".to_owned(),
            false => field.to_owned(),
        };
        let grant = code(env, without)?;
        let same = |field: &str| Some(field.to_owned());
        both(
            env,
            exchanged(env, TOOL, &grant, same)?,
            (ErrorKind::Refused, 400, "code_challenge"),
        )
    }),
    (
        "no code_challenge_method means `plain`: no code is valid",
        |env| {
            let without = |field: &str| match field.starts_with("code_challenge_method") {
                true => "x=1".to_owned(),
                false => field.to_owned(),
            };
            let grant = code(env, without)?;
            let same = |field: &str| Some(field.to_owned());
            both(
                env,
                exchanged(env, TOOL, &grant, same)?,
                (ErrorKind::NeedsLogin, 400, "code_verifier"),
            )
        },
    ),
    (
        "a refresh token past its month: a new login is needed",
        |env| {
            let refresh = refresh_token(env, TOOL)?;
            env.server.advance(Duration::from_secs(31 * 86_400));
            dead_refresh(env, &refresh, TOOL, "expired")
        },
    ),
    ("a garbage refresh token: a new login is needed", |env| {
        dead_refresh(env, &SecretText::from("garbage"), TOOL, "decrypt")
    }),
    (
        "a refresh token of another client: a new login is needed",
        |env| dead_refresh(env, &refresh_token(env, OTHER)?, TOOL, "linked to client"),
    ),
    ("a refresh for a wider scope: refused, not used up", |env| {
        let (service, refresh) = (env.service(TOOL)?, refresh_token(env, TOOL)?);
        let plain = TokenRequest::refresh(service.client(), &refresh);
        let wider = TokenRequest::refresh(service.client(), &refresh).scope("public admin");
        let expected = (ErrorKind::Configuration, 400, "invalid_scope");
        both(env, env.rig.exchange(&wider), expected)?;
        Ok(env.rig.exchange(&plain).map(drop)?)
    }),
    (
        "the API without, with a bad, with a revoked token: 401",
        at_the_door,
    ),
];

/// The expected error: the kind, the status, and a word of the server's message.
type Expected = (ErrorKind, u16, &'static str);

fn refused<T: std::fmt::Debug>(
    env: &LeagueEnv,
    response: Result<T, Error>,
    eight: Expected,
    nine: Expected,
) -> CheckResult {
    let (kind, status, word) = match env.version {
        Version::Eight => eight,
        Version::Nine => nine,
    };
    let error = expect_error(response, kind, &[word])?;
    ensure(
        error.status() == http::StatusCode::from_u16(status).ok(),
        format!(
            "expected status {status}, got {:?}: {error}",
            error.status()
        ),
    )
}

fn both<T: std::fmt::Debug>(
    env: &LeagueEnv,
    response: Result<T, Error>,
    expected: Expected,
) -> CheckResult {
    refused(env, response, expected, expected)
}

/// For an invalid code league 8 sends `invalid_request`, league 9 `invalid_grant`; both mean the
/// same.
fn dead_code(env: &LeagueEnv, response: Result<TokenResponse, Error>, word: &str) -> CheckResult {
    let code = match env.version {
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
fn dead_refresh(env: &LeagueEnv, refresh: &SecretText, app: App, word: &str) -> CheckResult {
    let service = env.service(app)?;
    let response = env
        .rig
        .exchange(&TokenRequest::refresh(service.client(), refresh));
    let words = match env.version {
        Version::Eight => ["401", "invalid_request", word],
        Version::Nine => ["400", "invalid_grant", word],
    };
    expect_error(response, ErrorKind::NeedsLogin, &words).map(drop)
}

fn refresh_token(env: &LeagueEnv, app: App) -> Result<SecretText, Failure> {
    let token = env.server.issue_refresh_token(app.0, "alice", "public");
    Ok(token.ok_or("no refresh token")?.into())
}

/// A code that alice got for the tool, at an address with changed parameters.
fn code(env: &LeagueEnv, change: impl Fn(&str) -> String) -> Result<CodeGrant, Failure> {
    let service = env.service(TOOL)?;
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

/// How the header with id and secret is sent.
#[derive(Clone, Copy, PartialEq)]
enum Header {
    AsItIs,
    Without,
}

/// A client-credentials request, changed before sending.
fn as_itself(
    env: &LeagueEnv,
    change: impl Fn(&str) -> Option<String>,
    header: Header,
    more: &[&str],
) -> Result<TokenResponse, Error> {
    let service = env.service(SCRIPT)?;
    let message = TokenRequest::client_credentials(service.client());
    let mut request = changed(message.request()?, change, more);
    if header == Header::Without {
        request.headers_mut().remove(header::AUTHORIZATION);
    }
    message.parse(env.rig.send(request, &message.limits())?)
}

/// The exchange of a code, changed before sending.
fn exchanged(
    env: &LeagueEnv,
    app: App,
    grant: &CodeGrant,
    change: impl Fn(&str) -> Option<String>,
) -> Result<Result<TokenResponse, Error>, Failure> {
    let service = env.service(app)?;
    let message = TokenRequest::code(service.client(), grant);
    let request = changed(message.request()?, change, &[]);
    Ok(message.parse(env.rig.send(request, &message.limits())?))
}

/// The exchange by another client than the code belongs to, with that client's own header.
fn exchanged_by(
    env: &LeagueEnv,
    app: App,
    grant: &CodeGrant,
    change: impl Fn(&str) -> Option<String>,
) -> Result<Result<TokenResponse, Error>, Failure> {
    let (own, other) = (env.service(TOOL)?, env.service(app)?);
    let message = TokenRequest::code(own.client(), grant);
    let mut request = changed(message.request()?, change, &[]);
    let theirs = TokenRequest::client_credentials(other.client()).request()?;
    let header = theirs.headers()[header::AUTHORIZATION].clone();
    request.headers_mut().insert(header::AUTHORIZATION, header);
    Ok(message.parse(env.rig.send(request, &message.limits())?))
}

/// The request with each field of its form changed or omitted, and further ones appended.
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

/// league reads only a form in the body; for any other body it sees an empty request.
fn not_a_form(env: &LeagueEnv) -> CheckResult {
    let expected = (ErrorKind::Configuration, 400, "unsupported_grant_type");
    let empty = as_itself(env, |_| None, Header::AsItIs, &[]);
    both(env, empty, expected)?;
    let service = env.service(SCRIPT)?;
    let message = TokenRequest::client_credentials(service.client());
    let send = |request| message.parse(env.rig.send(request, &message.limits())?);

    let mut json = message.request()?;
    *json.body_mut() = Body::plain(br#"{"grant_type":"client_credentials"}"#.to_vec());
    let kind = HeaderValue::from_static("application/json");
    json.headers_mut().insert(header::CONTENT_TYPE, kind);
    both(env, send(json), expected)?;

    let mut query = message.request()?;
    *query.body_mut() = Body::Empty;
    let uri = format!("{}?grant_type=client_credentials", query.uri());
    *query.uri_mut() = uri.parse().map_err(|error| format!("{uri}: {error}"))?;
    both(env, send(query), expected)
}

/// league's own JSON from the resource server.
fn at_the_door(env: &LeagueEnv) -> CheckResult {
    let token = env.server.issue_access_token(TOOL.0, "alice", "public");
    let token = token.ok_or("no token")?;
    env.server.revoke_access_tokens();
    let check = |authorization: Option<String>, hint: &str| -> CheckResult {
        let mut request = Request::new(Body::Empty);
        let uri = format!("{}/rest/v4/observations", env.server.url());
        *request.uri_mut() = uri.parse().map_err(|error| format!("{uri}: {error}"))?;
        if let Some(text) = authorization {
            let value = HeaderValue::from_str(&text).map_err(|error| error.to_string())?;
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let response = env.rig.send(request, &Limits::api())?;
        let list = api_infoflora::observations::List::new();
        let response = auth_core::Operation::parse(&list, response);
        let words = ["401", "access_denied", hint, "OAuth replaced Basic Auth"];
        expect_error(response, ErrorKind::Refused, &words).map(drop)
    };
    check(None, "Missing")?;
    check(Some("Bearer garbage".to_owned()), "must have two dots")?;
    check(Some("Basic YWxpY2U6cGFzc3dvcmQ=".to_owned()), "")?;
    check(Some(format!("Bearer {token}")), "revoked")
}
