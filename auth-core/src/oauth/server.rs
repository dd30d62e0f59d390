//! An authorization server as a value: its endpoints (RFC 6749 section 3), and what is odd about it, by name.

use std::sync::Arc;

use super::pkce::PkceStyle;
use crate::{
    leniency::{Leniency, Quirk},
    wire::url::Endpoint,
};

/// An authorization server: its endpoints and its known oddities.
///
/// A service crate describes its own; another server is written by hand, or read from its [`Metadata`](crate::Metadata).
/// Everything but the token endpoint is optional. What is forgiven is a value on it: [`Leniency::field_tested`] unless set.
///
/// ```
/// use auth_core::{AuthorizationServer, BasicEncoding, ClientAuthentication, Endpoint};
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/oauth2/token")?)
///     .authorization_endpoint(Endpoint::parse("https://auth.example.org/oauth2/authorize")?)
///     .client_authentication(ClientAuthentication::Basic(BasicEncoding::Raw));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AuthorizationServer {
    pub(crate) token: Endpoint,
    pub(crate) authorization: Option<Endpoint>,
    pub(crate) revocation: Option<Endpoint>,
    pub(crate) introspection: Option<Endpoint>,
    pub(crate) device: Option<Endpoint>,
    pub(crate) pushed: Option<Endpoint>,
    pub(crate) requires_pushed: bool,
    pub(crate) issuer: Option<Arc<str>>,
    pub(crate) issuer_in_response: bool,
    pub(crate) authentication: ClientAuthentication,
    pub(crate) refresh_authentication: Option<ClientAuthentication>,
    pub(crate) client_id_beside_basic: bool,
    pub(crate) leniency: Leniency,
    pub(crate) pkce: PkceStyle,
    pub(crate) announced_pkce: AnnouncedPkce,
    pub(crate) refused_client: Option<&'static str>,
}

/// What a server's metadata say of PKCE (`code_challenge_methods_supported`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AnnouncedPkce {
    /// It was described by hand, or S256 is among the methods.
    S256,
    /// Nothing.
    Nothing,
    /// Other methods: these.
    Others(String),
}

/// How a client with a secret proves who it is at the token endpoint (RFC 6749 section 2.3.1). One secret per request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// There are more methods: signed assertions (RFC 7523), mutual TLS (RFC 8705).
#[non_exhaustive]
pub enum ClientAuthentication {
    /// The `Authorization: Basic` header.
    Basic(BasicEncoding),
    /// `client_id` and `client_secret` in the form.
    Body,
    /// Not at all: the server takes no client secrets, so that every client is a public one.
    None,
}

/// How id and secret are written before base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Servers differ in it, and not all are known.
#[non_exhaustive]
pub enum BasicEncoding {
    /// As they are. Doorkeeper 5 and league 8 and 9 never decode them, against the RFC.
    Raw,
    /// Each form-urlencoded, as RFC 6749 section 2.3.1 says; node's oidc-provider insists on it.
    FormUrlEncoded,
}

impl AuthorizationServer {
    /// A server with this token endpoint, that otherwise does as the RFCs say.
    #[must_use]
    pub fn new(token_endpoint: Endpoint) -> Self {
        Self {
            token: token_endpoint,
            authorization: None,
            revocation: None,
            introspection: None,
            device: None,
            pushed: None,
            requires_pushed: false,
            issuer: None,
            issuer_in_response: false,
            authentication: ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded),
            refresh_authentication: None,
            client_id_beside_basic: false,
            leniency: Leniency::field_tested(),
            pkce: PkceStyle::Rfc7636,
            announced_pkce: AnnouncedPkce::S256,
            refused_client: None,
        }
    }

    /// Where a person logs in (RFC 6749 section 3.1).
    #[must_use]
    pub fn authorization_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.authorization = Some(endpoint);
        self
    }

    /// Where tokens are revoked (RFC 7009).
    #[must_use]
    pub fn revocation_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.revocation = Some(endpoint);
        self
    }

    /// Where tokens are looked into (RFC 7662).
    #[must_use]
    pub fn introspection_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.introspection = Some(endpoint);
        self
    }

    /// Where a login on another device begins (RFC 8628).
    #[must_use]
    pub fn device_authorization_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.device = Some(endpoint);
        self
    }

    /// Where authorization requests are pushed to (RFC 9126).
    #[must_use]
    pub fn pushed_authorization_request_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.pushed = Some(endpoint);
        self
    }

    /// It refuses authorization requests that were not pushed (RFC 9126 section 5).
    #[must_use]
    pub fn requires_pushed_authorization_requests(mut self) -> Self {
        self.requires_pushed = true;
        self
    }

    /// Its issuer identifier (RFC 8414). An authorization response that names another one is refused (RFC 9207).
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into().into());
        self
    }

    /// It puts `iss` into every authorization response: one without is refused (RFC 9207 section 2.4).
    #[must_use]
    pub fn always_names_issuer(mut self) -> Self {
        self.issuer_in_response = true;
        self
    }

    /// How clients with a secret authenticate.
    #[must_use]
    pub fn client_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// How they do it on a refresh, where that differs. Info Flora documents the form for it.
    #[must_use]
    pub fn refresh_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.refresh_authentication = Some(authentication);
        self
    }

    /// It wants the equal `client_id` in the form beside the Basic header. Info Flora documents so.
    #[must_use]
    pub fn client_id_beside_basic(mut self) -> Self {
        self.client_id_beside_basic = true;
        self
    }

    /// What a person does whose client id or secret was refused (`invalid_client`), where that is more than looking at the page that
    /// the application was registered on.
    #[must_use]
    pub fn refused_client_advice(mut self, advice: &'static str) -> Self {
        self.refused_client = Some(advice);
        self
    }

    /// It may leave `state` out of an error response, as league 8 does for `invalid_scope`: [`Quirk::ErrorWithoutState`].
    /// Such an error is then reported instead of ignored. A success without `state` is refused all the same.
    #[must_use]
    pub fn errors_without_state(self) -> Self {
        self.allow(Quirk::ErrorWithoutState)
    }

    /// It is forgiven this oddity as well.
    #[must_use]
    pub fn allow(mut self, oddity: Quirk) -> Self {
        self.leniency = self.leniency.with(oddity);
        self
    }

    /// What it is forgiven, all in all: [`Leniency::strict`] takes nothing but what the RFCs allow.
    #[must_use]
    pub fn leniency(mut self, leniency: Leniency) -> Self {
        self.leniency = leniency;
        self
    }

    /// How code verifiers are chosen for it.
    #[must_use]
    pub fn pkce_style(mut self, style: PkceStyle) -> Self {
        self.pkce = style;
        self
    }
}
