//! Both engines: what the program lacks on its own machine, files that it may open or certificates, is
//! named.

use std::{env, fs::File, process::Command};

use keystore::{Postgres, Redis};

use crate::server;

/// The URLs for the process without files.
const URLS: &str = "KEYSTORE_TEST_URLS";

const CERTIFICATES: &str = "SSL_CERT_FILE";

#[test]
fn a_program_without_open_files_says_so() {
    let (Some(postgres), Some(redis)) = (server::postgres(), server::redis()) else {
        return;
    };
    let namespace = postgres.name();
    let url = postgres.postgres_url("postgres");
    let builder = Postgres::builder(url.as_str()).namespace(&namespace);
    builder.migrate().unwrap();
    let urls = format!("{namespace} {url} redis://127.0.0.1:{}", redis.port);
    // A limit of the whole process, which has only this test.
    run("ulimit -n 40", "process_without_files", URLS, &urls);
}

/// Runs one of the tests here in a process of its own, after this command of the shell.
fn run(before: &str, test: &str, variable: &str, value: &str) {
    let output = Command::new("sh")
        .args(["-c", &format!("{before}; exec \"$0\" --exact \"$1\"")])
        .arg(env::current_exe().unwrap())
        .arg(format!("surroundings::{test}"))
        .env(variable, value)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{words}");
    assert!(words.contains("1 passed"), "{words}");
}

#[test]
fn certificates_that_are_not_there_are_named() {
    let missing = "/nonexistent/authorities.pem";
    run(
        "unset SSL_CERT_DIR",
        "process_without_certificates",
        CERTIFICATES,
        missing,
    );
}

/// Runs in the process that the test above starts: it sets the variable.
#[test]
fn process_without_certificates() {
    let Ok(path) = env::var(CERTIFICATES) else {
        return;
    };
    if !path.starts_with("/nonexistent") {
        return;
    }
    for error in [
        Postgres::builder("postgres://u@db.example/d")
            .open_unsealed()
            .err(),
        Redis::builder("rediss://cache.example")
            .open_unsealed()
            .err(),
    ] {
        let error = error.expect("no certificates");
        assert_eq!(error.setting(), Some(CERTIFICATES));
        let text = format!("{error:#}");
        assert!(
            text.contains(&path) && text.contains("cannot be read"),
            "{text}"
        );
        assert!(error.help().unwrap().contains("correct the path"), "{text}");
    }
}

/// Runs in the process that the test above starts.
#[test]
fn process_without_files() {
    let Ok(urls) = env::var(URLS) else { return };
    let urls: Vec<_> = urls.split(' ').collect();
    // With the feature `signal` of another crate, tokio panics if its first runtime gets no pipe.
    drop(
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build(),
    );
    let [namespace, postgres, redis] = urls[..] else {
        panic!("three words: {urls:?}");
    };
    let postgres = Postgres::builder(postgres).namespace(namespace);
    let redis = Redis::builder(redis).namespace(namespace);
    let opens: [&dyn Fn() -> Option<auth_core::Error>; 2] =
        [&|| postgres.open_unsealed().err(), &|| {
            redis.open_unsealed().err()
        }];
    for open in opens {
        let failures = (0..20).take_while(|spare| {
            let mut open_files: Vec<File> = Vec::new();
            while let Ok(file) = File::open("/dev/null") {
                open_files.push(file);
            }
            open_files.truncate(open_files.len() - spare);
            let error = open();
            drop(open_files);
            let is_open = error.is_none();
            if let Some(error) = error {
                let help = error.help().unwrap_or_default();
                assert!(help.contains("ulimit -n"), "{spare} left: {error:#}");
            }
            !is_open
        });
        assert!((2..20).contains(&failures.count()));
    }
}
