//! Any text as a redirected URL: without our state no grant is returned, and a grant is exchanged.
#![no_main]

use auth_core::{
    AuthorizationRequest, AuthorizationServer, Endpoint, Entropy, ErrorKind, Message, OAuthClient,
    PendingAuthorization, RedirectUri, TokenRequest,
};
use libfuzzer_sys::fuzz_target;

/// The values that follow from the entropy below.
const STATE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

fuzz_target!(|text: &str| {
    let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
    let server = AuthorizationServer::new(endpoint("https://a.example/token"))
        .authorization_endpoint(endpoint("https://a.example/authorize"))
        .errors_without_state();
    let client = OAuthClient::new(server, "id").expect("an id");
    let begin = |redirect: RedirectUri| {
        AuthorizationRequest::new(&client, redirect, Entropy::new([7; 64]))
            .begin()
            .expect("begun")
            .1
    };
    let pending = begin(RedirectUri::parse("http://127.0.0.1:8080").expect("a redirect URI"));
    // `~` is replaced by our state, so that the fuzzer passes that check.
    let ours = text.contains('~');
    let query = text.replace('~', STATE);
    for url in [format!("http://127.0.0.1:8080/?{query}"), query.clone()] {
        match pending.accept(&url) {
            Ok(grant) => {
                assert!(ours, "a grant without our state");
                let request = TokenRequest::code(&client, &grant).request();
                request.expect("a request with the code");
            }
            Err(error) => assert!(
                ours || error.kind() == ErrorKind::CallbackMismatch || error.oauth().is_some()
            ),
        }
    }
    let _ = begin(RedirectUri::out_of_band()).accept_code(text);
    let _ = RedirectUri::parse(text);
    let _ = Endpoint::parse(text);
    if let Ok(pending) = PendingAuthorization::from_secret_text(text.as_bytes()) {
        let again = PendingAuthorization::from_secret_text(pending.to_secret_text().as_ref());
        assert!(again.is_ok(), "the printed text can be read again");
    }
});
