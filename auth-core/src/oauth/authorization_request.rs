//! The authorization request: RFC 6749 section 4.1.1 with PKCE, RFC 7636 section 4.3. Pushed: RFC
//! 9126.

use std::fmt;

use super::{
    authorization_response::PendingAuthorization,
    authorization_url::{ParameterKind, Parameters, Url},
    client::OAuthClient,
    pkce::{Pkce, base64url},
    pushed_request::PushedAuthorizationRequest,
    server::AnnouncedPkce,
    token_request::parameters::core_parameter,
};
use crate::{
    error::{Error, ErrorKind, check::Check, text::duplicate_parameter},
    leniency::{Quirk, Quirks},
    wipe::wipe,
    wire::{
        redirect::{RedirectKind, RedirectUri},
        url::{Endpoint, credential_in_url, is_credential},
    },
};

/// 64 bytes of the operating system's random number generator: half for the code verifier, half for
/// `state`.
///
/// Each login needs its own; a request consumes it. Wiped when dropped.
///
/// ```
/// use auth_core::Entropy;
///
/// let mut bytes = [0; 64];
/// getrandom::fill(&mut bytes)?;
/// let entropy = Entropy::new(bytes);
/// # Ok::<(), getrandom::Error>(())
/// ```
#[doc(alias = "random")]
#[doc(alias = "nonce")]
pub struct Entropy([u8; 64]);

impl Entropy {
    /// Takes ownership of the bytes.
    #[must_use]
    #[inline]
    pub fn new(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    #[inline]
    fn halves(&self) -> (&[u8; 32], &[u8; 32]) {
        let (verifier, state) = self.0.split_at(32);
        (
            verifier.try_into().expect("half of 64"),
            state.try_into().expect("half of 64"),
        )
    }
}

impl Drop for Entropy {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy(64 bytes)")
    }
}

/// An authorization request: sends the user's browser to the server, where the user lets this
/// client act for them.
///
/// It always uses PKCE with S256 and, except out of band, a random `state`.
///
/// ```
/// use auth_core::{
///     AuthorizationRequest, AuthorizationServer, Endpoint, Entropy, OAuthClient, RedirectUri,
/// };
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?)
///     .authorization_endpoint(Endpoint::parse("https://auth.example.org/authorize")?);
/// let client = OAuthClient::new(server, "my-client-id")?;
/// let redirect_uri = RedirectUri::parse("http://127.0.0.1:8080")?;
/// let entropy = Entropy::new([7; 64]); // 64 bytes from the operating system in a real program
///
/// let request = AuthorizationRequest::new(&client, redirect_uri, entropy).scope("write");
/// let (url, pending) = request.begin()?;
/// assert!(url.starts_with("https://auth.example.org/authorize?response_type=code&client_id="));
/// // … the user logs in; the server redirects their browser …
/// let forged = "http://127.0.0.1:8080/?code=x&state=forged";
/// let error = pending.accept(forged).expect_err("not our state");
/// assert_eq!(error.kind(), auth_core::ErrorKind::CallbackMismatch);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "login")]
#[doc(alias = "pkce")]
#[doc(alias = "csrf")]
#[doc(alias = "state")]
#[derive(Debug)]
pub struct AuthorizationRequest<'a> {
    client: &'a OAuthClient,
    redirect_uri: RedirectUri,
    entropy: Entropy,
    scope: Option<&'a str>,
    extra: Vec<(&'a str, &'a str)>,
}

/// The parameters that the request sets itself.
const CORE: [&str; 10] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
    "request",
    "request_uri",
];

impl<'a> AuthorizationRequest<'a> {
    /// Makes a request of this client, whose response arrives at `redirect_uri`.
    #[must_use]
    #[inline]
    pub fn new(client: &'a OAuthClient, redirect_uri: RedirectUri, entropy: Entropy) -> Self {
        Self {
            client,
            redirect_uri,
            entropy,
            scope: None,
            extra: Vec::new(),
        }
    }

