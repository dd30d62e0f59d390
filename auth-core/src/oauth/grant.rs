//! Token requests: RFC 6749 sections 4.1.3, 4.3.2, 4.4.2 and 6.

use secrecy::ExposeSecret;

use super::{
    answer::{Reading, TokenAnswer, read},
    client::OAuthClient,
    refusal::{self, GrantType},
    response::CodeGrant,
    server::ClientAuthentication,
};
use crate::{
    error::{Error, ErrorKind},
    ports::Limits,
    service::Message,
    wire::{
        body::{Request, Response},
        form::Form,
        secret::SecretText,
    },
};

/// Asks the token endpoint for a token. A [`Message`]: send its request with anything, and let it read the answer.
///
/// ```
/// use auth_core::{Answer, AuthorizationServer, Endpoint, Message, OAuthClient, Response, TokenRequest};
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?);
/// let client = OAuthClient::new(server, "id")?.secret("bbce628be722bfe2")?;
/// let message = TokenRequest::client_credentials(&client);
/// let request = message.request()?; // an `http::Request`
/// assert_eq!(request.method(), "POST");
///
/// let body = br#"{"token_type":"bearer","expires_in":3600,"access_token":"2YotnFZFEjr1zCsicMWpAA"}"#;
/// let answer = message.parse(Response::new(Answer::secret(body.to_vec())))?;
/// assert!(!answer.has_refresh_token());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Debug)]
pub struct TokenRequest<'a> {
    client: &'a OAuthClient,
    grant: Grant<'a>,
    scope: Option<&'a str>,
}

