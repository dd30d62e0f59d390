//! The server side of a service for test servers: its routes, as values.
//!
//! The api crates describe their service's server with these types (their feature `testkit`), and
//! `auth-testkit` serves it on loopback. Neither depends on the other. Nothing here opens a socket.

use std::{fmt, sync::Arc, time::Duration};

use secrecy::ExposeSecret;

/// The server side of one service: its routes and, if it has one, the endpoint for derived tokens.
///
/// ```
/// use auth_core::testkit::{Auth, Route, Site, json};
///
/// let site = Site::new().with_route(Route::get("/v1/users/{id}", Auth::Derived, |request| {
///     match (request.caller, request.segment("id")) {
///         (Some(caller), Some("me")) => json(200, &serde_json::json!({ "login": caller.user })),
///         (None, Some("me")) => json(401, &serde_json::json!({ "error": "Unauthorized" })),
///         _ => json(404, &serde_json::json!({})),
///     }
/// }));
/// let found = site.routes()[0].matches(&http::Method::GET, "/v1/users/me").expect("it matches");
/// assert_eq!(found, [("id", "me")]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Site {
    routes: Vec<Route>,
    derived: Option<DerivedTokens>,
}

impl Site {
    /// Makes a site without routes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route. The server tries routes in the order in which they were added.
    #[must_use]
    pub fn with_route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// Adds the endpoint that returns a second token for an OAuth access token, as iNaturalist has
    /// it.
    #[must_use]
    pub fn with_derived_tokens(mut self, derived: DerivedTokens) -> Self {
        self.derived = Some(derived);
        self
    }

    /// Returns the routes, in order.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Returns the endpoint for the second token, if the service has one.
    #[must_use]
    pub fn derived_tokens(&self) -> Option<&DerivedTokens> {
        self.derived.as_ref()
    }
}

/// An endpoint that returns a second, short-lived token for an OAuth access token.
///
/// ```
/// use auth_core::testkit::{DerivedTokens, Site};
///
/// let site = Site::new().with_derived_tokens(DerivedTokens {
///     path: "/users/api_token",
///     field: "api_token",
///     lifetime: std::time::Duration::from_secs(24 * 3600),
///     scope: None,
/// });
/// assert_eq!(site.derived_tokens().map(|derived| derived.field), Some("api_token"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DerivedTokens {
    /// Its path, requested with GET, such as `/users/api_token`.
    pub path: &'static str,
    /// The key of the token in the JSON object of the response.
    pub field: &'static str,
    /// The lifetime of a derived token.
    pub lifetime: Duration,
    /// A scope that the access token must have. Without it the response is an empty 403.
    pub scope: Option<&'static str>,
}

/// Which authentication a route requires. [`Route`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// A service may protect a route in another way.
#[non_exhaustive]
pub enum Auth {
    /// No authentication: the route ignores tokens.
    None,
    /// A valid OAuth access token. Without one the server responds 401 in its dialect and does not
    /// call the route.
    Login,
    /// A derived token. [`RouteRequest::caller`] is `None` if it is missing, expired or unknown,
    /// and the route decides. (iNaturalist's v1 then responds to most reads anonymously, with 200.)
    Derived,
}