    /// Sets the requested scopes, separated by spaces.
    #[must_use]
    pub fn scope(mut self, scope: &'a str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Adds a parameter that the server defines, such as `locale`.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the request sets the parameter itself, or if it is a duplicate.
    /// [`ErrorKind::Configuration`] if it is a credential, which must not be in a URL.
    #[inline]
    pub fn param(mut self, name: &'a str, value: &'a str) -> Result<Self, Error> {
        if CORE.contains(&name) {
            return Err(core_parameter(name));
        }
        if is_credential(name) {
            return Err(credential_in_url(name));
        }
        if self.extra.iter().any(|(own, _)| *own == name) {
            return Err(Error::new(ErrorKind::Usage, duplicate_parameter(name))
                .with_check(Check::ParameterOnce));
        }
        self.extra.push((name, value));
        Ok(self)
    }

    /// Returns the URL for the user's browser, and the state that [`PendingAuthorization::accept`]
    /// needs to check the response.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the server has no authorization endpoint, if its metadata do
    /// not offer S256, or if it requires requests to be [pushed](Self::push).
    #[inline]
    pub fn begin(self) -> Result<(String, PendingAuthorization), Error> {
        if self.client.server().requires_pushed {
            let server = self.client.server();
            return Err(server
                .cannot("requires its authorization requests to be pushed")
                .with_check(Check::Pushed)
                .with_help(
                    "use `push`, send the message that it gives, and continue with its response",
                ));
        }
        let mut url = Url::new(self.endpoint()?);
        let pending = self.each(|name, value, kind| url.add(name, value, kind))?;
        Ok((url.finish(), pending))
    }

    /// Returns a message that pushes the parameters to the server instead of putting them into the
    /// browser's URL (RFC 9126). Send it first.
    ///
    /// # Errors
    /// As for [`begin`](Self::begin), and [`ErrorKind::Configuration`] if the server has no
    /// endpoint for pushed requests.
    #[inline]
    pub fn push(self) -> Result<PushedAuthorizationRequest<'a>, Error> {
        let (client, endpoint) = (self.client, self.endpoint()?);
        let to = client.server().pushed.as_ref().ok_or_else(|| {
            (client.server())
                .lacks(
                    "endpoint for pushed authorization requests",
                    "pushed_authorization_request_endpoint",
                )
                .with_help("give one, or use `begin`")
        })?;
        let mut parameters = Parameters::new();
        let pending = self.each(|name, value, _| parameters.push((name.into(), value.into())))?;
        Ok(PushedAuthorizationRequest::new(
            client, to, endpoint, parameters, pending,
        ))
    }

