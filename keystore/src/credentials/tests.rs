//! Credentials from each source, field by field; errors list every source of a missing field.

use std::ffi::OsString;

use auth_core::CredentialField::{ClientId, ClientSecret, Password, Username};

use super::*;

const NAMES: CredentialNames = CredentialNames::new("/inaturalist")
    .with_field(Username, "INAT_USERNAME", "username")
    .with_field(Password, "INAT_PASSWORD", "password")
    .with_field(ClientId, "INAT_APP_ID", "app_id")
    .with_field(ClientSecret, "INAT_APP_SECRET", "app_secret")
    .with_required(ClientId)
    .with_required(Password);

type Pairs = &'static [(&'static str, &'static str)];

/// Searches these variables, and not the keyring.
fn discovery(variables: Pairs) -> Discovery {
    Credentials::discover(NAMES)
        .environment(move |name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| OsString::from(value))
        })
        .without_keyring()
}

fn found(credentials: &Credentials) -> Vec<String> {
    let value = |field| {
        let value = credentials.get(field)?.expose_secret().to_owned();
        Some(format!("{value} from {}", credentials.source(field)?))
    };
    let fields = CredentialField::ALL.iter().copied();
    fields.filter_map(value).collect()
}

#[test]
fn what_the_program_gives_goes_before_the_environment_field_by_field() {
    let check = |given: &[(CredentialField, &str)], variables, expect: &[&str]| {
        let given = given
            .iter()
            .fold(discovery(variables), |all, (field, value)| {
                all.value(*field, *value)
            });
        assert_eq!(found(&given.discover().unwrap()), expect);
    };
    const BOTH: Pairs = &[("INAT_APP_ID", "e-id"), ("INAT_PASSWORD", "e-pw")];
    check(
        &[],
        BOTH,
        &[
            "e-pw from the variable INAT_PASSWORD",
            "e-id from the variable INAT_APP_ID",
        ],
    );
    check(
        &[(ClientId, "p-id"), (Username, "p-me")],
        BOTH,
        &[
            "p-me from the program",
            "e-pw from the variable INAT_PASSWORD",
            "p-id from the program",
        ],
    );
    check(
        &[(ClientId, " "), (Username, "")],
        BOTH,
        &[
            "e-pw from the variable INAT_PASSWORD",
            "e-id from the variable INAT_APP_ID",
        ],
    );
    check(
        &[(ClientId, "\"p-id\""), (Password, " p ")],
        &[],
        &[" p  from the program", "\"p-id\" from the program"],
    );
}

#[test]
fn ids_and_secrets_are_cleaned_and_passwords_are_not() {
    for value in [
        "marked",
        " marked\r\n",
        "'marked'",
        "<marked>",
        "\"marked\"",
        "mar\n ked",
    ] {
        let credentials = Credentials::discover(NAMES)
            .environment(move |_| Some(value.into()))
            .without_keyring()
            .discover()
            .unwrap();
        let get = |field| credentials.get(field).map(|value| value.expose_secret());
        assert_eq!(get(ClientId), Some("marked"), "{value:?}");
        assert_eq!(get(ClientSecret), Some("marked"), "{value:?}");
        let password = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        assert_eq!(get(Password), Some(password.unwrap_or(value)), "{value:?}");
    }
}

#[test]
fn quotes_that_cmd_keeps_are_removed_once_with_a_warning() {
    let check = |value: &'static str, expect: Option<&str>, warned: bool| {
        let credentials = Credentials::discover(NAMES)
            .value(Password, "pw")
            .value(ClientId, "id")
            .environment(move |name| (name == "INAT_USERNAME").then(|| value.into()))
            .without_keyring()
            .discover()
            .unwrap();
        let found = credentials.get(Username).map(|value| value.expose_secret());
        assert_eq!(found, expect, "{value}");
        let warnings = credentials.warnings();
        assert_eq!(warnings.len(), usize::from(warned), "{warnings:?}");
        for warning in warnings {
            assert!(warning.contains("INAT_USERNAME"), "{warning}");
            assert!(!warning.contains("marked"), "{warning}");
        }
    };
    check("marked", Some("marked"), false);
    check("\"marked\"", Some("marked"), true);
    check("\"\"marked\"\"", Some("\"marked\""), true);
    check("\"mar\"ked\"", Some("mar\"ked"), true);
    check("\"marked", Some("\"marked"), false);
    check("marked\"", Some("marked\""), false);
    check("'marked'", Some("'marked'"), false);
    check("\"", Some("\""), false);
    check("\"\"", None, false);
    check("\"  \"", None, false);
    check("", None, false);
    check(" \t", None, false);
}

