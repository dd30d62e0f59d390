//! The key of an encrypted store: a passphrase, or 32 bytes.

use std::fmt;

use auth_core::{Error, ErrorKind, ExposeSecret, SecretBytes, SecretText};
use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use super::cost::KdfCost;
use crate::text_input;

/// The key of an [`Encrypted`](super::Encrypted) store: a passphrase that a user can remember, or
/// 32 random bytes (`openssl rand -hex 32` prints some).
///
/// ```
/// use keystore::EncryptionKey;
///
/// let passphrase = EncryptionKey::from_passphrase("correct horse battery staple")?;
/// assert_eq!(format!("{passphrase:?}"), "EncryptionKey(passphrase)");
/// let bytes = EncryptionKey::from_text("f0".repeat(32))?;
/// assert_eq!(format!("{bytes:?}"), "EncryptionKey(key)");
///
/// // The error for a missing variable names it.
/// let error = EncryptionKey::in_variable("NIGHTLY_UPLOAD_KEY").unwrap_err();
/// assert!(error.is_configuration() && error.to_string().contains("NIGHTLY_UPLOAD_KEY"));
/// # Ok::<(), auth_core::Error>(())
/// ```
pub struct EncryptionKey {
    pub(super) source: Source,
    /// The variable that it came from, for errors about it.
    pub(super) variable: Option<String>,
}

pub(super) enum Source {
    Passphrase(SecretText, KdfCost),
    Raw(Zeroizing<[u8; 32]>),
}

impl EncryptionKey {
    /// Creates a key from this passphrase. White space is part of it.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if it is empty or blank.
    pub fn from_passphrase(text: impl Into<SecretText>) -> Result<Self, Error> {
        let text = text.into();
        if text.is_blank() {
            return Err(invalid("the passphrase is empty").with_help(SOME_PASSPHRASE));
        }
        Ok(Self::new(Source::Passphrase(text, KdfCost::default())))
    }

    /// Creates a key from the passphrase in the environment variable `name`, or else in the file
    /// whose path is in `<name>_FILE` (systemd, Docker).
    ///
    /// White space around it is removed, and so is one pair of double quotes, which the Windows
    /// command prompt makes part of the value.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if both are unset, empty or blank, or not Unicode text.
    pub fn passphrase_in_variable(name: &str) -> Result<Self, Error> {
        let text = text_input::passphrase_var(name)?;
        text.ok_or_else(|| missing(name, SOME_PASSPHRASE))
            .and_then(Self::from_passphrase)
            .map(|key| key.of_variable(name))
    }

    /// Creates a key from 32 bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if `key` has another length.
    pub fn from_bytes(key: &SecretBytes) -> Result<Self, Error> {
        let bytes = <[u8; 32]>::try_from(key.as_ref()).map_err(|_| {
            invalid(format!("the key has {} bytes, not 32", key.len())).with_help(MAKE_ONE)
        })?;
        Ok(Self::new(Source::Raw(Zeroizing::new(bytes))))
    }

    /// Creates a key from 32 bytes as text: 64 hexadecimal digits, or base64 (either alphabet, with
    /// or without padding).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the text is neither, or has another length.
    pub fn from_text(text: impl Into<SecretText>) -> Result<Self, Error> {
        let text = text.into();
        let key = text_input::trimmed(text.expose_secret()).and_then(decode);
        let key = key.ok_or_else(|| {
            invalid("the key is neither 64 hexadecimal digits nor 32 bytes in base64")
                .with_help(MAKE_ONE)
        })?;
        Ok(Self::new(Source::Raw(key)))
    }

