//! Cleans text that people enter by hand: in an environment variable, through the clipboard.

use std::ffi::OsString;

use auth_core::{Error, ErrorKind, ExposeSecret, SecretBytes, SecretText, pasted};

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

/// Returns the passphrase in an environment variable. `None` if it is unset, empty or blank.
#[cfg(feature = "encrypted")]
pub(crate) fn passphrase_var(name: &str) -> Result<Option<SecretText>, Error> {
    Ok(raw_var(name)?.and_then(|text| unquoted(text.expose_secret()).map(SecretText::from)))
}

/// Returns the [`trimmed`] value of an environment variable. `None` if it is unset, empty or blank.
pub(crate) fn env_var(name: &str) -> Result<Option<SecretText>, Error> {
    Ok(raw_var(name)?.and_then(|text| trimmed(text.expose_secret()).map(SecretText::from)))
}

fn raw_var(name: &str) -> Result<Option<SecretText>, Error> {
    // No variable can have such a name, so it would always look unset.
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("{name:?} is not a valid name of an environment variable"),
        )
        .with_help("use letters, digits and underscores, such as INAT_API_TOKEN"));
    }
    value(name, std::env::var_os(name))
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
