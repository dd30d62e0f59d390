//! An OAuth client: a program as registered at an authorization server, RFC 6749 section 2.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderValue;
use secrecy::ExposeSecret;

use super::server::{AuthorizationServer, BasicEncoding, ClientAuthentication};
use crate::{
    error::{Error, ErrorKind, check::Check},
    wipe::wipe,
    wire::{
        body::{Body, Request, set_header},
        form::{self, Form},
        secret::{SecretBytes, SecretText},
        url::Endpoint,
    },
};

/// An OAuth client: its id, its secret if it has one, and the server at which it is registered.
///
/// ```
/// use auth_core::{AuthorizationServer, Endpoint, OAuthClient};
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?);
/// let client = OAuthClient::new(server, "0123abcd")?.with_secret("bbce628be722bfe2")?;
/// assert!(!format!("{client:?}").contains("bbce628be722bfe2"));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "client id")]
#[derive(Clone)]
pub struct OAuthClient {
    server: AuthorizationServer,
    id: Arc<str>,
    /// Whether the id needs no encoding in a query. Nearly all ids need none.
    pub(super) id_is_plain: bool,
    secret: Option<SecretText>,
    /// The Basic header in each encoding that the server requires.
    basic: Vec<(BasicEncoding, HeaderValue)>,
}

impl OAuthClient {
    /// Makes a public client: one without a secret.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the id is blank, has white space around it, or contains
    /// control characters.
    pub fn new(server: AuthorizationServer, id: impl Into<String>) -> Result<Self, Error> {
        let id = id.into();
        presentable("client_id", &id)?;
        Ok(Self {
            server,
            id_is_plain: form::is_plain(&id),
            id: id.into(),
            secret: None,
            basic: Vec::new(),
        })
    }

    /// Sets the secret, which makes a confidential client. The secret is sent in addition to PKCE,
    /// never instead of it.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the secret is blank or has white space around it, or the
    /// server supports no secrets. Also if the server requires raw Basic and the id has a colon,
    /// which raw Basic cannot carry.
    pub fn with_secret(mut self, secret: impl Into<SecretText>) -> Result<Self, Error> {
        let secret = secret.into();
        presentable("client_secret", secret.expose_secret())?;
        let methods = [
            Some(self.server.authentication),
            self.server.refresh_authentication,
        ];
        self.basic.clear();
        for method in methods.into_iter().flatten() {
            match method {
                ClientAuthentication::Basic(encoding) => {
                    let header = basic(&self.id, secret.expose_secret(), encoding)?;
                    self.basic.push((encoding, header));
                }
                ClientAuthentication::Body => {}
                ClientAuthentication::None => {
                    return Err(self
                        .server
                        .cannot("takes no client secrets")
                        .with_check(Check::ClientAuthentication)
                        .with_setting("client_secret")
                        .with_help("leave the secret out: the client is a public one there"));
                }
            }
        }
        self.secret = Some(secret);
        Ok(self)
    }

    /// Returns the client id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns whether the client has a secret.
    #[must_use]
    pub fn is_confidential(&self) -> bool {
        self.secret.is_some()
    }

    /// Returns the server at which the client is registered.
    #[must_use]
    pub fn server(&self) -> &AuthorizationServer {
        &self.server
    }

    /// Makes a POST of a form to one of the server's endpoints, with exactly one method of client
    /// authentication.
    pub(crate) fn post(
        &self,
        to: &Endpoint,
        mut form: Form,
        method: ClientAuthentication,
    ) -> Request {
        let mut authorization = None;
        match (&self.secret, method) {
            (None, _) | (Some(_), ClientAuthentication::None) => {
                form.add("client_id", &self.id);
            }
            (Some(_), ClientAuthentication::Basic(encoding)) => {
                let header = self.basic.iter().find(|(own, _)| *own == encoding);
                authorization = header.map(|(_, header)| header.clone());
                if self.server.client_id_beside_basic {
                    form.add("client_id", &self.id);
                }
            }
            (Some(secret), ClientAuthentication::Body) => {
                form.add("client_id", &self.id);
                form.add("client_secret", secret.expose_secret());
            }
        }
        let mut request = Request::new(Body::secret(form.finish()));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = to.uri().clone();
        let headers = request.headers_mut();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        set_header(headers, http::header::CONTENT_TYPE, form);
        let json = HeaderValue::from_static("application/json");
        set_header(headers, http::header::ACCEPT, json);
        if let Some(authorization) = authorization {
            set_header(headers, http::header::AUTHORIZATION, authorization);
        }
        request
    }

    pub(crate) fn shared_id(&self) -> &Arc<str> {
        &self.id
    }

