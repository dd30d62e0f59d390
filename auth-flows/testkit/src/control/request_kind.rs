//! Which requests a fault, a hold or a count is about.

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// A release may serve another endpoint.
#[non_exhaustive]
pub enum RequestKind {
    /// The authorization endpoint, its login form and its consent form included.
    Authorize,
    /// The token endpoint.
    Token,
    /// The revocation endpoint (RFC 7009).
    Revoke,
    /// The introspection endpoint (RFC 7662).
    Introspect,
    /// Doorkeeper's `/oauth/token/info`.
    TokenInfo,
    /// The endpoint that answers an access token with a derived token.
    Derived,
    /// The web site's own login page.
    Login,
    /// A route of the site.
    Api,
    /// Anything else; it is answered with 404.
    Other,
}

/// Picks requests.
#[derive(Clone, Debug, PartialEq, Eq)]
// Releases add ways to pick requests.
#[non_exhaustive]
pub enum Matching {
    /// Every request.
    Any,
    /// The authorization endpoint.
    Authorize,
    /// The token endpoint, whatever the grant.
    Token,
    /// The token endpoint, asked with this `grant_type`.
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

/// What a request is matched by.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) kind: RequestKind,
    pub(crate) path: String,
    pub(crate) grant: Option<String>,
}

impl Matching {
    pub(crate) fn matches(&self, target: &Target) -> bool {
        match self {
            Self::Any => true,
            Self::Authorize => target.kind == RequestKind::Authorize,
            Self::Token => target.kind == RequestKind::Token,
            Self::Grant(name) => {
                target.kind == RequestKind::Token && target.grant.as_deref() == Some(*name)
            }
            Self::Revoke => target.kind == RequestKind::Revoke,
            Self::Introspect => target.kind == RequestKind::Introspect,
            Self::Derived => target.kind == RequestKind::Derived,
            Self::Api => target.kind == RequestKind::Api,
            Self::Path(path) => target.path == *path,
        }
    }
}
