//! Reads the fields of a token response out of its JSON. A text without escapes is borrowed, not
//! copied.

use std::{fmt, ops::Deref, time::Duration};

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Number, value::RawValue};

use secrecy::ExposeSecret;

use crate::{
    error::{check::Check, text::presentable},
    leniency::{Quirk, Quirks},
    oauth::{
        jwt::whole_seconds,
        token::{Lifetime, bearer, is_token},
    },
    wire::{
        secret::{SecretBytes, SecretText, is_blank},
        secret_json::decoded,
    },
};

/// The known keys. Others are skipped without a copy.
pub(super) struct Fields<'a> {
    pub(super) bearer: Option<SecretBytes>,
    pub(super) typed: bool,
    pub(super) lifetime: Lifetime,
    pub(super) refresh: Option<SecretText>,
    pub(super) scope: Option<Box<str>>,
    pub(super) error: Option<Text<'a>>,
    pub(super) description: Option<Text<'a>>,
    pub(super) uri: Option<Text<'a>>,
    pub(super) hint: Option<Text<'a>>,
    pub(super) message: Option<Text<'a>>,
    pub(super) suspended_until: Option<Option<String>>,
    pub(super) quirks: Quirks,
    pub(super) refused: Option<(Check, &'static str)>,
    read_keys: u16,
}

impl<'a> Fields<'a> {
    /// Parses a whole body as a JSON object.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, serde_json::Error> {
        // One UTF-8 check of the whole body replaces one of each text in it. JSON is UTF-8 (RFC
        // 8259 section 8.1).
        let text = std::str::from_utf8(bytes).map_err(serde::de::Error::custom)?;
        let mut json = serde_json::Deserializer::from_str(text);
        let fields = json.deserialize_map(FieldsVisitor)?;
        json.end()?;
        Ok(fields)
    }

    /// Rejects duplicates of a known key: a second value could change what the token may do.
    fn check_duplicate(&mut self, bit: u16) {
        if self.read_keys & (1 << bit) != 0 {
            self.refused = Some((Check::Object, "duplicate key"));
        }
        self.read_keys |= 1 << bit;
    }

    fn access_token(&mut self, value: Scalar<'a>) {
        match value {
            Scalar::Text(text) if is_token(&text) => self.bearer = Some(bearer(&text)),
            Scalar::Text(text) if text.is_empty() => {
                self.refused = Some((Check::TokenText, "its `access_token` is empty"));
            }
            Scalar::Null => {}
            _ => {
                let why = "its `access_token` cannot be in a header";
                self.refused = Some((Check::TokenText, why));
            }
        }
    }

    fn expires_in(&mut self, value: Scalar<'a>) {
        let (seconds, quirk) = match value {
            Scalar::Null => return,
            Scalar::Whole(seconds) => (Some(seconds), None),
            Scalar::Float(seconds) => (whole_seconds(seconds), Some(Quirk::LifetimeAsFloat)),
            Scalar::Text(text) => {
                let text = text.trim();
                let seconds = text
                    .parse()
                    .ok()
                    .or_else(|| whole_seconds(text.parse().ok()?));
                (seconds, Some(Quirk::LifetimeAsText))
            }
            _ => (None, None),
        };
        match seconds {
            Some(seconds) => {
                self.lifetime = Lifetime::For(Duration::from_secs(seconds));
                if let Some(quirk) = quirk {
                    self.quirks.add(quirk);
                }
            }
            None => self.quirks.add(Quirk::LifetimeUnusable),
        }
    }

    fn token_type(&mut self, value: Scalar<'a>) {
        match value {
            Scalar::Text(text) if text.eq_ignore_ascii_case("bearer") => self.typed = true,
            Scalar::Null => {}
            _ => self.refused = Some((Check::TokenType, "its `token_type` is not Bearer")),
        }
    }

    fn scope(&mut self, value: Scalar<'a>) {
        match value {
            Scalar::Text(text) => self.scope = Some((*text).into()),
            Scalar::List(items) => {
                self.quirks.add(Quirk::ScopeAsList);
                let mut scope = String::new();
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        scope.push(' ');
                    }
                    scope.push_str(item);
                }
                self.scope = Some(scope.into());
            }
            _ => {}
        }
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields {
            bearer: None,
            typed: false,
            lifetime: Lifetime::Unstated,
            refresh: None,
            scope: None,
            error: None,
            description: None,
            uri: None,
            hint: None,
            message: None,
            suspended_until: None,
            quirks: Quirks::default(),
            refused: None,
            read_keys: 0,
        };
        while let Some(key) = map.next_key_seed(KeySeed)? {
            let key = match key {
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                key => key,
            };
            let value = map.next_value_seed(ScalarSeed)?;
            fields.check_duplicate(key as u16);
            match key {
                Key::AccessToken => fields.access_token(value),
                Key::TokenType => fields.token_type(value),
                Key::ExpiresIn => fields.expires_in(value),
                Key::RefreshToken => {
                    let text = value.text().filter(|text| !is_blank(text));
                    fields.refresh = text.map(|text| SecretText::from(&*text));
                }
                Key::Scope => fields.scope(value),
                Key::Error => fields.error = value.text().filter(|text| !text.is_empty()),
                Key::ErrorDescription => fields.description = value.text(),
                Key::ErrorUri => fields.uri = value.text(),
                Key::Hint => fields.hint = value.text(),
                Key::Message => fields.message = value.text(),
                Key::SuspendedUntil => {
                    fields.suspended_until = Some(value.text().map(|text| presentable(&text, 100)))
                }
                Key::Other => {}
            }
        }
        Ok(fields)
    }
}