#[derive(Debug)]
enum Grant<'a> {
    Code(&'a CodeGrant),
    Refresh(&'a SecretText),
    ClientCredentials,
    Password(&'a str, &'a SecretText),
}

impl<'a> TokenRequest<'a> {
    /// Exchanges an authorization code (RFC 6749 section 4.1.3). Client secret and code verifier are both sent.
    #[must_use]
    pub fn code(client: &'a OAuthClient, grant: &'a CodeGrant) -> Self {
        Self::new(client, Grant::Code(grant))
    }

    /// Renews with a refresh token (RFC 6749 section 6).
    #[must_use]
    pub fn refresh(client: &'a OAuthClient, refresh_token: &'a SecretText) -> Self {
        Self::new(client, Grant::Refresh(refresh_token))
    }

    /// The client asks on its own behalf (RFC 6749 section 4.4.2).
    #[must_use]
    pub fn client_credentials(client: &'a OAuthClient) -> Self {
        Self::new(client, Grant::ClientCredentials)
    }

    /// A person's own user name and password (RFC 6749 section 4.3.2). Prefer a login by browser, which shows the password to
    /// the service alone.
    #[must_use]
    pub fn password(client: &'a OAuthClient, username: &'a str, password: &'a SecretText) -> Self {
        Self::new(client, Grant::Password(username, password))
    }

    /// The scopes to ask for, separated by spaces. Not for codes, whose scopes were asked for in the browser.
    #[must_use]
    pub fn scope(mut self, scope: &'a str) -> Self {
        self.scope = Some(scope);
        self
    }

    fn new(client: &'a OAuthClient, grant: Grant<'a>) -> Self {
        Self {
            client,
            grant,
            scope: None,
        }
    }

    fn grant_type(&self) -> GrantType {
        match self.grant {
            Grant::Code(_) => GrantType::AuthorizationCode,
            Grant::Refresh(_) => GrantType::RefreshToken,
            Grant::ClientCredentials => GrantType::ClientCredentials,
            Grant::Password(..) => GrantType::Password,
        }
    }

    fn authentication(&self) -> ClientAuthentication {
        let server = self.client.server();
        match self.grant {
            Grant::Refresh(_) => server
                .refresh_authentication
                .unwrap_or(server.authentication),
            _ => server.authentication,
        }
    }

    /// What we sent that must not come back in an error.
    fn secrets(&self) -> Vec<&str> {
        let mut secrets: Vec<&str> = self
            .client
            .secret_text()
            .map(ExposeSecret::expose_secret)
            .into_iter()
            .collect();
        match &self.grant {
            Grant::Code(grant) => {
                secrets.extend([grant.code.expose_secret(), grant.verifier.expose_secret()]);
            }
            Grant::Refresh(token) => secrets.push(token.expose_secret()),
            Grant::Password(_, password) => secrets.push(password.expose_secret()),
            Grant::ClientCredentials => {}
        }
        secrets
    }
}

impl Message for TokenRequest<'_> {
    type Output = TokenAnswer;

    fn request(&self) -> Result<Request, Error> {
        // Room for everything encoded, so that the form is written once.
        let secrets: usize = self.secrets().iter().map(|secret| secret.len() + 32).sum();
        let mut form = Form::with_capacity(256 + 3 * (secrets + self.client.id().len()));
        form.add("grant_type", self.grant_type().as_str());
        match &self.grant {
            Grant::Code(grant) => {
                if grant.client_id != self.client.id() {
                    return Err(Error::new(
                        ErrorKind::Usage,
                        "the code was asked for by another client",
                    ));
                }
                form.add("code", grant.code.expose_secret());
                form.add("redirect_uri", &grant.redirect_uri);
                form.add("code_verifier", grant.verifier.expose_secret());
            }
            Grant::Refresh(token) => {
                form.add("refresh_token", token.expose_secret());
            }
            Grant::ClientCredentials => {
                if !self.client.is_confidential() {
                    return Err(Error::new(
                        ErrorKind::Configuration,
                        "client credentials need a client secret and there is none",
                    )
                    .setting("client_secret")
                    .advice("give the secret that came with the client id"));
                }
            }
            Grant::Password(username, password) => {
                for (setting, blank) in [
                    ("username", username.trim().is_empty()),
                    ("password", password.is_blank()),
                ] {
                    if blank {
                        return Err(Error::new(
                            ErrorKind::Configuration,
                            format!("the {setting} is empty"),
                        )
                        .setting(setting)
                        .advice("give the user name and password of the person's own account"));
                    }
                }
                form.add("username", username)
                    .add("password", password.expose_secret());
            }
        }
        if let (Some(scope), false) = (self.scope, matches!(self.grant, Grant::Code(_))) {
            form.add("scope", scope);
        }
        Ok(self
            .client
            .post(&self.client.server().token, form, self.authentication()))
    }

    fn parse(&self, response: Response) -> Result<TokenAnswer, Error> {
        let status = response.status();
        match read(&response) {
            Reading::Token(answer) if status.is_success() => Ok(answer),
            Reading::Error(oauth) => Err(refusal::token_error(
                self.grant_type(),
                self.client.id(),
                &response,
                oauth,
                &self.secrets(),
            )),
            Reading::Neither(why) if status.is_success() => Err(refusal::malformed(&response, why)),
            Reading::NotJson if status.is_success() => {
                Err(refusal::malformed(&response, "it is not JSON")
                    .with_words(&refusal::excerpt(&response, &self.secrets())))
            }
            _ => Err(refusal::unexplained(
                "the token endpoint",
                &response,
                &self.secrets(),
            )),
        }
    }

    fn limits(&self) -> Limits {
        Limits::token()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        oauth::{
            AuthorizationRequest, AuthorizationServer, BasicEncoding, Entropy, Lifetime, Oddity,
        },
        wire::{
            body::{Answer, Body},
            url::{Endpoint, RedirectUri},
        },
    };

    fn client(secret: Option<&str>) -> OAuthClient {
        let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
        let server = AuthorizationServer::new(endpoint("https://a.example/token"))
            .authorization_endpoint(endpoint("https://a.example/authorize"))
            .client_authentication(ClientAuthentication::Basic(BasicEncoding::Raw))
            .refresh_authentication(ClientAuthentication::Body);
        let client = OAuthClient::new(server, "an-id").expect("an id");
        match secret {
            Some(secret) => client.secret(secret).expect("a secret"),
            None => client,
        }
    }

    fn body(request: &Request) -> String {
        let Body::Bytes(bytes) = request.body() else {
            panic!("a form")
        };
        String::from_utf8(bytes.to_vec()).expect("ASCII")
    }

    fn answer(status: u16, content_type: &str, body: &str) -> Response {
        http::Response::builder()
            .status(status)
            .header("content-type", content_type)
            .body(Answer::secret(body.as_bytes().to_vec()))
            .expect("a response")
    }

    #[test]
    fn the_forms() {
        let (public, confidential) = (client(None), client(Some("s3cret")));
        let password = SecretText::from("hunter2&");
        let refresh = SecretText::from("r3fresh");
        let check = |request: TokenRequest<'_>, basic: bool, expect: &str| {
            let request = request.request().expect("a request");
            assert_eq!(body(&request), expect);
            assert_eq!(request.headers().contains_key("authorization"), basic);
            assert_eq!(request.uri(), "https://a.example/token");
        };
        check(
            TokenRequest::client_credentials(&confidential),
            true,
            "grant_type=client_credentials",
        );
        check(
            TokenRequest::password(&public, "me", &password).scope("write login"),
            false,
            "grant_type=password&username=me&password=hunter2%26&scope=write+login&client_id=an-id",
        );
        check(
            TokenRequest::refresh(&confidential, &refresh),
            false,
            "grant_type=refresh_token&refresh_token=r3fresh&client_id=an-id&client_secret=s3cret",
        );
        let redirect = RedirectUri::out_of_band();
        let (_, pending) =
            AuthorizationRequest::new(&confidential, redirect, Entropy::new([7; 64]))
                .begin()
                .expect("begun");
        let grant = pending.accept_code("c0de").expect("a code");
        check(
            TokenRequest::code(&confidential, &grant),
            true,
            "grant_type=authorization_code&code=c0de&redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob\
             &code_verifier=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
        );
    }

    #[test]
    fn requests_that_cannot_be_right() {
        let public = client(None);
        let check = |request: TokenRequest<'_>, setting: &str| {
            let error = request.request().expect_err(setting);
            assert_eq!(
                (error.is_configuration(), error.setting_name()),
                (true, Some(setting))
            );
        };
        check(TokenRequest::client_credentials(&public), "client_secret");
        check(
            TokenRequest::password(&public, " ", &"x".into()),
            "username",
        );
        check(
            TokenRequest::password(&public, "me", &"".into()),
            "password",
        );
    }

    #[test]
    fn answers_that_are_read() {
        let client = client(Some("s3cret"));
        let check =
            |status, content_type: &str, json: &str, lifetime: Lifetime, forgiven: &[Oddity]| {
                let message = TokenRequest::client_credentials(&client);
                let answer = message
                    .parse(answer(status, content_type, json))
                    .expect(json);
                assert_eq!(answer.lifetime(), lifetime, "{json}");
                assert_eq!(
                    answer.forgiven().iter().collect::<Vec<_>>(),
                    forgiven,
                    "{json}"
                );
            };
        let seconds = |n| Lifetime::For(std::time::Duration::from_secs(n));
        let json = "application/json; charset=UTF-8";
        let with = |field: &str| {
            format!(r#"{{"access_token":"t","token_type":"bearer",{field},"x":{{"y":[1]}}}}"#)
        };
        // RFC 6749 section 5.1
        let rfc = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600,
            "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}"#;
        check(
            200,
            json,
            &rfc.replace("\"example\"", "\"Bearer\""),
            seconds(3600),
            &[],
        );
        check(
            200,
            json,
            &with("\"expires_in\":\"3600\""),
            seconds(3600),
            &[Oddity::LifetimeAsText],
        );
        check(
            200,
            json,
            &with("\"expires_in\":\" 3600.5 \""),
            seconds(3600),
            &[Oddity::LifetimeAsText],
        );
        check(
            200,
            json,
            &with("\"expires_in\":3600.0"),
            seconds(3600),
            &[Oddity::LifetimeAsFloat],
        );
        check(
            200,
            json,
            &with("\"expires_in\":null"),
            Lifetime::Unstated,
            &[],
        );
        check(
            200,
            json,
            &with("\"expires_in\":-1"),
            Lifetime::Unstated,
            &[Oddity::LifetimeUnusable],
        );
        check(
            200,
            json,
            &with("\"expires_in\":{}"),
            Lifetime::Unstated,
            &[Oddity::LifetimeUnusable],
        );
        check(
            200,
            json,
            &with("\"expires_in\":18446744073709551615"),
            seconds(u64::MAX),
            &[],
        );
        check(
            200,
            json,
            &with("\"scope\":[\"a\",\"b\"]"),
            Lifetime::Unstated,
            &[Oddity::ScopeAsList],
        );
        check(
            201,
            json,
            &with("\"a\":1"),
            Lifetime::Unstated,
            &[Oddity::OtherStatus],
        );
        check(
            200,
            "text/plain",
            &with("\"a\":1"),
            Lifetime::Unstated,
            &[Oddity::OtherContentType],
        );
        check(
            200,
            json,
            r#"{"access_token":"t"}"#,
            Lifetime::Unstated,
            &[Oddity::NoTokenType],
        );
    }

    #[test]
    fn answers_that_are_refused() {
        use ErrorKind::{Configuration, Malformed, NeedsLogin, Refused};
        let client = client(Some("s3cret"));
        let refresh = SecretText::from("r3fresh-marked");
        let check = |status, body: &str, kind: ErrorKind, words: &str| {
            let message = TokenRequest::refresh(&client, &refresh);
            let error = message
                .parse(answer(status, "application/json", body))
                .expect_err(body);
            assert_eq!(error.kind(), kind, "{body}: {error}");
            assert!(error.to_string().contains(words), "{body}: {error}");
            let shown = format!("{error} {error:?}");
            assert!(
                !shown.contains("marked") && !shown.contains("s3cret"),
                "{shown}"
            );
        };
        check(200, "", Malformed, "not JSON");
        check(200, "{\"access_token\":\"mark", Malformed, "not JSON");
        check(200, "{}", Malformed, "no `access_token`");
        check(200, "[]", Malformed, "not JSON");
        check(200, r#"{"access_token":""}"#, Malformed, "empty");
        check(200, r#"{"access_token":"a b"}"#, Malformed, "cannot stand");
        check(200, r#"{"access_token":7}"#, Malformed, "cannot stand");
        check(
            200,
            r#"{"access_token":"a","access_token":"b"}"#,
            Malformed,
            "twice",
        );
        check(
            200,
            r#"{"access_token":"a","token_type":"mac"}"#,
            Malformed,
            "not Bearer",
        );
        check(
            200,
            r#"{"error":"invalid_grant"}"#,
            NeedsLogin,
            "invalid_grant",
        );
        check(
            400,
            r#"{"error":"invalid_grant","error_description":"bad r3fresh-marked"}"#,
            NeedsLogin,
            "bad [secret]",
        );
        check(
            401,
            r#"{"error":"invalid_request","hint":"Token has been revoked","message":"m"}"#,
            NeedsLogin,
            "revoked",
        );
        check(
            401,
            r#"{"error":"invalid_client"}"#,
            Configuration,
            "`an-id`",
        );
        check(
            400,
            r#"{"error":"unsupported_grant_type"}"#,
            Configuration,
            "unsupported_grant_type",
        );
        check(500, "<html>boom r3fresh-marked</html>", Refused, "HTTP 500");
        check(302, "", Configuration, "redirect");
        check(200, "<html>proxy</html>", Malformed, "proxy");
        check(429, "<html>slow down</html>", Refused, "429");
    }

    #[test]
    fn the_same_words_mean_different_things_to_different_grants() {
        let client = client(Some("s3cret"));
        let (password, refresh) = (SecretText::from("hunter2"), SecretText::from("r3fresh"));
        let check =
            |message: TokenRequest<'_>, status, body: &str, kind: ErrorKind, words: &str| {
                let error = message
                    .parse(answer(status, "text/html", body))
                    .expect_err(body);
                assert_eq!(error.kind(), kind, "{body}: {error}");
                assert!(error.to_string().contains(words), "{body}: {error}");
            };
        let bad = r#"{"error":"invalid_grant","error_description":"Invalid email, username, or password."}"#;
        check(
            TokenRequest::password(&client, "me", &password),
            400,
            bad,
            ErrorKind::Denied,
            "user name or password",
        );
        check(
            TokenRequest::refresh(&client, &refresh),
            400,
            bad,
            ErrorKind::NeedsLogin,
            "refresh token",
        );
        check(
            TokenRequest::client_credentials(&client),
            400,
            bad,
            ErrorKind::Configuration,
            "an-id",
        );
        let suspended = r#"{"error":"invalid_grant","error_description":"spam","suspended_until":"2030-01-01"}"#;
        check(
            TokenRequest::password(&client, "me", &password),
            400,
            suspended,
            ErrorKind::Denied,
            "suspended until 2030-01-01",
        );
        let for_ever = r#"{"error":"invalid_grant","suspended_until":null}"#;
        check(
            TokenRequest::password(&client, "me", &password),
            400,
            for_ever,
            ErrorKind::Denied,
            "suspended without an end",
        );
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(status in 200u16..600, body in "\\PC{0,200}") {
            let client = client(Some("s3cret"));
            let _ = TokenRequest::client_credentials(&client).parse(answer(status, "application/json", &body));
        }

        #[test]
        fn no_json_makes_it_panic(
            key in "(access_token|token_type|expires_in|refresh_token|scope|error|hint|suspended_until)",
            value in "(null|true|-1|1e400|1e5|[0-9]{1,30}|\"\\\\u00e9\"|\"[ -!#-\\[\\]-~]{0,20}\"|\\[\"a\",1,\\[\\]\\]|\\{\\})",
        ) {
            let client = client(Some("s3cret"));
            let body = format!("{{\"{key}\":{value}}}");
            let _ = TokenRequest::client_credentials(&client).parse(answer(200, "application/json", &body));
        }
    }
}
