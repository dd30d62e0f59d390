//! The log of the requests that a server received, without secrets.

use std::sync::Mutex;

use http::{Method, Request, header};

use crate::control::request_kind::{RequestClass, RequestKind};
use crate::http::params::Params;
use crate::sync::locked;

/// A request that the server received, without secrets.
///
/// The log keeps only the scheme of an `Authorization` header and only the names of form fields. In
/// a query it replaces the values of secret parameters by `…`.
///
/// ```
/// use auth_testkit::{Dialect, TestServer};
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::doorkeeper_5()).start()?;
/// # let url = format!("{}/callback?code=secret&page=2", server.url());
/// # auth_testkit::person::Person::new("alice", "password").visit(&url)?;
/// // … let your program request `/callback?code=secret&page=2` …
/// let log = server.requests();
/// let request = &log.requests()[0];
/// assert_eq!(request.path, "/callback?code=…&page=2");
/// assert_eq!((request.method.as_str(), request.status), ("GET", Some(404)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The method.
    pub method: Method,
    /// Path and query, with the values of secret parameters replaced.
    pub path: String,
    /// The kind of endpoint that it went to.
    pub kind: RequestKind,
    /// The `grant_type` of a token request.
    pub grant: Option<String>,
    /// The status of the response. `None` while the server processes the request, and if it closed
    /// the connection without a response.
    pub status: Option<u16>,
    /// The scheme of the `Authorization` header, as written: `Bearer`, `Basic`. `(none)` for a bare
    /// token.
    pub scheme: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The `Accept` header.
    pub accept: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The field names of the form or JSON object, in order.
    pub fields: Vec<String>,
    /// The length of the body in bytes.
    pub body_len: usize,
}

/// The requests that a server received so far; made by [`TestServer::requests`].
///
/// It is a snapshot: later requests do not appear in it.
///
/// ```
/// use auth_testkit::{Dialect, TestServer};
/// # use auth_testkit::person::Person;
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::doorkeeper_5()).start()?;
/// # let request = || Person::new("alice", "password").visit(&server.authorization_endpoint());
/// # request()?;
/// // … log in …
/// let mark = server.requests().mark();
/// # request()?;
/// // … call an operation …
/// let log = server.requests().since(mark);
/// assert_eq!((log.total(), log.authorize(), log.token()), (1, 1, 0));
/// # Ok(())
/// # }
/// ```
///
/// [`TestServer::requests`]: crate::TestServer::requests
#[derive(Clone, Debug, Default)]
pub struct RequestLog {
    requests: Vec<LoggedRequest>,
}

/// A position in the order of requests; made by [`RequestLog::mark`]. [`RequestLog`] has an
/// example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(usize);

impl RequestLog {
    /// Returns all requests, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> &[LoggedRequest] {
        &self.requests
    }

    /// Returns the number of requests.
    #[must_use]
    pub fn total(&self) -> usize {
        self.requests.len()
    }

    /// Returns the number of requests of this kind.
    #[must_use]
    pub fn count(&self, kind: RequestKind) -> usize {
        self.requests.iter().filter(|r| r.kind == kind).count()
    }

    /// Returns the number of token requests, with any grant.
    #[must_use]
    pub fn token(&self) -> usize {
        self.count(RequestKind::Token)
    }

    /// Returns the number of token requests with this `grant_type`.
    #[must_use]
    pub fn grant(&self, grant_type: &str) -> usize {
        let of_grant = |r: &&LoggedRequest| {
            r.kind == RequestKind::Token && r.grant.as_deref() == Some(grant_type)
        };
        self.requests.iter().filter(of_grant).count()
    }

    /// Returns the number of requests for a derived token.
    #[must_use]
    pub fn derived(&self) -> usize {
        self.count(RequestKind::Derived)
    }

    /// Returns the number of revocation requests.
    #[must_use]
    pub fn revoke(&self) -> usize {
        self.count(RequestKind::Revoke)
    }

    /// Returns the number of requests to the authorization endpoint.
    ///
    /// A login takes three: the page, the login form, the consent form.
    #[must_use]
    pub fn authorize(&self) -> usize {
        self.count(RequestKind::Authorize)
    }

    /// Returns the number of requests to the site's routes.
    #[must_use]
    pub fn api(&self) -> usize {
        self.count(RequestKind::Api)
    }

    /// Returns the end of this log. [`since`](Self::since) excludes the requests before it.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark(self.requests.len())
    }

    /// Returns only the requests after the mark.
    #[must_use]
    pub fn since(&self, mark: Mark) -> Self {
        let requests = self.requests.get(mark.0..).unwrap_or_default().to_vec();
        Self { requests }
    }
}

/// Records the requests of all connections.
#[derive(Debug, Default)]
pub(crate) struct RequestRecorder {
    requests: Mutex<Vec<LoggedRequest>>,
}

impl RequestRecorder {
    /// Records a request and returns its index.
    pub(crate) fn record(&self, request: &Request<Vec<u8>>, class: &RequestClass) -> usize {
        let text = |name: header::HeaderName| {
            let value = request.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let scheme =
            text(header::AUTHORIZATION).map(|value| match value.trim_start().split_once(' ') {
                Some((scheme, _)) => scheme.to_owned(),
                None => "(none)".to_owned(), // a bare token is a secret
            });
        let entry = LoggedRequest {
            method: request.method().clone(),
            path: without_secrets(request.uri()),
            kind: class.kind,
            grant: class.grant.clone(),
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
        requests.push(entry);
        requests.len() - 1
    }

    pub(crate) fn set_status(&self, index: usize, status: u16) {
        if let Some(entry) = locked(&self.requests).get_mut(index) {
            entry.status = Some(status);
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
