//! league's refusals: the library's exceptions as JSON, in a redirect, or as plain text.

use http::{Request, Response, header};
use serde_json::{Value, json};

use crate::dialect::league::{League, Version};
use crate::endpoint::software::{Reason, Software};
use crate::http::pages::escaped;
use crate::http::redirect::with_query;
use crate::http::reply::{found, object, set, typed};

/// The type of Symfony's plain `Response`, whatever it contains (`Response::prepare`).
const SYMFONY: &str = "text/html; charset=UTF-8";

/// The refusal of a resource endpoint: the library's JSON, or the bundle's plain text.
///
/// The bundle lets a request without the literal `Bearer ` pass as anonymous, and its entry point
/// responds without a text (`OAuth2Authenticator::supports`, `start`).
pub(super) fn invalid_token(
    league: &League,
    request: &Request<Vec<u8>>,
    reason: Reason,
) -> Response<Vec<u8>> {
    if league.symfony {
        return plain(
            401,
            match reason {
                Reason::Missing => "",
                _ => "The resource server rejected the request.",
            },
        );
    }
    Refusal::denied(hint(league, request, reason)).to_response(league, false)
}

/// The hint of `BearerTokenValidator::validateAuthorization`. What cannot be parsed as a JWT has
/// the words of the library `lcobucci/jwt` (`Token\Parser`, `Encoding\CannotDecodeContent`).
fn hint(league: &League, request: &Request<Vec<u8>>, reason: Reason) -> &'static str {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else {
        return r#"Missing "Authorization" header"#;
    };
    let value = value.to_str().unwrap_or_default();
    let token = match value.split_once(' ') {
        Some((scheme, token)) if league.accepts_scheme(scheme) => token.trim(),
        _ => value,
    };
    let parts: Vec<_> = token.split('.').collect();
    let is_base64 = |part: &str| {
        let is_of_alphabet = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        part.bytes().all(is_of_alphabet)
    };
    match (parts.as_slice(), reason) {
        ([head, claims, signature], _)
            if ![head, claims, signature].iter().all(|part| is_base64(part)) =>
        {
            "Error while decoding from Base64Url, invalid base64 characters detected"
        }
        ([_, _, _], Reason::Revoked) => "Access token has been revoked",
        ([_, _, _], _) => "Access token could not be verified",
        _ => "The JWT string must have two dots",
    }
}

/// The bundle's response to a token without the scope (`InsufficientScopesException`). The library
/// itself does not check scopes.
pub(super) fn insufficient_scope() -> Response<Vec<u8>> {
    plain(403, "Insufficient scopes.")
}

/// The bundle's response to an `OAuth2AuthenticationException`.
fn plain(status: u16, message: &str) -> Response<Vec<u8>> {
    let mut response = typed(status, SYMFONY, message.into());
    set(&mut response, header::WWW_AUTHENTICATE, "Bearer");
    response
}

/// An `OAuthServerException`.
#[derive(Clone)]
pub(super) struct Refusal {
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

    pub(super) const CLIENT: Self =
        Self::new(401, "invalid_client", "Client authentication failed");
    pub(super) const UNAUTHORIZED: Self = Self::new(
        400,
        "unauthorized_client",
        "The authenticated client is not authorized to use this authorization grant type.",
    );
    pub(super) const CREDENTIALS: Self =
        Self::new(400, "invalid_grant", "The user credentials were incorrect.");

    pub(super) fn grant_type() -> Self {
        let description =
            "The authorization grant type is not supported by the authorization server.";
        Self {
            hint: Some("Check that all required parameters have been provided".to_owned()),
            ..Self::new(400, "unsupported_grant_type", description)
        }
    }

    pub(super) fn denied(hint: &str) -> Self {
        let description = "The resource owner or authorization server denied the request.";
        Self {
            hint: Some(hint.to_owned()),
            ..Self::new(401, "access_denied", description)
        }
    }

    pub(super) fn request(parameter: &str, hint: Option<&str>) -> Self {
        let checked = || format!("Check the `{parameter}` parameter");
        let description = "The request is missing a required parameter, includes an invalid \
                           parameter value, includes a parameter more than once, or is otherwise \
                           malformed.";
        Self {
            hint: Some(hint.map_or_else(checked, str::to_owned)),
            ..Self::new(400, "invalid_request", description)
        }
    }

    pub(super) fn grant(hint: &str) -> Self {
        let description = "The provided authorization grant (e.g., authorization code, resource \
                           owner credentials) or refresh token is invalid, expired, revoked, does \
                           not match the redirection URI used in the authorization request, or \
                           was issued to another client.";
        Self {
            hint: Some(hint.to_owned()),
            ..Self::new(400, "invalid_grant", description)
        }
    }

    pub(super) fn scope(scope: &str) -> Self {
        let description = "The requested scope is invalid, unknown, or malformed";
        Self {
            hint: Some(format!("Check the `{}` scope", escaped(scope))),
            ..Self::new(400, "invalid_scope", description)
        }
    }

    /// An invalid refresh token: 401 `invalid_request` in version 8, 400 `invalid_grant` in 9.
    pub(super) fn refresh(league: &League, hint: &str) -> Self {
        let (status, error) = match league.version {
            Version::V8 => (401, "invalid_request"),
            Version::V9 => (400, "invalid_grant"),
        };
        Self {
            hint: Some(hint.to_owned()),
            ..Self::new(status, error, "The refresh token is invalid.")
        }
    }

    /// Keys and values in the library's order. Version 8 repeats the description as `message`.
    fn pairs(&self, league: &League) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("error", self.error.to_owned()),
            ("error_description", self.description.to_owned()),
        ];
        pairs.extend(self.hint.clone().map(|hint| ("hint", hint)));
        if league.version == Version::V8 {
            pairs.push(("message", self.description.to_owned()));
        }
        pairs
    }

    /// The refusal as JSON. It has a challenge only for `invalid_client`, and only if the request
    /// had an `Authorization` header.
    pub(super) fn to_response(
        &self,
        league: &League,
        had_authorization: bool,
    ) -> Response<Vec<u8>> {
        let pairs = self.pairs(league);
        let pairs: Vec<(&str, Value)> = pairs.iter().map(|(n, v)| (*n, json!(v))).collect();
        let mut response = typed(self.status, "application/json", object(&pairs).into_bytes());
        if self.error == "invalid_client" && had_authorization {
            set(
                &mut response,
                header::WWW_AUTHENTICATE,
                r#"Basic realm="OAuth""#,
            );
        }
        response
    }

    pub(super) fn redirect(
        &self,
        league: &League,
        uri: &str,
        state: Option<&str>,
    ) -> Response<Vec<u8>> {
        let own = self.pairs(league);
        let mut pairs: Vec<(&str, &str)> = state.map(|s| ("state", s)).into_iter().collect();
        pairs.extend(own.iter().map(|(name, value)| (*name, value.as_str())));
        found(&with_query(uri, &pairs))
    }
}
