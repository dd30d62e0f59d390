//! The service that flows are tested with: its endpoints, an operation, a derived token.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Api, AuthorizationServer, BaseUrl, CallPolicy, Endpoint, Error, ErrorKind, Lifetime, Limits,
    OAuthClient, Operation, Request, Response, ResponseBody, Service, TokenDerivation, TokenKind,
    TokenRequirement, TokenResponse,
};

use crate::{flow::renewal::Renewal, token::login_source::LoginSource};

pub(super) const TOKEN_URL: &str = "https://auth.example/token";
pub(super) const DEVICE_URL: &str = "https://auth.example/device";
pub(super) const WWW: &str = "https://www.example";
pub(super) const API: &str = "https://api.example/v1";

/// Creates a renewal without a cached token and without cached refusals.
pub(super) fn renewal(
    kind: TokenKind,
    requirement: TokenRequirement,
    login_source: LoginSource,
) -> Renewal {
    Renewal::new(
        service().into(),
        kind,
        requirement,
        Arc::new(login_source),
        Arc::default(),
    )
}

pub(super) fn service() -> Service {
    let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
    let server = AuthorizationServer::new(endpoint(TOKEN_URL))
        .revocation_endpoint(endpoint("https://auth.example/revoke"))
        .device_authorization_endpoint(endpoint(DEVICE_URL));
    let client = OAuthClient::new(server, "id")
        .and_then(|c| c.with_secret("s3cret"))
        .expect("a client");
    let base = |text: &str| BaseUrl::parse(text).expect("a base");
    Service::new("example", client, "test/1")
        .expect("a user agent")
        .with_api(Api::new("www", base(WWW), TokenKind::Login))
        .with_api(Api::new("v1", base(API), TokenKind::Derived))
        .with_token_derivation(Second)
}

pub(super) fn response(status: u16, body: &str) -> Response {
    let mut response = Response::new(ResponseBody::secret(body.as_bytes().to_vec()));
    *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
    response
}

struct Second;

impl Operation for Second {
    type Output = TokenResponse;
    fn policy(&self) -> CallPolicy {
        CallPolicy::read("www").with_limits(Limits::token())
    }
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/api_token")
    }
    fn parse(&self, response: Response) -> Result<TokenResponse, Error> {
        match response.status().as_u16() {
            200 => TokenResponse::new("derived", Lifetime::For(Duration::from_secs(3600))),
            401 => Err(Error::login_needed("dead")),
            status => Err(Error::new(ErrorKind::Refused, "no")
                .with_status(http::StatusCode::from_u16(status).unwrap_or_default())),
        }
    }
}

impl TokenDerivation for Second {
    fn read_plain_token(&self, text: &str) -> Result<TokenResponse, Error> {
        TokenResponse::new(text, Lifetime::Unstated)
    }
}

pub(super) struct Ask {
    pub(super) write: bool,
}

impl Operation for Ask {
    type Output = ();
    fn policy(&self) -> CallPolicy {
        if self.write {
            CallPolicy::write("v1")
        } else {
            CallPolicy::read("v1")
        }
    }
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::POST, "/things")
    }
    fn parse(&self, response: Response) -> Result<(), Error> {
        match response.status().is_success() {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Refused, "no").with_status(response.status())),
        }
    }
}
