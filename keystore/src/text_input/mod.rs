//! Cleans text that people enter by hand: in an environment variable, through the clipboard.

pub(crate) mod named_file;

use std::{env, ffi::OsString};

use auth_core::{Error, ErrorKind, ExposeSecret, SecretBytes, SecretText, pasted};

use self::named_file::ReadVariable;

/// Removes what surrounds a token, an id or a secret: white space, quotes, angle brackets, a byte
/// order mark, and the like ([`pasted`]). `None` if nothing is left.
pub(crate) fn trimmed(text: &str) -> Option<&str> {
    Some(pasted(text)).filter(|text| !text.is_empty())
}

/// Removes white space around a passphrase, and one pair of double quotes: `set NAME="value"` of
/// the Windows command prompt makes them part of the value. Each other character counts. `None` if
/// nothing is left.
#[cfg(any(test, feature = "encrypted"))]
fn unquoted(text: &str) -> Option<&str> {
    let text = text.trim();
    let inside = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    Some(inside.unwrap_or(text).trim()).filter(|text| !text.is_empty())
}

/// Returns the passphrase in an environment variable, or in the file that `<name>_FILE` names.
/// `None` if there is neither, or if it is empty or blank.
#[cfg(feature = "encrypted")]
pub(crate) fn passphrase_var(name: &str) -> Result<Option<SecretText>, Error> {
    var_or_file(name, &|name| env::var_os(name), unquoted)
}

/// Returns the [`trimmed`] value of an environment variable, or of the file that `<name>_FILE`
/// names. `None` if there is neither, or if it is empty or blank.
pub(crate) fn env_var(name: &str) -> Result<Option<SecretText>, Error> {
    var_or_file(name, &|name| env::var_os(name), trimmed)
}

/// The same cleaning for both, so that a value may move from one to the other.
fn var_or_file(
    name: &str,
    read: &ReadVariable,
    clean: fn(&str) -> Option<&str>,
) -> Result<Option<SecretText>, Error> {
    let clean = |text: SecretText| clean(text.expose_secret()).map(SecretText::from);
    if let Some(text) = raw_var(name, read)?.and_then(clean) {
        return Ok(Some(text));
    }
    Ok(named_file::read(name, read)?.and_then(clean))
}

fn raw_var(name: &str, read: &ReadVariable) -> Result<Option<SecretText>, Error> {
    // No variable can have such a name, so it would always look unset.
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("{name:?} is not a valid name of an environment variable"),
        )
        .with_help("use letters, digits and underscores, such as INAT_API_TOKEN"));
    }
    value(name, read(name))
}

fn value(name: &str, value: Option<OsString>) -> Result<Option<SecretText>, Error> {
    let text = value
        .map(OsString::into_string)
        .transpose()
        .map_err(|raw| {
            drop(SecretBytes::new(raw.into_encoded_bytes())); // wiped
            Error::new(
                ErrorKind::Configuration,
                format!("the environment variable {name} is not Unicode text"),
            )
            .with_setting(name.to_owned())
            .with_help("set it again; its value may have been cut or encoded")
        })?;
    Ok(text.map(SecretText::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_text_is_trimmed() {
        let check =
            |text: &str, expect: Option<&str>| assert_eq!(trimmed(text), expect, "{text:?}");
        check("eyJ.a.b", Some("eyJ.a.b"));
        check("  eyJ.a.b \r\n", Some("eyJ.a.b"));
        check("\"eyJ.a.b\"", Some("eyJ.a.b"));
        check(" \" eyJ.a.b \" ", Some("eyJ.a.b"));
        check("\"\"twice\"\"", Some("twice"));
        check("{\"api_token\":\"x\"}", Some("{\"api_token\":\"x\"}"));
        check("\"half", Some("\"half"));
        check("half\"", Some("half\""));
        check("'single'", Some("single"));
        check("\u{feff}<eyJ.a.b>", Some("eyJ.a.b"));
        check("\"", Some("\""));
        check("", None);
        check(" \t\n", None);
        check("\"\"", None);
        check("\" \"", None);
    }

    #[test]
    fn a_passphrase_keeps_its_characters() {
        let check = |text: &str, expect: Option<&str>| assert_eq!(unquoted(text), expect, "{text}");
        check("\"a b\"\r\n", Some("a b"));
        check("'single'", Some("'single'"));
        check("<it>", Some("<it>"));
        check("\"\"twice\"\"", Some("\"twice\""));
        check(" \"\" ", None);
    }

    #[test]
    fn a_variable_is_text_or_missing() {
        let check = |given: Option<&str>, expect: Option<&str>| {
            let found = super::value("X", given.map(Into::into)).unwrap();
            assert_eq!(found.as_ref().map(ExposeSecret::expose_secret), expect);
        };
        check(None, None);
        check(Some("\"a b\""), Some("\"a b\""));
        for name in ["", "A=B", "A\0"] {
            assert!(env_var(name).unwrap_err().is_configuration());
        }
    }

    #[test]
    fn a_file_takes_the_place_of_a_variable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let quoted = format!("\"{}\"", path.display());
        let read = move |set: &'static str| {
            let quoted = quoted.clone();
            move |name: &str| match name {
                "X" => Some(OsString::from(set)),
                "X_FILE" => Some(OsString::from(&quoted)),
                _ => None,
            }
        };
        let found = |set, clean| var_or_file("X", &read(set), clean);
        let check = |set, clean, expect: Option<&str>| {
            let found = found(set, clean).unwrap();
            assert_eq!(found.as_ref().map(ExposeSecret::expose_secret), expect);
        };
        let error = found("", trimmed).unwrap_err();
        assert_eq!(error.setting(), Some("X_FILE"), "{error}");
        check("own", trimmed, Some("own"));
        std::fs::write(&path, "\u{feff}<eyJ.a.b>\r\n").unwrap();
        check(" ", trimmed, Some("eyJ.a.b"));
        std::fs::write(&path, " \"a b\"\n").unwrap();
        check("", unquoted, Some("a b"));
        std::fs::write(&path, "\n").unwrap();
        check("", trimmed, None);
        check("", unquoted, None);
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_text_is_not_shown() {
        use std::os::unix::ffi::OsStringExt;
        let raw = OsString::from_vec(b"marked-secret\xff".to_vec());
        let error = value("INAT_API_TOKEN", Some(raw)).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(error.is_configuration() && !shown.contains("marked"));
        assert!(shown.contains("INAT_API_TOKEN"), "{shown}");
    }
}
