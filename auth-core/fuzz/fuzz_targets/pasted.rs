//! Any text as what a person pastes: an address, a code, an API token, a variable. What is accepted
//! is used.
#![no_main]

use api_inat::ApiToken;
use auth_core::{
    AccountKey, AuthorizationRequest, AuthorizationServer, BaseUrl, Endpoint, Entropy, Message,
    Now, OAuthClient, RedirectUri, SecretText, Store, TokenDerivation, TokenRequest, UnixTime,
    joined, pasted,
};
use keystore::StaticToken;
use libfuzzer_sys::fuzz_target;

/// The value that follows from the entropy below.
const STATE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

fn login(text: &str, redirect: RedirectUri) {
    let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
    let server = AuthorizationServer::new(endpoint("https://a.example/token"))
        .authorization_endpoint(endpoint("https://a.example/authorize"));
    let client = OAuthClient::new(server, "id").expect("an id");
    let request = AuthorizationRequest::new(&client, redirect, Entropy::new([7; 64]));
    let (_, pending) = request.begin().expect("a request");
    for result in [pending.accept_pasted(text), pending.accept_code(text)] {
        match result {
            Ok(grant) => {
                let request = TokenRequest::code(&client, &grant).request();
                request.expect("a request with the code");
            }
            Err(error) => assert!(error.to_string().len() < 4000, "{error}"),
        }
    }
}

/// Sends the token, as a call does.
fn send(text: &str) {
    let Ok(response) = ApiToken::default().read_plain_token(text) else {
        return;
    };
    let now = Now {
        wall: UnixTime::from_secs(1_700_000_000),
        monotonic: std::time::Duration::ZERO,
    };
    let token = response.into_token(now, 1).expect("a usable token");
    let base = BaseUrl::parse("https://api.example.org").expect("a base");
    let mut request = base
        .request(http::Method::GET, "/users/me")
        .expect("a request");
    token.authorize(&base, &mut request).expect("its own API");
}

fuzz_target!(|text: &str| {
    let address = RedirectUri::parse("http://127.0.0.1:8080").expect("a redirect URI");
    // `~` is replaced by our state, so that the fuzzer passes that check.
    login(&text.replace('~', STATE), address);
    login(text, RedirectUri::out_of_band());
    assert!(pasted(text).len() <= text.len());
    assert!(joined(text).len() <= text.len());
    send(text);
    let key = AccountKey::new("service", "client", AccountKey::DEFAULT);
    let stored = StaticToken::new(SecretText::from(text)).load(&key);
    if let Some(stored) = stored.expect("memory") {
        send(std::str::from_utf8(stored.as_ref()).expect("a part of the text"));
    }
});
