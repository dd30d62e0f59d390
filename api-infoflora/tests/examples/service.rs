//! `infoflora-service`, with two visitors' browsers and Info Flora's server.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use auth_core::testkit::{Auth, Route, Site, json};
#[cfg(unix)]
use auth_testkit::Matching;
use auth_testkit::person::Person;
use http::{Method, header};
use serde_json::json;

#[cfg(unix)]
use crate::MAX_WAIT;
use crate::{bare, everywhere, request};

/// A running web service. Dropping it stops it.
struct Service {
    child: Child,
    at: String,
}

impl Service {
    fn start(command: &mut Command) -> Self {
        // The slash is no part of the redirect URI, which the server compares by character.
        let command = command.env("PUBLIC_URL", "https://my-app.example/");
        Self::spawn(command.env("LISTEN", "127.0.0.1:0"))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        let mut at = String::new();
        let out = child.stdout.as_mut().expect("piped");
        BufReader::new(out).read_line(&mut at).expect("a line");
        Self {
            child,
            at: at.trim().to_owned(),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A user's browser, including the proxy that terminates TLS.
struct Browser<'a> {
    service: &'a Service,
    cookie: String,
    person: Person,
}

impl<'a> Browser<'a> {
    fn new(service: &'a Service, name: &str, password: &str) -> Self {
        Self {
            service,
            cookie: "other=1".to_owned(),
            person: Person::new(name, password),
        }
    }

    /// Returns status, `Location` and text of the page.
    fn ask(&mut self, method: Method, path: &str) -> (u16, String, String) {
        let url = format!("{}{path}", self.service.at);
        let response = request(method, &url, header::COOKIE, &self.cookie);
        let header = |name| {
            let value = response.headers().get(name);
            value
                .map(|v| v.to_str().expect("ASCII").to_owned())
                .unwrap_or_default()
        };
        let cookie = header(header::SET_COOKIE);
        if let Some(pair) = cookie.split(';').next().filter(|pair| !pair.is_empty()) {
            for word in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(cookie.contains(word), "{cookie}");
            }
            self.cookie = pair.to_owned();
        }
        assert_eq!(header(header::REFERRER_POLICY), "no-referrer");
        let text = String::from_utf8_lossy(response.body().as_bytes()).into_owned();
        (response.status().as_u16(), header(header::LOCATION), text)
    }

    fn get(&mut self, path: &str) -> (u16, String, String) {
        self.ask(Method::GET, path)
    }

    /// Logs in at Info Flora. Returns the path that the browser is redirected to.
    fn off(&mut self) -> String {
        let (status, to, _) = self.get("/login");
        assert_eq!(status, 303);
        assert!(to.contains("/oauth2/authorize/fr?"), "{to}");
        let outcome = self.person.visit(&to).expect("pages");
        let back = outcome.into_redirect().expect("redirected");
        let path = back.strip_prefix("https://my-app.example");
        path.expect("to the public address").to_owned()
    }
}

/// Serves one observation, numbered by its caller.
fn own_site() -> Site {
    Site::new().with_route(Route::get("/rest/v4/observations", Auth::Login, |visit| {
        let id = visit.caller.map_or(0, |caller| caller.user_id);
        json(
            200,
            &json!({"success": true, "data": [{"obs_id": id}], "filtered_count": 1}),
        )
    }))
}

#[test]
fn service_keeps_its_visitors_apart() {
    everywhere(&own_site(), |scene| {
        let server = &scene.server;
        let folder = tempfile::tempdir().expect("a folder");
        let start = || Service::start(scene.example("service").env("TOKENS", folder.path()));
        let service = start();
        let (mut alice, mut bob) = (
            Browser::new(&service, "alice", "password"),
            Browser::new(&service, "bob", "hunter2"),
        );
        let (status, _, text) = alice.get("/");
        assert_eq!((status, text.contains("/login")), (401, true), "{text}");
        assert_eq!(server.requests().total(), 0);

        let (alices, bobs) = (alice.off(), bob.off());
        // The callbacks of another user, an invented one and one without a login are rejected. Hers
        // is still valid, once.
        let mut mallory = Browser::new(&service, "bob", "hunter2");
        assert_eq!(mallory.get(&alices).0, 400);
        assert_eq!(bob.get("/oauth2redirect?code=x&state=y").0, 400);
        assert_eq!(alice.get(&alices).0, 303);
        assert_eq!(alice.get(&alices).0, 400, "a login is valid once");
        assert_eq!(bob.get(&bobs).0, 400, "the made-up one has used it up");
        let bobs = bob.off();
        assert_eq!(bob.get(&bobs).0, 303);
        for (browser, number) in [(&mut alice, "1"), (&mut bob, "2")] {
            let (status, _, text) = browser.get("/");
            assert_eq!(status, 200, "{text}");
            assert!(text.contains(&format!("the first is {number}.")), "{text}");
        }

        // Renewed automatically, and stored over a restart.
        server.revoke_access_tokens();
        assert_eq!(alice.get("/").0, 200);
        let (alices, bobs) = (alice.cookie, bob.cookie);
        drop(service);
        let service = start();
        let mut alice = Browser::new(&service, "alice", "password");
        alice.cookie = alices;
        assert_eq!(alice.get("/").0, 200);
        assert_eq!(alice.ask(Method::POST, "/logout").0, 303);
        assert_eq!(alice.get("/").0, 401);
        let mut bob = Browser::new(&service, "bob", "hunter2");
        bob.cookie = bobs;
        let (status, _, text) = bob.get("/");
        assert_eq!(status, 200, "{text}");
        assert!(text.contains("the first is 2."), "{text}");
        assert_eq!(bob.get("/elsewhere").0, 404);
    });
}

#[test]
fn service_runs_without_an_account() {
    for flags in [&["--local"][..], &["--local", "--ureq"]] {
        let mut command = bare("service");
        let command = command.args(flags);
        let service = Service::spawn(command);
        let browser = &mut Browser::new(&service, "alice", "password");
        assert_eq!(browser.ask(Method::GET, "/").0, 401);
        let (status, to_login, _) = browser.ask(Method::GET, "/login");
        assert_eq!(status, 303);
        let back = browser.person.visit(&to_login).expect("a page");
        let back = back.into_redirect().expect("a redirect");
        let path = back.strip_prefix(&service.at).expect("its own address");
        assert_eq!(browser.ask(Method::GET, path).0, 303);
        assert_eq!(browser.ask(Method::GET, "/").0, 200);
    }
}

/// What uses the address may end, so a supervisor tries again; a wrong address is for a human.
#[test]
fn service_says_that_it_cannot_listen() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    for (listen, expected) in [(taken.as_str(), 74), ("8080", 2)] {
        let mut command = bare("service");
        let command = command.arg("--local").env("LISTEN", listen);
        let output = command.output().expect("it runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(expected), "{error}");
        assert!(error.contains(&format!("LISTEN={listen}")), "{error}");
    }
}

#[test]
fn service_tells_its_operator_how_it_does() {
    everywhere(&own_site(), |scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let tokens = folder.path().join("tokens");
        let service = Service::start(scene.example("service").env("TOKENS", &tokens));
        let mut operator = Browser::new(&service, "", "");
        let (status, _, text) = operator.get("/health");
        assert_eq!(status, 200, "{text}");
        let mut metrics = || {
            let (status, _, text) = operator.get("/metrics");
            assert_eq!(status, 200, "{text}");
            assert!(!text.contains("alice"), "{text}");
            let value = |name: &str| -> u32 {
                let line = text.lines().find_map(|line| line.strip_prefix(name));
                line.expect("a counter").trim().parse().expect("a number")
            };
            [
                value("infoflora_logins_total "),
                value("infoflora_renewals_total "),
                value("infoflora_logins_failed_total "),
                value("infoflora_renewals_refused_total "),
            ]
        };
        assert_eq!(metrics(), [0, 0, 0, 0]);
        let mut alice = Browser::new(&service, "alice", "password");
        let back = alice.off();
        assert_eq!(alice.get(&back).0, 303);
        scene.server.revoke_access_tokens();
        assert_eq!(alice.get("/").0, 200);
        assert_eq!(metrics(), [1, 1, 0, 0]);
        let mut bob = Browser::new(&service, "bob", "hunter2");
        let back = bob.off();
        assert_eq!(bob.get(&back).0, 303);
        scene.server.revoke_all();
        let seen = [(); 3].map(|()| bob.get("/").0);
        assert_eq!(seen, [401; 3]);
        assert_eq!(metrics(), [2, 1, 0, 1], "refused once, shown three times");
        std::fs::remove_dir_all(&tokens).expect("the disk is gone");
        let health = operator.get("/health");
        assert_eq!(health.0, 503, "{health:?}");
    });
}

