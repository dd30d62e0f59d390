//! The listener against connections of every kind: late, silent, foreign, malformed.

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, TcpStream},
    time::Duration,
};

use auth_core::{
    AuthorizationRequest, AuthorizationServer, CodeGrant, Endpoint, Entropy, Error, ErrorKind,
    OAuthClient, PendingAuthorization, RedirectUri,
};

use super::CallbackListener;
use crate::{login::pending::PendingLogin, sync::park::park_on};

/// The state that follows from the entropy below.
const STATE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

struct Scene {
    authority: String,
    login: PendingLogin,
}

fn scene(path: &str, timeout: Duration) -> Scene {
    scene_at(Ipv4Addr::LOCALHOST.into(), path, timeout)
}

fn scene_at(ip: IpAddr, path: &str, timeout: Duration) -> Scene {
    let listener = CallbackListener::bind((ip, 0), path).expect("a free port");
    let authority = listener.address.to_string();
    let pending = pending(listener.redirect_uri());
    let login = listener.listen(pending, "nightly & <co>", timeout);
    Scene {
        authority,
        login: login.expect("a thread"),
    }
}

fn pending(redirect_uri: &RedirectUri) -> PendingAuthorization {
    pending_at(redirect_uri, |server| server)
}

fn pending_at(
    redirect_uri: &RedirectUri,
    adjust: fn(AuthorizationServer) -> AuthorizationServer,
) -> PendingAuthorization {
    let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
    let server = AuthorizationServer::new(endpoint("https://a.example/token"))
        .authorization_endpoint(endpoint("https://a.example/authorize"));
    let client = OAuthClient::new(adjust(server), "id").expect("an id");
    let request =
        AuthorizationRequest::new(&client, redirect_uri.clone(), Entropy::new([7; 64])).begin();
    request.expect("an endpoint").1
}

mod ends;

const LONG: Duration = Duration::from_secs(60);

impl Scene {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.authority).expect("the listener runs");
        stream.set_read_timeout(Some(LONG)).expect("a timeout");
        stream
    }

    fn visit(&self, bytes: &[u8]) -> String {
        exchange(self.connect(), bytes)
    }

    fn get(&self, target: &str) -> String {
        let authority = &self.authority;
        self.visit(format!("GET {target} HTTP/1.1\r\nHost: {authority}\r\n\r\n").as_bytes())
    }

    fn end(self) -> Result<CodeGrant, Error> {
        park_on(self.login, LONG).expect("in time")
    }
}

/// Sends bytes and reads the response to its end.
fn exchange(mut stream: TcpStream, bytes: &[u8]) -> String {
    // The listener may close the connection before it has read all.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response);
    String::from_utf8_lossy(&response).into_owned()
}

/// Polls until another thread has done something.
fn soon(happened: impl Fn() -> bool) -> bool {
    (0..2000).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        happened()
    })
}

fn status(response: &str) -> &str {
    response.split(' ').nth(1).unwrap_or_default()
}

#[test]
fn foreign_requests_change_nothing() {
    let scene = scene("/callback", LONG);
    let authority = scene.authority.clone();
    let check = |bytes: String, expect: &str| {
        let response = scene.visit(bytes.as_bytes());
        assert_eq!(status(&response), expect, "{bytes:.80}: {response:.200}");
        assert!(!response.contains(STATE), "{response}");
    };
    let get = |target: &str, host: &str| format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let ours = format!("/callback?code=c0de&state={STATE}");
    check(get("/favicon.ico", &authority), "404");
    check(get("/callback", &authority), "404");
    check(
        get(&format!("/?code=c0de&state={STATE}"), &authority),
        "404",
    );
    check(get(&ours, "evil.example"), "404");
    check(get(&ours, "evil.example\r\nHost: also-evil.example"), "404");
    check(
        format!("POST {ours} HTTP/1.1\r\nHost: {authority}\r\nContent-Length: 3\r\n\r\nabc"),
        "405",
    );
    check(
        format!("HEAD {ours} HTTP/1.1\r\nHost: {authority}\r\n\r\n"),
        "405",
    );
    check(get("/callback?code=c0de", &authority), "400");
    check(get("/callback?code=evil&state=forged", &authority), "400");
    check(get(&format!("{ours}&state={STATE}"), &authority), "400");
    check(get(&format!("{ours}&code=evil"), &authority), "400");
    check(
        get(&format!("/callback?x={}", "x".repeat(20_000)), &authority),
        "400",
    );
    check("\u{0}\u{1}\u{2} not http\r\n\r\n".into(), "400");
    check(String::new(), "400");
    let long = format!("{ours}&x={}", "x".repeat(15_000));
    check(get(&long, &authority), "200");
    assert!(scene.end().is_ok());
}

