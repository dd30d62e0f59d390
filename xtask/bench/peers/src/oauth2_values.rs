//! oauth2 5: its HTTP client is a function, so an exchange in memory is all its own work.

use std::convert::Infallible;
use std::hint::black_box;

use bench::{Work, parts};
use oauth2::basic::BasicClient;
use oauth2::{
    AuthUrl, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, PkceCodeChallenge, RedirectUrl, RefreshToken, RequestTokenError, Scope, TokenUrl,
};

/// Each runs as often as its argument says.
pub const WORKS: &[Work] = &[
    ("oauth2-login", login),
    ("oauth2-request", request),
    ("oauth2-parse-400", parse_400),
    ("oauth2-parse-4k", parse_4k),
    ("oauth2-error", error),
];

/// A client with both endpoints.
pub type Client =
    BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The client of all works: it authenticates by header, its default.
#[must_use]
pub fn client(token_endpoint: &str) -> Client {
    let url = |text: &str| text.to_owned();
    BasicClient::new(ClientId::new(parts::ID.to_owned()))
        .set_client_secret(ClientSecret::new(parts::SECRET.to_owned()))
        .set_auth_uri(AuthUrl::new(url(parts::AUTHORIZE)).expect("a URL"))
        .set_token_uri(TokenUrl::new(url(token_endpoint)).expect("a URL"))
        .set_redirect_uri(RedirectUrl::new(url(parts::REDIRECT)).expect("a URL"))
}

fn login(times: u32) {
    let client = client(parts::TOKEN);
    for _ in 0..times {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(
                parts::SCOPE
                    .split(' ')
                    .map(|scope| Scope::new(scope.to_owned())),
            )
            .set_pkce_challenge(challenge)
            .url();
        let _ = black_box((url, state, verifier));
    }
}

/// Builds the request and passes it to an HTTP client that fails at once, which adds one enum.
fn request(times: u32) {
    let (client, refresh) = (
        client(parts::TOKEN),
        RefreshToken::new(parts::REFRESH.to_owned()),
    );
    let gone = |request: HttpRequest| -> Result<HttpResponse, std::fmt::Error> {
        black_box(request);
        Err(std::fmt::Error)
    };
    for _ in 0..times {
        let response = client
            .exchange_refresh_token(black_box(&refresh))
            .request(&gone);
        assert!(matches!(
            black_box(response),
            Err(RequestTokenError::Request(_))
        ));
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
    let (client, refresh) = (
        client(parts::TOKEN),
        RefreshToken::new(parts::REFRESH.to_owned()),
    );
    let responding = |request: HttpRequest| -> Result<HttpResponse, Infallible> {
        black_box(request);
        let body = black_box(body).as_bytes().to_vec();
        Ok(HttpResponse::from_parts(parts::head(status), body))
    };
    for _ in 0..times {
        let response = client
            .exchange_refresh_token(black_box(&refresh))
            .request(&responding);
        assert_eq!(black_box(response).is_ok(), status == 200);
    }
}
