//! No output contains a secret: runs every flow with marked secrets and searches all that can be
//! printed.

use std::sync::{Arc, Mutex};

use auth_core::{AccountKey, Error, ExposeSecret, Store, TokenKind, TokenRecord};
use auth_flows::Login;
use auth_testkit::{Dialect, Fault, Matching, Rotation, TestServer, person::Person};
use keystore::{Encrypted, EncryptionKey, Fallback, File, Memory, StaticToken};

use crate::{
    capture,
    common::{AtServer, Me, PASSWORD, Ping, SECRET, World, browser, doorkeeper, league},
};

/// All that was printed, and all secrets that must not be in it.
#[derive(Clone)]
struct Shown {
    text: Arc<Mutex<String>>,
    secrets: Arc<Mutex<Vec<String>>>,
}

impl Default for Shown {
    fn default() -> Self {
        capture::install();
        Self {
            text: Arc::default(),
            secrets: Arc::default(),
        }
    }
}

impl Shown {
    fn show(&self, thing: &dyn std::fmt::Debug) {
        self.text
            .lock()
            .expect("no panic")
            .push_str(&format!("{thing:?}\n{thing:#?}\n"));
    }

    fn error<T: std::fmt::Debug>(&self, result: Result<T, Error>) {
        match result {
            Ok(value) => self.show(&value),
            Err(error) => {
                self.show(&error);
                let mut text = self.text.lock().expect("no panic");
                text.push_str(&format!("{error}\n{error:#}\n"));
                let mut source = std::error::Error::source(&error);
                while let Some(inner) = source {
                    text.push_str(&format!("{inner}\n{inner:?}\n"));
                    source = inner.source();
                }
            }
        }
    }

    fn secret(&self, text: &str) {
        assert!(text.len() >= 8, "too short to search for");
        self.secrets.lock().expect("no panic").push(text.to_owned());
    }

    /// Adds the stored tokens to the secrets.
    fn stored(&self, store: &dyn Store, account: &str) {
        let key = AccountKey::new("example", "app", account);
        let Some(text) = store.load(&key).expect("a store") else {
            return;
        };
        let record = TokenRecord::from_text(text.expose_secret()).expect("a record");
        self.show(&record);
        self.show(&text);
        for &kind in TokenKind::ALL {
            let Some(token) = record.token(kind) else {
                continue;
            };
            self.secret(token.expose_secret());
            if let Some(refresh) = token.refresh_token() {
                self.secret(refresh.expose_secret());
            }
        }
    }

    fn check(&self, least: usize) {
        let (mut text, secrets) = (
            self.text.lock().expect("no panic"),
            self.secrets.lock().expect("no panic"),
        );
        // What a subscriber gets, of all tests of this program.
        let traced = capture::captured();
        assert!(traced.len() > 20, "too little was traced");
        for line in traced {
            text.push_str(&format!("{line}\n"));
        }
        assert!(
            secrets.len() >= least,
            "only {} secrets to search for",
            secrets.len()
        );
        assert!(text.len() > 2000, "too little was printed");
        for secret in secrets.iter().map(String::as_str).chain([SECRET, PASSWORD]) {
            assert!(!text.contains(secret), "{secret} in\n{text}");
        }
    }
}

/// A login by browser that adds `state` and the code to the secrets.
fn noting(shown: &Shown) -> Login {
    let (for_url, for_code) = (shown.clone(), shown.clone());
    Login::browser(move |invitation| {
        // The program receives the URL, to show it to the user. No other output may contain
        // `state`.
        let state = invitation
            .url()
            .split("state=")
            .nth(1)
            .and_then(|rest| rest.split('&').next());
        for_url.secret(state.expect("a state"));
        for_url.show(invitation);
    })
    .open(move |url| {
        let person = Person::new("alice", PASSWORD);
        let back = person.visit(url)?.into_redirect()?;
        let code = back
            .split("code=")
            .nth(1)
            .and_then(|rest| rest.split('&').next());
        for_code.secret(code.expect("a code"));
        person.follow(&back).map(|_| ())
    })
}

#[test]
fn in_a_whole_life() {
    let server = doorkeeper();
    let (shown, store) = (Shown::default(), Memory::new());
    for world in World::both(&server, store.clone()) {
        shown.error(world.log_in("me", noting(&shown)));
        shown.stored(&store, "me");
        shown.error(world.send("me", Me).map(|_| ()));
        shown.error(world.send("me", Ping).map(|_| ()));
        shown.error(world.status("me"));
        shown.error(world.log_in_with_password("me", PASSWORD));
        shown.stored(&store, "me");
        let plain = server.issue_derived_token("alice").expect("a token");
        shown.secret(&plain);
        shown.error(world.import_token("imported", &plain));
        show_world(&shown, &world);
        shown.error(world.log_out("me"));
        shown.error(world.send("me", Me).map(|_| ()));
    }
    shown.show(&server.requests().requests());
    shown.check(12);
}