/// A visitor's response, and the renewal that it needs, are under way when the supervisor stops the
/// service.
#[cfg(unix)]
#[test]
fn service_ends_what_is_under_way() {
    everywhere(&own_site(), |scene| {
        let server = &scene.server;
        let folder = tempfile::tempdir().expect("a folder");
        let start = || Service::start(scene.example("service").env("TOKENS", folder.path()));
        let mut service = start();
        let mut alice = Browser::new(&service, "alice", "password");
        let back = alice.off();
        assert_eq!(alice.get(&back).0, 303);
        let cookie = alice.cookie;
        server.revoke_access_tokens();
        let hold = server.hold(Matching::Token);
        let (url, sent) = (service.at.clone(), cookie.clone());
        let visit =
            std::thread::spawn(move || request(Method::GET, &url, header::COOKIE, &sent).status());
        assert!(hold.wait_for(1, MAX_WAIT), "no renewal");
        let pid = service.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(killed.expect("a signal").success());
        hold.release();
        assert_eq!(visit.join().expect("no panic"), 200, "its response is sent");
        assert!(service.child.wait().expect("it ends").success());
        drop(service);

        // The next start has the renewed login.
        let service = start();
        let mut alice = Browser::new(&service, "alice", "password");
        alice.cookie = cookie;
        assert_eq!(alice.get("/").0, 200);
    });
}
