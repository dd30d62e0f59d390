//! The examples are programs: each is run as one, against a server on loopback.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use api_inat::testkit::{OBSCURED_OF_EACH_USER, OF_EACH_USER};
use auth_core::{Body, Limits, Request, Response, Transport};
use auth_testkit::{Dialect, Fault, On, TestClient, TestServer, person::Person};
use http::{HeaderValue, header};
use http_ureq::Ureq;
use serde_json::Value;

fn inaturalist() -> TestServer {
    TestServer::builder(Dialect::doorkeeper_5())
        .client(
            TestClient::confidential("app", "app-secret")
                .redirect_uri("urn:ietf:wg:oauth:2.0:oob")
                .scopes("write login"),
        )
        .user("alice", "password")
        .site(api_inat::testkit::site())
        .start()
        .expect("a server")
}

/// Where `cargo test` puts the examples that it builds beside the tests. Alice's login is in `folder`, or her password at hand.
fn example(name: &str, server: &TestServer, folder: &Path) -> Command {
    let mut path = std::env::current_exe().expect("a test has a path");
    path.pop();
    path.pop();
    let path = path
        .join("examples")
        .join(format!("inat-{name}"))
        .with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        path.exists(),
        "{} is not built: run `cargo test -p api-inat`, which builds it",
        path.display()
    );
    let mut command = Command::new(path);
    command
        .env_clear()
        .env("INAT_ORIGIN", server.url())
        .env("INAT_APP_ID", "app")
        .env("INAT_APP_SECRET", "app-secret")
        .env("INAT_USERNAME", "alice")
        .env("INAT_PASSWORD", "password")
        .arg("--store")
        .arg(folder.join("tokens"));
    command
}

/// Standard output and standard error of a program that ended as it should.
fn said(output: &Output, well: bool) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.success(), well, "{said:?}");
    for secret in ["app-secret", "password"] {
        assert!(
            !said.0.contains(secret) && !said.1.contains(secret),
            "{said:?}"
        );
    }
    said
}

fn run(command: &mut Command, well: bool) -> (String, String) {
    said(&command.output().expect("it runs"), well)
}

fn get(url: &str, token: &str) -> Response {
    let mut request = Request::new(Body::Empty);
    *request.uri_mut() = url.parse().expect("a URL");
    let value = HeaderValue::from_str(&format!("Bearer {token}")).expect("a header");
    request.headers_mut().insert(header::AUTHORIZATION, value);
    Transport::send(&Ureq::default(), request, &Limits::api()).expect("an answer")
}

#[test]
fn token_prints_the_token_alone() {
    let server = inaturalist();
    let folder = tempfile::tempdir().expect("a folder");
    let (out, err) = run(&mut example("token", &server, folder.path()), true);
    let token = out.strip_suffix('\n').expect("one line");
    assert_eq!(token.split('.').count(), 3, "a JWT");
    assert_eq!(err, "");
    let me = get(&format!("{}/v1/users/me", server.url()), token);
    assert_eq!(me.status(), 200);

    // The next start needs neither password nor login, and has the same token while it lasts.
    let mark = server.seen().mark();
    let without = || {
        let mut program = example("token", &server, folder.path());
        program
            .env_remove("INAT_USERNAME")
            .env_remove("INAT_PASSWORD");
        program
    };
    assert_eq!(run(&mut without(), true).0, out);
    assert_eq!(server.seen().since(mark).total(), 0);
    let empty = tempfile::tempdir().expect("a folder");
    let mut nobody = example("token", &server, empty.path());
    nobody.env_remove("INAT_USERNAME");
    let (out, err) = run(&mut nobody, false);
    assert_eq!(out, "", "nothing that a script takes for a token");
    assert!(err.contains("log in"), "{err}");
}

#[test]
fn token_from_a_browser_elsewhere() {
    let server = inaturalist();
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = example("token", &server, folder.path())
        .env_remove("INAT_USERNAME")
        .arg("--out-of-band")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut line = String::new();
    let err = child.stderr.take().expect("piped");
    let mut err = std::io::BufReader::new(err);
    std::io::BufRead::read_line(&mut err, &mut line).expect("a line");
    let url = line
        .split_whitespace()
        .find(|word| word.starts_with("http"));
    let url = url.expect("a URL").trim_end_matches(',');
    let code = Person::new("alice", "password")
        .visit(url)
        .and_then(auth_testkit::person::Outcome::into_code)
        .expect("a code");
    let mut stdin = child.stdin.take().expect("piped");
    writeln!(stdin, "{code}").expect("it reads");
    drop(stdin);
    let (out, _) = said(&child.wait_with_output().expect("it ends"), true);
    assert_eq!(out.trim().split('.').count(), 3, "{out}");
}

