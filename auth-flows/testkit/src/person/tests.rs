//! A person in front of a small server whose responses come from a closure.

use std::io::{BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Outcome, Person};
use crate::http1;

const LOGIN: &str = "<form method=post action=/login><input name=user><input type=password name=p>\
                     <input type=hidden name=token value='&amp;'></form>";
const BLANK: &str = "<form method=post action=/device><input type=hidden name=x value=1>\
                     <input type=text name=user_code></form>";
const CONFIRM: &str = "<form method=post action=/device id=f><input type=hidden name=confirm value=yes>\
                       </form><button form=f>Continue</button>\
                       <button form=f name=abort value=yes>[ Abort ]</button>";
const CONSENT: &str = "<form method=post action='/grant?x=1'><button name=a value=allow>Allow\
                       </button><button name=a value=deny>Deny</button></form>";

#[test]
fn logs_in_and_consents() {
    let server = Server::start(authorization_server);
    let person = Person::new("alice", "p&w");
    let outcome = person
        .visit(&server.url("/authorize?state=1"))
        .expect("a login");
    assert_eq!(
        outcome,
        Outcome::Redirected("http://127.0.0.1:9?code=c1&state=1".into())
    );
    let requests = server.requests();
    assert_eq!(
        firsts(&requests),
        [
            "GET /authorize?state=1",
            "POST /login",
            "GET /consent",
            "POST /grant?x=1"
        ]
    );
    assert!(
        requests[1].ends_with("\r\n\r\nuser=alice&p=p%26w&token=%26"),
        "{}",
        requests[1]
    );
    assert!(
        requests[1].contains(&format!("\r\norigin: {}\r\n", server.url(""))),
        "{}",
        requests[1]
    );
    assert!(
        requests[2].contains("\r\ncookie: s=1\r\n"),
        "{}",
        requests[2]
    );
    let page = server.url("/authorize?state=1");
    assert!(
        requests[2].contains(&format!("\r\nreferer: {page}\r\n")),
        "{}",
        requests[2]
    );
    assert!(requests[3].ends_with("\r\n\r\na=allow"), "{}", requests[3]);

    let again = person
        .visit(&server.url("/authorize?state=2"))
        .expect("a second login");
    assert_eq!(
        again.into_redirect().expect("a redirect"),
        "http://127.0.0.1:9?code=c1&state=1"
    );
    assert_eq!(
        firsts(&server.requests()[4..]),
        ["GET /authorize?state=2", "POST /grant?x=1"]
    );
}

#[test]
fn denies() {
    let server = Server::start(authorization_server);
    let person = Person::new("alice", "p&w").denies();
    let outcome = person.visit(&server.url("/authorize")).expect("a refusal");
    assert_eq!(
        outcome,
        Outcome::Redirected("com.example.app:/cb?error=access_denied".into())
    );
    assert!(server.requests()[3].ends_with("\r\n\r\na=deny"));
}

