//! One table of manglings through every entry for pasted text: an address, a code, an API token, a
//! token of a store.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use api_inat::ApiToken;
use auth_core::{
    AccountKey, Error, ErrorKind, ExposeSecret, RedirectUri, SecretText, Store, TokenDerivation,
};
use auth_flows::Login;
use auth_testkit::{Dialect, TestClient, TestServer, person::Person};
use keystore::{Memory, StaticToken};

use crate::common::{AtServer, PASSWORD, SECRET, World, doorkeeper, site};

const PLACE: &str = "http://127.0.0.1:8080";
const JWT: &str = "eyJhbGciOiJIUzUxMiJ9.eyJ1c2VyX2lkIjoxfQ.c2lnbmF0dXJl";

/// What mail, chat, terminals and config files make of a text without blanks.
fn manglings(text: &str) -> Vec<String> {
    let (first, second) = text.split_at(text.len() - 3);
    vec![
        format!("  {text}\r\n"),
        format!("\u{feff}{text}"),
        format!("\u{a0}{text}\u{200b}"),
        format!("\"{text}\""),
        format!("'{text}'\n"),
        format!("`{text}`"),
        format!("<{text}>"),
        format!("\"<{text}>\""),
        format!("\u{201c}{text}\u{201d}"),
        format!("\u{ab}\u{a0}{text}\u{a0}\u{bb}"),
        format!("\u{1b}[200~{text}\u{1b}[201~\n"),
        format!("{first}\n{second}"),
        format!("{first}\r\n    {second}\r\n"),
        format!("{first}\u{200b}{second}"),
    ]
}

fn log_in(
    world: &World,
    make: impl Fn(&str) -> io::Result<String> + Send + Sync + 'static,
) -> Result<(), Error> {
    let login = Login::pasted_redirect(PLACE, make);
    world.log_in("me", login).map(drop)
}

fn redirect(url: &str) -> io::Result<String> {
    Person::new("alice", PASSWORD).visit(url)?.into_redirect()
}

#[test]
fn every_entry_repairs_accidents() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        for number in 0..manglings("c0de").len() {
            let mangle = move |url: &str| Ok(manglings(&redirect(url)?).swap_remove(number));
            log_in(&world, mangle).unwrap_or_else(|error| panic!("{number}: {error}"));
        }
        log_in(&world, |url| Ok(redirect(url)?.replace('&', "&amp;"))).expect("from HTML");
        log_in(&world, |url| Ok(redirect(url)?.replace("http://", ""))).expect("no scheme");
        let query = |url: &str| {
            Ok(redirect(url)?
                .split_once('?')
                .expect("a query")
                .1
                .to_owned())
        };
        log_in(&world, query).expect("only the query");
    }
    let key = AccountKey::new("inaturalist", "app", AccountKey::DEFAULT);
    for text in manglings(JWT) {
        let read = ApiToken::default().read_plain_token(&text);
        read.unwrap_or_else(|error| panic!("{text:?}: {error}"));
        // A store cannot know whether blanks count inside: the service reads what it returns.
        let stored = StaticToken::new(SecretText::from(text.as_str()))
            .load(&key)
            .expect("memory");
        let stored = stored.expect("a token");
        let stored = std::str::from_utf8(stored.expose_secret()).expect("text");
        ApiToken::default()
            .read_plain_token(stored)
            .expect("a token");
    }
    for line in [
        format!("INAT_API_TOKEN={JWT}"),
        format!("export INAT_API_TOKEN=\"{JWT}\"\n"),
        format!("api_token: '{JWT}'"),
    ] {
        let read = ApiToken::default().read_plain_token(&line);
        read.unwrap_or_else(|error| panic!("{line:?}: {error}"));
    }
    let padded = format!("{JWT}==");
    assert!(ApiToken::default().read_plain_token(&padded).is_err());
}

#[test]
fn a_code_may_come_with_what_is_around_it() {
    let client = TestClient::confidential("app", SECRET)
        .redirect_uri("urn:ietf:wg:oauth:2.0:oob")
        .scopes("write login");
    let server = TestServer::builder(Dialect::doorkeeper_5())
        .site(site())
        .client(client)
        .user("alice", PASSWORD)
        .start()
        .expect("a server");
    let world = World::blocking(&server, Memory::new());
    let code = |url: &str| {
        let shown = Person::new("alice", PASSWORD).visit(url)?;
        shown.into_code()
    };
    for around in [
        |code: String| format!("http://127.0.0.1/oauth/authorize/native?code={code}"),
        |code: String| format!("code={code}"),
        |code: String| format!("Authorization code: {code}"),
        |code: String| format!("{code}\t\n\n"),
    ] {
        // Repaired, or asked for again with a reason; never sent as it is.
        let asked = AtomicUsize::new(0);
        let login = Login::out_of_band(move |url| {
            let code = code(url)?;
            Ok(match asked.fetch_add(1, Ordering::Relaxed) {
                0 => around(code),
                _ => code,
            })
        });
        let mark = server.requests().mark();
        let done = world.log_in("me", login);
        let sent = server.requests().since(mark).grant("authorization_code");
        done.unwrap_or_else(|error| panic!("{}: {error}", around("c0de".into())));
        assert_eq!(sent, 1, "{}", around("c0de".into()));
    }
}