#[test]
fn an_error_lists_every_source_of_each_missing_field() {
    let check = |discovery: Discovery, expect: &[&str], unexpected: &[&str]| {
        let error = discovery.discover().unwrap_err();
        assert!(error.is_configuration());
        let text = error.to_string();
        for words in expect {
            assert!(text.contains(words), "{words}: {text}");
        }
        for words in unexpected {
            assert!(!text.contains(words), "{words}: {text}");
        }
    };
    check(
        discovery(&[("INAT_PASSWORD", " ")]).value(Username, "marked-me"),
        &[
            "the password (the variable INAT_PASSWORD is empty; the keyring, entry password of \
             /inaturalist, was not read)",
            "the client id (the variable INAT_APP_ID is not set; the keyring, entry app_id of \
             /inaturalist, was not read)",
        ],
        &["INAT_USERNAME", "INAT_APP_SECRET", "marked"],
    );
    check(
        discovery(&[("INAT_PASSWORD", "marked-pw")]),
        &["the client id"],
        &["the password", "marked"],
    );
}

#[test]
fn a_field_required_later_is_reported_as_well() {
    let credentials = discovery(&[("INAT_APP_ID", "id"), ("INAT_PASSWORD", "pw")])
        .discover()
        .unwrap();
    assert_eq!(credentials.require(ClientId).unwrap().expose_secret(), "id");
    let error = credentials.require(Username).unwrap_err();
    assert!(error.is_configuration());
    assert!(
        error
            .to_string()
            .contains("the variable INAT_USERNAME is not set"),
        "{error}"
    );
    let names = CredentialNames::new("/example").with_field(ClientId, "A", "a");
    let credentials = Credentials::discover(names)
        .without_keyring()
        .discover()
        .unwrap();
    let error = credentials.require(Password).unwrap_err().to_string();
    assert!(error.contains("no such field"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_missing() {
    use std::os::unix::ffi::OsStringExt;

    let error = Credentials::discover(NAMES)
        .environment(|_| Some(OsString::from_vec(b"marked\xff".to_vec())))
        .without_keyring()
        .discover()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("INAT_APP_ID is not Unicode text") && !error.contains("marked"),
        "{error}"
    );
}

#[test]
fn nothing_shows_a_value() {
    let discovery = discovery(&[("INAT_APP_ID", "marked-id")]).value(Password, "marked-pw");
    let shown = format!("{discovery:?}");
    let credentials = discovery.discover().unwrap();
    let shown = format!("{shown} {credentials:?}");
    assert!(
        shown.contains("client id: 9 bytes from the variable INAT_APP_ID"),
        "{shown}"
    );
    assert!(!shown.contains("marked"), "{shown}");
}

#[cfg(not(feature = "keyring"))]
#[test]
fn without_the_feature_the_error_says_so() {
    let error = Credentials::discover(NAMES)
        .environment(|_| None)
        .discover()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("built without the feature `keyring`"),
        "{error}"
    );
}

#[cfg(feature = "keyring")]
mod keyring {
    //! The same with an in-memory keyring.

    use auth_core::ErrorKind;

    use super::*;
    use crate::keyring::{Failure, Fake};

    fn with_keyring(variables: Pairs, fake: &Fake) -> Discovery {
        let mut discovery = discovery(variables);
        discovery.keyring = true;
        discovery.passwords = Some(Passwords::fake(fake));
        discovery
    }

    fn put(fake: &Fake, entries: Pairs) {
        for (user, value) in entries {
            fake.tamper("/inaturalist", user, Some(value.as_bytes()));
        }
    }

    const ALL: Pairs = &[
        ("username", "k-me"),
        ("password", "k-pw"),
        ("app_id", "k-id"),
        ("app_secret", "\"k-secret\""),
    ];

    #[test]
    fn the_keyring_fills_what_is_still_missing() {
        let fake = Fake::new(1000);
        put(&fake, ALL);
        let credentials = with_keyring(&[("INAT_APP_ID", "e-id")], &fake)
            .value(Username, "p-me")
            .discover()
            .unwrap();
        assert_eq!(
            found(&credentials),
            [
                "p-me from the program",
                "k-pw from the keyring, entry password of /inaturalist",
                "e-id from the variable INAT_APP_ID",
                "\"k-secret\" from the keyring, entry app_secret of /inaturalist",
            ]
        );
        assert!(credentials.warnings().is_empty());
    }

    #[test]
    fn a_keyring_is_not_read_if_nothing_is_missing() {
        let fake = Fake::new(1000);
        fake.panic_next();
        let all: Pairs = &[
            ("INAT_USERNAME", "a"),
            ("INAT_PASSWORD", "b"),
            ("INAT_APP_ID", "c"),
            ("INAT_APP_SECRET", "d"),
        ];
        let credentials = with_keyring(all, &fake).discover().unwrap();
        assert!(credentials.warnings().is_empty());
    }

    #[test]
    fn an_empty_or_failing_keyring_is_reported() {
        let check = |failure: Option<Failure>, expect: &str| {
            let fake = Fake::new(1000);
            put(&fake, &[("app_id", " ")]);
            if let Some(failure) = failure {
                fake.fail_next(9, failure);
            }
            let error = with_keyring(&[], &fake).discover().unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        check(None, "the keyring has no entry app_id of /inaturalist");
        check(
            Some(Failure::NoBus),
            "entry app_id of /inaturalist, is not available because there is no session bus",
        );
        check(
            Some(Failure::Locked),
            "is not available because the keyring is locked",
        );
    }

    #[test]
    fn a_failing_keyring_is_a_warning_if_the_rest_is_optional() {
        let check = |failure: Failure, remarks: usize| {
            let fake = Fake::new(1000);
            fake.fail_next(9, failure);
            let credentials = with_keyring(&[("INAT_APP_ID", "i"), ("INAT_PASSWORD", "p")], &fake)
                .discover()
                .unwrap();
            assert_eq!(credentials.warnings().len(), remarks);
            let error = credentials.require(ClientSecret).unwrap_err().to_string();
            assert!(error.contains("not available because"), "{error}");
        };
        check(Failure::Locked, 1);
        check(Failure::NoService, 0);
    }

    #[test]
    fn saving_writes_what_did_not_come_from_there() {
        let fake = Fake::new(1000);
        put(&fake, &[("password", "k-pw"), ("app_id", "k-id")]);
        let credentials = with_keyring(&[("INAT_APP_ID", "e-id")], &fake)
            .value(Username, "p-me")
            .discover()
            .unwrap();
        assert_eq!(credentials.save_to_keyring().unwrap(), [Username, ClientId]);
        let content = |user| {
            let content = fake.content("/inaturalist", user)?;
            String::from_utf8(content).ok()
        };
        assert_eq!(content("username").as_deref(), Some("p-me"));
        assert_eq!(content("password").as_deref(), Some("k-pw"));
        assert_eq!(content("app_id").as_deref(), Some("e-id"));
        assert_eq!(content("app_secret"), None);
    }

    #[test]
    fn a_field_that_cannot_be_saved_is_named_without_its_value() {
        let fake = Fake::new(10);
        let credentials = with_keyring(&[("INAT_APP_ID", "marked-and-long")], &fake)
            .value(Password, "marked")
            .discover()
            .unwrap();
        let error = credentials.save_to_keyring().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        let text = error.to_string();
        assert!(
            text.contains("the client id in the keyring (the entry app_id of /inaturalist)"),
            "{text}"
        );
        assert!(!text.contains("marked"), "{text}");
    }
}