#[test]
fn a_pasted_token_needs_no_application() {
    let server = inaturalist();
    let folder = tempfile::tempdir().expect("a folder");
    let token = server.issue_derived_token("alice").expect("a token");
    let target = folder.path().join("all.ndjson");
    let mut program = example("export", &server, folder.path());
    for variable in [
        "INAT_APP_ID",
        "INAT_APP_SECRET",
        "INAT_USERNAME",
        "INAT_PASSWORD",
    ] {
        program.env_remove(variable);
    }
    // As the page shows it.
    program
        .env("INAT_API_TOKEN", format!("{{\"api_token\":\"{token}\"}}"))
        .arg(&target);
    run(&mut program, true);
    complete(&target);
    let seen = server.seen();
    assert_eq!((seen.token(), seen.derived()), (0, 0));
}

#[test]
fn the_real_service_is_asked_only_if_told_so() {
    let server = inaturalist();
    let folder = tempfile::tempdir().expect("a folder");
    let check = |args: &[&str], words: &str| {
        let mut program = example("token", &server, folder.path());
        program.args(args);
        if args.is_empty() {
            program.env_remove("INAT_ORIGIN");
        }
        let (out, err) = run(&mut program, false);
        assert!(out.is_empty() && err.contains(words), "{out}{err}");
    };
    check(&[], "say --live");
    check(&["--live"], "two different servers");
    check(&["--lively"], "--lively is not known");
    check(&["--store"], "--store needs a value");
    check(&["--for", "ever"], "invalid digit");
    check(&["file"], "0 operands are needed");
    assert_eq!(server.seen().total(), 0);
}

/// All of alice's observations, each once, in order, with her private places.
fn complete(file: &Path) {
    let text = fs::read_to_string(file).expect("a file");
    let all: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let ids: Vec<u64> = all
        .iter()
        .map(|one| one["id"].as_u64().expect("a number"))
        .collect();
    assert_eq!(ids.len() as u64, OF_EACH_USER);
    assert!(ids.is_sorted_by(|a, b| a < b), "each once");
    let private = all.iter().filter(|one| one["private_location"].is_string());
    assert_eq!(private.count() as u64, OBSCURED_OF_EACH_USER);
}

#[test]
fn export_goes_on_where_it_broke_off() {
    let server = inaturalist();
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let (whole, part, place) = (
        file("all.ndjson"),
        file("all.ndjson.part"),
        file("all.ndjson.place"),
    );
    fs::write(&whole, "yesterday's\n").expect("written");
    let start = |well| run(example("export", &server, folder.path()).arg(&whole), well).1;
    // The first page comes, the second one does not.
    server
        .faults()
        .next(On::Path("/v1/observations".into()), Fault::Status201);
    server.faults().next(
        On::Path("/v1/observations".into()),
        Fault::Answer {
            status: 400,
            content_type: "text/html".into(),
            body: b"<title>Bad day</title>".to_vec(),
        },
    );
    let words = start(false);
    assert!(
        words.contains("Bad day") && words.contains("200 observations are kept"),
        "{words}"
    );
    assert_eq!(
        fs::read_to_string(&whole).expect("it stays"),
        "yesterday's\n"
    );

    // And the machine failed in the middle of a line.
    let mut torn = fs::read_to_string(&part).expect("what came");
    torn.push_str("{\"id\":250");
    fs::write(&part, torn).expect("written");
    let mark = server.seen().mark();
    let words = start(true);
    assert!(words.contains("going on: 200 of 225"), "{words}");
    let seen = server.seen().since(mark);
    let pages = seen
        .requests()
        .iter()
        .filter(|one| one.path.starts_with("/v1/observations"));
    let pages: Vec<_> = pages.map(|one| one.path.clone()).collect();
    assert!(
        pages.len() == 1 && pages[0].contains("id_above="),
        "{pages:?}"
    );
    complete(&whole);
    assert!(!part.exists() && !place.exists());

    // What was begun cannot be read, or is of another list: from the beginning.
    for note in [
        "",
        "nonsense\n1\n{}\n",
        "{\"inat_cursor\":2}\n12\n{\"inat_cursor\":2}\n",
    ] {
        fs::write(&part, "{\"id\":7}\n").expect("written");
        fs::write(&place, note).expect("written");
        start(true);
        complete(&whole);
    }
}

#[test]
fn service_shares_one_login_among_a_thousand_tasks() {
    let server = inaturalist();
    let folder = tempfile::tempdir().expect("a folder");
    let (out, _) = run(&mut example("service", &server, folder.path()), true);
    assert!(out.starts_with("alice: 1000 observations read, "), "{out}");
    let seen = server.seen();
    assert_eq!(
        (seen.token(), seen.derived()),
        (1, 1),
        "one login, one API token"
    );
    assert!(seen.api() >= 1002);
}