/// How a route responds to a request.
pub type Handler = dyn Fn(&RouteRequest<'_>) -> http::Response<Vec<u8>> + Send + Sync;

/// A method, a path pattern, and the handler that responds.
///
/// ```
/// use auth_core::testkit::{Auth, Route, RouteRequest, json};
///
/// let route = Route::get("/v1/ping", Auth::None, |request| {
///     json(200, &serde_json::json!({ "echo": request.query("text") }))
/// });
/// let request = http::Request::get("/v1/ping?text=a%20b").body(Vec::new()).expect("a request");
/// let request = RouteRequest { request: &request, caller: None, segments: Vec::new() };
/// let response = route.respond(&request);
/// assert_eq!(response.body(), br#"{"echo":"a b"}"#);
/// ```
#[derive(Clone)]
pub struct Route {
    method: http::Method,
    pattern: &'static str,
    auth: Auth,
    handler: Arc<Handler>,
}

impl Route {
    /// Makes a route. In `pattern` a segment in braces matches any single segment:
    /// `/v1/observations/{id}`.
    pub fn new(
        method: http::Method,
        pattern: &'static str,
        auth: Auth,
        handler: impl Fn(&RouteRequest<'_>) -> http::Response<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            method,
            pattern,
            auth,
            handler: Arc::new(handler),
        }
    }

    /// Makes a route for GET requests.
    pub fn get(
        pattern: &'static str,
        auth: Auth,
        handler: impl Fn(&RouteRequest<'_>) -> http::Response<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self::new(http::Method::GET, pattern, auth, handler)
    }

    /// Returns which authentication the route requires.
    #[must_use]
    pub fn auth(&self) -> Auth {
        self.auth
    }

    /// Returns the pattern.
    #[must_use]
    pub fn pattern(&self) -> &'static str {
        self.pattern
    }

    /// Returns the segments that matched the braces, in order. `None` if the method or the path
    /// does not match.
    #[must_use]
    pub fn matches<'a>(
        &self,
        method: &http::Method,
        path: &'a str,
    ) -> Option<Vec<(&'static str, &'a str)>> {
        if *method != self.method {
            return None;
        }
        let (mut wanted, mut given) = (self.pattern.split('/'), path.split('/'));
        let mut found = Vec::new();
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(found),
                (Some(want), Some(have)) => {
                    match want.strip_prefix('{').and_then(|w| w.strip_suffix('}')) {
                        Some(name) if !have.is_empty() => found.push((name, have)),
                        _ if want == have => {}
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }

    /// Calls the handler.
    #[must_use]
    pub fn respond(&self, request: &RouteRequest<'_>) -> http::Response<Vec<u8>> {
        (self.handler)(request)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Route({} {}, {:?})",
            self.method, self.pattern, self.auth
        )
    }
}

/// The user and client that a token was issued to. [`Site`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The user's login name; empty for a token of the client itself.
    pub user: String,
    /// The user's number; 0 for a token of the client itself.
    pub user_id: u64,
    /// The client that the token was issued to.
    pub client_id: String,
    /// The scopes, separated by spaces.
    pub scope: String,
}

/// A request to a route. [`Route`] has an example.
#[derive(Debug)]
pub struct RouteRequest<'a> {
    /// The request as received, with its complete body.
    pub request: &'a http::Request<Vec<u8>>,
    /// Whose token the request carried, if the route requires one and the token is valid.
    pub caller: Option<&'a Caller>,
    /// The segments that matched the braces of the pattern.
    pub segments: Vec<(&'static str, &'a str)>,
}

impl RouteRequest<'_> {
    /// Returns the segment that matched `{name}` in the pattern.
    #[must_use]
    pub fn segment(&self, name: &str) -> Option<&str> {
        self.segments
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| *value)
    }

    /// Returns the first value of a query parameter, decoded.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.request.uri().query().unwrap_or_default();
        crate::wire::form::parse(query)
            .find(|(n, _)| n.expose_secret() == name)
            .map(|(_, value)| value.expose_secret().to_owned())
    }
}

/// Makes a response with a JSON body.
#[must_use]
pub fn json(status: u16, body: &serde_json::Value) -> http::Response<Vec<u8>> {
    let mut response = http::Response::new(body.to_string().into_bytes());
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_paths() {
        let route = Route::get("/v1/observations/{id}", Auth::None, |_| {
            json(200, &serde_json::json!({}))
        });
        let check = |path: &str, expect: Option<&str>| {
            let found = route.matches(&http::Method::GET, path);
            assert_eq!(found.as_ref().map(|f| f[0].1), expect, "{path}");
        };
        check("/v1/observations/7", Some("7"));
        check("/v1/observations/", None);
        check("/v1/observations", None);
        check("/v1/observations/7/x", None);
        assert!(
            route
                .matches(&http::Method::POST, "/v1/observations/7")
                .is_none()
        );
    }
}
