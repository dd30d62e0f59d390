//! The server, the client and the responses of all tables.

use auth_core::{
    AuthorizationRequest, AuthorizationServer, Endpoint, Entropy, OAuthClient,
    PendingAuthorization, RedirectUri, Response, ResponseBody,
};

/// Marked, so that a test can look for them in whatever is shown.
pub(crate) const SECRET: &str = "marked-client-secret";
pub(crate) const STATE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:8080/cb";

pub(crate) fn endpoint(text: &str) -> Endpoint {
    Endpoint::parse(text).expect("an endpoint")
}

pub(crate) fn server() -> AuthorizationServer {
    AuthorizationServer::new(endpoint("https://a.example/token"))
        .authorization_endpoint(endpoint("https://a.example/authorize"))
}

pub(crate) fn public(server: AuthorizationServer) -> OAuthClient {
    OAuthClient::new(server, "an-id").expect("an id")
}

pub(crate) fn client() -> OAuthClient {
    public(server()).with_secret(SECRET).expect("a secret")
}

/// A request that waits at [`REDIRECT`] with [`STATE`].
pub(crate) fn pending(server: AuthorizationServer) -> PendingAuthorization {
    pending_at(server, REDIRECT)
}

pub(crate) fn pending_at(server: AuthorizationServer, redirect: &str) -> PendingAuthorization {
    let client = public(server);
    let redirect = RedirectUri::parse(redirect).expect("a redirect URI");
    let request = AuthorizationRequest::new(&client, redirect, Entropy::new([7; 64]));
    request.begin().expect("begun").1
}

pub(crate) fn response(status: u16, content_type: &str, body: &[u8]) -> Response {
    http::Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(ResponseBody::secret(body.to_vec()))
        .expect("a response")
}

pub(crate) fn json(status: u16, body: &str) -> Response {
    response(status, "application/json", body.as_bytes())
}