#[test]
fn silent_connections_do_not_delay_the_response() {
    let scene = scene("", LONG);
    // More than may be read at once; half of them begin a request and stop.
    let silent: Vec<_> = (0..100)
        .map(|number| {
            let mut stream = scene.connect();
            if number % 2 == 0 {
                // The listener may have closed the oldest already.
                let _ = stream.write_all(b"GET /?code=");
            }
            stream
        })
        .collect();
    let response = scene.get(&format!("/?code=c0de&state={STATE}"));
    assert_eq!(status(&response), "200");
    assert!(scene.end().is_ok());
    drop(silent);
}

#[test]
fn the_oldest_silent_visitor_is_closed_for_one_more() {
    let scene = scene("", LONG);
    let mut oldest = scene.connect();
    let limit = std::time::Duration::from_secs(3); // less than a visitor has for its request
    oldest.set_read_timeout(Some(limit)).expect("a timeout");
    // One by one, so that the first is the oldest.
    oldest.write_all(b"G").expect("it listens");
    std::thread::sleep(std::time::Duration::from_millis(100));
    let others: Vec<_> = (0..40).map(|_| scene.connect()).collect();
    let mut rest = Vec::new();
    // Closed or reset, or a page; a timeout is none of these.
    if let Err(error) = oldest.read_to_end(&mut rest) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
    }
    drop(others);
    let response = scene.get(&format!("/?code=c0de&state={STATE}"));
    assert_eq!(status(&response), "200");
    assert!(scene.end().is_ok());
}

#[test]
fn a_request_may_come_in_pieces() {
    let scene = scene("", LONG);
    let mut stream = scene.connect();
    let request = format!(
        "GET /?code=c0de&state={STATE} HTTP/1.1\r\nHost: {}\r\n\r\n",
        scene.authority
    );
    for piece in request.as_bytes().chunks(7) {
        stream.write_all(piece).expect("it listens");
    }
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("a page");
    assert_eq!(status(&response), "200");
    assert!(scene.end().is_ok());
}

#[test]
fn several_at_once_and_one_response() {
    let scene = scene("", LONG);
    let streams: Vec<_> = (0..8).map(|_| scene.connect()).collect();
    assert_eq!(
        status(&scene.get("/")),
        "404",
        "the listener has accepted the earlier ones"
    );
    let authority = &scene.authority;
    let ours = format!("GET /?code=c0de&state={STATE} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    std::thread::scope(|scope| {
        let visit = |stream| scope.spawn(|| exchange(stream, ours.as_bytes()));
        let visits: Vec<_> = streams.into_iter().map(visit).collect();
        for visit in visits {
            assert_eq!(status(&visit.join().expect("no panic")), "200");
        }
    });
    assert!(scene.end().is_ok());
}

#[test]
fn the_other_loopback_address() {
    let scene = scene_at(Ipv6Addr::LOCALHOST.into(), "/callback", LONG);
    assert!(scene.authority.starts_with("[::1]:"), "{}", scene.authority);
    let (_, port) = scene.authority.rsplit_once(':').expect("a port");
    let redirect_uri = format!("http://[::1]:{port}/callback");
    let target = format!("/callback?code=c0de&state={STATE}");
    for foreign in [format!("127.0.0.1:{port}"), "[::1]".into(), "::1".into()] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {foreign}\r\n\r\n");
        assert_eq!(status(&scene.visit(request.as_bytes())), "404", "{foreign}");
    }
    assert_eq!(status(&scene.get(&target)), "200");
    assert_eq!(scene.end().expect("a grant").redirect_uri(), redirect_uri);
}

