//! Credentials in files, tokens, and the way to a login that they allow.

use std::{ffi::OsString, fs, path::Path};

use auth_core::{
    AccountKey,
    CredentialField::{ClientId, ClientSecret, Password, Token, Username},
    ErrorKind, Store,
};

use super::*;
use crate::memory::Memory;

const NAMES: CredentialNames = CredentialNames::new("/inaturalist")
    .with_field(Username, "INAT_USERNAME", "username")
    .with_field(Password, "INAT_PASSWORD", "password")
    .with_field(ClientId, "INAT_APP_ID", "app_id")
    .with_field(ClientSecret, "INAT_APP_SECRET", "app_secret")
    .with_variable(Token, "INAT_API_TOKEN")
    .with_required(ClientId);

/// Valid until 2100, and until 2023.
const VALID: &str = "e30.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln";
const EXPIRED: &str = "e30.eyJleHAiOjE3MDAwMDAwMDB9.c2ln";

fn discovery(variables: &[(&str, &str)]) -> Discovery {
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, value)| (String::from(*name), OsString::from(*value)))
        .collect();
    Credentials::discover(NAMES)
        .environment(move |name| {
            let found = variables.iter().find(|(variable, _)| variable == name);
            found.map(|(_, value)| value.clone())
        })
        .without_keyring()
}

fn shown(credentials: &Credentials, field: CredentialField) -> Option<String> {
    let value = credentials.get(field)?.expose_secret();
    Some(format!("{value} from {}", credentials.source(field)?))
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
    fs::set_permissions(path, mode).unwrap();
}

#[test]
fn a_variable_names_the_file_with_a_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let name = path.to_str().unwrap();
    let check = |content: &str, expect: Option<&str>| {
        fs::write(&path, content).unwrap();
        let variables = [("INAT_APP_ID", "id"), ("INAT_PASSWORD_FILE", name)];
        let credentials = discovery(&variables).discover().unwrap();
        let expect = expect.map(|v| format!("{v} from the file that INAT_PASSWORD_FILE names"));
        assert_eq!(shown(&credentials, Password), expect, "{content:?}");
    };
    check("pass word", Some("pass word"));
    check("pass word\n", Some("pass word"));
    check("pass word\r\n", Some("pass word"));
    check("\u{feff}pass word\r\n", Some("pass word")); // Notepad
    check(" \"p\" \n\n", Some(" \"p\" \n"));
    check("", None);
    check("\n", None);

    // An id is cleaned, as in a variable; the value itself goes before the file.
    fs::write(&path, " <id>\n\n").unwrap();
    let credentials = discovery(&[("INAT_APP_ID_FILE", name), ("INAT_APP_ID", " ")]);
    let id = shown(&credentials.discover().unwrap(), ClientId);
    assert_eq!(id.unwrap(), "id from the file that INAT_APP_ID_FILE names");
    let credentials = discovery(&[("INAT_APP_ID_FILE", name), ("INAT_APP_ID", "own")]);
    let id = shown(&credentials.discover().unwrap(), ClientId);
    assert_eq!(id.unwrap(), "own from the variable INAT_APP_ID");
}

#[test]
fn a_file_that_is_named_has_to_be_readable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let check = |path: &Path, words: &str| {
        let variables = [
            ("INAT_APP_ID", "id"),
            ("INAT_PASSWORD_FILE", path.to_str().unwrap()),
        ];
        let error = discovery(&variables).discover().unwrap_err();
        let text = format!("{error} {error:?}");
        assert_eq!(error.kind(), ErrorKind::Configuration, "{text}");
        assert_eq!(error.setting(), Some("INAT_PASSWORD_FILE"));
        assert!(
            text.contains(words) && text.contains("INAT_PASSWORD_FILE"),
            "{text}"
        );
        assert!(!text.contains("marked"), "{text}");
    };
    check(&path, path.to_str().unwrap());
    check(folder.path(), "directory");
    fs::write(&path, b"marked\xff").unwrap();
    check(&path, "UTF-8");
    fs::write(&path, "marked".repeat(11_000)).unwrap();
    check(&path, "over 64 KiB");
    #[cfg(unix)]
    {
        fs::write(&path, "marked").unwrap();
        set_mode(&path, 0o666);
        check(&path, "every user can write it");
        set_mode(&path, 0o444); // Docker's secrets
        let variables = [
            ("INAT_APP_ID", "id"),
            ("INAT_PASSWORD_FILE", path.to_str().unwrap()),
        ];
        let credentials = discovery(&variables).discover().unwrap();
        assert!(credentials.get(Password).is_some());
    }
}