    /// The secrets that a request with this token contains, for redaction.
    pub(crate) fn secrets_beside<'a>(&'a self, token: Option<&'a SecretText>) -> Vec<&'a str> {
        let all = token.into_iter().chain(self.secret_text());
        all.map(ExposeSecret::expose_secret).collect()
    }

    pub(crate) fn secret_text(&self) -> Option<&SecretText> {
        self.secret.as_ref()
    }
}

impl PartialEq for OAuthClient {
    /// Whether the server, the id and the secret are the same. The rest is made of them.
    fn eq(&self, other: &Self) -> bool {
        self.server == other.server && self.id == other.id && self.secret == other.secret
    }
}

impl Eq for OAuthClient {}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient")
            .field("id", &self.id)
            .field("confidential", &self.is_confidential())
            .field("server", &self.server)
            .finish()
    }
}

/// Checks that a setting can be an id or a secret. The error does not repeat the value: it may be
/// the secret.
fn presentable(setting: &'static str, value: &str) -> Result<(), Error> {
    let what = if value.trim().is_empty() {
        "is empty"
    } else if value.trim() != value {
        "has white space around it"
    } else if value.chars().any(char::is_control) {
        "has control characters in it"
    } else {
        return Ok(());
    };
    let name = setting.replace('_', " ");
    Err(
        Error::new(ErrorKind::Configuration, format!("the {name} {what}"))
            .with_setting(setting)
            .with_help("copy it again from where the application was registered"),
    )
}

