//! A server that closes a kept connection just as a request arrives on it: a refresh token is sent
//! on a new one, since it may be spent without its response.

use std::{thread, time::Duration};

use auth_core::{
    AuthorizationServer, Endpoint, Lifetime, Limits, Now, OAuthClient, Service, Store, TokenKind,
    TokenRecord, TokenResponse, UnixTime, testkit::json,
};
use auth_testkit::{
    http1,
    raw::{RawServer, ScriptStep},
};
use keystore::Memory;
use worlds::World;

const BODY: &str =
    r#"{"access_token":"t","token_type":"bearer","expires_in":3600,"refresh_token":"r"}"#;

/// Each connection gets one response, and is closed as soon as it brings a second request.
fn server() -> RawServer {
    let response = json(200, &serde_json::from_str(BODY).expect("JSON"));
    let response = http1::response_bytes(&response);
    RawServer::start(move |_| {
        let response = ScriptStep::send(&response);
        vec![ScriptStep::Read, response, ScriptStep::Read]
    })
}

fn service(server: &RawServer) -> Service {
    let endpoint = Endpoint::parse(&server.url("/token").to_string()).expect("an endpoint");
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "app").expect("a client");
    Service::new("example", client, "flows-test/1.0").expect("a user agent")
}

/// A store with a login that has expired.
fn store(service: &Service) -> Memory {
    let long_ago = Now {
        wall: UnixTime::from_secs(1_000_000_000),
        monotonic: Duration::ZERO,
    };
    let hour = Lifetime::For(Duration::from_secs(3600));
    let response = TokenResponse::new("old", hour).expect("a token");
    let response = response.or_refresh_token(Some(&"r".into()));
    let mut record = TokenRecord::default();
    let token = response.into_token(long_ago, 1).expect("a token");
    record.set(TokenKind::Login, token.into());
    let store = Memory::new();
    let lease = store.try_lease(&service.account_key("me"));
    let lease = lease.expect("a store").expect("free");
    store.save(&lease, &record.to_text()).expect("saved");
    store
}

#[test]
fn a_refresh_is_not_sent_on_a_connection_that_the_server_may_be_closing() {
    let idle = Limits::JUST_USED + Duration::from_millis(100);
    let check = |world: World| {
        let server = server();
        let service = service(&server);
        let store = store(&service);
        let session = world.account(service, store, "me");
        session.token(TokenKind::Login).expect("renewed");
        thread::sleep(idle);
        session.invalidate(TokenKind::Login).expect("invalid");
        session.token(TokenKind::Login).expect("renewed again");
        let counts = (server.connections(), server.requests().len());
        assert_eq!(counts, (2, 2), "{}", world.name());
    };
    thread::scope(|scope| {
        for world in World::both().expect("a runtime") {
            scope.spawn(|| check(world));
        }
    });
}