#[test]
fn ends_on_a_page() {
    let check = |path: &str, password: &str, expect: (u16, &str)| {
        let server = Server::start(authorization_server);
        let outcome = Person::new("alice", password)
            .visit(&server.url(path))
            .expect("a page");
        let Outcome::Page { status, url, text } = outcome else {
            panic!("{path} ended in {outcome:?}");
        };
        assert_eq!((status, text.as_str()), expect, "{path}");
        assert!(
            url.starts_with(&server.url("")) && !url.contains('?'),
            "{url}"
        );
    };
    check("/authorize", "wrong", (200, "Try again"));
    check("/error?x=1", "p&w", (200, "The scope isn't known."));
    check("/json", "p&w", (400, r#"{"error":"<b>"}"#));
    check("/nowhere", "p&w", (404, "Gone"));
}

#[test]
fn reads_the_code_on_the_page() {
    let server = Server::start(authorization_server);
    let outcome = Person::new("alice", "p&w")
        .visit(&server.url("/native"))
        .expect("a page");
    assert_eq!(outcome.into_code().expect("a code"), "a-_1");
}

#[test]
fn logs_in_for_another_device() {
    let check = |consents: bool, target: &str, code: &str, expect: &str| {
        let server = Server::start(authorization_server);
        let mut person = Person::new("alice", "p&w");
        if !consents {
            person = person.denies();
        }
        let outcome = person.visit_with_code(&server.url(target), code);
        let Outcome::Page { text, .. } = outcome.expect("a page") else {
            panic!("{target} {code}: no page");
        };
        assert_eq!(text, expect, "{target} {code}");
    };
    check(true, "/device", "WDJB-MJHT", "Done");
    check(true, "/device?user_code=WDJB-MJHT", "", "Done");
    check(false, "/device", "WDJB-MJHT", "Aborted");
    check(false, "/device?user_code=WDJB-MJHT", "", "Aborted");
    // A wrong code is typed only once.
    check(false, "/device", "WRONG", "Wrong code");
}

#[test]
fn gives_up() {
    let check = |url: &str, kind: ErrorKind, message: &str| {
        let error = Person::new("alice", "p&w").visit(url).expect_err(url);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(message), "{error}");
    };
    let server = Server::start(authorization_server);
    check(
        &server.url("/circle"),
        ErrorKind::InvalidData,
        "within 20 pages",
    );
    check(
        &server.url("/foreign-form"),
        ErrorKind::InvalidData,
        "to another server: http://192.0.2.1/",
    );
    check(
        &server.url("/silent"),
        ErrorKind::UnexpectedEof,
        "closed without a response",
    );
    check(
        "https://127.0.0.1:1/?code=hidden",
        ErrorKind::InvalidInput,
        "cannot open https://127.0.0.1:1/",
    );
    check(
        "http://192.0.2.1/",
        ErrorKind::InvalidInput,
        "192.0.2.1 is not a loopback address",
    );
}

#[test]
fn follows_the_redirect_as_a_browser_does() {
    let check = |callback: &str, icon_referer: bool| {
        let server = Server::start(authorization_server);
        let listener = Server::start(|request| {
            let policy = if request.starts_with("GET /strict") {
                "no-referrer"
            } else {
                ""
            };
            let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4";
            format!("{page}\r\nReferrer-Policy: {policy}\r\n\r\nDone")
        });
        let person = Person::new("alice", "p&w");
        person.visit(&server.url("/authorize")).expect("a login");
        let redirect = listener.url(callback);
        assert_eq!(
            person.follow(&redirect).expect("a page"),
            (200, "Done".to_owned())
        );
        let requests = listener.requests();
        assert_eq!(
            firsts(&requests),
            [format!("GET {callback}").as_str(), "GET /favicon.ico"]
        );
        assert!(
            requests[0].contains(&format!("\r\nreferer: {}/\r\n", server.url(""))),
            "{}",
            requests[0]
        );
        assert_eq!(
            requests[1].contains(&format!("\r\nreferer: {redirect}\r\n")),
            icon_referer
        );
        assert_eq!(requests[1].contains("referer"), icon_referer);
    };
    check("/?code=c1&state=1", true);
    check("/strict?code=c1&state=1", false);
    let error = Person::new("a", "b")
        .follow("com.example.app:/cb?code=hidden")
        .expect_err("a scheme");
    assert!(!error.to_string().contains("hidden"), "{error}");
}

#[test]
fn debug_keeps_secrets() {
    let check = |shown: String, expect: &str| assert_eq!(shown, expect);
    check(
        format!("{:?}", Person::new("alice", "hidden")),
        "Person { name: \"alice\", consents: true, .. }",
    );
    check(
        format!(
            "{:?}",
            Outcome::Redirected("app:/cb?code=hidden&state=hidden".into())
        ),
        "Redirected(app:/cb?code=…&state=…)",
    );
    check(
        format!(
            "{:?}",
            Outcome::Redirected("app:/cb?error=access_denied".into())
        ),
        "Redirected(app:/cb?error=access_denied)",
    );
    check(
        format!("{:?}", Outcome::Code("hidden".into())),
        "Code(6 characters)",
    );
}

fn authorization_server(request: &str) -> String {
    let target = request.split(' ').nth(1).unwrap_or_default();
    let known = request.contains("\r\ncookie: s=1\r\n");
    match target.split('?').next().unwrap_or_default() {
        "/authorize" if known => html(CONSENT),
        "/authorize" => html(LOGIN),
        "/login" if request.contains("&p=p%26w&") => {
            "HTTP/1.1 302 Found\r\nSet-Cookie: s=1; path=/\r\nLocation: /consent\r\n\
             Content-Length: 0\r\n\r\n"
                .to_owned()
        }
        "/login" => html(&format!("Try again{LOGIN}")),
        "/consent" => html(CONSENT),
        "/device" if request.ends_with("abort=yes") => html("Aborted"),
        "/device" if request.ends_with("confirm=yes") => html("Done"),
        "/device" if request.ends_with("user_code=WDJB-MJHT") => html(CONFIRM),
        "/device" if request.contains("?user_code=WDJB-MJHT ") => html(
            "<script>document.forms[0].submit()</script><form method=post action=/device>\
             <input type=hidden name=user_code value=WDJB-MJHT></form>",
        ),
        "/device" if request.starts_with("POST") => html(&format!("Wrong code{BLANK}")),
        "/device" => html(BLANK),
        "/grant" if request.ends_with("a=deny") => {
            redirect("com.example.app:/cb?error=access_denied")
        }
        "/grant" => redirect("http://127.0.0.1:9?code=c1&state=1"),
        "/native" => html("<code id=authorization_code>a-_1</code>"),
        "/error" => html("<p>The scope isn&#39;t known.</p>"),
        "/json" => "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n\
                    {\"error\":\"<b>\"}"
            .to_owned(),
        "/circle" => redirect("/circle"),
        "/foreign-form" => html("<form method=post action=http://192.0.2.1/></form>"),
        "/silent" => String::new(),
        _ => "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\nGone".to_owned(),
    }
}

fn html(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n\
         {length:x}\r\n{body}\r\n0\r\n\r\n"
    )
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

fn firsts(requests: &[String]) -> Vec<&str> {
    let first = |request: &'_ String| request.find(" HTTP/1.1\r\n").unwrap_or(0);
    requests
        .iter()
        .map(|request| &request[..first(request)])
        .collect()
}

/// Responds to one request per connection, until it is dropped.
struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(response: impl Fn(&str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (requests, stopped) = (Arc::clone(&requests), Arc::clone(&stopped));
            move || {
                for stream in listener.incoming() {
                    if stopped.load(Ordering::SeqCst) {
                        break;
                    }
                    let mut stream = stream.expect("a connection");
                    let request = read_request(&stream);
                    let response = response(&request);
                    requests.lock().expect("no panic").push(request);
                    stream
                        .write_all(response.as_bytes())
                        .expect("the person reads");
                }
            }
        });
        Self {
            address,
            requests,
            stopped,
            thread: Some(thread),
        }
    }

    fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        let _wakes_it = TcpStream::connect(self.address);
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(matches!(ended, Some(Ok(()))), "the server panicked");
        }
    }
}

fn read_request(stream: &TcpStream) -> String {
    let timeout = Some(Duration::from_secs(20));
    stream.set_read_timeout(timeout).expect("a timeout");
    let request = http1::read_request(&mut BufReader::new(stream)).expect("HTTP");
    let bytes = request.map(|request| http1::request_bytes(&request));
    String::from_utf8(bytes.expect("a request")).expect("text")
}
