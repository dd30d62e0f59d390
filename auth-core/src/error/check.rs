//! The checks of this crate, each by its name: what must pass before anything is believed or sent.

use std::fmt;

/// A check that failed, as reported by [`Error::check`](crate::Error::check).
///
/// The crate's page describes each. No check can be switched off, except by a
/// [`Quirk`](crate::Quirk) that a server is allowed by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Releases add checks.
#[non_exhaustive]
pub enum Check {
    /// A URL is https, or http to a loopback IP, without user information and fragment (RFC 6749
    /// section 3.1, RFC 8252).
    Url,
    /// No URL carries a credential in its query (RFC 6749 section 2.3.1).
    CredentialInUrl,
    /// A parameter that the program adds does not replace one of the protocol's.
    CoreParameter,
    /// The server supports S256 code challenges, or its metadata say nothing against it (RFC 7636,
    /// RFC 9700 section 2.1.1).
    Pkce,
    /// A server that requires pushed authorization requests gets no other (RFC 9126 section 5).
    Pushed,
    /// The server supports an authentication method that can carry the client's secret (RFC 6749
    /// section 2.3.1).
    ClientAuthentication,
    /// A response arrives at the redirect URI that was sent (RFC 6749 section 4.1.2).
    RedirectUri,
    /// Each parameter occurs at most once (RFC 6749 section 3.1, RFC 9110 section 11.2).
    ParameterOnce,
    /// `state` is the one that was sent (RFC 6749 section 10.12).
    State,
    /// A response to a request without `state` has no `state`.
    UnexpectedState,
    /// `iss` is the server's issuer, and present if the server always sends it (RFC 9207 section
    /// 2.4).
    Issuer,
    /// A response contains what was requested: a code, and no token or signed response.
    ResponseType,
    /// A response contains a code or an error.
    CodeOrError,
    /// The client that exchanges a code is the client that requested it.
    ClientBound,
    /// The token endpoint and the other endpoints do not redirect (RFC 6749 section 3.2).
    NoRedirect,
    /// A response is a JSON object without duplicate keys (RFC 8259 section 4).
    Object,
    /// A token contains only characters that a header can carry (RFC 6750 section 2.1).
    TokenText,
    /// A token is a bearer token (RFC 6749 section 7.1).
    TokenType,
    /// A response has the fields that its RFC requires, in the shape it requires.
    Fields,
    /// A response shows no quirk that its server is not allowed.
    Leniency,
    /// Metadata name the issuer that was requested (RFC 8414 section 3.3).
    MetadataIssuer,
    /// A bearer token is sent only below the URL of its API (RFC 6750 section 5.3).
    BearerOrigin,
}

impl Check {
    /// All checks.
    pub const ALL: [Self; 22] = [
        Self::Url,
        Self::CredentialInUrl,
        Self::CoreParameter,
        Self::Pkce,
        Self::Pushed,
        Self::ClientAuthentication,
        Self::RedirectUri,
        Self::ParameterOnce,
        Self::State,
        Self::UnexpectedState,
        Self::Issuer,
        Self::ResponseType,
        Self::CodeOrError,
        Self::ClientBound,
        Self::NoRedirect,
        Self::Object,
        Self::TokenText,
        Self::TokenType,
        Self::Fields,
        Self::Leniency,
        Self::MetadataIssuer,
        Self::BearerOrigin,
    ];

    /// Returns the name, as in the crate page's table of checks.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::CredentialInUrl => "credential-in-url",
            Self::CoreParameter => "core-parameter",
            Self::Pkce => "pkce",
            Self::Pushed => "pushed",
            Self::ClientAuthentication => "client-authentication",
            Self::RedirectUri => "redirect-uri",
            Self::ParameterOnce => "parameter-once",
            Self::State => "state",
            Self::UnexpectedState => "unexpected-state",
            Self::Issuer => "issuer",
            Self::ResponseType => "response-type",
            Self::CodeOrError => "code-or-error",
            Self::ClientBound => "client-bound",
            Self::NoRedirect => "no-redirect",
            Self::Object => "object",
            Self::TokenText => "token-text",
            Self::TokenType => "token-type",
            Self::Fields => "fields",
            Self::Leniency => "leniency",
            Self::MetadataIssuer => "metadata-issuer",
            Self::BearerOrigin => "bearer-origin",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
