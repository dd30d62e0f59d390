//! The checks of this crate, each by its name: what is refused before anything is believed or sent.

use std::fmt;

/// A check that something did not pass: [`Error::check`](crate::Error::check) says which.
///
/// The crate's page has a sentence on each; none can be switched off, but by an [`Quirk`](crate::Quirk) that a server is
/// forgiven by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Releases add checks.
#[non_exhaustive]
pub enum Check {
    /// A URL is https, or http to a loopback IP, without user information and fragment (RFC 6749 section 3.1, RFC 8252).
    Url,
    /// No URL carries a credential in its query (RFC 6749 section 2.3.1).
    CredentialInUrl,
    /// A further parameter does not replace one of the protocol's.
    CoreParameter,
    /// The server takes S256 code challenges, or has said nothing against it (RFC 7636, RFC 9700 section 2.1.1).
    Pkce,
    /// A server that wants its authorization requests pushed gets them so (RFC 9126 section 5).
    Pushed,
    /// A client with a secret has a way to show it that the server takes, and that can carry it (RFC 6749 section 2.3.1).
    ClientAuthentication,
    /// A response arrives at the redirect URI that was sent (RFC 6749 section 4.1.2).
    RedirectUri,
    /// A parameter stands there at most once (RFC 6749 section 3.1, RFC 9110 section 11.2).
    ParameterOnce,
    /// `state` is the one that was sent (RFC 6749 section 10.12).
    State,
    /// No `state` comes where none was sent.
    UnexpectedState,
    /// `iss` is the server's, and there where the server always sends it (RFC 9207 section 2.4).
    Issuer,
    /// A response holds what was asked for: no token and no signed response in the place of a code.
    ResponseType,
    /// A response holds a code or an error.
    CodeOrError,
    /// A code is exchanged by the client that asked for it.
    ClientBound,
    /// The token endpoint and its like answer by themselves, and not with a redirect (RFC 6749 section 3.2).
    NoRedirect,
    /// A response is a JSON object in which no key stands twice (RFC 8259 section 4).
    Object,
    /// A token is text that can stand in a header (RFC 6750 section 2.1).
    TokenText,
    /// A token is a bearer token (RFC 6749 section 7.1).
    TokenType,
    /// A response has the fields that its RFC requires, in the shape it requires.
    Fields,
    /// A response has no oddity that its server is not forgiven.
    Leniency,
    /// Metadata name the issuer that was asked (RFC 8414 section 3.3).
    MetadataIssuer,
    /// A bearer token stays under the URL of the API that it is for (RFC 6750 section 5.3).
    BearerOrigin,
}

impl Check {
    /// All of them.
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

    /// Its name, as the table of checks has it.
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
