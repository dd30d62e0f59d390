//! An authorization server as a value: its endpoints (RFC 6749 section 3) and its quirks.

use std::sync::Arc;

use super::pkce::PkceStyle;
use crate::{
    error::{Error, ErrorKind, host::Host},
    leniency::{Leniency, Quirk},
    wire::url::Endpoint,
};

/// An authorization server: its endpoints and its known quirks.
///
/// A service crate describes its own server. Describe another server by hand, or read its
/// [`Metadata`](crate::Metadata). Only the token endpoint is required. Allowed quirks:
/// [`Leniency::field_tested`] unless set.
///
/// ```
/// use auth_core::{AuthorizationServer, BasicEncoding, ClientAuthentication, Endpoint};
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/oauth2/token")?)
///     .authorization_endpoint(Endpoint::parse("https://auth.example.org/oauth2/authorize")?)
///     .client_authentication(ClientAuthentication::Basic(BasicEncoding::Raw));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "provider")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

/// What a server's metadata say about PKCE (`code_challenge_methods_supported`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum AnnouncedPkce {
    /// S256 is among the methods, or the server was described by hand.
    S256,
    /// The metadata do not mention PKCE.
    Nothing,
    /// Other methods only: these.
    Others(String),
}

/// How a client with a secret authenticates at the token endpoint (RFC 6749 section 2.3.1). Each
/// request uses one method.
///
/// ```
/// use auth_core::{AuthorizationServer, BasicEncoding, ClientAuthentication, Endpoint};
///
/// let token = Endpoint::parse("https://login.example.org/token")?;
/// let server = AuthorizationServer::new(token)
///     .client_authentication(ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// There are more methods: signed assertions (RFC 7523), mutual TLS (RFC 8705).
#[non_exhaustive]
pub enum ClientAuthentication {
    /// The `Authorization: Basic` header.
    Basic(BasicEncoding),
    /// `client_id` and `client_secret` in the form.
    Body,
    /// No authentication: the server supports no client secrets, so every client is public.
    None,
}

/// How the id and the secret are written before base64. [`ClientAuthentication`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Servers differ in it, and not all are known.
#[non_exhaustive]
pub enum BasicEncoding {
    /// Unencoded. Doorkeeper 5 and league 8 and 9 never decode them, against the RFC.
    Raw,
    /// Each form-urlencoded, as RFC 6749 section 2.3.1 requires. node's oidc-provider insists on
    /// it.
    FormUrlEncoded,
}

impl AuthorizationServer {
    /// The error for a server that cannot do this: names the server by its token endpoint.
    #[cold]
    pub(crate) fn cannot(&self, what: impl std::fmt::Display) -> Error {
        let what = match Host::of(self.token.uri()) {
            Some(host) => format!("the server {host} {what}"),
            None => format!("the server {what}"),
        };
        Error::new(ErrorKind::Configuration, what)
    }

    /// The error for an endpoint that this server lacks.
    pub(crate) fn lacks(&self, endpoint: &str, setting: &'static str) -> Error {
        self.cannot(format_args!("has no {endpoint}"))
            .with_setting(setting)
    }

    /// Makes a server with this token endpoint that otherwise follows the RFCs.
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

    /// Sets the authorization endpoint, where the user logs in (RFC 6749 section 3.1).
    #[must_use]
    pub fn authorization_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.authorization = Some(endpoint);
        self
    }

    /// Sets the revocation endpoint (RFC 7009).
    #[must_use]
    pub fn revocation_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.revocation = Some(endpoint);
        self
    }

    /// Sets the introspection endpoint (RFC 7662).
    #[must_use]
    pub fn introspection_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.introspection = Some(endpoint);
        self
    }

    /// Sets the device authorization endpoint, where a login on another device begins (RFC 8628).
    #[must_use]
    pub fn device_authorization_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.device = Some(endpoint);
        self
    }

    /// Sets the endpoint for pushed authorization requests (RFC 9126).
    #[must_use]
    pub fn pushed_authorization_request_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.pushed = Some(endpoint);
        self
    }

    /// Requires authorization requests to be pushed; the server rejects others (RFC 9126 section
    /// 5).
    #[must_use]
    pub fn requires_pushed_authorization_requests(mut self) -> Self {
        self.requires_pushed = true;
        self
    }

    /// Sets the issuer identifier (RFC 8414). Rejects an authorization response that names another
    /// issuer (RFC 9207).
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into().into());
        self
    }

    /// Requires `iss` in every authorization response; rejects one without (RFC 9207 section 2.4).
    #[must_use]
    pub fn always_names_issuer(mut self) -> Self {
        self.issuer_in_response = true;
        self
    }

    /// Sets how clients with a secret authenticate.
    #[must_use]
    pub fn client_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// Sets how they authenticate on a refresh, if that differs. Info Flora documents the form for
    /// it.
    #[must_use]
    pub fn refresh_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.refresh_authentication = Some(authentication);
        self
    }

    /// Sends the `client_id` in the form as well as in the Basic header. Info Flora documents this.
    #[must_use]
    pub fn client_id_beside_basic(mut self) -> Self {
        self.client_id_beside_basic = true;
        self
    }

    /// Sets the help of the error for a rejected client id or secret (`invalid_client`). Only
    /// needed if the user must do more than check the page on which the application is registered.
    #[must_use]
    pub fn refused_client_help(mut self, help: &'static str) -> Self {
        self.refused_client = Some(help);
        self
    }

    /// Allows error responses without `state`, as league 8 sends for `invalid_scope`:
    /// [`Quirk::ErrorWithoutState`]. Such an error is then reported instead of ignored. A success
    /// without `state` is still rejected.
    #[must_use]
    pub fn errors_without_state(self) -> Self {
        self.allow(Quirk::ErrorWithoutState)
    }

    /// Allows this quirk too.
    #[must_use]
    pub fn allow(mut self, quirk: Quirk) -> Self {
        self.leniency = self.leniency.with(quirk);
        self
    }

    /// Sets all allowed quirks. [`Leniency::strict`] allows only what the RFCs do.
    #[must_use]
    pub fn leniency(mut self, leniency: Leniency) -> Self {
        self.leniency = leniency;
        self
    }

    /// Sets how code verifiers are chosen.
    #[must_use]
    pub fn pkce_style(mut self, style: PkceStyle) -> Self {
        self.pkce = style;
        self
    }
}
