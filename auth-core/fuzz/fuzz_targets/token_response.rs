//! Any status and body as the response to a token request: a token or an error, and no secret that
//! was sent is shown.
#![no_main]

use auth_core::{
    AuthorizationServer, Endpoint, Message, Now, OAuthClient, ResponseBody, SecretText,
    TokenRequest, UnixTime,
};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "marked-client-secret";
const REFRESH: &str = "marked-refresh-token";

fuzz_target!(|data: &[u8]| {
    let Some(([high, low], body)) = data.split_first_chunk() else {
        return;
    };
    let status = 200 + (u16::from(*high) << 8 | u16::from(*low)) % 400;
    let server =
        AuthorizationServer::new(Endpoint::parse("https://a.example/token").expect("an endpoint"));
    let client = OAuthClient::new(server, "id")
        .and_then(|client| client.with_secret(SECRET))
        .expect("a client");
    let refresh = SecretText::from(REFRESH);
    // The secrets that were sent, which an error must not repeat.
    let messages = [
        (TokenRequest::client_credentials(&client), &[SECRET][..]),
        (
            TokenRequest::refresh(&client, &refresh),
            &[SECRET, REFRESH][..],
        ),
    ];
    for (message, sent) in messages {
        let response = http::Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .body(ResponseBody::secret(body.to_vec()))
            .expect("a response");
        match message.parse(response) {
            Ok(response) => {
                let now = Now {
                    wall: UnixTime::from_secs(1_700_000_000),
                    monotonic: std::time::Duration::ZERO,
                };
                let token = response
                    .into_token(now, 1)
                    .expect("a parsed response has a usable token");
                assert!(!token.expose_secret().is_empty());
                let shown = format!("{token:?}");
                assert!(
                    !shown.contains(token.expose_secret()) || token.expose_secret().len() < 8,
                    "{shown}"
                );
            }
            Err(error) => {
                let shown = format!("{error} {error:?}");
                assert!(!sent.iter().any(|secret| shown.contains(secret)), "{shown}");
                assert!(shown.len() < 10_000, "bounded");
            }
        }
    }
});