    #[inline]
    fn endpoint(&self) -> Result<&'a Endpoint, Error> {
        let server = self.client.server();
        server.authorization.as_ref().ok_or_else(|| {
            server
                .lacks("authorization endpoint", "authorization_endpoint")
                .with_help("give one, or log in by another method")
        })
    }

    /// Passes the parameters to `add` one by one, in order.
    #[inline]
    fn each(
        self,
        mut add: impl FnMut(&str, &str, ParameterKind),
    ) -> Result<PendingAuthorization, Error> {
        let server = self.client.server();
        let quirks = self.check_pkce()?;
        let (verifier, state) = self.entropy.halves();
        let pkce = Pkce::new(verifier, server.pkce);
        // Out of band there is no redirect, so no `state` to compare.
        let state = (self.redirect_uri.kind() != RedirectKind::OutOfBand).then(|| base64url(state));

        add("response_type", "code", ParameterKind::Plain);
        let id = match self.client.id_is_plain {
            true => ParameterKind::Plain,
            false => ParameterKind::Text,
        };
        add("client_id", self.client.id(), id);
        add(
            "redirect_uri",
            self.redirect_uri.as_str(),
            ParameterKind::Text,
        );
        if let Some(scope) = self.scope.filter(|scope| !scope.is_empty()) {
            add("scope", scope, ParameterKind::Text);
        }
        if let Some(state) = &state {
            add("state", state, ParameterKind::Plain);
        }
        add("code_challenge", pkce.challenge(), ParameterKind::Plain);
        add("code_challenge_method", "S256", ParameterKind::Plain);
        for (name, value) in &self.extra {
            add(name, value, ParameterKind::Foreign);
        }
        let verifier = pkce.into_verifier();
        let pending =
            PendingAuthorization::new(self.client, self.redirect_uri, state, verifier, quirks);
        Ok(pending)
    }

    /// Checks that the server supports S256. There is no fallback to `plain` or to no PKCE.
    #[inline]
    fn check_pkce(&self) -> Result<Quirks, Error> {
        let server = self.client.server();
        let mut quirks = Quirks::default();
        let what = match &server.announced_pkce {
            AnnouncedPkce::S256 => return Ok(quirks),
            AnnouncedPkce::Nothing if server.leniency.allows(Quirk::UnannouncedPkce) => {
                quirks.add(Quirk::UnannouncedPkce);
                return Ok(quirks);
            }
            AnnouncedPkce::Nothing => "does not announce PKCE in its metadata".into(),
            AnnouncedPkce::Others(methods) => {
                format!("accepts code challenges by {methods}, not by S256")
            }
        };
        let help = match &server.announced_pkce {
            AnnouncedPkce::Nothing => {
                "ask its operator whether it accepts S256; if so, allow `Quirk::UnannouncedPkce`"
            }
            _ => {
                "use a server that accepts S256; with `plain`, every reader of the request can use the code"
            }
        };
        Err(server.cannot(what).with_check(Check::Pkce).with_help(help))
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;
    use crate::{oauth::server::AuthorizationServer, wire::url::Endpoint};

    fn client(authorize: Option<&str>) -> OAuthClient {
        let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
        let mut server = AuthorizationServer::new(endpoint("https://a.example/token"));
        if let Some(authorize) = authorize {
            server = server.authorization_endpoint(endpoint(authorize));
        }
        OAuthClient::new(server, "an id&x").expect("an id")
    }

    #[test]
    fn the_url() {
        let check = |authorize: &str, redirect: &str, scope: Option<&str>, expect: &str| {
            let client = client(Some(authorize));
            let redirect = RedirectUri::parse(redirect).expect("a redirect URI");
            let mut request = AuthorizationRequest::new(&client, redirect, Entropy::new([7; 64]));
            if let Some(scope) = scope {
                request = request.scope(scope);
            }
            let (url, _) = request
                .param("locale", "de")
                .expect("no core name")
                .begin()
                .expect("an endpoint");
            let challenge = Pkce::new(&[7; 32], Default::default())
                .challenge()
                .to_owned();
            let state = URL_SAFE_NO_PAD.encode([7; 32]);
            assert_eq!(
                url,
                expect
                    .replace("CHALLENGE", &challenge)
                    .replace("STATE", &state)
            );
        };
        check(
            "https://a.example/authorize",
            "http://127.0.0.1:8080",
            Some("write login"),
            "https://a.example/authorize?response_type=code&client_id=an%20id%26x\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A8080&scope=write%20login&state=STATE\
             &code_challenge=CHALLENGE&code_challenge_method=S256&locale=de",
        );
        check(
            "https://a.example/authorize?tenant=1",
            "urn:ietf:wg:oauth:2.0:oob",
            None,
            "https://a.example/authorize?tenant=1&response_type=code&client_id=an%20id%26x\
             &redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob\
             &code_challenge=CHALLENGE&code_challenge_method=S256&locale=de",
        );
    }

    #[test]
    fn core_parameters_cannot_be_replaced() {
        let client = client(Some("https://a.example/authorize"));
        for name in CORE {
            let request = AuthorizationRequest::new(
                &client,
                RedirectUri::out_of_band(),
                Entropy::new([0; 64]),
            );
            assert_eq!(
                request.param(name, "x").expect_err(name).kind(),
                ErrorKind::Usage
            );
        }
    }

    #[test]
    fn a_server_without_the_endpoint() {
        let client = client(None);
        let request =
            AuthorizationRequest::new(&client, RedirectUri::out_of_band(), Entropy::new([0; 64]));
        assert!(request.begin().expect_err("no endpoint").is_configuration());
    }
}
