//! What makes a fact false at our test server.

use auth_core::testkit::{Auth, Route, RouteRequest, Site};
use auth_testkit::{Fault, Matching, TestServer, TestServerBuilder};
use http::{HeaderName, HeaderValue, Response};

/// A way to make one fact false.
pub(super) enum Lie {
    /// The server is configured otherwise.
    Server(fn(TestServerBuilder) -> TestServerBuilder),
    /// Requests to this path of an API get another response.
    Path(&'static str, &'static str, Fault),
    /// Requests to the token endpoint get another response.
    Token(Fault),
    /// The redirect of a login has no `state`.
    NoState,
}

impl Lie {
    /// Plans the faults of the lie.
    pub(super) fn apply(&self, server: &TestServer) {
        match self {
            Self::Path(_, path, fault) => {
                let matching = Matching::Path((*path).to_owned());
                server.faults().always(matching, fault.clone());
            }
            Self::Token(fault) => server.faults().always(Matching::Token, fault.clone()),
            Self::Server(_) | Self::NoState => {}
        }
    }

    /// Configures a server where the lie holds.
    pub(super) fn configure(lie: Option<&Self>, builder: TestServerBuilder) -> TestServerBuilder {
        match lie {
            Some(Self::Server(change)) => change(builder),
            _ => builder,
        }
    }

    /// The API of the lie's path.
    pub(super) fn api(&self) -> &'static str {
        match self {
            Self::Path(api, ..) => api,
            _ => "",
        }
    }

    /// The lie's path under the base URL of its API.
    pub(super) fn path(&self) -> &'static str {
        match self {
            Self::Path(api, path, _) => {
                let prefix = format!("/{api}");
                path.strip_prefix(&*prefix).unwrap_or(path)
            }
            _ => "",
        }
    }
}

/// A response in JSON.
pub(super) fn json(status: u16, body: &str) -> Fault {
    Fault::Respond {
        status,
        content_type: "application/json".to_owned(),
        body: body.as_bytes().to_vec(),
    }
}

/// `{}`, compressed with gzip.
const EMPTY_OBJECT: [u8; 22] = [
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0,
];

/// A route that compresses its response if the request accepts gzip.
pub(super) fn compressed(path: &'static str) -> Route {
    Route::get(path, Auth::None, |request| {
        let accepts = request.request.headers().get(http::header::ACCEPT_ENCODING);
        let gzip = accepts.is_some_and(|coding| coding == "gzip");
        let mut response = match gzip {
            true => Response::new(EMPTY_OBJECT.to_vec()),
            false => Response::new(b"{}".to_vec()),
        };
        if gzip {
            let coding = HeaderValue::from_static("gzip");
            let name = HeaderName::from_static("content-encoding");
            response.headers_mut().insert(name, coding);
        }
        response
    })
}

/// The routes of a site, with some before them.
pub(super) fn with_routes(first: impl IntoIterator<Item = Route>, site: &Site) -> Site {
    let own = match site.derived_tokens() {
        Some(derived) => Site::new().with_derived_tokens(derived.clone()),
        None => Site::new(),
    };
    let routes = first.into_iter().chain(site.routes().iter().cloned());
    routes.fold(own, Site::with_route)
}

/// A number in the query.
pub(super) fn number(request: &RouteRequest<'_>, name: &str) -> Option<u64> {
    request.query(name)?.parse().ok()
}