#[test]
fn what_cannot_be_repaired_is_asked_for_again() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        for useless in [
            "http://127.0.0.1:8080/?code=c0de&state=forged",
            "c0de",
            "two words",
        ] {
            // Right at the third time.
            let asked = Arc::new(AtomicUsize::new(0));
            let explained = Arc::new(AtomicUsize::new(0));
            let (count, reasons) = (Arc::clone(&asked), Arc::clone(&explained));
            let login = Login::pasted_redirect(PLACE, move |url| {
                match count.fetch_add(1, Ordering::Relaxed) {
                    0 | 1 => Ok(useless.to_owned()),
                    _ => redirect(url),
                }
            })
            .explain(move |reason| {
                assert_eq!(reason.kind(), ErrorKind::CallbackMismatch);
                reasons.fetch_add(1, Ordering::Relaxed);
            });
            world.log_in("me", login).expect("the third time");
            assert_eq!(asked.load(Ordering::Relaxed), 3, "{useless}");
            assert_eq!(explained.load(Ordering::Relaxed), 2, "{useless}");
            // Never right.
            asked.store(0, Ordering::Relaxed);
            let count = Arc::clone(&asked);
            let outcome = log_in(&world, move |_| {
                count.fetch_add(1, Ordering::Relaxed);
                Ok(useless.to_owned())
            });
            let error = outcome.expect_err("never right");
            assert_eq!(error.kind(), ErrorKind::CallbackMismatch, "{error}");
            assert_eq!(asked.load(Ordering::Relaxed), 3, "{useless}");
        }
        // A code with blanks, and what ends a login at once.
        for (text, kind, expect) in [
            ("two words", ErrorKind::Malformed, 3),
            ("", ErrorKind::ConsentDenied, 1),
            ("?error=access_denied", ErrorKind::ConsentDenied, 1),
        ] {
            let asked = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&asked);
            let login = Login::out_of_band(move |_| {
                count.fetch_add(1, Ordering::Relaxed);
                Ok(text.to_owned())
            });
            let error = world.log_in("me", login).expect_err(text);
            assert_eq!(error.kind(), kind, "{text}: {error}");
            assert_eq!(asked.load(Ordering::Relaxed), expect, "{text}");
        }
    }
}

#[test]
fn the_name_localhost_needs_a_word() {
    const NAME: &str = "http://localhost:8080/cb";
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        let login = Login::pasted_redirect(NAME, |_| Ok(String::new()));
        let error = world.log_in("me", login.clone()).expect_err("no opt-in");
        assert!(error.to_string().contains("allow_localhost"), "{error}");
        let error = world
            .log_in("me", login.allow_localhost())
            .expect_err("nothing entered");
        assert_eq!(error.kind(), ErrorKind::ConsentDenied, "{error}");
        let World::Blocking(client) = world else {
            continue;
        };
        let uri = RedirectUri::localhost(NAME).expect("the name");
        let (url, pending) = client.account("me").begin_at(uri).expect("begun");
        let stored = pending.to_secret_text();
        let pending = auth_core::PendingAuthorization::from_secret_text(stored.expose_secret());
        let pending = pending.expect("our own text");
        let state = url.split('&').find_map(|pair| pair.strip_prefix("state="));
        let response = format!("?code=c0de&state={}", state.expect("a state"));
        pending.accept(&format!("{NAME}{response}")).expect("ours");
        let other = NAME.replace("8080", "8081");
        assert!(
            pending.accept(&format!("{other}{response}")).is_err(),
            "its exact port"
        );
    }
}

#[test]
fn begin_at_sends_the_scope_of_the_service() {
    let server = doorkeeper();
    let service = crate::common::service(&server).with_default_scope("write login");
    let client = auth_flows::Client::new(service, http_ureq::Ureq::default(), Memory::new());
    let session = client.account("me");
    let uri = || RedirectUri::parse("https://app.example/callback").expect("a URI");
    let (url, _) = session.begin_at(uri()).expect("begun");
    assert!(
        url.contains("scope=write+login") || url.contains("scope=write%20login"),
        "{url}"
    );
    let (again, _) = session.begin_at(uri()).expect("begun");
    assert_ne!(url, again, "fresh random numbers");
}
