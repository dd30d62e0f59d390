//! The listener against visitors of every kind.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use auth_core::{
    AuthorizationRequest, AuthorizationServer, CodeGrant, Endpoint, Entropy, Error, ErrorKind,
    OAuthClient, RedirectUri,
};

use super::Listener;
use crate::gate::{Taker, park_on, promise};

/// The state that follows from the entropy below.
const STATE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

struct Scene {
    authority: String,
    outcome: Taker<Result<CodeGrant, Error>>,
    stop: Arc<AtomicBool>,
}

fn scene(path: &str, deadline: Duration) -> Scene {
    let listener = Listener::bind(0, path).expect("a free port");
    let authority = listener.address.to_string();
    let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
    let server = AuthorizationServer::new(endpoint("https://a.example/token"))
        .authorization_endpoint(endpoint("https://a.example/authorize"));
    let client = OAuthClient::new(server, "id").expect("an id");
    let redirect = RedirectUri::parse(&listener.redirect_uri()).expect("a redirect URI");
    let (_, pending) = AuthorizationRequest::new(&client, redirect, Entropy::new([7; 64]))
        .begin()
        .expect("an endpoint");
    let (giver, outcome) = promise();
    let stop = Arc::new(AtomicBool::new(false));
    listener
        .spawn(
            pending,
            "nightly & <co>".into(),
            deadline,
            Arc::clone(&stop),
            giver,
        )
        .expect("a thread");
    Scene {
        authority,
        outcome,
        stop,
    }
}

const LONG: Duration = Duration::from_secs(60);

impl Scene {
    /// Sends bytes and reads the answer to its end.
    fn visit(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.authority).expect("somebody listens");
        stream.set_read_timeout(Some(LONG)).expect("a timeout");
        // A visitor that is turned away in mid-speech may not get to the end of it.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, target: &str) -> String {
        let authority = &self.authority;
        self.visit(format!("GET {target} HTTP/1.1\r\nHost: {authority}\r\n\r\n").as_bytes())
    }

    fn end(self) -> Result<CodeGrant, Error> {
        park_on(self.outcome, LONG)
            .expect("in time")
            .expect("an outcome")
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[test]
fn strangers_change_nothing() {
    let scene = scene("/callback", LONG);
    let authority = scene.authority.clone();
    let check = |bytes: String, expect: &str| {
        let answer = scene.visit(bytes.as_bytes());
        assert_eq!(status(&answer), expect, "{bytes:.80}: {answer:.200}");
        assert!(!answer.contains(STATE), "{answer}");
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
fn one_who_says_nothing_holds_up_nobody() {
    let scene = scene("", LONG);
    let silent: Vec<_> = (0..8)
        .map(|_| TcpStream::connect(&scene.authority).expect("somebody listens"))
        .collect();
    let answer = scene.get(&format!("/?code=c0de&state={STATE}"));
    assert_eq!(status(&answer), "200");
    assert!(scene.end().is_ok());
    drop(silent);
}

#[test]
fn the_page_tells_nobody_the_code() {
    let scene = scene("", LONG);
    let answer = scene.get(&format!("/?code=c0de-marked&state={STATE}"));
    for header in [
        "Referrer-Policy: no-referrer",
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'",
    ] {
        assert!(answer.contains(header), "{header} in {answer}");
    }
    assert!(
        !answer.contains("c0de-marked") && !answer.contains("<script"),
        "{answer}"
    );
    assert!(answer.contains("nightly &amp; &lt;co&gt;"), "{answer}");
    assert!(scene.end().is_ok());
}

#[test]
fn a_refusal_ends_it_and_is_shown() {
    let scene = scene("", LONG);
    let answer = scene.get(&format!(
        "/?error=access_denied&error_description=No+%3Cb%3Eway&state={STATE}"
    ));
    assert!(
        answer.contains("You did not give access") && answer.contains("No &lt;b&gt;way"),
        "{answer}"
    );
    assert_eq!(scene.end().expect_err("refused").kind(), ErrorKind::Denied);
}

#[test]
fn the_deadline_lists_the_causes() {
    let scene = scene("/callback", Duration::from_millis(50));
    let authority = scene.authority.clone();
    let error = scene.end().expect_err("nobody came");
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let words = error.to_string();
    assert!(
        words.contains(&format!("http://{authority}/callback is not registered")),
        "{words}"
    );
    assert!(words.contains("client id is unknown"), "{words}");
}

#[test]
fn a_dropped_login_frees_its_port() {
    let scene = scene("", LONG);
    let port = scene
        .authority
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .expect("a port");
    let error = Listener::bind(port, "").expect_err("taken");
    assert!(
        error.is_configuration() && error.to_string().contains("another program has this port"),
        "{error}"
    );
    scene.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let freed = (0..2000).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        Listener::bind(port, "").is_ok()
    });
    assert!(freed, "port {port}");
}
