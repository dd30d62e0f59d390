//! The examples are programs: each is run as one, against servers on loopback that speak as league 8 and 9 do.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

use auth_core::{
    Body, Limits, Request, Response, Transport,
    testkit::{Door, Route, Site, json},
};
use auth_testkit::{Dialect, Fault, Kind, On, TestClient, TestServer, person::Person};
use http::{HeaderValue, Method, header};
use http_ureq::Ureq;
use serde_json::{Value, json};

const CALLBACK: &str = "https://my-app.example/oauth2redirect";

/// Where `cargo test` puts the examples that it builds beside the tests.
fn example(name: &str, server: &TestServer) -> Command {
    let mut path = std::env::current_exe().expect("a test has a path");
    path.pop();
    path.pop();
    let path = path
        .join("examples")
        .join(format!("infoflora-{name}"))
        .with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        path.exists(),
        "{} is not built: run `cargo test -p api-infoflora`, which builds it",
        path.display()
    );
    let mut command = Command::new(path);
    command
        .env_clear()
        .env("INFOFLORA_ORIGIN", server.url())
        .env("INFOFLORA_CLIENT_ID", "app")
        .env("INFOFLORA_CLIENT_SECRET", "app+secret/%20:=");
    command
}

#[expect(clippy::print_stderr, reason = "a test that fails shows which it was")]
fn everywhere(site: &Site, test: impl Fn(&TestServer)) {
    for dialect in [Dialect::league_8(), Dialect::league_9()] {
        eprintln!("{}", dialect.name());
        let client = TestClient::confidential("app", "app+secret/%20:=").redirect_uri(CALLBACK);
        let server = TestServer::builder(dialect)
            .client(client)
            .user("alice", "password")
            .user("bob", "hunter2")
            .site(site.clone())
            .start()
            .expect("a server");
        test(&server);
    }
}

fn run(command: &mut Command) -> Output {
    command.output().expect("it runs")
}

/// Standard output and standard error of a program that went well.
fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{said:?}");
    said
}

fn get(url: &str, name: header::HeaderName, value: &str) -> Response {
    asked(Method::GET, url, name, value)
}

fn asked(method: Method, url: &str, name: header::HeaderName, value: &str) -> Response {
    let mut request = Request::new(Body::Empty);
    *request.method_mut() = method;
    *request.uri_mut() = url.parse().expect("a URL");
    let value = HeaderValue::from_str(value).expect("a header");
    request.headers_mut().insert(name, value);
    let answer = Transport::send(&Ureq::default(), request, &Limits::api());
    answer.expect("an answer")
}

#[test]
fn token_prints_the_token_alone() {
    everywhere(&api_infoflora::testkit::site(), |server| {
        let (out, err) = said(&run(&mut example("token", server)));
        let token = out.strip_suffix('\n').expect("one line");
        assert!(!token.contains(char::is_whitespace), "{out}");
        assert_eq!(err, "");
        // What the script does next.
        let url = format!("{}/rest/v4/observations", server.url());
        let answer = get(&url, header::AUTHORIZATION, &format!("Bearer {token}"));
        assert_eq!(answer.status(), 200);

        let mut wrong = example("token", server);
        let output = run(wrong.env("INFOFLORA_CLIENT_SECRET", "s3cret"));
        assert!(!output.status.success());
        assert_eq!(
            output.stdout, b"",
            "nothing that a script takes for a token"
        );
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains("OAuth replaced Basic Auth"), "{words}");
        assert!(!words.contains("s3cret"), "{words}");
    });
}

#[test]
fn download_goes_on_where_it_broke_off() {
    everywhere(&api_infoflora::testkit::site(), |server| {
        let folder = tempfile::tempdir().expect("a folder");
        let (whole, part) = (
            folder.path().join("all.ndjson"),
            folder.path().join("all.ndjson.part"),
        );
        fs::write(&whole, "yesterday's\n").expect("written");
        let start = || {
            let mut program = example("download", server);
            run(program.arg("1,2,3,4,5").arg(&whole))
        };
        let broken = || Fault::Answer {
            status: 400,
            content_type: "text/html".to_owned(),
            body: b"<title>Bad day</title>".to_vec(),
        };
        // The first page comes, the second one does not.
        server.faults().next(On::Api, Fault::Status201);
        server.faults().next(On::Api, broken());
        let output = start();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{words}");
        assert!(
            words.contains("Bad day") && words.contains("100 observations are kept"),
            "{words}"
        );
        assert_eq!(
            fs::read_to_string(&whole).expect("it stays"),
            "yesterday's\n"
        );

        // And the machine failed in the middle of a line.
        let mut torn = fs::read_to_string(&part).expect("what came");
        torn.push_str(r#"{"obs_id":90003"#);
        fs::write(&part, torn).expect("written");
        let mark = server.seen().mark();
        said(&start());
        let seen = server.seen().since(mark);
        let first = seen.requests().iter().find(|r| r.kind == Kind::Api);
        let first = &first.expect("a call").path;
        assert!(first.ends_with("limit=1000&offset=99"), "{first}");
        complete(&whole);
        assert!(!part.exists());

        // The list has changed since: another record stands where the last one was.
        fs::write(&part, "{\"obs_id\":9000001}\n{\"obs_id\":7}\n").expect("written");
        let (_, words) = said(&start());
        assert!(words.contains("from the beginning"), "{words}");
        complete(&whole);
        // Fewer are there than were downloaded.
        fs::write(&part, "{\"obs_id\":7}\n".repeat(300)).expect("written");
        said(&start());
        complete(&whole);
    });
}

/// All 250 observations, each once, in order.
fn complete(file: &std::path::Path) {
    let text = fs::read_to_string(file).expect("a file");
    let ids: Vec<u64> = text
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("JSON")["obs_id"]
                .as_u64()
                .expect("a number")
        })
        .collect();
    let expect: Vec<u64> = (0..250).map(|place| 9_000_001 + 3 * place).collect();
    assert_eq!(ids, expect);
}

