//! What the server saw, without any secret in it.

use std::sync::Mutex;

use http::{Method, Request, header};

use crate::control::request_kind::{RequestKind, Target};
use crate::http::params::Params;
use crate::sync::locked;

/// One request as it arrived. Secrets are never in it: of an `Authorization` header only the scheme is kept, of a form only
/// the names, and of a query the secret values are replaced by `…`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The method.
    pub method: Method,
    /// Path and query, the values of secret parameters replaced.
    pub path: String,
    /// What it was for.
    pub kind: RequestKind,
    /// The `grant_type`, of a token request.
    pub grant: Option<String>,
    /// The status of the response; `None` while it is worked on, and where the connection was closed without a response.
    pub status: Option<u16>,
    /// The scheme of the `Authorization` header, as written: `Bearer`, `Basic`.
    pub scheme: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The `Accept` header.
    pub accept: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The names of the form's or JSON object's fields, in order, without their values.
    pub fields: Vec<String>,
    /// The length of the body in bytes.
    pub body_len: usize,
}

/// What the server saw up to one moment; made by [`TestServer::requests`](crate::TestServer::requests).
#[derive(Clone, Debug, Default)]
pub struct RequestLog {
    requests: Vec<LoggedRequest>,
}

/// A place in the order of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(usize);

impl RequestLog {
    /// All of them, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> &[LoggedRequest] {
        &self.requests
    }

    /// How many requests there were.
    #[must_use]
    pub fn total(&self) -> usize {
        self.requests.len()
    }

    /// How many requests were of this kind.
    #[must_use]
    pub fn count(&self, kind: RequestKind) -> usize {
        self.requests.iter().filter(|r| r.kind == kind).count()
    }

    /// How many requests asked the token endpoint, whatever the grant.
    #[must_use]
    pub fn token(&self) -> usize {
        self.count(RequestKind::Token)
    }

    /// How many token requests had this `grant_type`.
    #[must_use]
    pub fn grant(&self, grant_type: &str) -> usize {
        let of_grant = |r: &&LoggedRequest| {
            r.kind == RequestKind::Token && r.grant.as_deref() == Some(grant_type)
        };
        self.requests.iter().filter(of_grant).count()
    }

    /// How many requests asked for a derived token.
    #[must_use]
    pub fn derived(&self) -> usize {
        self.count(RequestKind::Derived)
    }

    /// How many requests asked for a revocation.
    #[must_use]
    pub fn revoke(&self) -> usize {
        self.count(RequestKind::Revoke)
    }

    /// How many requests went to the authorization endpoint; a login is three: the page, the login form, the consent form.
    #[must_use]
    pub fn authorize(&self) -> usize {
        self.count(RequestKind::Authorize)
    }

    /// How many requests went to the site's routes.
    #[must_use]
    pub fn api(&self) -> usize {
        self.count(RequestKind::Api)
    }

    /// The end of what was seen, to leave it out later.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark(self.requests.len())
    }

    /// Only what came after the mark.
    #[must_use]
    pub fn since(&self, mark: Mark) -> Self {
        let requests = self.requests.get(mark.0..).unwrap_or_default().to_vec();
        Self { requests }
    }
}

/// Where the connections write down what arrives.
#[derive(Debug, Default)]
pub(crate) struct Log {
    requests: Mutex<Vec<LoggedRequest>>,
}

impl Log {
    /// Writes a request down and gives its place.
    pub(crate) fn arrived(&self, request: &Request<Vec<u8>>, target: &Target) -> usize {
        let text = |name: header::HeaderName| {
            let value = request.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let scheme =
            text(header::AUTHORIZATION).map(|value| match value.trim_start().split_once(' ') {
                Some((scheme, _)) => scheme.to_owned(),
                None => "(none)".to_owned(), // a bare token is a secret
            });
        let seen = LoggedRequest {
            method: request.method().clone(),
            path: without_secrets(request.uri()),
            kind: target.kind,
            grant: target.grant.clone(),
            status: None,
            scheme,
            user_agent: text(header::USER_AGENT),
            accept: text(header::ACCEPT),
            content_type: text(header::CONTENT_TYPE),
            fields: Params::of_body(request)
                .names()
                .map(str::to_owned)
                .collect(),
            body_len: request.body().len(),
        };
        let mut requests = locked(&self.requests);
        requests.push(seen);
        requests.len() - 1
    }

    pub(crate) fn answered(&self, place: usize, status: u16) {
        if let Some(seen) = locked(&self.requests).get_mut(place) {
            seen.status = Some(status);
        }
    }

    pub(crate) fn snapshot(&self) -> RequestLog {
        let requests = locked(&self.requests).clone();
        RequestLog { requests }
    }
}

const SECRET: [&str; 12] = [
    "access_token",
    "assertion",
    "bearer_token",
    "client_secret",
    "code",
    "code_verifier",
    "id_token",
    "password",
    "refresh_token",
    "state",
    "ticket",
    "token",
];

fn without_secrets(uri: &http::Uri) -> String {
    let Some(query) = uri.query() else {
        return uri.path().to_owned();
    };
    let shown = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if SECRET.contains(&name) => format!("{name}=…"),
        _ => pair.to_owned(),
    });
    format!("{}?{}", uri.path(), shown.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_lose_their_secrets() {
        let check = |uri: &str, expect: &str| {
            assert_eq!(without_secrets(&uri.parse().unwrap()), expect);
        };
        check("/a", "/a");
        check("/a?x=1&code=abc", "/a?x=1&code=…");
        check(
            "/a?client_secret=s&token=t&page=2",
            "/a?client_secret=…&token=…&page=2",
        );
        check("/a?code", "/a?code");
    }
}