#[test]
fn the_page_keeps_the_code_to_itself() {
    let scene = scene("", LONG);
    let response = scene.get(&format!("/?code=c0de-marked&state={STATE}"));
    for header in [
        "Referrer-Policy: no-referrer",
        "Cache-Control: no-store",
        "Cross-Origin-Resource-Policy: same-origin",
        "Content-Security-Policy: default-src 'none'",
        "X-Content-Type-Options: nosniff",
    ] {
        assert!(response.contains(header), "{header} in {response}");
    }
    assert!(
        !response.contains("c0de-marked") && !response.contains("<script"),
        "{response}"
    );
    assert!(response.contains("nightly &amp; &lt;co&gt;"), "{response}");
    assert!(scene.end().is_ok());
}

#[test]
fn a_refusal_ends_it_and_is_shown() {
    let scene = scene("", LONG);
    let response = scene.get(&format!(
        "/?error=access_denied&error_description=No+%3Cb%3Eway&state={STATE}"
    ));
    assert!(
        response.contains("You did not give access") && response.contains("No &lt;b&gt;way"),
        "{response}"
    );
    assert_eq!(
        scene.end().expect_err("refused").kind(),
        ErrorKind::ConsentDenied
    );
}

#[test]
fn the_timeout_lists_the_causes() {
    let scene = scene("/callback", Duration::from_millis(50));
    let authority = scene.authority.clone();
    let error = scene.end().expect_err("no redirect");
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let words = error.to_string();
    assert!(
        words.contains(&format!("http://{authority}/callback is not registered")),
        "{words}"
    );
    assert!(words.contains("client id `"), "{words}");
    assert!(words.contains("address of the login page"), "{words}");
}

#[test]
fn a_dropped_login_frees_its_port() {
    let scene = scene("", LONG);
    let port = scene.authority.rsplit(':').next();
    let port: u16 = port.and_then(|port| port.parse().ok()).expect("a port");
    let bind = || CallbackListener::bind((Ipv4Addr::LOCALHOST, port), "");
    let error = bind().expect_err("taken");
    assert!(
        error.is_configuration() && error.to_string().contains("another program uses this port"),
        "{error}"
    );
    // A connection that is open when the login is dropped gets a page that says so.
    let mut late = scene.connect();
    write!(late, "GET /?code=c0de&state={STATE} HTTP/1.1\r\nHost: ").expect("it listens");
    assert_eq!(
        status(&scene.get("/")),
        "404",
        "the listener has accepted the late one"
    );
    drop(scene.login);
    assert!(soon(|| bind().is_ok()), "port {port}");
    write!(late, "127.0.0.1:{port}\r\n\r\n").expect("it listens");
    let mut response = String::new();
    late.read_to_string(&mut response).expect("a page");
    assert_eq!(status(&response), "410", "{response}");
}

#[test]
fn what_cannot_be_bound() {
    let check = |ip: &str, path: &str, setting: &str, words: &str| {
        let ip: IpAddr = ip.parse().expect("an address");
        let error = CallbackListener::bind((ip, 0), path).expect_err(words);
        assert!(error.is_configuration(), "{error}");
        let text = error.to_string();
        assert!(text.contains(words), "{text}");
        assert!(text.contains(&format!("(setting: {setting})")), "{text}");
    };
    check(
        "0.0.0.0",
        "",
        "address",
        "0.0.0.0 is not a loopback address",
    );
    check("::", "", "address", ":: is not a loopback address");
    check("192.0.2.1", "", "address", "not a loopback address");
    check("127.0.0.1", "callback", "path", "start with a slash");
    check("127.0.0.1", "/a?b", "path", "a query or a fragment");
    check("127.0.0.1", "/a#b", "path", "a query or a fragment");
    check("127.0.0.1", "/a b", "path", "not allowed in a URL");
    check("::1", "/a\r\nb", "path", "`/a\\r\\nb` has characters");
}

#[test]
fn a_request_with_another_redirect_uri_is_rejected() {
    let bind = || CallbackListener::bind((Ipv4Addr::LOCALHOST, 0), "").expect("a free port");
    let (one, other) = (bind(), bind());
    let error = one.listen(pending(other.redirect_uri()), "nightly", LONG);
    assert_eq!(error.expect_err("not its own").kind(), ErrorKind::Usage);
}

#[test]
fn the_longest_timeout_is_accepted() {
    let scene = scene("", Duration::MAX);
    assert_eq!(
        status(&scene.get(&format!("/?code=c0de&state={STATE}"))),
        "200"
    );
    assert!(scene.end().is_ok());
}
