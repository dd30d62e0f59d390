//! What goes away by itself is tried again and never remembered; what a person must fix is tried
//! once. Over both transports.

use auth_core::{
    AuthorizationServer, BaseUrl, CallPolicy, Endpoint, Error, ErrorKind, OAuthClient, Operation,
    Request, Response, Service, Transport, TransportError, read_json,
};
use auth_flows::Client;
use auth_testkit::{Dialect, Fault, Matching, Rotation, raw::refusing_address};
use http_ureq::Ureq;
use keystore::Memory;

use crate::{
    common::{AtServer, Me, PASSWORD, Ping, Put, World, browser, doorkeeper, league, service},
    device::{CODES, TOKEN, log_in},
};

const TRANSIENT: [u16; 14] = [
    408, 421, 425, 429, 500, 502, 503, 504, 507, 511, 520, 524, 527, 530,
];

/// Reads a list as an operation of one's own does.
#[derive(Clone, Copy, Debug)]
struct Things;

impl Operation for Things {
    type Output = serde_json::Value;

    fn policy(&self) -> CallPolicy {
        CallPolicy::read("v1")
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/me")
    }

    fn parse(&self, response: Response) -> Result<Self::Output, Error> {
        read_json(&response)
    }
}

fn page(status: u16) -> Fault {
    Fault::Respond {
        status,
        content_type: "text/html".into(),
        body: b"<html><title>trouble</title></html>".to_vec(),
    }
}

fn json(status: u16, body: &str) -> Fault {
    Fault::Respond {
        status,
        content_type: "application/json".into(),
        body: body.into(),
    }
}