    /// Creates a key from the environment variable `name`, or else from the file whose path is in
    /// `<name>_FILE` (systemd, Docker), in the format of [`from_text`](Self::from_text).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if both are unset or empty, or if it is not a key.
    pub fn in_variable(name: &str) -> Result<Self, Error> {
        let text = text_input::env_var(name)?;
        text.ok_or_else(|| missing(name, MAKE_ONE))
            .and_then(Self::from_text)
            .map_err(|error| error.with_setting(name.to_owned()))
            .map(|key| key.of_variable(name))
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            variable: None,
        }
    }

    pub(super) fn of_variable(self, name: &str) -> Self {
        Self {
            variable: Some(name.to_owned()),
            ..self
        }
    }

    /// Returns what an error about this key names.
    pub(super) fn setting(&self) -> String {
        self.variable.clone().unwrap_or_else(|| SETTING.to_owned())
    }

    /// Sets the cost of a guess at the passphrase. Default: [`KdfCost::default`]. Has no effect on
    /// a key of 32 bytes, which cannot be guessed.
    #[must_use]
    pub fn with_cost(mut self, cost: KdfCost) -> Self {
        if let Source::Passphrase(_, own) = &mut self.source {
            *own = cost;
        }
        self
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.source {
            Source::Passphrase(..) => "EncryptionKey(passphrase)",
            Source::Raw(_) => "EncryptionKey(key)",
        })
    }
}

const SETTING: &str = "EncryptionKey";
const SOME_PASSPHRASE: &str =
    "choose a passphrase of several words, and use the same one each time";
const MAKE_ONE: &str = "make a key with: openssl rand -hex 32";

fn invalid(what: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Configuration, what).with_setting(SETTING)
}

fn missing(name: &str, help: &'static str) -> Error {
    invalid(format!(
        "the environment variable {name} is not set or empty, and so is {name}_FILE"
    ))
    .with_setting(name.to_owned())
    .with_help(help)
}

fn decode(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).ok()?;
            *byte = u8::from_str_radix(digits, 16).ok()?;
        }
        return Some(key);
    }
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let mut room = Zeroizing::new([0; 36]);
    [STANDARD, URL_SAFE].into_iter().find_map(|alphabet| {
        let engine = GeneralPurpose::new(&alphabet, lenient);
        let length = engine.decode_slice(text, &mut room[..]).ok()?;
        (length == 32).then(|| key.copy_from_slice(&room[..32]))
    })?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(text: &str) -> Option<[u8; 32]> {
        match EncryptionKey::from_text(text) {
            Ok(EncryptionKey {
                source: Source::Raw(key),
                ..
            }) => Some(*key),
            Ok(_) => panic!("a key became a passphrase"),
            Err(error) => {
                assert!(error.is_configuration());
                let shown = format!("{error} {error:?}");
                assert!(text.len() < 8 || !shown.contains(text), "{shown}");
                None
            }
        }
    }

    #[test]
    fn a_key_as_text() {
        let check = |text: &str, expect: Option<[u8; 32]>| {
            assert_eq!(key_of(text), expect, "{text:?}");
        };
        check(&"00".repeat(32), Some([0; 32]));
        check(&"Fb".repeat(32), Some([0xfb; 32]));
        check(&format!(" \"{}\"\n", "fb".repeat(32)), Some([0xfb; 32]));
        let base64 = "+/v7".repeat(10) + "+/s";
        check(&base64, Some([0xfb; 32]));
        check(&(base64.clone() + "="), Some([0xfb; 32]));
        check(
            &base64.replace('+', "-").replace('/', "_"),
            Some([0xfb; 32]),
        );
        check("", None);
        check(&"fb".repeat(31), None);
        check(&"fb".repeat(33), None);
        check(&("fb".repeat(31) + "fg"), None);
        check(&"+/v7".repeat(10), None);
        check(&"+/v7".repeat(12), None);
        check(&(base64[1..].to_owned() + "é"), None);
        check("marked-secret", None);
    }

    #[test]
    fn an_invalid_key_is_rejected() {
        let check = |result: Result<EncryptionKey, Error>, words: &str| {
            let error = result.unwrap_err();
            assert!(error.is_configuration(), "{error}");
            assert!(error.to_string().contains(words), "{error}");
        };
        check(EncryptionKey::from_passphrase(""), "passphrase is empty");
        check(EncryptionKey::from_passphrase(" \n"), "passphrase is empty");
        let short = SecretBytes::new(vec![1; 31]);
        check(EncryptionKey::from_bytes(&short), "31 bytes");
        let unset = "KEYSTORE_TEST_UNSET";
        check(EncryptionKey::in_variable(unset), unset);
        check(EncryptionKey::passphrase_in_variable(unset), unset);
        check(EncryptionKey::in_variable("PATH"), "PATH");
        assert!(EncryptionKey::passphrase_in_variable("PATH").is_ok());
    }
}
