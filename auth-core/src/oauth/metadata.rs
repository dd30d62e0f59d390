//! Authorization server metadata: RFC 8414, and the same document at the path of OpenID Connect
//! Discovery 1.0.
//!
//! ```text
//! MetadataRequest::new(issuer) ──send──► Metadata ──server──► AuthorizationServer
//!                                         issuer compared
//! ```

use std::fmt;

use serde::de::DeserializeOwned;

use super::{
    error_response,
    json_object::{Object, head},
    server::{AnnouncedPkce, AuthorizationServer, BasicEncoding, ClientAuthentication},
};
use crate::{
    error::{Error, ErrorKind, check::Check, text::presentable, verdict::is_transient},
    leniency::Quirks,
    wire::{
        body::{Body, Request, set_header},
        limits::Limits,
        message::Message,
        response_body::Response,
        url::Endpoint,
    },
};

/// Requests a server's description of itself.
///
/// ```
/// use auth_core::{ResponseBody, Message, MetadataRequest, OAuthClient, Response};
///
/// let message = MetadataRequest::new("https://server.example.com/issuer1")?;
/// let request = message.request()?; // send it with any HTTP client
/// assert_eq!(
///     request.uri(),
///     "https://server.example.com/.well-known/oauth-authorization-server/issuer1"
/// );
/// # let body = br#"{"issuer":"https://server.example.com/issuer1",
/// #   "token_endpoint":"https://server.example.com/token",
/// #   "code_challenge_methods_supported":["S256"]}"#.to_vec();
/// # let response = http::Response::builder()
/// #     .header("content-type", "application/json")
/// #     .body(ResponseBody::new(body))
/// #     .expect("a response");
/// let server = message.parse(response)?.server()?;
/// let client = OAuthClient::new(server, "my-client-id")?;
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "discovery")]
#[doc(alias = "well-known")]
#[doc(alias = "openid")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MetadataRequest {
    issuer: String,
    url: Endpoint,
}

/// A server's metadata. Its `issuer` is the one that was requested. [`MetadataRequest`] has an
/// example.
#[derive(Clone, PartialEq, Eq)]
pub struct Metadata {
    issuer: String,
    endpoints: [Option<Endpoint>; ENDPOINTS.len()],
    object: Object,
    quirks: Quirks,
}

/// The endpoints that this crate uses. Each is checked like any other [`Endpoint`].
const ENDPOINTS: [&str; 6] = [
    "token_endpoint",
    "authorization_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "device_authorization_endpoint",
    "pushed_authorization_request_endpoint",
];

impl MetadataRequest {
    /// Makes a request for this issuer's metadata at the path of RFC 8414 section 3.1: between host
    /// and path.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the issuer is neither an https URL nor http to a loopback
    /// IP, or has a query or a fragment.
    pub fn new(issuer: impl Into<String>) -> Result<Self, Error> {
        let issuer = issuer.into();
        let (origin, path) = split(&issuer)?;
        let url = format!("{origin}/.well-known/oauth-authorization-server{path}");
        let url = Endpoint::parse(&url)?;
        Ok(Self { issuer, url })
    }

    /// Makes a request for the metadata at the path of OpenID Connect Discovery 1.0 section 4.1:
    /// after the path.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn openid(issuer: impl Into<String>) -> Result<Self, Error> {
        let issuer = issuer.into();
        let (origin, path) = split(&issuer)?;
        let url = format!("{origin}{path}/.well-known/openid-configuration");
        let url = Endpoint::parse(&url)?;
        Ok(Self { issuer, url })
    }

    /// Returns the URL of the document.
    #[must_use]
    pub fn url(&self) -> &Endpoint {
        &self.url
    }
}

/// Splits an issuer into scheme with host, and the path without a slash at its end.
#[inline]
fn split(issuer: &str) -> Result<(&str, &str), Error> {
    let named = |error: Error| error.with_setting("issuer");
    Endpoint::parse(issuer).map_err(named)?;
    if issuer.contains('?') {
        return Err(Error::new(
            ErrorKind::Configuration,
            "the issuer has a query, which an issuer cannot have",
        )
        .with_check(Check::Url)
        .with_setting("issuer"));
    }
    let authority = issuer.find("://").map_or(0, |at| at + 3);
    let path = issuer[authority..]
        .find('/')
        .map_or(issuer.len(), |at| authority + at);
    let (origin, path) = issuer.split_at(path);
    Ok((origin, path.strip_suffix('/').unwrap_or(path)))
}

impl Message for MetadataRequest {
    type Output = Metadata;

    #[inline]
    fn request(&self) -> Result<Request, Error> {
        let mut request = Request::new(Body::Empty);
        *request.uri_mut() = self.url.uri().clone();
        let json = http::HeaderValue::from_static("application/json");
        set_header(request.headers_mut(), http::header::ACCEPT, json);
        Ok(request)
    }

    #[inline]
    fn parse(&self, response: Response) -> Result<Metadata, Error> {
        let status = response.status();
        if status.is_client_error() && !is_transient(status) {
            let what = format!("there are no metadata at {}", self.url);
            return Err(Error::new(ErrorKind::Configuration, what)
                .with_response(&response)
                .with_setting("issuer")
                .with_help("try the other well-known place, or describe the server by hand"));
        }
        if !status.is_success() {
            return Err(error_response::unexplained(
                "the metadata's place",
                &response,
                &[],
            ));
        }
        let object = error_response::object(&response, WHAT, &[])?;
        self.check_issuer(&response, &object)?;
        let mut endpoints = [const { None }; ENDPOINTS.len()];
        for (endpoint, name) in endpoints.iter_mut().zip(ENDPOINTS) {
            *endpoint = read_endpoint(&response, &object, name)?;
        }
        if endpoints[0].is_none() {
            let why = "they name no `token_endpoint`";
            return Err(error_response::malformed(
                &response,
                WHAT,
                Check::Fields,
                why,
            ));
        }
        Ok(Metadata {
            issuer: self.issuer.clone(),
            endpoints,
            quirks: head(&response, http::StatusCode::OK),
            object,
        })
    }