#[derive(Clone, Copy)]
enum Key {
    AccessToken,
    TokenType,
    ExpiresIn,
    RefreshToken,
    Scope,
    Error,
    ErrorDescription,
    ErrorUri,
    Hint,
    Message,
    SuspendedUntil,
    Other,
}

struct KeySeed;

impl<'de> serde::de::DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "access_token" => Key::AccessToken,
            "token_type" => Key::TokenType,
            "expires_in" => Key::ExpiresIn,
            "refresh_token" => Key::RefreshToken,
            "scope" => Key::Scope,
            "error" => Key::Error,
            "error_description" => Key::ErrorDescription,
            "error_uri" => Key::ErrorUri,
            "hint" => Key::Hint,
            "message" => Key::Message,
            "suspended_until" => Key::SuspendedUntil,
            _ => Key::Other,
        })
    }
}

/// Text of the response: borrowed, or, if it had escapes, a copy that is wiped. It may be a token.
pub(super) enum Text<'a> {
    Borrowed(&'a str),
    Owned(SecretText),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Owned(text) => text.expose_secret(),
        }
    }
}

/// A value of any JSON type, as far as the known keys need it.
enum Scalar<'a> {
    Null,
    Whole(u64),
    Float(f64),
    Text(Text<'a>),
    List(Vec<Text<'a>>),
    Other,
}

impl<'a> Scalar<'a> {
    /// Reads a value as it is written. serde_json would decode a text in a buffer that it frees
    /// unwiped.
    fn of(written: &'a str) -> Result<Self, serde_json::Error> {
        Ok(match written.as_bytes().first() {
            Some(b'"') if !has_escape(written) => {
                Self::Text(Text::Borrowed(&written[1..written.len() - 1]))
            }
            Some(b'"') => Self::Text(Text::Owned(decoded(written)?.into())),
            Some(b'n') => Self::Null,
            Some(b'-' | b'0'..=b'9') => {
                if let Ok(whole) = written.parse() {
                    return Ok(Self::Whole(whole));
                }
                let number: Number = serde_json::from_str(written)?;
                match (number.as_u64(), number.as_f64()) {
                    (Some(whole), _) => Self::Whole(whole),
                    (None, Some(float)) if !number.is_i64() => Self::Float(float),
                    _ => Self::Other,
                }
            }
            Some(b'[') => {
                let mut texts = Vec::new();
                for item in serde_json::from_str::<Vec<&RawValue>>(written)? {
                    // A list in a list has no text for us.
                    if item.get().starts_with('"') {
                        texts.extend(Self::of(item.get())?.text());
                    }
                }
                Self::List(texts)
            }
            _ => Self::Other,
        })
    }

    fn text(self) -> Option<Text<'a>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Returns whether a text of JSON has an escape. No early exit, so that the compiler can vectorize the
/// loop: tokens are long and have none.
fn has_escape(written: &str) -> bool {
    let escape = |escape: bool, byte: u8| escape | (byte == b'\\');
    written.bytes().fold(false, escape)
}

struct ScalarSeed;

impl<'de> serde::de::DeserializeSeed<'de> for ScalarSeed {
    type Value = Scalar<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar<'de>, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Scalar::of(raw.get()).map_err(D::Error::custom)
    }
}
