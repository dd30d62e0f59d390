//! league/oauth2-server 8.5 and 9.4: paths, the check of an authorization request, the way back, the shapes of refusals.
//!
//! Recorded from running 8.5.4 and 9.4.1; what was only read in the source says so.

pub(crate) mod token;

use http::{Response, header};
use serde_json::{Value, json};

use super::{Dialect, Software};
use crate::control::request_kind::Kind;
use crate::endpoint::authorize::Asked;
use crate::endpoint::resource::{Reason, Refused};
use crate::http::pages::escaped;
use crate::http::params::Params;
use crate::http::redirect::{league_matches, with_query};
use crate::http::reply::{found, object, set, typed};
use crate::server::Shared;
use crate::state::Challenge;
use crate::state::client::{TestClient, words};

pub(crate) const AUTHORIZE: &str = "/oauth2/authorize";
pub(crate) const TOKEN: &str = "/oauth2/token";

pub(crate) fn kind_of(path: &str) -> Option<Kind> {
    if path == TOKEN {
        return Some(Kind::Token);
    }
    let locale = path.strip_prefix(AUTHORIZE)?;
    let is_locale = |rest: &str| !rest.is_empty() && !rest.contains('/');
    (locale.is_empty() || locale.strip_prefix('/').is_some_and(is_locale))
        .then_some(Kind::Authorize)
}

/// `AuthCodeGrant::validateAuthorizationRequest`, in its order. An unknown client or redirect URI is JSON in the browser; only a
/// bad scope goes back to the client, from version 8 without its `state`.
pub(crate) fn check(shared: &Shared, dialect: &Dialect, params: &Params) -> Result<Asked, Refused> {
    let dialect = dialect.clone();
    let invalid = |parameter: &str, hint: Option<&str>| {
        Box::new(Refusal::request(parameter, hint).answer(&dialect, false))
    };
    let client_id = params.get("client_id");
    let (Some(client_id), Some("code")) = (client_id, params.get("response_type")) else {
        return Err(Box::new(Refusal::GRANT_TYPE.answer(&dialect, false)));
    };
    let state = shared.state();
    let client = state
        .client(client_id)
        .filter(|c| c.may_use("authorization_code"));
    let unknown = || Box::new(Refusal::CLIENT.answer(&dialect, false));
    let client = client.ok_or_else(unknown)?;
    let given = params.get("redirect_uri");
    let redirect_uri = match (given, client.redirect_uris.as_slice()) {
        (Some(uri), registered) if registered.iter().any(|r| league_matches(uri, r)) => uri,
        (None, [only]) => only,
        _ => return Err(unknown()),
    };
    let echoed = params.get("state").map(str::to_owned);
    let scope = match scope_for(shared, client, params.get("scope")) {
        Ok(scope) => scope,
        Err(refusal) => {
            let state = echoed.filter(|_| dialect.software == Software::League9);
            return Err(Box::new(refusal.redirect(
                &dialect,
                redirect_uri,
                state.as_deref(),
            )));
        }
    };
    let challenge = match params.get("code_challenge") {
        None if !client.is_confidential() => {
            let hint = "Code challenge must be provided for public clients";
            return Err(invalid("code_challenge", Some(hint)));
        }
        None => None,
        Some(value) => {
            // A method that is left out is `plain`, silently.
            let method = params.get("code_challenge_method").unwrap_or("plain");
            if !matches!(method, "S256" | "plain") {
                let hint = "Code challenge method must be one of `S256`, `plain`";
                return Err(invalid("code_challenge_method", Some(hint)));
            }
            if !is_verifier(value) {
                let hint = "Code challenge must follow the specifications of RFC-7636.";
                return Err(invalid("code_challenge", Some(hint)));
            }
            if method == "plain" && dialect.framework {
                let hint = "Plain code challenge method is not allowed for this client";
                return Err(invalid("code_challenge_method", Some(hint)));
            }
            Some(Challenge {
                value: value.to_owned(),
                method: method.to_owned(),
            })
        }
    };
    Ok(Asked {
        client_id: client_id.to_owned(),
        confidential: client.is_confidential(),
        redirect_uri: redirect_uri.to_owned(),
        redirect_uri_given: given.is_some(),
        scope,
        state: echoed,
        challenge,
    })
}

pub(crate) fn allow(asked: &Asked, code: &str) -> Response<Vec<u8>> {
    let mut pairs = vec![("code", code)];
    pairs.extend(asked.state.as_deref().map(|state| ("state", state)));
    found(&with_query(&asked.redirect_uri, &pairs))
}

pub(crate) fn deny(dialect: &Dialect, asked: &Asked) -> Response<Vec<u8>> {
    let refusal = Refusal {
        hint: Some("The user denied the request".to_owned()),
        ..Refusal::DENIED
    };
    refusal.redirect(dialect, &asked.redirect_uri, asked.state.as_deref())
}

/// The scopes of a request; where none is asked for, all of the client's.
fn scope_for(shared: &Shared, client: &TestClient, asked: Option<&str>) -> Result<String, Refusal> {
    let config = &shared.config;
    let own = match client.scopes.is_empty() {
        true => &config.default_scopes,
        false => &client.scopes,
    };
    let scopes = words(asked.unwrap_or_default());
    if scopes.is_empty() {
        return Ok(own.join(" "));
    }
    let known = |s: &String| {
        own.contains(s) || (client.scopes.is_empty() && config.optional_scopes.contains(s))
    };
    match scopes.iter().find(|scope| !known(scope)) {
        None => Ok(scopes.join(" ")),
        Some(bad) => Err(Refusal::scope(bad)),
    }
}