#[test]
fn a_file_of_the_program_goes_between_the_environment_and_the_keyring() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials");
    let missing = discovery(&[]).file(&path).discover().unwrap_err();
    let text = missing.to_string();
    assert!(text.contains("credentials has no INAT_APP_ID"), "{text}");

    let lines = "\u{feff}# nightly\nINAT_APP_ID=old\nexport INAT_APP_ID = f-id \nINAT_APP_SECRET='f-secret'\n\
                 INAT_PASSWORD=\nINAT_USERNAME=f-me\nOTHER=x\n";
    fs::write(&path, lines).unwrap();
    #[cfg(unix)]
    {
        set_mode(&path, 0o644);
        let error = discovery(&[]).file(&path).discover().unwrap_err();
        let text = error.to_string();
        assert!(text.contains("accessible to other users"), "{text}");
        assert!(!text.contains("f-secret"), "{text}");
        set_mode(&path, 0o600);
    }
    let found = discovery(&[("INAT_USERNAME", "e-me")]).file(&path);
    let found = found.discover().unwrap();
    let check = |field, expect: Option<&str>| {
        assert_eq!(shown(&found, field).as_deref(), expect, "{field}");
    };
    check(Username, Some("e-me from the variable INAT_USERNAME"));
    check(
        ClientId,
        Some("f-id from the credentials file, INAT_APP_ID"),
    );
    let secret = "f-secret from the credentials file, INAT_APP_SECRET";
    check(ClientSecret, Some(secret));
    check(Password, None);
}

#[test]
fn a_file_of_the_program_that_is_not_read_is_a_wrong_setting() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials");
    let check = |path: &Path, words: &str, help: &str| {
        let error = discovery(&[("INAT_APP_ID", "id")]).file(path).discover();
        let error = error.unwrap_err();
        let text = format!("{error} {error:?}");
        assert_eq!(error.kind(), ErrorKind::Configuration, "{text}");
        assert_eq!(error.setting(), Some("Discovery::file"), "{text}");
        let name = format!("the credentials file {}", path.display());
        assert!(text.contains(&name) && text.contains(words), "{text}");
        let told = error.help().unwrap_or_default();
        assert!(told.contains(help), "{told}");
        assert!(
            !text.contains("token record") && !told.contains("log "),
            "{text}"
        );
        assert!(!text.contains("marked"), "{text}");
    };
    let write = |content: &[u8]| {
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        set_mode(&path, 0o600);
    };
    check(folder.path(), "is a directory, not a file", "name a file");
    write(b"INAT_PASSWORD=marked\xff");
    check(&path, "cannot read", "save it as UTF-8");
    write(&b"marked".repeat(200_000));
    check(
        &path,
        "is larger than 1 MiB",
        "name the file with the lines",
    );
    #[cfg(unix)]
    {
        write(b"INAT_PASSWORD=marked");
        set_mode(&path, 0o644);
        let change = "'; change the password and the secret if others may have read it";
        check(&path, "is accessible to other users (mode 0644)", change);
        set_mode(&path, 0o600);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        check(&link, "is a symbolic link, not a file", "name its target");
        // A path through a file.
        check(&path.join("file"), "cannot read", "correct the path");
    }
    // As a `.env` file that has no line yet.
    write(b"");
    let error = discovery(&[]).file(&path).discover().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("credentials has no INAT_APP_ID"), "{text}");
}

#[test]
fn a_token_needs_no_application() {
    let found = discovery(&[("INAT_API_TOKEN", VALID)]).discover().unwrap();
    assert!(found.require(ClientId).unwrap_err().is_configuration());
    assert!(discovery(&[]).discover().is_err());
    let nothing = discovery(&[]).optional().discover().unwrap();
    let error = nothing.require(ClientId).unwrap_err().to_string();
    assert!(
        error.contains("the variable INAT_APP_ID is not set"),
        "{error}"
    );
    let error = nothing.require(Token).unwrap_err().to_string();
    assert!(error.contains("the keyring never has it"), "{error}");
}

#[test]
fn the_way_to_a_login_is_said_and_taken() {
    let key = AccountKey::new("inaturalist", "id", "me");
    let check = |variables: &[(&str, &str)], expect: &str, token: Option<&str>| {
        let found = discovery(variables).optional().discover().unwrap();
        assert_eq!(found.login_method().to_string(), expect);
        let store = found.store(Memory::new());
        let loaded = store.load(&key).unwrap();
        let loaded = loaded.as_ref().map(AsRef::<[u8]>::as_ref);
        assert_eq!(loaded, token.map(str::as_bytes), "{expect}");
        assert!(!store.is_read_only(), "a login can be saved behind it");
    };
    let found = discovery(&[("INAT_API_TOKEN", VALID)]).discover().unwrap();
    let store = found.store(Memory::new());
    store.load(&key).unwrap();
    assert_eq!(
        store.describe(),
        "the token from the variable INAT_API_TOKEN (in use), before memory of this process"
    );
    let id = ("INAT_APP_ID", "id");
    let user = ("INAT_USERNAME", "me");
    let password = ("INAT_PASSWORD", "pw");
    let by_token = "the token from the variable INAT_API_TOKEN";
    let by_password = "user name and password from the variable INAT_PASSWORD";
    let (valid, expired) = (("INAT_API_TOKEN", VALID), ("INAT_API_TOKEN", EXPIRED));
    check(&[], "the stored login", None);
    check(&[id, password], "the stored login", None);
    check(&[id, user, password], by_password, None);
    check(&[valid], by_token, Some(VALID));
    check(&[id, user, password, valid], by_token, Some(VALID));
    check(&[id, user, password, expired], by_password, None);
    check(&[id, expired], "the stored login", None);
    // The error then says where to copy a new one.
    check(&[expired], by_token, Some(EXPIRED));
}
