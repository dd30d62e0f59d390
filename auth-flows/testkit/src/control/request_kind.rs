//! Kinds of requests, and patterns that select requests for a fault, a hold or a count.

/// The kind of endpoint that a request went to.
///
/// ```
/// use auth_testkit::{Dialect, RequestKind, TestServer};
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::doorkeeper_5()).start()?;
/// # auth_testkit::person::Person::new("alice", "password").visit(server.url())?;
/// // … let your program send requests …
/// assert_eq!(server.requests().count(RequestKind::Token), 0);
/// assert_eq!(server.requests().requests()[0].kind, RequestKind::Other);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// A release may serve another endpoint.
#[non_exhaustive]
pub enum RequestKind {
    /// The authorization endpoint, including its login form and its consent form.
    Authorize,
    /// The token endpoint.
    Token,
    /// The revocation endpoint (RFC 7009).
    Revoke,
    /// The introspection endpoint (RFC 7662).
    Introspect,
    /// Doorkeeper's `/oauth/token/info`.
    TokenInfo,
    /// The endpoint that returns a derived token for an access token.
    Derived,
    /// The web site's own login page.
    Login,
    /// A route of the site.
    Api,
    /// Anything else; the server responds with 404.
    Other,
}

/// Selects requests by kind, grant or path: for a [`Fault`](crate::Fault) or a
/// [`Hold`](crate::Hold).
///
/// ```
/// use auth_testkit::{Dialect, Fault, Matching, TestServer};
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::doorkeeper_5()).start()?;
/// let faults = server.faults();
/// faults.next(Matching::Token, Fault::Html500); // any grant
/// faults.next(Matching::Grant("refresh_token"), Fault::Html500); // renewals only
/// faults.next(Matching::Path("/v1/users/me".to_owned()), Fault::Html500);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
// Releases add ways to pick requests.
#[non_exhaustive]
pub enum Matching {
    /// Every request.
    Any,
    /// The authorization endpoint.
    Authorize,
    /// The token endpoint, with any grant.
    Token,
    /// The token endpoint, with this `grant_type`.
    Grant(&'static str),
    /// The revocation endpoint.
    Revoke,
    /// The introspection endpoint.
    Introspect,
    /// The endpoint of derived tokens.
    Derived,
    /// The routes of the site.
    Api,
    /// This path, without its query.
    Path(String),
}

/// The properties of a request that [`Matching`] looks at.
#[derive(Clone, Debug)]
pub(crate) struct RequestClass {
    pub(crate) kind: RequestKind,
    pub(crate) path: String,
    pub(crate) grant: Option<String>,
}

impl Matching {
    pub(crate) fn matches(&self, class: &RequestClass) -> bool {
        match self {
            Self::Any => true,
            Self::Authorize => class.kind == RequestKind::Authorize,
            Self::Token => class.kind == RequestKind::Token,
            Self::Grant(name) => {
                class.kind == RequestKind::Token && class.grant.as_deref() == Some(*name)
            }
            Self::Revoke => class.kind == RequestKind::Revoke,
            Self::Introspect => class.kind == RequestKind::Introspect,
            Self::Derived => class.kind == RequestKind::Derived,
            Self::Api => class.kind == RequestKind::Api,
            Self::Path(path) => class.path == *path,
        }
    }
}