fn basic(id: &str, secret: &str, encoding: BasicEncoding) -> Result<HeaderValue, Error> {
    if id.contains(':') && encoding == BasicEncoding::Raw {
        return Err(Error::new(
            ErrorKind::Configuration,
            "the client id has a colon, which Basic authentication cannot carry",
        )
        .with_check(Check::ClientAuthentication)
        .with_setting("client_id")
        .with_help("check the id, or set the server's client authentication to the body"));
    }
    // Room for every character encoded: the text never moves, which would leave a copy behind.
    let mut plain = Vec::with_capacity(3 * (id.len() + secret.len()) + 1);
    for (separator, text) in [("", id), (":", secret)] {
        let mut add = |piece: &str| plain.extend_from_slice(piece.as_bytes());
        add(separator);
        match encoding {
            BasicEncoding::Raw => add(text),
            // Every server decodes `%20`; some do not decode `+`.
            BasicEncoding::FormUrlEncoded => form::encode(text, "%20", add),
        }
    }
    let mut header = String::with_capacity(8 + plain.len().div_ceil(3) * 4);
    header.push_str("Basic ");
    STANDARD.encode_string(&plain, &mut header);
    wipe(&mut plain);
    let shared = SecretBytes::new(header.into_bytes()).into_shared();
    let mut value = HeaderValue::from_maybe_shared(shared).expect("base64 is visible ASCII");
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(authentication: ClientAuthentication) -> AuthorizationServer {
        let token = Endpoint::parse("https://auth.example.org/token").expect("an endpoint");
        AuthorizationServer::new(token).client_authentication(authentication)
    }

    fn sent(client: &OAuthClient, method: ClientAuthentication) -> (Option<String>, String) {
        let mut form = Form::with_capacity(64);
        form.add("grant_type", "client_credentials");
        let request = client.post(&client.server.token, form, method);
        let header = request.headers().get("authorization");
        let Body::Bytes(body) = request.body() else {
            panic!("a form")
        };
        (
            header.map(|h| h.to_str().expect("ASCII").to_owned()),
            String::from_utf8_lossy(body).into_owned(),
        )
    }

    #[test]
    fn exactly_one_secret_per_request() {
        let raw = ClientAuthentication::Basic(BasicEncoding::Raw);
        let form = ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded);
        let check = |server: AuthorizationServer,
                     secret: Option<&str>,
                     method,
                     header: Option<&str>,
                     body: &str| {
            let mut client = OAuthClient::new(server, "an id").expect("an id");
            if let Some(secret) = secret {
                client = client.with_secret(secret).expect("a secret");
            }
            let expect = (
                header.map(str::to_owned),
                format!("grant_type=client_credentials{body}"),
            );
            assert_eq!(sent(&client, method), expect);
        };
        check(server(raw), None, raw, None, "&client_id=an+id");
        // "an id:s+%" and "an%20id:s%2B%25"
        check(
            server(raw),
            Some("s+%"),
            raw,
            Some("Basic YW4gaWQ6cysl"),
            "",
        );
        check(
            server(form),
            Some("s+%"),
            form,
            Some("Basic YW4lMjBpZDpzJTJCJTI1"),
            "",
        );
        check(
            server(raw).client_id_beside_basic(),
            Some("s+%"),
            raw,
            Some("Basic YW4gaWQ6cysl"),
            "&client_id=an+id",
        );
        check(
            server(ClientAuthentication::Body),
            Some("s+%"),
            ClientAuthentication::Body,
            None,
            "&client_id=an+id&client_secret=s%2B%25",
        );
    }

    #[test]
    fn reserved_characters() {
        let form = BasicEncoding::FormUrlEncoded;
        let check = |id: &str, secret: &str, encoding, plain: &str| {
            let method = ClientAuthentication::Basic(encoding);
            let client = OAuthClient::new(server(method), id)
                .and_then(|client| client.with_secret(secret))
                .expect("a client");
            let (header, body) = sent(&client, method);
            let header = header.expect("a header");
            let sent = STANDARD
                .decode(header.strip_prefix("Basic ").expect("Basic"))
                .expect("base64");
            assert_eq!(String::from_utf8(sent).expect("UTF-8"), plain);
            assert_eq!(body, "grant_type=client_credentials");
        };
        // Encoded, a colon is allowed.
        check("a:b", "c:d", form, "a%3Ab:c%3Ad");
        check(
            "weird:id %+/x",
            "p%40 s+s:w&r=d/?#",
            form,
            "weird%3Aid%20%25%2B%2Fx:p%2540%20s%2Bs%3Aw%26r%3Dd%2F%3F%23",
        );
        check("id", "s:e:c", BasicEncoding::Raw, "id:s:e:c");
        check(
            "id %+/x",
            "p%40 s+s:w&r=d/?#",
            BasicEncoding::Raw,
            "id %+/x:p%40 s+s:w&r=d/?#",
        );
        check("\u{fc}", "\u{20ac}~*-._", form, "%C3%BC:%E2%82%AC%7E*-._");
        let body = ClientAuthentication::Body;
        let client = OAuthClient::new(server(body), "weird:id %+/x")
            .and_then(|client| client.with_secret("p%40 s+s:w&r=d/?#"))
            .expect("a client");
        let expect = "grant_type=client_credentials&client_id=weird%3Aid+%25%2B%2Fx\
                      &client_secret=p%2540+s%2Bs%3Aw%26r%3Dd%2F%3F%23";
        assert_eq!(sent(&client, body), (None, expect.to_owned()));
    }

    #[test]
    fn each_endpoint_has_its_own_encoding() {
        let raw = ClientAuthentication::Basic(BasicEncoding::Raw);
        let form = ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded);
        let client = OAuthClient::new(server(raw).refresh_authentication(form), "id")
            .and_then(|client| client.with_secret("a+b"))
            .expect("a client");
        let check = |method, plain: &str| {
            let expect = format!("Basic {}", STANDARD.encode(plain));
            assert_eq!(sent(&client, method).0, Some(expect));
        };
        check(raw, "id:a+b");
        check(form, "id:a%2Bb");
    }

    #[test]
    fn a_server_that_takes_no_secrets() {
        let none = ClientAuthentication::None;
        let public = OAuthClient::new(server(none), "an id").expect("an id");
        let form = "grant_type=client_credentials&client_id=an+id".to_owned();
        assert_eq!(sent(&public, none), (None, form));
        let error = public.with_secret("s3cret").expect_err("no secrets");
        assert_eq!(error.check(), Some(Check::ClientAuthentication));
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }

    #[test]
    fn settings_that_cannot_be_right() {
        let raw = ClientAuthentication::Basic(BasicEncoding::Raw);
        let check = |id: &str, secret: &str, setting: &str, words: &str| {
            let error = OAuthClient::new(server(raw), id)
                .and_then(|client| client.with_secret(secret))
                .expect_err(words);
            assert!(error.is_configuration());
            assert_eq!(error.setting(), Some(setting));
            assert!(error.to_string().contains(words), "{error}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        };
        check("", "s3cret", "client_id", "is empty");
        check(" \n", "s3cret", "client_id", "is empty");
        check("id\n", "s3cret", "client_id", "white space around it");
        check("i\u{7}d", "s3cret", "client_id", "control characters");
        check("id", "", "client_secret", "is empty");
        check("id", "s3cret ", "client_secret", "white space around it");
        check("a:b", "s3cret", "client_id", "colon");
        let body = OAuthClient::new(server(ClientAuthentication::Body), "a:b")
            .and_then(|c| c.with_secret("x"));
        assert!(body.is_ok(), "a form can carry a colon");
    }
}
