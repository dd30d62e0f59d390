//! Logins on another device, over both transports. The server is a script, because no dialect of
//! the test server supports them.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use auth_core::{
    AuthorizationServer, DeviceAuthorizationResponse, Endpoint, Error, ErrorKind, OAuthClient,
    Service,
};
use auth_flows::{AsyncClient, Canceller, Client, Status};
use auth_testkit::{
    http1,
    raw::{RawServer, ScriptStep},
};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use worlds::World;

pub(crate) const CODES: &str = r#"{"device_code":"marked-device-code","user_code":"WDJB-MJHT",
    "verification_uri":"https://example.com/device","expires_in":60,"interval":1}"#;
pub(crate) const TOKEN: &str = r#"{"access_token":"marked-access-token","token_type":"Bearer","expires_in":3600,
    "refresh_token":"marked-refresh-token"}"#;

/// A response in JSON, after which the server closes the connection.
fn response(status: u16, body: &str) -> Vec<u8> {
    let response = http::Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("connection", "close")
        .body(body);
    http1::response_bytes(&response.expect("a response"))
}

/// One response on each connection.
pub(crate) fn server(responses: &[(u16, &str)]) -> RawServer {
    let response = |(status, body): &(u16, &str)| response(*status, body);
    let responses: Vec<Vec<u8>> = responses.iter().map(response).collect();
    RawServer::start(move |connection| match responses.get(connection) {
        Some(response) => vec![ScriptStep::Read, ScriptStep::send(response)],
        None => vec![ScriptStep::Read],
    })
}

pub(crate) fn service(server: &RawServer) -> Service {
    let endpoint = |path: &str| {
        let text = format!("http://{}{path}", server.address());
        Endpoint::parse(&text).expect("an endpoint")
    };
    let described = AuthorizationServer::new(endpoint("/token"))
        .device_authorization_endpoint(endpoint("/device_authorization"));
    let client = OAuthClient::new(described, "1406020730").expect("an id");
    Service::new("example", client, "flows-test/1.0")
        .expect("a user agent")
        .with_default_scope("example_scope")
}

/// Returns the result, what `show` received, and the forms that the server received; for both
/// clients.
pub(crate) fn log_in(
    responses: &[(u16, &str)],
) -> [(Result<Status, Error>, String, Vec<String>); 2] {
    let shown = Arc::new(Mutex::new(String::new()));
    let show = |shown: &Arc<Mutex<String>>| {
        let shown = Arc::clone(shown);
        move |device: &DeviceAuthorizationResponse| {
            *shown.lock().expect("no panic") = device.to_string();
        }
    };
    let forms = |server: &RawServer| -> Vec<String> {
        let requests = server.requests();
        let body = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        requests
            .iter()
            .map(|request| body(request.request().body()))
            .collect()
    };
    World::both().expect("a runtime").map(|world| {
        let server = server(responses);
        let session = world.account(service(&server), Memory::new(), "me");
        let result = session.log_in_with_device(show(&shown));
        let shown = shown.lock().expect("no panic").clone();
        (result, shown, forms(&server))
    })
}