#[test]
fn a_read_survives_what_goes_away() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        let check = |fault: Fault, reads: bool, writes: bool| {
            let shown = format!("{}: {fault:?}", world.name());
            server.faults().next(Matching::Api, fault.clone());
            let mark = server.requests().mark();
            let result = world.send("me", Things);
            assert_eq!(result.is_ok(), reads, "{shown}: {result:?}");
            let requests = server.requests().since(mark).api();
            assert_eq!(requests, 1 + usize::from(reads), "{shown}");
            server.faults().next(Matching::Api, fault);
            let mark = server.requests().mark();
            let _ = world.send("me", Put);
            let requests = server.requests().since(mark).api();
            assert_eq!(requests, 1 + usize::from(writes), "{shown}");
        };
        for status in TRANSIENT {
            check(page(status), true, status == 429);
        }
        for status in [400, 403, 404, 422, 501, 505] {
            check(page(status), false, false);
        }
        check(Fault::TruncatedJson, true, false);
        check(json(200, "{\"a\":"), true, false);
        check(json(200, "surely no JSON"), false, false);
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_read_that_never_ends_well_says_so() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        server
            .faults()
            .times(4, Matching::Api, Fault::TruncatedJson);
        let mark = server.requests().mark();
        let error = world.send("me", Things).expect_err("never complete");
        assert_eq!(server.requests().since(mark).api(), 4, "{}", world.name());
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
        assert!(error.is_retryable(), "{error}");
        assert_eq!(error.help(), Some("try again"));
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_response_that_refuses_or_cannot_be_read_names_its_host() {
    let server = doorkeeper();
    let url = server.url().trim_end_matches('/').to_owned();
    for world in World::both(&server, Memory::new()) {
        let check = |error: Error, status: u16| {
            let host = format!("[HTTP {status} from {url}]");
            assert!(error.to_string().contains(&host), "{error}");
        };
        server.faults().next(Matching::Token, page(418));
        let refused = world.log_in_with_password("me", PASSWORD);
        check(refused.expect_err("a teapot"), 418);
        world.log_in_with_password("me", PASSWORD).expect("a login");
        for (fault, status) in [(page(403), 403), (json(200, "surely no JSON"), 200)] {
            server.faults().next(Matching::Api, fault);
            check(world.send("me", Things).expect_err("a fault"), status);
        }
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn trouble_at_the_token_endpoint_is_not_for_good() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for world in World::both(&server, Memory::new()) {
        let check = |fault: Fault| {
            world.log_in("me", browser()).expect("a login");
            server.revoke_access_tokens();
            server
                .faults()
                .next(Matching::Grant("refresh_token"), fault);
            let error = world.send("me", Ping).expect_err("trouble");
            assert!(error.is_retryable(), "{}: {error}", world.name());
            // A pause, and not a refusal: the next renewal waits, and says how long.
            let error = world.send("me", Ping).expect_err("a pause");
            assert!(error.is_retryable(), "{}: {error}", world.name());
            let wait = error.retry_after().expect("the time left");
            world.log_out("me").expect("a logout");
            wait
        };
        for status in TRANSIENT {
            check(page(status));
        }
        for code in ["server_error", "temporarily_unavailable"] {
            check(json(400, &format!("{{\"error\":\"{code}\"}}")));
        }
        // After the pause it works.
        world.log_in("me", browser()).expect("a login");
        server.revoke_access_tokens();
        server
            .faults()
            .next(Matching::Grant("refresh_token"), page(503));
        world.send("me", Ping).expect_err("trouble");
        let error = world.send("me", Ping).expect_err("a pause");
        std::thread::sleep(error.retry_after().expect("the time left"));
        world.send("me", Ping).expect("it went away");
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_client_that_lost_a_scope_needs_a_login() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for world in World::both(&server, Memory::new()) {
        world.log_in("me", browser()).expect("a login");
        server.revoke_access_tokens();
        let refused = json(400, r#"{"error":"invalid_scope"}"#);
        server
            .faults()
            .next(Matching::Grant("refresh_token"), refused);
        let error = world.send("me", Ping).expect_err("refused");
        assert!(error.needs_login(), "{}: {error}", world.name());
        world.log_in("me", browser()).expect("a login");
        world.send("me", Ping).expect("a login helps");
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_device_login_survives_what_is_not_the_server() {
    let codes = CODES.replace("\"expires_in\":60", "\"expires_in\":600");
    for (status, body) in [
        (403, "<html>blocked</html>"),
        (400, r#"{"error":"server_error"}"#),
    ] {
        for (result, _, forms) in log_in(&[(200, &codes), (status, body), (200, TOKEN)]) {
            result.unwrap_or_else(|error| panic!("{status}: {error}"));
            assert_eq!(forms.len(), 3, "{status}");
        }
    }
}

#[test]
fn a_failed_connection_names_its_host() {
    let server = doorkeeper();
    let address = refusing_address();
    for world in World::both(&server, Memory::new()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        server.faults().times(4, Matching::Api, Fault::Reset);
        let error = world.send("me", Me).expect_err("reset");
        let host = server.url();
        let host = host.trim_start_matches("http://");
        assert!(error.to_string().contains(host), "{error}");
        assert!(!error.to_string().contains("/v1/me"), "{error}");
        world.log_out("me").expect("a logout");
    }
    let endpoint = Endpoint::parse(&format!("http://{address}/marked-path")).expect("an endpoint");
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "app").expect("an id");
    let service = Service::new("example", client, "flows-test/1.0").expect("a user agent");
    let session = Client::new(service, Ureq::default(), Memory::new()).account("me");
    let error = session
        .log_in_with_password("alice", PASSWORD)
        .expect_err("refused");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    assert!(!error.to_string().contains("marked"), "{error}");
}

/// Counts what it does not send.
struct Broken(std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl Transport for Broken {
    fn send(&self, _: Request, _: &auth_core::Limits) -> Result<Response, TransportError> {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Err(TransportError::not_sent("invalid peer certificate").misconfigured())
    }
}

#[test]
fn a_transport_that_cannot_work_is_tried_once() {
    let server = doorkeeper();
    let count = std::sync::Arc::default();
    let client = Client::new(
        service(&server),
        Broken(std::sync::Arc::clone(&count)),
        Memory::new(),
    );
    let tried = || count.swap(0, std::sync::atomic::Ordering::SeqCst);
    let check = |result: Result<String, Error>| {
        let error = result.expect_err("broken");
        assert!(error.is_configuration() && !error.is_retryable(), "{error}");
        assert_eq!(tried(), 1, "{error}");
    };
    check(client.anonymous().send(crate::common::Greeting));
    // The second call asks the transport again: nothing was learned of the server.
    check(client.client_session().send(Ping));
    check(client.client_session().send(Ping));
}