/// An API that repeats the token in its error: complete, and truncated by our limit.
#[test]
fn in_what_a_service_repeats() {
    let server = doorkeeper();
    let store = Memory::new();
    for world in World::both(&server, store.clone()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        let key = AccountKey::new("example", "app", "me");
        let text = store.load(&key).expect("a store").expect("a record");
        let record = TokenRecord::from_text(text.expose_secret()).expect("a record");
        for (kind, filler) in [
            (TokenKind::Derived, 0),
            (TokenKind::Derived, 380),
            (TokenKind::Login, 0),
        ] {
            let token = record
                .token(kind)
                .expect("a token")
                .expose_secret()
                .to_owned();
            let echo = Fault::Respond {
                status: 400,
                content_type: "text/plain".into(),
                body: format!("{}bad token {token}", "x".repeat(filler)).into_bytes(),
            };
            let on = match kind {
                TokenKind::Login => {
                    server.expire_derived_tokens();
                    Matching::Derived
                }
                _ => Matching::Api,
            };
            server.faults().next(on, echo);
            let error = world.send("me", Me).expect_err("refused");
            let said = format!("{error} {error:?}");
            assert!(said.contains("[secret]"), "{said}");
            assert!(!said.contains(&token[..12]), "{said}");
        }
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn in_every_failure() {
    let shown = Shown::default();
    let faults = [
        Fault::Html500,
        Fault::Empty200,
        Fault::TruncatedJson,
        Fault::Redirect("https://elsewhere.example/".into()),
        Fault::EmptyToken,
        Fault::Reset,
        Fault::LostResponse,
        Fault::Huge(2 << 20),
        Fault::TooManyRequests { retry_after: None },
    ];
    let store = Memory::new();
    let server = doorkeeper();
    for world in World::both(&server, store.clone()) {
        for fault in &faults {
            server.faults().next(Matching::Token, fault.clone());
            shown.error(world.log_in("me", noting(&shown)));
            server.faults().next(Matching::Token, fault.clone());
            shown.error(world.log_in_with_password("me", PASSWORD));
            server.faults().next(Matching::Derived, fault.clone());
            shown.error(world.log_in_with_password("me", PASSWORD));
            shown.stored(&store, "me");
            server.faults().next(Matching::Api, fault.clone());
            shown.error(world.send("me", Me).map(|_| ()));
            server.faults().next(Matching::Revoke, fault.clone());
            shown.error(world.log_out("me"));
            server.faults().clear();
        }
        shown.error(world.log_in_with_password("me", "marked-wrong-password"));
        shown.secret("marked-wrong-password");
    }
    shown.check(40);
}

#[test]
fn in_the_life_of_a_refresh_token() {
    let shown = Shown::default();
    for dialect in [Dialect::league_8(), Dialect::league_9()] {
        let store = Memory::new();
        let server = league(dialect, Rotation::Instant);
        for world in World::both(&server, store.clone()) {
            shown.error(world.log_in("me", noting(&shown)));
            shown.stored(&store, "me");
            renewals(&shown, &server, &world);
            shown.stored(&store, "me");
            shown.error(world.log_out("me"));
        }
    }
    shown.check(20);
}

fn renewals(shown: &Shown, server: &TestServer, world: &World) {
    for fault in [
        Fault::Html500,
        Fault::TruncatedJson,
        Fault::Delay(std::time::Duration::ZERO),
    ] {
        server.revoke_access_tokens();
        server.faults().next(Matching::Token, fault);
        shown.error(world.send("me", Ping).map(|_| ()));
        shown.error(world.send("me", Ping).map(|_| ()));
    }
    server.revoke_all();
    shown.error(world.send("me", Ping).map(|_| ()));
    shown.error(world.log_in("me", browser()));
}

/// Every kind of store, intact and damaged: its description, and its errors.
#[test]
fn in_every_store() {
    let shown = Shown::default();
    let folder = tempfile::tempdir().expect("a folder");
    let folder = |name: &str| folder.path().join(name);
    let (key, other) = ("0f".repeat(32), "f0".repeat(32));
    shown.secret(&key);
    shown.secret(&other);
    let sealing = |key: &str| EncryptionKey::from_text(key.to_owned()).expect("a key");
    let server = doorkeeper();

    let file = File::open(folder("file")).expect("a store");
    let sealed = Encrypted::open(folder("sealed"), sealing(&key)).expect("a store");
    let first =
        Fallback::new(StaticToken::new("")).or(File::open(folder("first")).expect("a store"));
    shown.show(&(&file, &sealed, &first, sealing(&key)));
    a_life_in(&shown, &server, &Memory::new());
    a_life_in(&shown, &server, &first);
    a_life_in(&shown, &server, &file);
    a_life_in(&shown, &server, &sealed);

    // A plain token in place of a record, an incomplete record, foreign text, a file that others
    // can read; and another key.
    for world in World::both(&server, file.clone()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        shown.stored(&file, "me");
        let path = file.path(&AccountKey::new("example", "app", "me"));
        let whole = std::fs::read(&path).expect("a file");
        for spoilt in [&whole[..whole.len() - 9], &whole[1..], &whole[..60]] {
            std::fs::write(&path, spoilt).expect("written");
            let fresh = &World::both(&server, file.clone())[0];
            shown.error(fresh.send("me", Me));
            shown.error(fresh.status("me"));
        }
        std::fs::remove_file(&path).expect("there");
        world.log_out("me").expect("a logout");
    }
    for world in World::both(&server, sealed.clone()) {
        world.log_in_with_password("me", PASSWORD).expect("a login");
        shown.stored(&sealed, "me");
        let wrong = Encrypted::open(folder("sealed"), sealing(&other)).expect("a store");
        let stranger = &World::both(&server, wrong)[0];
        shown.error(stranger.send("me", Me));
        shown.error(stranger.log_in_with_password("me", PASSWORD));
        shown.error(world.log_out("me"));
    }

    // Plain tokens, and texts that are none.
    for text in [
        server.issue_derived_token("alice").expect("a token"),
        "marked-nonsense".into(),
    ] {
        shown.secret(&text);
        let fixed = StaticToken::new(text);
        shown.show(&fixed);
        for world in World::both(&server, fixed) {
            shown.error(world.send("me", Me).map(|_| ()));
            shown.error(world.status("me"));
            shown.error(world.log_in_with_password("me", PASSWORD));
            shown.error(world.log_out("me"));
        }
    }
    shown.check(15);
}

fn a_life_in(shown: &Shown, server: &TestServer, store: &(impl Store + Clone)) {
    for world in World::both(server, store.clone()) {
        shown.error(world.log_in("me", noting(shown)));
        shown.stored(store, "me");
        shown.error(world.send("me", Me).map(|_| ()));
        server.expire_derived_tokens();
        shown.error(world.send("me", Me).map(|_| ()));
        shown.stored(store, "me");
        shown.error(world.status("me"));
        server.revoke_all();
        server.expire_derived_tokens();
        shown.error(world.send("me", Me).map(|_| ()));
        shown.show(&store.describe());
        shown.error(world.log_out("me"));
    }
}

fn show_world(shown: &Shown, world: &World) {
    match world {
        World::Blocking(client) => {
            shown.show(client);
            shown.show(&client.account("me"));
            shown.show(&client.account("me").with_password("alice", PASSWORD));
            shown.show(client.service());
            let begun = client.account("me").begin_login(browser()).expect("begun");
            let state = begun
                .url()
                .split("state=")
                .nth(1)
                .and_then(|rest| rest.split('&').next());
            shown.secret(state.expect("a state"));
            shown.show(&begun);
            shown.show(&begun.start());
        }
        World::Async(client, _) => {
            shown.show(client);
            shown.show(&client.account("me"));
            shown.show(&client.account("me").with_password("alice", PASSWORD));
        }
    }
}

#[test]
fn in_a_device_login() {
    use crate::device::{CODES, TOKEN, log_in};
    let shown = Shown::default();
    for secret in [
        "marked-device-code",
        "marked-access-token",
        "marked-refresh-token",
    ] {
        shown.secret(secret);
    }
    let echo = r#"{"error":"access_denied","error_description":"marked-device-code was refused"}"#;
    let torn = &TOKEN[..40];
    // What is torn is asked for again until the code expires, and told then.
    let codes = CODES.replace("\"expires_in\":60", "\"expires_in\":3");
    for last in [(200, TOKEN), (400, echo), (200, torn), (403, torn)] {
        for (result, ..) in log_in(&[(200, &codes), last]) {
            shown.error(result);
        }
    }
    shown.check(3);
}
