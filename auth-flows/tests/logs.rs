//! What dependencies log, at every level and over both transports. A program of its own: a logger
//! belongs to the whole process.

#[path = "it/capture.rs"]
mod capture;
#[path = "it/common.rs"]
#[expect(dead_code, reason = "these tests need a few of the helpers")]
mod common;

use std::{
    collections::BTreeSet,
    sync::{LazyLock, Mutex, PoisonError},
};

use auth_core::{AccountKey, ExposeSecret, Store, TokenKind, TokenRecord};
use base64::{Engine, engine::general_purpose::STANDARD};
use keystore::Memory;
use log::{LevelFilter, Log, Metadata, Record};

use common::{AtServer, Me, PASSWORD, Ping, SECRET, World, browser, doorkeeper};

/// All that was logged: target and text.
static LOGGED: LazyLock<Mutex<Vec<(String, String)>>> = LazyLock::new(Mutex::default);

struct Capture;

impl Log for Capture {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let line = (record.target().to_owned(), record.args().to_string());
        let mut logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
        logged.push(line);
    }

    fn flush(&self) {}
}

/// The filter that the README of http-ureq names: everything except `ureq_proto` at trace.
const DUMPS: &str = "ureq_proto";

#[test]
fn no_level_shows_a_secret_but_the_named_one() {
    log::set_logger(&Capture).expect("the only logger");
    capture::install();
    for level in LevelFilter::iter() {
        log::set_max_level(level);
        for world in 0..2 {
            let server = doorkeeper();
            let store = Memory::new();
            let [blocking, asynchronous] = World::both(&server, store.clone());
            let world = match world {
                0 => blocking,
                _ => asynchronous,
            };
            LOGGED.lock().expect("no panic").clear();
            world.log_in("me", browser()).expect("a login");
            world.log_in_with_password("me", PASSWORD).expect("a login");
            world.send("me", Me).expect("a call");
            world.send("me", Ping).expect("a call");
            let mut secrets = vec![SECRET.to_owned(), PASSWORD.to_owned()];
            let key = AccountKey::new("example", "app", "me");
            let text = store.load(&key).expect("a store").expect("a record");
            let record = TokenRecord::from_text(text.expose_secret()).expect("a record");
            for &kind in TokenKind::ALL {
                let token = record
                    .token(kind)
                    .map(|token| token.expose_secret().to_owned());
                secrets.extend(token);
            }
            world.log_out("me").expect("a logout");
            assert!(secrets.len() >= 4, "too few secrets");
            check(level, &secrets, matches!(world, World::Blocking(_)));
        }
    }
}

fn check(level: LevelFilter, secrets: &[String], ureq: bool) {
    // Our own, for the crate `tracing`, at trace always.
    let traced = capture::captured();
    assert!(traced.len() > 8, "too little was traced: {traced:?}");
    for line in &traced {
        let text = line.to_string();
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let logged = LOGGED.lock().expect("no panic");
    let (dumps, rest): (Vec<_>, Vec<_>) = logged
        .iter()
        .partition(|(target, _)| target.starts_with(DUMPS));
    let shown = |lines: &[&(String, String)]| -> BTreeSet<String> {
        let text: String = lines.iter().map(|(_, text)| format!("{text}\n")).collect();
        // The dumps have 16 bytes a line, in hexadecimal and as text.
        let joined: String = lines.iter().map(|(_, text)| dumped(text)).collect();
        let basic = |secret: &&String| joined.contains(&STANDARD.encode(secret.as_str()));
        secrets
            .iter()
            .filter(|secret| text.contains(*secret) || joined.contains(*secret) || basic(secret))
            .cloned()
            .collect()
    };
    assert_eq!(shown(&rest), BTreeSet::new(), "{level} {rest:?}");
    let dumped = shown(&dumps);
    match level == LevelFilter::Trace && ureq {
        // If this fails because nothing is found, ureq has mended it: then the README, SECURITY.md
        // and this line can go.
        true => assert!(!dumped.is_empty(), "ureq-proto shows nothing any more"),
        false => assert_eq!(dumped, BTreeSet::new(), "{level} {dumps:?}"),
    }
}

/// Returns the bytes of a line of a dump, as text.
fn dumped(line: &str) -> String {
    let digits = line.split_whitespace().take_while(|word| {
        word.len() == 4
            && word
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    });
    let digits: String = digits.collect();
    let byte = |at: usize| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok();
    (0..16).map_while(byte).map(char::from).collect()
}
