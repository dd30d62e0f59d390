//! `core RESPONSE`: the values alone. Begins a login, builds a token request, reads a response.

use std::env;
use std::error::Error;

use auth_core::{
    AuthorizationRequest, AuthorizationServer, Endpoint, Entropy, Message, OAuthClient,
    RedirectUri, Response, ResponseBody, SecretText, TokenRequest,
};

fn main() -> Result<(), Box<dyn Error>> {
    let response = env::args().nth(1).unwrap_or_default();
    let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?)
        .authorization_endpoint(Endpoint::parse("https://auth.example.org/authorize")?);
    let client = OAuthClient::new(server, "an id")?.with_secret("a secret")?;
    let redirect_uri = RedirectUri::parse("http://127.0.0.1:8080/callback")?;
    let entropy = Entropy::new([7; 64]);
    let (url, _pending) = AuthorizationRequest::new(&client, redirect_uri, entropy).begin()?;
    println!("{url}");
    let refresh = SecretText::from("a refresh token");
    let message = TokenRequest::refresh(&client, &refresh);
    println!("{}", message.request()?.uri());
    let response = ResponseBody::secret(response.into_bytes());
    let token = message.parse(Response::new(response))?;
    println!("{:?}", token.lifetime());
    Ok(())
}
