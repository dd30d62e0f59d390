//! Any bytes as a token record: parsed or rejected, and what is parsed prints to text that parses
//! to the same. Its tokens are sent and renewed.
#![no_main]

use auth_core::{
    AuthorizationServer, BaseUrl, Endpoint, Message, OAuthClient, TokenKind, TokenRecord,
    TokenRequest,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(record) = TokenRecord::from_text(bytes) {
        let printed = record.to_text();
        let again = TokenRecord::from_text(printed.as_ref()).expect("our own text");
        let twice = again.to_text();
        assert_eq!(twice.as_ref(), printed.as_ref());
        go_on(&again);
    }
});

fn go_on(record: &TokenRecord) {
    let endpoint = Endpoint::parse("https://a.example/token").expect("an endpoint");
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "id").expect("an id");
    let base = BaseUrl::parse("https://api.example.org").expect("a base");
    for token in TokenKind::ALL.iter().filter_map(|kind| record.token(*kind)) {
        let request = base.request(http::Method::GET, "/users/me");
        let mut request = request.expect("a request");
        token.authorize(&base, &mut request).expect("its own API");
        if let Some(refresh) = token.refresh_token() {
            let request = TokenRequest::refresh(&client, refresh).request();
            request.expect("a request for the next token");
        }
    }
}