    fn limits(&self) -> Limits {
        Limits::api().with_max_bytes(1 << 20)
    }
}

const WHAT: &str = "metadata";

impl MetadataRequest {
    #[inline]
    fn check_issuer(&self, response: &Response, object: &Object) -> Result<(), Error> {
        let wrong = |why: String| {
            error_response::malformed(response, WHAT, Check::MetadataIssuer, &why)
                .with_setting("issuer")
                .with_help("give the issuer exactly as the server names itself, if that is the server that is meant")
        };
        match object.text("issuer") {
            Some(issuer) if issuer == self.issuer => Ok(()),
            Some(issuer) => Err(wrong(format!(
                "they name the issuer {} and not {}",
                presentable(issuer, 120),
                self.issuer
            ))),
            None => Err(wrong("they name no issuer".to_owned())),
        }
    }
}

#[inline]
fn read_endpoint(
    response: &Response,
    object: &Object,
    name: &'static str,
) -> Result<Option<Endpoint>, Error> {
    let Some(value) = object.get(name) else {
        return Ok(None);
    };
    let Some(text) = value.as_str() else {
        let why = format!("`{name}` is no URL");
        return Err(error_response::malformed(
            response,
            WHAT,
            Check::Fields,
            &why,
        ));
    };
    let endpoint = Endpoint::parse(text).map_err(|error| error.with_setting(name))?;
    Ok(Some(endpoint))
}

impl Metadata {
    /// Returns the server that the metadata describe: its endpoints and issuer, and how clients
    /// with a secret authenticate. It knows whether the server sends `iss` in its responses and
    /// requires pushed requests. Set what the metadata do not say on the result.
    ///
    /// The first of these methods in `token_endpoint_auth_methods_supported` is used:
    /// `client_secret_basic` (form-encoded, as RFC 6749 section 2.3.1 says), `client_secret_post`,
    /// `none`.
    ///
    /// A server that does not name S256 among its `code_challenge_methods_supported` is returned
    /// too, because other grants do not need PKCE. But an authorization request to it fails. The
    /// exception: its metadata say nothing about PKCE, and it is allowed
    /// [`Quirk::UnannouncedPkce`](crate::Quirk::UnannouncedPkce).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the server supports no client authentication of this crate.
    #[inline]
    pub fn server(&self) -> Result<AuthorizationServer, Error> {
        let [
            token,
            authorization,
            revocation,
            introspection,
            device,
            pushed,
        ] = self.endpoints.clone();
        let token = token.expect("`parse` checked that it is there");
        let mut server = AuthorizationServer::new(token).issuer(self.issuer.as_str());
        server.authorization = authorization;
        server.revocation = revocation;
        server.introspection = introspection;
        server.device = device;
        server.pushed = pushed;
        server.issuer_in_response = self.flag("authorization_response_iss_parameter_supported");
        server.requires_pushed = self.flag("require_pushed_authorization_requests");
        server.authentication = self.authentication()?;
        server.announced_pkce = self.pkce();
        Ok(server)
    }

    /// Returns `issuer`: the one that was requested.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns any other field, such as `scopes_supported`, deserialized; `None` if it is missing
    /// or of another shape. URLs in it are not checked.
    #[must_use]
    pub fn field<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.object.field(name)
    }

    /// Returns the quirks that the response showed.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    fn flag(&self, name: &str) -> bool {
        self.object.get(name).and_then(serde_json::Value::as_bool) == Some(true)
    }

    #[inline]
    fn authentication(&self) -> Result<ClientAuthentication, Error> {
        const BASIC: ClientAuthentication =
            ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded);
        // RFC 8414 section 2: the default is Basic.
        let Some(methods) = self.object.texts("token_endpoint_auth_methods_supported") else {
            return Ok(BASIC);
        };
        let takes = |method: &str| methods.contains(&method);
        if takes("client_secret_basic") {
            Ok(BASIC)
        } else if takes("client_secret_post") {
            Ok(ClientAuthentication::Body)
        } else if takes("none") {
            Ok(ClientAuthentication::None)
        } else {
            let what = format!(
                "the server {} takes client authentication by {} only",
                self.issuer,
                listed(&methods)
            );
            Err(Error::new(ErrorKind::Configuration, what)
                .with_check(Check::ClientAuthentication)
                .with_setting("token_endpoint_auth_methods_supported")
                .with_help(
                    "use a server that takes `client_secret_basic`, `client_secret_post` or `none`",
                ))
        }
    }

    #[inline]
    fn pkce(&self) -> AnnouncedPkce {
        match self.object.texts("code_challenge_methods_supported") {
            Some(methods) if methods.contains(&"S256") => AnnouncedPkce::S256,
            Some(methods) => AnnouncedPkce::Others(listed(&methods)),
            None => AnnouncedPkce::Nothing,
        }
    }
}

/// Joins words of the server for an error text.
#[inline]
fn listed(words: &[&str]) -> String {
    match words {
        [] => "nothing".to_owned(),
        words => presentable(&words.join(", "), 120),
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metadata")
            .field("issuer", &self.issuer)
            .field("endpoints", &self.endpoints)
            .field("quirks", &self.quirks)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
