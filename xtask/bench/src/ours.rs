//! Ours, used as values only: without client, store and flow.

use std::hint::black_box;

use auth_core::{
    AuthorizationRequest, AuthorizationServer, BasicEncoding, ClientAuthentication, Endpoint,
    Entropy, Message, OAuthClient, RedirectUri, Response, ResponseBody, SecretText, TokenRequest,
};

use crate::{Work, parts};

/// Each runs as often as its argument says.
pub const WORKS: &[Work] = &[
    ("ours-login", login),
    ("ours-request", request),
    ("ours-parse-400", parse_400),
    ("ours-parse-4k", parse_4k),
    ("ours-error", error),
];

/// The client of all works. It authenticates by header, as oauth2 does by default.
#[must_use]
pub fn client(token_endpoint: &str) -> OAuthClient {
    let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
    let server = AuthorizationServer::new(endpoint(token_endpoint))
        .authorization_endpoint(endpoint(parts::AUTHORIZE))
        .client_authentication(ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded));
    OAuthClient::new(server, parts::ID)
        .and_then(|client| client.with_secret(parts::SECRET))
        .expect("a client")
}

fn login(times: u32) {
    let client = client(parts::TOKEN);
    let redirect_uri = RedirectUri::parse(parts::REDIRECT).expect("a redirect URI");
    for _ in 0..times {
        let entropy = Entropy::new(black_box([7; 64]));
        let request = AuthorizationRequest::new(&client, redirect_uri.clone(), entropy);
        black_box(request.scope(parts::SCOPE).begin().expect("an endpoint"));
    }
}

fn request(times: u32) {
    let (client, refresh) = (client(parts::TOKEN), SecretText::from(parts::REFRESH));
    for _ in 0..times {
        let message = TokenRequest::refresh(&client, black_box(&refresh));
        black_box(message.request().expect("a request"));
    }
}

fn parse_400(times: u32) {
    both(times, 200, &parts::RESPONSE_400);
}

fn parse_4k(times: u32) {
    both(times, 200, &parts::RESPONSE_4K);
}

fn error(times: u32) {
    both(times, 400, parts::REFUSAL);
}

fn both(times: u32, status: u16, body: &str) {
    let (client, refresh) = (client(parts::TOKEN), SecretText::from(parts::REFRESH));
    for _ in 0..times {
        let message = TokenRequest::refresh(&client, black_box(&refresh));
        black_box(message.request().expect("a request"));
        let body = ResponseBody::secret(black_box(body).as_bytes().to_vec());
        let response = Response::from_parts(parts::head(status), body);
        let read = black_box(message.parse(response));
        assert_eq!(read.is_ok(), status == 200);
    }
}
