//! What a test server has to know of a service: its routes, as values.
//!
//! The api crates describe their service's server side with these words (their feature `testkit`), and `auth-testkit` serves
//! them on loopback. Neither has to depend on the other. Nothing here opens a socket.

use std::{fmt, sync::Arc, time::Duration};

/// The server side of one service.
#[derive(Clone, Debug, Default)]
pub struct Site {
    routes: Vec<Route>,
    derived: Option<DerivedTokens>,
}

impl Site {
    /// A site without routes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route. Routes are tried in the order they were added.
    #[must_use]
    pub fn with_route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// The service hands out a second token for its OAuth access token, as iNaturalist does.
    #[must_use]
    pub fn with_derived_tokens(mut self, derived: DerivedTokens) -> Self {
        self.derived = Some(derived);
        self
    }

    /// The routes, in order.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The endpoint for the second token, if the service has one.
    #[must_use]
    pub fn derived_tokens(&self) -> Option<&DerivedTokens> {
        self.derived.as_ref()
    }
}

/// An endpoint that answers an OAuth access token with a second, short-lived token.
#[derive(Clone, Debug)]
pub struct DerivedTokens {
    /// Its path, asked with GET, such as `/users/api_token`.
    pub path: &'static str,
    /// The key of the JSON object that holds the token in the response.
    pub field: &'static str,
    /// How long such a token is good.
    pub lifetime: Duration,
    /// A scope that the access token must have; without it the response is an empty 403.
    pub scope: Option<&'static str>,
}

/// Which token a route looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// A service may protect a route in another way.
#[non_exhaustive]
pub enum Auth {
    /// No token is looked at.
    Open,
    /// An OAuth access token is required: without a valid one the server answers 401 in its dialect, and the route is not
    /// asked.
    Login,
    /// A derived token is looked at. [`RouteRequest::caller`] is `None` where there is none, or where it is expired or unknown;
    /// what follows is the route's own matter. (iNaturalist's v1 answers most reads anonymously then, with 200.)
    Derived,
}

/// What a route does with a request.
pub type Handler = dyn Fn(&RouteRequest<'_>) -> http::Response<Vec<u8>> + Send + Sync;

/// One method and path, and what answers there.
#[derive(Clone)]
pub struct Route {
    method: http::Method,
    pattern: &'static str,
    door: Auth,
    handler: Arc<Handler>,
}

impl Route {
    /// A route. In `pattern` a segment in braces matches any one segment: `/v1/observations/{id}`.
    pub fn new(
        method: http::Method,
        pattern: &'static str,
        door: Auth,
        handler: impl Fn(&RouteRequest<'_>) -> http::Response<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            method,
            pattern,
            door,
            handler: Arc::new(handler),
        }
    }

    /// Shorthand for a route asked with GET.
    pub fn get(
        pattern: &'static str,
        door: Auth,
        handler: impl Fn(&RouteRequest<'_>) -> http::Response<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self::new(http::Method::GET, pattern, door, handler)
    }

    /// Which token this route looks at.
    #[must_use]
    pub fn door(&self) -> Auth {
        self.door
    }

    /// The pattern it was made with.
    #[must_use]
    pub fn pattern(&self) -> &'static str {
        self.pattern
    }

    /// The segments that stood in for braces, in order, if method and path match.
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

    /// Asks the route.
    #[must_use]
    pub fn respond(&self, visit: &RouteRequest<'_>) -> http::Response<Vec<u8>> {
        (self.handler)(visit)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Route({} {}, {:?})",
            self.method, self.pattern, self.door
        )
    }
}

/// Whose token it was.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// One request to a route.
#[derive(Debug)]
pub struct RouteRequest<'a> {
    /// The request as it arrived, its body in full.
    pub request: &'a http::Request<Vec<u8>>,
    /// Whose token it carried, if the door looked at one and found it valid.
    pub caller: Option<&'a Caller>,
    /// What stood in for the braces of the pattern.
    pub segments: Vec<(&'static str, &'a str)>,
}

impl RouteRequest<'_> {
    /// What stood in for `{name}` in the pattern.
    #[must_use]
    pub fn segment(&self, name: &str) -> Option<&str> {
        self.segments
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| *value)
    }

    /// The first value of a query parameter, decoded.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.request.uri().query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// A response with a JSON body.
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
        let route = Route::get("/v1/observations/{id}", Auth::Open, |_| {
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
