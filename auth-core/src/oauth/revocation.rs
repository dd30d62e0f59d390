//! Token revocation: RFC 7009.

use secrecy::ExposeSecret;

use super::{client::OAuthClient, error_response};
use crate::{
    error::Error,
    wire::{
        body::Request, form::Form, limits::Limits, message::Message, response_body::Response,
        secret::SecretText,
    },
};

/// Revokes a token at the server. A token that the server does not know is a success too (RFC 7009
/// section 2.2).
///
/// ```
/// # use auth_core::{AuthorizationServer, Endpoint, OAuthClient, ResponseBody};
/// use auth_core::{Message, RevocationRequest};
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?)
///     .revocation_endpoint(Endpoint::parse("https://auth.example.org/revoke")?);
/// let client = OAuthClient::new(server, "my-client-id")?;
/// let message = RevocationRequest::refresh_token(&client, "tGzv3JOkF0XG5Qx2TlKWIA");
/// let request = message.request()?; // send it with any HTTP client
/// # assert_eq!(request.uri(), "https://auth.example.org/revoke");
/// # let response = http::Response::new(ResponseBody::default());
/// message.parse(response)?; // `Ok`: the token is revoked
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "revoke")]
#[doc(alias = "logout")]
#[derive(Debug)]
pub struct RevocationRequest<'a> {
    client: &'a OAuthClient,
    token: SecretText,
    hint: &'static str,
}

impl<'a> RevocationRequest<'a> {
    /// Makes a request that revokes an access token.
    #[must_use]
    pub fn access_token(client: &'a OAuthClient, token: impl Into<SecretText>) -> Self {
        Self {
            client,
            token: token.into(),
            hint: "access_token",
        }
    }

    /// Makes a request that revokes a refresh token, and with it the access tokens of the same
    /// grant.
    #[must_use]
    pub fn refresh_token(client: &'a OAuthClient, token: impl Into<SecretText>) -> Self {
        Self {
            client,
            token: token.into(),
            hint: "refresh_token",
        }
    }

    /// Returns whether the server has a revocation endpoint.
    #[must_use]
    pub fn is_offered(client: &OAuthClient) -> bool {
        client.server().revocation.is_some()
    }
}

impl Message for RevocationRequest<'_> {
    type Output = ();

    fn request(&self) -> Result<Request, Error> {
        let server = self.client.server();
        let endpoint = server.revocation.as_ref().ok_or_else(|| {
            server
                .lacks("revocation endpoint", "revocation_endpoint")
                .with_help("let the token run out, or revoke it on the service's website")
        })?;
        let mut form = Form::with_capacity(128 + 3 * (self.token.expose_secret().len() + 128));
        form.add("token", self.token.expose_secret());
        form.add("token_type_hint", self.hint);
        Ok(self.client.post(endpoint, form, server.authentication))
    }

    fn parse(&self, response: Response) -> Result<(), Error> {
        if response.status().is_success() {
            return Ok(());
        }
        let secrets = self.client.secrets_beside(Some(&self.token));
        let who = "the revocation endpoint";
        Err(error_response::endpoint_error(
            who,
            self.client,
            &response,
            &secrets,
        ))
    }

    fn limits(&self) -> Limits {
        Limits::token()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        oauth::server::AuthorizationServer,
        wire::{body::Body, response_body::ResponseBody, url::Endpoint},
    };

    fn client() -> OAuthClient {
        let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
        let server = AuthorizationServer::new(endpoint("https://server.example.com/token"))
            .revocation_endpoint(endpoint("https://server.example.com/revoke"));
        OAuthClient::new(server, "s6BhdRkqt3")
            .and_then(|client| client.with_secret("gX1fBat3bV"))
            .expect("a client")
    }

    /// RFC 7009 section 2.1.
    #[test]
    fn the_example_of_the_rfc() {
        let client = client();
        let message = RevocationRequest::refresh_token(&client, "45ghiukldjahdnhzdauz");
        let request = message.request().expect("a request");
        assert_eq!(request.uri(), "https://server.example.com/revoke");
        assert_eq!(
            request.headers()["authorization"],
            "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"
        );
        let Body::Bytes(body) = request.body() else {
            panic!("a form")
        };
        assert_eq!(
            String::from_utf8_lossy(body),
            "token=45ghiukldjahdnhzdauz&token_type_hint=refresh_token"
        );
    }

    #[test]
    fn responses() {
        use crate::error::ErrorKind::{self, Configuration, Refused};
        let check = |status: u16, body: &str, expect: Result<(), (ErrorKind, &str)>| {
            let client = client();
            let response = http::Response::builder()
                .status(status)
                .body(ResponseBody::secret(body.as_bytes().to_vec()))
                .expect("a response");
            let message = RevocationRequest::access_token(&client, "marked-token");
            match (message.parse(response), expect) {
                (Ok(()), Ok(())) => {}
                (Err(error), Err((kind, words))) => {
                    assert_eq!(error.kind(), kind, "{body}: {error}");
                    assert!(error.to_string().contains(words), "{body}: {error}");
                    assert!(!format!("{error:?}").contains("marked-token"), "{error}");
                }
                (got, _) => panic!("{body}: {got:?}"),
            }
        };
        // RFC 7009 section 2.2: also for a token that the server does not know.
        check(200, "", Ok(()));
        // Doorkeeper 5.5.
        check(200, "{}", Ok(()));
        check(
            403,
            r#"{"error":"unauthorized_client","error_description":"You are not authorized to revoke marked-token"}"#,
            Err((Configuration, "revoke [secret]")),
        );
        check(
            401,
            r#"{"error":"invalid_client"}"#,
            Err((Configuration, "s6BhdRkqt3")),
        );
        // RFC 7009 section 2.2.1.
        check(
            400,
            r#"{"error":"unsupported_token_type"}"#,
            Err((Refused, "unsupported_token_type")),
        );
        check(503, "<p>marked-token</p>", Err((Refused, "503")));
    }
}
