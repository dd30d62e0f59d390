//! The words of an event say what happened: what was sent, what was found, and what was refused.

use auth_core::{
    BaseUrl, CallPolicy, CredentialField, CredentialNames, Error, Operation, Request, Response,
    read_json,
};
use auth_testkit::{Fault, Matching};
use keystore::{Credentials, Memory};

use crate::{
    common::{AtServer, Me, PASSWORD, World, browser, doorkeeper},
    events::Log,
};

const NAMES: CredentialNames =
    CredentialNames::new("/example").with_variable(CredentialField::Token, "EXAMPLE_TOKEN");

/// Reads JSON, so that it notices a response that is cut short.
#[derive(Clone, Copy, Debug)]
struct Json;

impl Operation for Json {
    type Output = String;
    fn policy(&self) -> CallPolicy {
        CallPolicy::read("www")
    }
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/ping")
    }
    fn parse(&self, response: Response) -> Result<String, Error> {
        read_json::<serde_json::Value>(&response).map(|value| value.to_string())
    }
}

#[test]
fn a_token_that_cannot_be_read_names_its_variable() {
    let server = doorkeeper();
    let credentials = Credentials::discover(NAMES)
        .environment(|name| (name == "EXAMPLE_TOKEN").then(|| "nonsens\u{e9}".into()))
        .without_keyring()
        .discover()
        .expect("found");
    for (world, log) in Log::both(&server, credentials.store(Memory::new())) {
        let error = world.send("me", Me).expect_err("no token");
        let setting = error.setting().unwrap_or_default();
        assert!(setting.contains("the variable EXAMPLE_TOKEN"), "{error:#}");
        let lines = log.lines();
        let named = |line: &&String| line.contains("the variable EXAMPLE_TOKEN");
        assert!(lines.iter().any(|line| named(&line)), "{lines:#?}");
    }
}

#[test]
fn a_renewal_that_sent_nothing_was_not_refused_by_the_server() {
    let server = doorkeeper();
    for (world, log) in Log::both(&server, Memory::new()) {
        world.send("me", Me).expect_err("no login");
        let lines = log.lines();
        assert!(
            !lines.iter().any(|line| line.contains("was refused")),
            "{lines:#?}"
        );
        for token in ["login", "derived"] {
            let words = format!(
                "the {token} token cannot be renewed: the account has no stored login; log in first"
            );
            assert!(lines.iter().any(|line| line.contains(&words)), "{lines:#?}");
        }
    }
}

#[test]
fn a_token_that_the_store_had_was_not_renewed() {
    let server = doorkeeper();
    let store = Memory::new();
    World::blocking(&server, store.clone())
        .log_in("me", browser())
        .expect("a login");
    for (world, log) in Log::both(&server, store) {
        world.send("me", Me).expect("the stored token");
        let lines = log.lines();
        assert!(
            lines
                .iter()
                .any(|line| line.contains("found the derived token in the store")),
            "{lines:#?}"
        );
        assert!(
            !lines.iter().any(|line| line.contains("renewed the")),
            "{lines:#?}"
        );
    }
}

#[test]
fn a_response_that_ended_too_early_says_so() {
    let server = doorkeeper();
    let half = || Fault::Respond {
        status: 200,
        content_type: "application/json".into(),
        body: r#"{"id": 1, "na"#.into(),
    };
    let store = Memory::new();
    for (world, log) in Log::both(&server, store) {
        let check = |what: &str| {
            let lines = log.lines();
            let said = |line: &&String| {
                line.starts_with("retrying: ")
                    && line.contains("too early")
                    && line.contains("status: Some(200)")
            };
            assert_eq!(lines.iter().filter(said).count(), 1, "{what}: {lines:#?}");
        };
        // Of a login, of a call, and of a renewal.
        server.faults().next(Matching::Token, half());
        world.log_in_with_password("me", PASSWORD).expect("a login");
        check("a login");
        server.faults().next(Matching::Api, half());
        world.send("me", Json).expect("sent again");
        check("a call");
        server.expire_derived_tokens();
        server.faults().next(Matching::Derived, half());
        world.send("me", Me).expect("derived again");
        check("a renewal");
    }
}

#[test]
fn one_failure_is_one_cause() {
    let server = doorkeeper();
    for (world, log) in Log::both(&server, Memory::new()) {
        let check = |what: &str, name: &str| {
            let lines = log.lines();
            let of = |token: &str| {
                let words = format!("the {token} token");
                let mut failures = lines.iter().filter(|line| line.starts_with(name));
                failures.find(|line| line.contains(&words)).cloned()
            };
            let (login, derived) = (of("login"), of("derived"));
            let login = login.unwrap_or_else(|| panic!("{what}: {lines:#?}"));
            assert!(login.contains("cause: None"), "{what}: {login}");
            assert!(!login.contains("because"), "{what}: {login}");
            let derived = derived.unwrap_or_else(|| panic!("{what}: {lines:#?}"));
            for words in ["cause: Some(Login)", " (because the login token failed)"] {
                assert!(derived.contains(words), "{what}: {derived}");
            }
        };
        world.send("me", Me).expect_err("no login");
        check("no login", "renewal_refused: ");
        world.log_in_with_password("me", PASSWORD).expect("a login");
        world.send("me", Me).expect("derived");
        server.revoke_all();
        server.expire_derived_tokens();
        world.send("me", Me).expect_err("the login is dead");
        check("a dead login", "renewal_refused: ");

        // A derived token that is rejected although it is new fails by itself.
        world.log_in_with_password("me", PASSWORD).expect("a login");
        server.expire_derived_tokens();
        world.send("me", Me).expect_err("rejected");
        let lines = log.lines();
        let failed = |line: &&String| line.starts_with("renewal_") && line.contains("cause: None");
        let failed: Vec<_> = lines.iter().filter(failed).collect();
        assert_eq!(failed.len(), 1, "{lines:#?}");
        assert!(failed[0].contains("the derived token"), "{failed:#?}");
        world.log_out("me").expect("a logout");
    }
}
