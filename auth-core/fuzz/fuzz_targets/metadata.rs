//! Any body as a server's metadata, a device authorization and an introspection: parsed or
//! rejected. A server that is described offers S256, and none of its endpoints is unencrypted.
#![no_main]

use auth_core::{
    AuthorizationRequest, AuthorizationServer, DeviceAuthorizationRequest, Endpoint, Entropy,
    IntrospectionRequest, Message, MetadataRequest, OAuthClient, RedirectUri, ResponseBody,
};
use libfuzzer_sys::fuzz_target;

const ISSUER: &str = "https://a.example";

fuzz_target!(|body: &[u8]| {
    let response = || {
        let response = http::Response::builder().header("content-type", "application/json");
        response
            .body(ResponseBody::new(body.to_vec()))
            .expect("a response")
    };
    let request = MetadataRequest::new(ISSUER).expect("an issuer");
    if let Ok(metadata) = request.parse(response()) {
        assert_eq!(metadata.issuer(), ISSUER);
        if let Ok(server) = metadata.server()
            && let Ok(client) = OAuthClient::new(server, "id")
        {
            let redirect = RedirectUri::parse("http://127.0.0.1:8080").expect("a redirect URI");
            if let Ok((url, _)) =
                AuthorizationRequest::new(&client, redirect, Entropy::new([7; 64])).begin()
            {
                assert!(
                    url.starts_with("https://")
                        || url.starts_with("http://1")
                        || url.starts_with("http://["),
                    "{url}"
                );
                assert!(url.contains("code_challenge_method=S256"), "{url}");
            }
        }
    }
    let endpoint = Endpoint::parse("https://a.example/token").expect("an endpoint");
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "id").expect("an id");
    let _ = DeviceAuthorizationRequest::new(&client).parse(response());
    let _ = IntrospectionRequest::access_token(&client, "t0ken").parse(response());
});