/// Is it what RFC 7636 section 4.1 allows for a verifier, and league for a challenge as well?
fn is_verifier(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&text.len()) && text.bytes().all(allowed)
}

/// The refusal of a resource endpoint: the library's JSON, or the bundle's plain text.
pub(crate) fn invalid_token(dialect: &Dialect, reason: Reason) -> Response<Vec<u8>> {
    if dialect.framework {
        let words = "The resource server rejected the request.";
        let mut answer = typed(401, "text/plain; charset=UTF-8", words.into());
        set(&mut answer, header::WWW_AUTHENTICATE, "Bearer");
        return answer;
    }
    let hint = match reason {
        Reason::Missing => r#"Missing "Authorization" header"#,
        Reason::Revoked => "Access token has been revoked",
        Reason::Unknown | Reason::Expired => "Access token could not be verified",
    };
    let refusal = Refusal {
        hint: Some(hint.to_owned()),
        ..Refusal::DENIED
    };
    refusal.answer(dialect, false)
}

/// The bundle's answer to a token without the scope; the library itself does not look at scopes.
pub(crate) fn insufficient_scope() -> Response<Vec<u8>> {
    typed(
        403,
        "text/plain; charset=UTF-8",
        "Insufficient scopes.".into(),
    )
}

/// One `OAuthServerException`.
#[derive(Clone)]
struct Refusal {
    status: u16,
    error: &'static str,
    description: &'static str,
    hint: Option<String>,
}

impl Refusal {
    const fn new(status: u16, error: &'static str, description: &'static str) -> Self {
        Self {
            status,
            error,
            description,
            hint: None,
        }
    }

    const CLIENT: Self = Self::new(401, "invalid_client", "Client authentication failed");
    const DENIED: Self = Self::new(
        401,
        "access_denied",
        "The resource owner or authorization server denied the request.",
    );
    const UNAUTHORIZED: Self = Self::new(
        400,
        "unauthorized_client",
        "The authenticated client is not authorized to use this authorization grant type.",
    );
    const GRANT_TYPE: Self = Self::new(
        400,
        "unsupported_grant_type",
        "The authorization grant type is not supported by the authorization server.",
    );
    const CREDENTIALS: Self =
        Self::new(400, "invalid_grant", "The user credentials were incorrect.");

    fn request(parameter: &str, hint: Option<&str>) -> Self {
        let checked = || format!("Check the `{parameter}` parameter");
        let description = "The request is missing a required parameter, includes an invalid \
                           parameter value, includes a parameter more than once, or is otherwise \
                           malformed.";
        Self {
            hint: Some(hint.map_or_else(checked, str::to_owned)),
            ..Self::new(400, "invalid_request", description)
        }
    }

    fn grant(hint: &str) -> Self {
        let description = "The provided authorization grant (e.g., authorization code, resource \
                           owner credentials) or refresh token is invalid, expired, revoked, does \
                           not match the redirection URI used in the authorization request, or \
                           was issued to another client.";
        Self {
            hint: Some(hint.to_owned()),
            ..Self::new(400, "invalid_grant", description)
        }
    }

    fn scope(scope: &str) -> Self {
        let description = "The requested scope is invalid, unknown, or malformed";
        Self {
            hint: Some(format!("Check the `{}` scope", escaped(scope))),
            ..Self::new(400, "invalid_scope", description)
        }
    }

    /// A dead refresh token: 401 `invalid_request` in version 8, 400 `invalid_grant` in 9.
    fn refresh(dialect: &Dialect, hint: &str) -> Self {
        let (status, error) = match dialect.software {
            Software::League8 => (401, "invalid_request"),
            _ => (400, "invalid_grant"),
        };
        Self {
            hint: Some(hint.to_owned()),
            ..Self::new(status, error, "The refresh token is invalid.")
        }
    }

    /// Keys and values in the library's order. Version 8 repeats the description as `message`.
    fn pairs(&self, dialect: &Dialect) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("error", self.error.to_owned()),
            ("error_description", self.description.to_owned()),
        ];
        pairs.extend(self.hint.clone().map(|hint| ("hint", hint)));
        if dialect.software == Software::League8 {
            pairs.push(("message", self.description.to_owned()));
        }
        pairs
    }

    /// The challenge comes only with `invalid_client`, and only if the request had an `Authorization` header.
    fn answer(&self, dialect: &Dialect, had_authorization: bool) -> Response<Vec<u8>> {
        let pairs = self.pairs(dialect);
        let pairs: Vec<(&str, Value)> = pairs.iter().map(|(n, v)| (*n, json!(v))).collect();
        let mut answer = typed(self.status, "application/json", object(&pairs).into_bytes());
        if self.error == "invalid_client" && had_authorization {
            set(
                &mut answer,
                header::WWW_AUTHENTICATE,
                r#"Basic realm="OAuth""#,
            );
        }
        answer
    }

    fn redirect(&self, dialect: &Dialect, uri: &str, state: Option<&str>) -> Response<Vec<u8>> {
        let own = self.pairs(dialect);
        let mut pairs: Vec<(&str, &str)> = state.map(|s| ("state", s)).into_iter().collect();
        pairs.extend(own.iter().map(|(name, value)| (*name, value.as_str())));
        found(&with_query(uri, &pairs))
    }
}