#[test]
fn atlas_needs_no_login() {
    everywhere(&api_infoflora::testkit::site(), |server| {
        let mut program = example("atlas", server);
        program
            .env_remove("INFOFLORA_CLIENT_ID")
            .env_remove("INFOFLORA_CLIENT_SECRET");
        let (out, _) = said(&run(program.args(["2", "1000010"])));
        let map: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(map["type"], "FeatureCollection");
        assert_eq!(map["features"].as_array().map(Vec::len), Some(12));
        let seen = server.seen();
        assert_eq!((seen.total(), seen.token()), (1, 0));
        assert_eq!(seen.requests()[0].scheme, None);

        let output = run(example("atlas", server).args(["2", "7"]));
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("404"));
    });
}

/// A web service under way; it ends with this.
struct Service {
    child: Child,
    at: String,
}

impl Service {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .env("PUBLIC_URL", "https://my-app.example")
            .env("LISTEN", "127.0.0.1:0")
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

/// A person's browser, with the proxy that ends TLS in between.
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

    /// Status, where to next, and the page's text.
    fn ask(&mut self, method: Method, path: &str) -> (u16, String, String) {
        let url = format!("{}{path}", self.service.at);
        let answer = asked(method, &url, header::COOKIE, &self.cookie);
        let header = |name| {
            let value = answer.headers().get(name);
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
        let text = String::from_utf8_lossy(answer.body().as_bytes()).into_owned();
        (answer.status().as_u16(), header(header::LOCATION), text)
    }

    fn get(&mut self, path: &str) -> (u16, String, String) {
        self.ask(Method::GET, path)
    }

    /// Logs in at Info Flora; gives the path that the browser is sent back to.
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

/// One observation, whose number is its caller's.
fn own_site() -> Site {
    Site::new().route(Route::get("/rest/v4/observations", Door::Login, |visit| {
        let id = visit.caller.map_or(0, |caller| caller.user_id);
        json(
            200,
            &json!({"success": true, "data": [{"obs_id": id}], "filtered_count": 1}),
        )
    }))
}

#[test]
fn service_keeps_its_visitors_apart() {
    everywhere(&own_site(), |server| {
        let folder = tempfile::tempdir().expect("a folder");
        let start = || Service::start(example("service", server).env("TOKENS", folder.path()));
        let service = start();
        let (mut alice, mut bob) = (
            Browser::new(&service, "alice", "password"),
            Browser::new(&service, "bob", "hunter2"),
        );
        let (status, _, text) = alice.get("/");
        assert_eq!((status, text.contains("/login")), (401, true), "{text}");
        assert_eq!(server.seen().total(), 0);

        let (alices, bobs) = (alice.off(), bob.off());
        // Somebody else's callback, a made-up one, one without a login: all turned away; hers still serves, once.
        let mut mallory = Browser::new(&service, "bob", "hunter2");
        assert_eq!(mallory.get(&alices).0, 400);
        assert_eq!(bob.get("/oauth2redirect?code=x&state=y").0, 400);
        assert_eq!(alice.get(&alices).0, 303);
        assert_eq!(alice.get(&alices).0, 400, "a login serves once");
        assert_eq!(bob.get(&bobs).0, 400, "the made-up one has used it up");
        let bobs = bob.off();
        assert_eq!(bob.get(&bobs).0, 303);
        for (browser, number) in [(&mut alice, "1"), (&mut bob, "2")] {
            let (status, _, text) = browser.get("/");
            assert_eq!(status, 200, "{text}");
            assert!(text.contains(&format!("the first is {number}.")), "{text}");
        }

        // Renewed behind the scenes, and kept over a restart.
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
