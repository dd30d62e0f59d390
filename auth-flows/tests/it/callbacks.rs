//! A redirect goes through the same checks by each channel: listener, private-use scheme, web
//! service, pasted.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Mutex,
    time::Duration,
};

use auth_core::{
    AuthorizationRequest, CodeGrant, Entropy, Error, ErrorKind, ExposeSecret, PendingAuthorization,
    RedirectUri, SecretBytes, Service, TokenKind,
};
use auth_flows::{CallbackListener, Client, Login};
use auth_testkit::{Dialect, TestClient, TestServer, http1, person::Person};
use http_ureq::Ureq;
use keystore::Memory;

use crate::common::{AtServer, PASSWORD, SECRET, World, browser, doorkeeper, service};

const LONG: Duration = Duration::from_secs(60);
const HTTPS: &str = "https://app.example/callback";
const PRIVATE_USE: &str = "com.example.app:/callback";

/// A channel by which a redirect reaches the program: takes what follows the redirect URI, returns
/// the result.
type Channel = fn(&Service, &str) -> Result<CodeGrant, Error>;

const CHANNELS: [(&str, Channel); 5] = [
    ("listener at 127.0.0.1", |service, response| {
        at_listener(service, Ipv4Addr::LOCALHOST.into(), response)
    }),
    ("listener at [::1]", |service, response| {
        at_listener(service, Ipv6Addr::LOCALHOST.into(), response)
    }),
    (
        "private-use scheme, handed over by the system",
        |service, response| {
            let redirect_uri = RedirectUri::parse(PRIVATE_USE)?;
            let request = AuthorizationRequest::new(service.client(), redirect_uri, entropy());
            let (url, pending) = request.begin()?;
            pending.accept(&redirected(PRIVATE_USE, &url, response))
        },
    ),
    ("web service", |service, response| {
        let logins = Logins::default();
        let url = logins.begin(service, "a visitor")?;
        logins.end("a visitor", &redirected(HTTPS, &url, response))
    }),
    ("pasted", |service, response| {
        let response = response.to_owned();
        let login = Login::pasted_redirect(PRIVATE_USE, move |url| {
            Ok(redirected(PRIVATE_USE, url, &response))
        });
        let client = Client::new(service.clone(), Ureq::default(), Memory::new());
        client.account("me").begin_login(login)?.start()?.wait()
    }),
];

/// The started logins of a web service, one for each visitor, as in the README.
#[derive(Default)]
struct Logins(Mutex<HashMap<String, SecretBytes>>);

impl Logins {
    fn begin(&self, service: &Service, visitor: &str) -> Result<String, Error> {
        let redirect_uri = RedirectUri::parse(HTTPS)?;
        let request = AuthorizationRequest::new(service.client(), redirect_uri, entropy());
        let (url, pending) = request.begin()?;
        let mut started = self.0.lock().expect("no panic");
        started.insert(visitor.to_owned(), pending.to_secret_text());
        Ok(url)
    }

    fn end(&self, visitor: &str, redirected: &str) -> Result<CodeGrant, Error> {
        let text = self.0.lock().expect("no panic").remove(visitor);
        let text =
            text.ok_or_else(|| Error::new(ErrorKind::CallbackMismatch, "no login has started"))?;
        PendingAuthorization::from_secret_text(text.expose_secret())?.accept(redirected)
    }
}

#[test]
fn every_channel_has_the_same_checks() {
    let server = doorkeeper();
    let service = service(&server);
    let check = |response: &str, expect: Result<(), ErrorKind>| {
        for (name, channel) in CHANNELS {
            let result = channel(&service, response);
            let shown = format!("{result:?}");
            assert!(!shown.contains("m4rked"), "{name}: {shown}");
            let result = result.map(|_| ()).map_err(|error| error.kind());
            assert_eq!(result, expect, "{name}, {response}: {shown}");
        }
    };
    check("?code=m4rked&state=STATE", Ok(()));
    check("?state=STATE&session_state=x&code=m4rked", Ok(()));
    let foreign = Err(ErrorKind::CallbackMismatch);
    check("?code=m4rked", foreign);
    check("?code=m4rked&state=", foreign);
    check("?code=m4rked&state=forged", foreign);
    check("?code=m4rked&state=STATEx", foreign);
    check("?code=m4rked&state=STATE&state=STATE", foreign);
    check("?code=m4rked&state=STATE&state=forged", foreign);
    check("?code=m4rked&code=other&state=STATE", foreign);
    check("?code=&state=STATE", foreign);
    check("?state=STATE", foreign);
    check("?", foreign);
    check("", foreign);
    check("#code=m4rked&state=STATE", foreign);
    check("/more?code=m4rked&state=STATE", foreign);
    check(
        "?code=m4rked&state=STATE&iss=https%3A%2F%2Fevil.example",
        foreign,
    );
    check("?error=access_denied", foreign);
    check("?error=access_denied&state=forged", foreign);
    check(
        "?error=access_denied&error=server_error&state=STATE",
        foreign,
    );
    check(
        "?error=access_denied&state=STATE",
        Err(ErrorKind::ConsentDenied),
    );
    check(
        "?error=invalid_scope&state=STATE",
        Err(ErrorKind::Configuration),
    );
    check("?error=server_error&state=STATE", Err(ErrorKind::Refused));
}