#[test]
fn a_user_who_takes_a_while() {
    let responses = [
        (200, CODES),
        (400, r#"{"error":"authorization_pending"}"#),
        (200, TOKEN),
    ];
    for (result, shown, forms) in log_in(&responses) {
        let status = result.expect("logged in");
        let login = status.login.expect("a login token");
        assert!(login.refreshable);
        assert_eq!(
            shown,
            "To log in, open https://example.com/device and enter the code WDJB-MJHT"
        );
        let poll = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code\
                    &device_code=marked-device-code&client_id=1406020730";
        assert_eq!(
            forms,
            ["scope=example_scope&client_id=1406020730", poll, poll]
        );
    }
}

#[test]
fn logins_that_fail() {
    let check = |responses: &[(u16, &str)], kind: ErrorKind, words: &str| {
        for (result, _, forms) in log_in(responses) {
            let error = result.expect_err(words);
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(words), "{error}");
            assert!(!format!("{error:?}").contains("marked"), "{error:?}");
            assert_eq!(forms.len(), responses.len(), "nothing was sent twice");
        }
    };
    check(
        &[(401, r#"{"error":"invalid_client"}"#)],
        ErrorKind::Configuration,
        "1406020730",
    );
    check(
        &[(200, CODES), (400, r#"{"error":"access_denied"}"#)],
        ErrorKind::ConsentDenied,
        "the person refused",
    );
    check(
        &[(200, CODES), (400, r#"{"error":"expired_token"}"#)],
        ErrorKind::TimedOut,
        "device code expired",
    );
    // The next poll would be after the code's expiry, so there is none.
    let short = CODES.replace("\"interval\":1", "\"interval\":60");
    check(&[(200, &short)], ErrorKind::TimedOut, "device code expired");
}

#[test]
fn a_server_without_the_endpoint() {
    let endpoint = Endpoint::parse("http://127.0.0.1:9/token").expect("an endpoint");
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "id").expect("an id");
    let service = Service::new("example", client, "flows-test/1.0").expect("a user agent");
    let session = Client::new(service, Ureq::default(), Memory::new()).account("me");
    let error = session
        .log_in_with_device(|_| panic!("nothing to show"))
        .expect_err("no endpoint");
    assert!(error.is_configuration());
    assert_eq!(error.setting(), Some("device_authorization_endpoint"));
}

#[test]
fn a_dropped_login_stops_polling() {
    let codes = CODES.replace("\"interval\":1", "\"interval\":2");
    let pending = (400, r#"{"error":"authorization_pending"}"#);
    let server = server(&[(200, &codes), pending, pending]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let tokio = Tokio::new(runtime.handle().clone());
    let session =
        AsyncClient::new(service(&server), Reqwest::default(), tokio, Memory::new()).account("me");
    runtime.block_on(async {
        let (tell, shown) = tokio::sync::oneshot::channel();
        let login = session.log_in_with_device(|_| tell.send(()).expect("the receiver waits"));
        tokio::select! {
            result = login => panic!("no user logged in: {result:?}"),
            _ = shown => {}
        }
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert_eq!(server.requests().len(), 1);
    });
}

/// Logs in at this server until the canceller cancels.
fn log_in_until(
    server: &RawServer,
    world: &World,
    canceller: &Canceller,
    show: impl FnOnce(&DeviceAuthorizationResponse) + Send,
) -> Result<Status, Error> {
    let session = world.account(service(server), Memory::new(), "me");
    session.log_in_with_device_until(canceller, show)
}

#[test]
fn a_login_that_has_begun_is_completed_although_the_client_closes() {
    for world in World::both().expect("a runtime") {
        let server = server(&[(200, CODES), (200, TOKEN)]);
        let client = world.client(service(&server), Memory::new());
        let closing = client.clone();
        let result = client.account("me").log_in_with_device(|_| {
            std::thread::spawn(move || closing.close());
        });
        assert!(
            result.expect("logged in").is_logged_in(),
            "{}",
            world.name()
        );
        client.close().expect("closed");
    }
}

#[test]
fn a_cancelled_login_stops_polling() {
    let codes = CODES.replace("\"interval\":1", "\"interval\":50");
    for either in World::both().expect("a runtime") {
        let world = either.name();
        let server = server(&[(200, &codes)]);
        let canceller = Canceller::new();
        let button = canceller.clone();
        let begun = std::time::Instant::now();
        let result = log_in_until(&server, &either, &canceller, |_| {
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(50)); // in mid-wait
                button.cancel();
            });
        });
        let error = result.expect_err("cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{world}: {error}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{world}");
        assert_eq!(server.requests().len(), 1, "{world}: no poll");

        let result = log_in_until(&server, &either, &canceller, |_| panic!("not begun"));
        let error = result.expect_err("cancelled before");
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{world}: {error}");
        assert_eq!(server.requests().len(), 1, "{world}: nothing is sent");
    }
}

/// The server has issued the token when the user presses the button.
#[test]
fn a_token_on_its_way_is_not_lost() {
    for either in World::both().expect("a runtime") {
        let world = either.name();
        let canceller = Canceller::new();
        let button = canceller.clone();
        let server = RawServer::start(move |connection| {
            if connection == 1 {
                button.cancel(); // its request has begun
            }
            let body = [CODES, TOKEN].get(connection).copied().unwrap_or("{}");
            vec![ScriptStep::Read, ScriptStep::send(&response(200, body))]
        });
        let result = log_in_until(&server, &either, &canceller, |_| {});
        let status = result.unwrap_or_else(|error| panic!("{world}: {error}"));
        assert!(status.is_logged_in(), "{world}");
        assert!(canceller.is_cancelled(), "{world}");
    }
}
