//! `oauth2 RESPONSE`: oauth2 without features. Begins a login, builds a token request, reads a
//! response.

use std::convert::Infallible;
use std::env;
use std::error::Error;

use oauth2::basic::BasicClient;
use oauth2::http::Response;
use oauth2::{
    AuthUrl, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, PkceCodeChallenge,
    RedirectUrl, RefreshToken, TokenResponse, TokenUrl,
};

fn main() -> Result<(), Box<dyn Error>> {
    let response = env::args().nth(1).unwrap_or_default();
    let client = BasicClient::new(ClientId::new("an id".to_owned()))
        .set_client_secret(ClientSecret::new("a secret".to_owned()))
        .set_auth_uri(AuthUrl::new(
            "https://auth.example.org/authorize".to_owned(),
        )?)
        .set_token_uri(TokenUrl::new("https://auth.example.org/token".to_owned())?)
        .set_redirect_uri(RedirectUrl::new(
            "http://127.0.0.1:8080/callback".to_owned(),
        )?);
    let (challenge, _verifier) = PkceCodeChallenge::new_random_sha256();
    let request = client.authorize_url(CsrfToken::new_random);
    println!("{}", request.set_pkce_challenge(challenge).url().0);
    let send = |request: HttpRequest| -> Result<HttpResponse, Infallible> {
        println!("{}", request.uri());
        Ok(Response::new(response.clone().into_bytes()))
    };
    let refresh = RefreshToken::new("a refresh token".to_owned());
    let token = client.exchange_refresh_token(&refresh).request(&send)?;
    println!("{}", token.access_token().secret().len());
    Ok(())
}
