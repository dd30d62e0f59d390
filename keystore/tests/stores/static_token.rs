//! The read-only stores: which token they return, for which accounts, and how they reject changes.

use std::process::Command;

use auth_core::{AccountKey, Error, Store};
use keystore::{Environment, StaticToken};

use crate::{key, lease, record};

const TOKEN: &str = "eyJhbGciOiJIUzUxMiJ9.bWFya2Vk.c2VjcmV0";
const VARIABLE: &str = "KEYSTORE_TEST_TOKEN";

fn stored(store: &dyn Store, key: &AccountKey) -> Option<String> {
    let bytes = store.load(key).unwrap()?;
    Some(String::from_utf8(bytes.as_ref().to_vec()).unwrap())
}

fn check_read_only(store: &dyn Store, words: &[&str]) {
    assert!(store.is_read_only());
    let first = lease(store, "me");
    assert!(store.try_lease(&key("me")).unwrap().is_none());
    drop(lease(store, "other"));
    let check = |error: Error| {
        assert!(error.is_configuration(), "{error}");
        assert!(error.help().is_some());
        let text = format!("{error} {error:?}");
        for word in words.iter().chain(&["this store is read-only"]) {
            assert!(text.contains(word), "{text}: {word}");
        }
        assert!(!text.contains(TOKEN), "{text}");
    };
    check(store.save(&first, &record(TOKEN, 1)).unwrap_err());
    check(store.remove(&first).unwrap_err());
    drop(first);
    drop(lease(store, "me"));
}

#[test]
fn a_static_token_is_returned_as_pasted() {
    let check = |text: &str, expect: Option<&str>| {
        let store = StaticToken::new(text);
        assert_eq!(stored(&store, &key("me")).as_deref(), expect, "{text:?}");
        assert_eq!(stored(&store.clone(), &key("you")).as_deref(), expect);
    };
    check(TOKEN, Some(TOKEN));
    check(&format!(" \"{TOKEN}\"\r\n"), Some(TOKEN));
    let page = format!("{{\"api_token\":\"{TOKEN}\"}}");
    check(&page, Some(&page));
    check(" ", None);
    check("\"\"", None);
}

#[test]
fn a_static_token_is_read_only_and_not_shown() {
    let store = StaticToken::new(TOKEN);
    check_read_only(&store, &["a token given to the program", "a new token"]);
    let shown = format!("{store:?} {}", store.describe());
    assert!(!shown.contains(TOKEN), "{shown}");
}

#[test]
fn a_token_may_be_for_one_account_only() {
    let store = StaticToken::new(TOKEN).with_account(key("me"));
    assert!(stored(&store, &key("me")).is_some());
    assert!(stored(&store, &key("you")).is_none());
    let elsewhere = AccountKey::new("infoflora", "app-id", "me");
    assert!(stored(&store, &elsewhere).is_none());
}

/// Runs as a child process with the variable set: setting a variable in the test process itself
/// would be a race.
#[test]
fn role_environment() {
    let Ok(expect) = std::env::var("KEYSTORE_TEST_EXPECT") else {
        return;
    };
    let store = Environment::variable(VARIABLE).unwrap();
    let found = stored(&store, &key("me")).unwrap_or_default();
    assert_eq!(found, expect);
    let only = store.clone().with_account(key("me"));
    assert_eq!(stored(&only, &key("me")).unwrap_or_default(), expect);
    assert!(stored(&only, &key("you")).is_none());
    check_read_only(&store, &[VARIABLE, "unset", "set KEYSTORE_TEST_TOKEN to"]);
    let shown = format!("{store:?} {}", store.describe());
    assert!(
        shown.contains(VARIABLE) && !shown.contains(TOKEN),
        "{shown}"
    );
}

#[test]
fn a_variable_is_returned_as_pasted() {
    let check = |value: Option<&str>, expect: &str| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "static_token::role_environment", "--nocapture"]);
        command.env("KEYSTORE_TEST_EXPECT", expect);
        match value {
            Some(value) => command.env(VARIABLE, value),
            None => command.env_remove(VARIABLE),
        };
        let output = command.output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{value:?}: {stdout}{stderr}");
        assert!(stdout.contains("1 passed"), "{stdout}");
    };
    check(None, "");
    check(Some(""), "");
    check(Some("  "), "");
    check(Some("\"\""), "");
    check(Some(TOKEN), TOKEN);
    check(Some(&format!("\"{TOKEN}\"")), TOKEN);
    check(Some(&format!(" {TOKEN}\n")), TOKEN);
}

#[test]
fn a_file_takes_the_place_of_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, format!("{TOKEN}\n")).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "static_token::role_environment", "--nocapture"])
        .env("KEYSTORE_TEST_EXPECT", TOKEN)
        .env(format!("{VARIABLE}_FILE"), path)
        .env_remove(VARIABLE);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn an_invalid_variable_name_is_rejected() {
    for name in ["", "A=B", "A\0B"] {
        let error = Environment::variable(name).unwrap_err();
        assert!(error.is_configuration(), "{error}");
    }
}