#[test]
fn annotate_does_each_line_once() {
    let server = inaturalist();
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("list.csv");
    let start = |rows: &str, well| {
        fs::write(&list, rows).expect("written");
        run(example("annotate", &server, folder.path()).arg(&list), well)
    };
    let writes = || {
        let seen = server.seen();
        let posts = seen
            .requests()
            .iter()
            .filter(|one| one.path == "/v1/annotations");
        posts.count()
    };
    let id = api_inat::testkit::observation_id;
    let row = |place, value| format!("{},1,{value}\n", id(place));

    // Nothing is sent before the file is whole.
    let (_, err) = start(&format!("{}{},1\n", row(0, 2), id(1)), false);
    assert!(
        err.contains("line 2:") && err.contains("nothing was sent"),
        "{err}"
    );
    assert_eq!(server.seen().total(), 0);

    // The third one breaks off: a limit that lasts.
    let all: String = (0..6).map(|place| row(place, 2)).collect();
    let all = format!("observation_id,attribute_id,value_id\n{all}");
    let on = || On::Path("/v1/annotations".into());
    server.faults().times(2, on(), Fault::Status201);
    server
        .faults()
        .always(on(), Fault::TooManyRequests { retry_after: None });
    let (out, err) = start(&all, false);
    assert_eq!(
        out,
        "2 annotated, 0 already there, 0 refused, 4 not tried\n"
    );
    assert!(
        err.contains("too many requests") && err.contains("start again"),
        "{err}"
    );

    // The answer to the next one is lost on the way: it is not sent blindly again.
    server.faults().clear();
    server.faults().next(on(), Fault::LostAnswer);
    let (out, err) = start(&all, false);
    assert_eq!(
        out,
        "0 annotated, 2 already there, 0 refused, 4 not tried\n"
    );
    assert!(err.contains("look whether it had its effect"), "{err}");

    let before = writes();
    let (out, _) = start(&all, true);
    assert_eq!(
        out,
        "3 annotated, 3 already there, 0 refused, 0 not tried\n"
    );
    assert_eq!(writes() - before, 3);

    // A line that cannot be done does not hold up the others.
    let (out, err) = start(&format!("7,1,2\n{}{}", row(0, 2), row(7, 3)), false);
    assert_eq!(
        out,
        "1 annotated, 1 already there, 1 refused, 0 not tried\n"
    );
    assert!(
        err.contains("line 1: iNaturalist has no observation 7"),
        "{err}"
    );
}

#[test]
fn upload_goes_on_and_nothing_is_there_twice() {
    let server = inaturalist();
    let folder = tempfile::tempdir().expect("a folder");
    let photo = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        path
    };
    let jpeg = |fill: u8| [&b"\xff\xd8\xff\xe0"[..], &[fill; 50_000]].concat();
    let (front, back) = (photo("front.jpg", &jpeg(1)), photo("back.jpg", &jpeg(2)));
    let note = folder.path().join("front.jpg.upload");
    let start = |args: &[&str], photos: &[&Path], well| {
        let mut program = example("upload", &server, folder.path());
        run(program.args(args).args(photos), well)
    };

    // What cannot be sent is found before anything is.
    let check = |args: &[&str], photos: &[&Path], words: &str| {
        let (_, err) = start(args, photos, false);
        assert!(err.contains(words), "{err}");
        assert_eq!(server.seen().total(), 0, "{words}");
        assert!(!note.exists());
    };
    let text = photo("text.jpg", b"this is no photo at all");
    check(&["--at", "117.2,34.1"], &[&front], "each other's place");
    check(&["--date", "9999-01-01"], &[&front], "still to come");
    check(&[], &[&front, &text], "text.jpg");
    check(
        &[],
        &[&front, Path::new("/no/such/photo.jpg")],
        "/no/such/photo.jpg",
    );
    check(&[], &[], "operands are needed");

    // The observation and one photo are there; then the service asks for patience.
    let all = [
        "--name",
        "Edelweiss",
        "--date",
        "2026-06-01",
        "--at",
        "46.02,7.75",
        "--fields",
        "297=dry,311=3",
    ];
    let on = || On::Path("/v1/observation_photos".into());
    server.faults().next(on(), Fault::LostAnswer);
    server.faults().next(on(), Fault::Status201);
    server
        .faults()
        .always(on(), Fault::TooManyRequests { retry_after: None });
    let (out, err) = start(&all, &[&front, &back], false);
    assert_eq!(out, "");
    assert!(
        err.contains("has 1 of 2 photos") && err.contains("start again"),
        "{err}"
    );

    server.faults().clear();
    let (out, _) = start(&all, &[&front, &back], true);
    let id = out
        .strip_prefix("observation ")
        .and_then(|rest| rest.split(' ').next());
    let id: u64 = id.expect("an id").parse().expect("a number");
    assert!(out.contains("with 2 photos"), "{out}");
    // And again, by mistake.
    assert_eq!(start(&all, &[&front, &back], true).0, out);

    let token = server.issue_derived_token("alice").expect("a token");
    let answer = get(&format!("{}/v1/observations/{id}", server.url()), &token);
    let page: Value = serde_json::from_slice(answer.body().as_bytes()).expect("JSON");
    let made = &page["results"][0];
    assert_eq!(made["species_guess"], "Edelweiss");
    assert_eq!(made["location"], "46.02,7.75");
    assert_eq!(made["photos"].as_array().map(Vec::len), Some(2), "{made}");
    assert_eq!(made["ofvs"].as_array().map(Vec::len), Some(2), "{made}");
    let answer = get(
        &format!("{}/v1/observations/{}", server.url(), id + 1),
        &token,
    );
    let page: Value = serde_json::from_slice(answer.body().as_bytes()).expect("JSON");
    assert_eq!(page["total_results"], 0, "no second one");
}