#[test]
fn a_web_service_accepts_a_response_once_and_from_its_visitor() {
    let server = TestServer::builder(Dialect::doorkeeper_5())
        .client(TestClient::confidential("app", SECRET).redirect_uri(HTTPS))
        .user("alice", PASSWORD)
        .start()
        .expect("a server on loopback");
    let service = service(&server);
    let logins = Logins::default();
    let redirect = |visitor: &str| {
        let url = logins.begin(&service, visitor).expect("a URL");
        let alice = Person::new("alice", PASSWORD);
        let response = alice
            .visit(&url)
            .and_then(|outcome| outcome.into_redirect());
        response.expect("a redirect")
    };
    let foreign = |visitor: &str, redirected: &str| {
        let error = logins.end(visitor, redirected).expect_err("not theirs");
        assert_eq!(error.kind(), ErrorKind::CallbackMismatch, "{error}");
    };

    // A response that reaches another visitor: it uses up that visitor's login, not the right
    // one's.
    let (hers, his) = (redirect("hers"), redirect("his"));
    foreign("a stranger's", &hers);
    foreign("his", &hers);
    foreign("his", &his);
    let grant = logins.end("hers", &hers).expect("her own");
    foreign("hers", &hers);
    let [blocking, asynchronous] = World::pair(&service, Memory::new());
    let complete = |client: World, grant| {
        let session = client.account("hers");
        let status = session.complete(grant).expect("a login");
        assert!(status.login.is_some(), "{status:?}");
        session.token(TokenKind::Login).expect("stored");
    };
    complete(blocking, grant);

    // A visitor's second login replaces the first.
    let (earlier, later) = (redirect("hers"), redirect("hers"));
    foreign("hers", &earlier);
    foreign("hers", &later);
    let later = redirect("hers");
    let grant = logins.end("hers", &later).expect("her own");
    complete(asynchronous, grant);
}

/// Sends a response to a listener, as a browser does. After one that it rejects, it listens on;
/// then drops the login.
fn at_listener(service: &Service, ip: IpAddr, response: &str) -> Result<CodeGrant, Error> {
    let listener = CallbackListener::bind((ip, 0), "/callback")?;
    let redirect_uri = listener.redirect_uri().clone();
    let request = AuthorizationRequest::new(service.client(), redirect_uri.clone(), entropy());
    let (url, pending) = request.begin()?;
    let login = listener.listen(pending, "callbacks", LONG)?;
    let redirected = redirected(redirect_uri.as_str(), &url, response);
    match get(&redirected) {
        "200" => login.wait(),
        "400" | "404" => Err(Error::new(ErrorKind::CallbackMismatch, "it listens on")),
        other => panic!("{redirected}: {other}"),
    }
}

/// Requests a URL as a browser does, without the fragment; returns the status.
fn get(url: &str) -> &'static str {
    let bare = url.split('#').next().unwrap_or_default();
    let response = http1::get(bare).expect("a page");
    let page = String::from_utf8_lossy(response.body());
    assert!(!page.contains("m4rked"), "{page}");
    let status = response.status();
    let known = ["200", "400", "404"]
        .into_iter()
        .find(|known| *known == status.as_str());
    known.unwrap_or_else(|| panic!("{bare}: {page}"))
}

/// Returns the redirect: the redirect URI and a response with the state of the authorization URL.
fn redirected(redirect_uri: &str, url: &str, response: &str) -> String {
    let state = url.split('&').find_map(|pair| pair.strip_prefix("state="));
    let response = response.replace("STATE", state.expect("a state"));
    format!("{redirect_uri}{response}")
}

fn entropy() -> Entropy {
    static USED: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);
    Entropy::new([USED.fetch_add(1, std::sync::atomic::Ordering::Relaxed); 64])
}

/// A fixed port serves one login after another in both worlds, whatever their ends.
#[test]
fn logins_in_a_row_on_one_fixed_port() {
    let server = doorkeeper();
    let probe = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = probe.local_addr().expect("bound").port();
    drop(probe);
    for world in World::both(&server, Memory::new()) {
        for round in 0..20 {
            let name = world.name();
            let denied = Login::browser(|_| {}).open(move |url| {
                let at = format!("http://127.0.0.1:{port}/");
                get(&redirected(&at, url, "?error=access_denied&state=STATE"));
                Ok(())
            });
            let late = Login::browser(|_| {})
                .no_browser()
                .timeout(Duration::from_millis(1));
            let (login, expect) = match round % 4 {
                0 | 1 => (browser(), Ok(())),
                2 => (denied, Err(ErrorKind::ConsentDenied)),
                _ => (late, Err(ErrorKind::TimedOut)),
            };
            let outcome = world.log_in("me", login.port(port));
            let outcome = outcome.map(|_| ()).map_err(|error| error.kind());
            assert_eq!(outcome, expect, "{name}, {round}");
        }
    }
}
