//! `inat-token`, the methods of login of all programs, and their server.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use auth_testkit::person::{Outcome, Person};

use crate::{everywhere, get, run, texts};

#[test]
fn token_prints_the_token_alone() {
    everywhere(|scene| {
        let server = &scene.server;
        let folder = tempfile::tempdir().expect("a folder");
        let (out, err) = run(&mut scene.example("token", folder.path()), true);
        let token = out.strip_suffix('\n').expect("one line");
        assert_eq!(token.split('.').count(), 3, "a JWT");
        assert_eq!(err, "");
        let me = get(&format!("{}/v1/users/me", server.url()), token);
        assert_eq!(me.status(), 200);

        // The next start requires neither password nor login, and returns the same token while it
        // is valid.
        let mark = server.requests().mark();
        let without = || {
            let mut program = scene.example("token", folder.path());
            program
                .env_remove("INAT_USERNAME")
                .env_remove("INAT_PASSWORD");
            program
        };
        assert_eq!(run(&mut without(), true).0, out);
        assert_eq!(server.requests().since(mark).total(), 0);
        let empty = tempfile::tempdir().expect("a folder");
        let mut anonymous = scene.example("token", empty.path());
        anonymous.env_remove("INAT_USERNAME");
        let (out, err) = run(&mut anonymous, false);
        assert_eq!(out, "", "nothing that a script takes for a token");
        assert!(err.contains("log in"), "{err}");
    });
}

#[test]
fn token_logs_out() {
    everywhere(|scene| {
        let server = &scene.server;
        let folder = tempfile::tempdir().expect("a folder");
        let (token, _) = run(&mut scene.example("token", folder.path()), true);
        let log_out = || {
            let mut program = scene.example("token", folder.path());
            program.arg("--log-out").env_remove("INAT_USERNAME");
            program
        };
        let mark = server.requests().mark();
        let (out, err) = run(&mut log_out(), true);
        assert_eq!(out, "");
        assert!(err.contains("a copy of the token is valid until"), "{err}");
        assert_eq!(server.requests().since(mark).revoke(), 1);
        // iNaturalist cannot revoke an API token.
        let me = get(&format!("{}/v1/users/me", server.url()), token.trim());
        assert_eq!(me.status(), 200);
        let mark = server.requests().mark();
        let (_, err) = run(
            scene
                .example("token", folder.path())
                .env_remove("INAT_USERNAME"),
            false,
        );
        assert!(err.contains("log in"), "{err}");
        assert_eq!(run(&mut log_out(), true).1, "logged out\n");
        assert_eq!(server.requests().since(mark).total(), 0);
    });
}

/// Starts it, and returns the URL that it shows.
fn invited(command: &mut Command) -> (Child, String) {
    let mut child = command
        .env_remove("INAT_USERNAME")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut line = String::new();
    let err = child.stderr.as_mut().expect("piped");
    // Dropping this reader loses nothing: the program writes no more until the user has answered.
    BufReader::new(err).read_line(&mut line).expect("a line");
    let mut words = line.split_whitespace();
    let url = words.find(|word| word.starts_with("http"));
    let url = url.expect("a URL").trim_end_matches(',').to_owned();
    (child, url)
}

/// The code that the server shows to alice.
fn code(url: &str) -> String {
    let outcome = Person::new("alice", "password").visit(url);
    outcome.and_then(Outcome::into_code).expect("a code")
}

/// Types this text into a program that then prints a token. Returns what it said to standard error.
fn prints_a_token(mut child: Child, typed: &str) -> String {
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(typed.as_bytes()).expect("it reads");
    drop(stdin);
    let (out, err) = texts(&child.wait_with_output().expect("it ends"), true);
    assert_eq!(out.trim().split('.').count(), 3, "{out}");
    err
}

#[test]
fn token_from_a_browser_elsewhere() {
    everywhere(|scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut program = scene.example("token", folder.path());
        let (child, url) = invited(program.arg("--out-of-band"));
        let code = code(&url);
        prints_a_token(child, &format!("{code}\n"));
    });
}

/// Over SSH no browser opens: the user's own is at another machine, whose redirect fails.
#[test]
fn token_from_a_browser_beyond_ssh() {
    everywhere(|scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut program = scene.example("token", folder.path());
        let program = program.arg("--browser").env("DISPLAY", ":10");
        let (child, url) = invited(program.env("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22"));
        let address = Person::new("alice", "password")
            .visit(&url)
            .and_then(Outcome::into_redirect)
            .expect("a redirect");
        // It asks again after half of it.
        prints_a_token(child, &format!("{}\n{address}\n", &address[..20]));
    });
}

#[test]
fn a_code_that_is_none_is_explained_and_asked_for_again() {
    everywhere(|scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut program = scene.example("token", folder.path());
        let (child, url) = invited(program.arg("--out-of-band"));
        let code = code(&url);
        // As terminals paste: with marks around it.
        let typed = format!("no code at all\n\x1b[200~{code}\x1b[201~\n");
        let err = prints_a_token(child, &typed);
        assert!(err.contains("it has blanks in it"), "{err}");
    });
}

/// Without a program that opens a browser, the user opens it.
#[cfg(target_os = "linux")]
#[test]
fn token_from_a_browser_here() {
    everywhere(|scene| {
        let nothing = tempfile::tempdir().expect("a folder");
        let check = |redirect: Option<&str>, expect: &str| {
            let folder = tempfile::tempdir().expect("a folder");
            let mut program = scene.example("token", folder.path());
            program.arg("--browser").env("PATH", nothing.path());
            if let Some(uri) = redirect {
                program.args(["--redirect", uri]);
            }
            let (child, url) = invited(&mut program);
            let person = Person::new("alice", "password");
            let back = person
                .visit(&url)
                .and_then(Outcome::into_redirect)
                .expect("a redirect");
            let end = back.split_once('?').expect("a query").0;
            assert!(
                end.starts_with("http://127.0.0.1:") && end.ends_with(expect),
                "{end}"
            );
            let (status, _) = person.follow(&back).expect("a page");
            assert_eq!(status, 200);
            prints_a_token(child, "");
        };
        // As registered in the guide, and on pyinaturalist's page.
        check(None, "/");
        check(Some("http://127.0.0.1"), "");
        for uri in [
            "http://localhost:8080",
            "http://127.0.0.1:port",
            "http://127.0.0.10/",
        ] {
            let mut program = scene.example("token", nothing.path());
            program.env_remove("INAT_USERNAME");
            let (_, err) = run(program.args(["--browser", "--redirect", uri]), false);
            assert!(err.contains(uri), "{err}");
        }
    });
}

#[test]
fn the_real_service_is_used_only_with_live() {
    everywhere(|scene| {
        let server = &scene.server;
        let folder = tempfile::tempdir().expect("a folder");
        let check = |args: &[&str], words: &str| {
            let mut program = scene.example("token", folder.path());
            program.args(args);
            if args.is_empty() {
                program.env_remove("INAT_ORIGIN");
            }
            let (out, err) = run(&mut program, false);
            assert!(out.is_empty() && err.contains(words), "{out}{err}");
        };
        check(&[], "use --live");
        check(&["--live"], "two different servers");
        check(&["--lively"], "unknown option --lively");
        check(&["--store"], "--store requires a value");
        check(&["--for", "ever"], "invalid digit");
        check(&["file"], "0 operands are required");
        assert_eq!(server.requests().total(), 0);
    });
}
