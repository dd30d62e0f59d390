//! The fields of a token answer, read out of its JSON without copying what nobody asked for.

use std::{fmt, time::Duration};

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Forgiven, Lifetime, Oddity, check_text};
use crate::{
    check::Check,
    error::presentable,
    oauth::jwt::whole_seconds,
    service::bearer,
    wire::secret::{SecretBytes, SecretText},
};

/// The keys we know. Everything else is passed over without being copied.
pub(super) struct Fields {
    pub(super) bearer: Option<SecretBytes>,
    pub(super) typed: bool,
    pub(super) lifetime: Lifetime,
    pub(super) refresh: Option<SecretText>,
    pub(super) scope: Option<Box<str>>,
    pub(super) error: Option<String>,
    pub(super) description: Option<String>,
    pub(super) uri: Option<String>,
    pub(super) hint: Option<String>,
    pub(super) message: Option<String>,
    pub(super) suspended_until: Option<Option<String>>,
    pub(super) forgiven: Forgiven,
    pub(super) refused: Option<(Check, &'static str)>,
    seen: u16,
}

impl Fields {
    /// Reads a whole JSON object.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let fields = json.deserialize_map(FieldsVisitor)?;
        json.end()?;
        Ok(fields)
    }

    /// Keys that say who may do what stand there once.
    fn once(&mut self, bit: u16) {
        if self.seen & (1 << bit) != 0 {
            self.refused = Some((Check::Object, "a key stands there twice"));
        }
        self.seen |= 1 << bit;
    }

    fn access_token(&mut self, value: Scalar) {
        match value {
            Scalar::Text(text) if check_text(&text.0).is_ok() => {
                self.bearer = Some(bearer(&text.0))
            }
            Scalar::Text(text) if text.0.is_empty() => {
                self.refused = Some((Check::TokenText, "its `access_token` is empty"));
            }
            Scalar::Null => {}
            _ => {
                let why = "its `access_token` cannot stand in a header";
                self.refused = Some((Check::TokenText, why));
            }
        }
    }

    fn expires_in(&mut self, value: Scalar) {
        let (seconds, oddity) = match value {
            Scalar::Null => return,
            Scalar::Whole(seconds) => (Some(seconds), None),
            Scalar::Float(seconds) => (whole_seconds(seconds), Some(Oddity::LifetimeAsFloat)),
            Scalar::Text(text) => {
                let text = text.0.trim();
                let seconds = text
                    .parse()
                    .ok()
                    .or_else(|| whole_seconds(text.parse().ok()?));
                (seconds, Some(Oddity::LifetimeAsText))
            }
            _ => (None, None),
        };
        match seconds {
            Some(seconds) => {
                self.lifetime = Lifetime::For(Duration::from_secs(seconds));
                if let Some(oddity) = oddity {
                    self.forgiven.add(oddity);
                }
            }
            None => self.forgiven.add(Oddity::LifetimeUnusable),
        }
    }

    fn token_type(&mut self, value: Scalar) {
        match value {
            Scalar::Text(text) if text.0.eq_ignore_ascii_case("bearer") => self.typed = true,
            Scalar::Null => {}
            _ => self.refused = Some((Check::TokenType, "its `token_type` is not Bearer")),
        }
    }

    fn scope(&mut self, value: Scalar) {
        match value {
            Scalar::Text(text) => self.scope = Some(text.0.as_str().into()),
            Scalar::List(items) => {
                self.forgiven.add(Oddity::ScopeAsList);
                self.scope = Some(items.join(" ").into());
            }
            _ => {}
        }
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
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
            forgiven: Forgiven::default(),
            refused: None,
            seen: 0,
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
            fields.once(key as u16);
            match key {
                Key::AccessToken => fields.access_token(value),
                Key::TokenType => fields.token_type(value),
                Key::ExpiresIn => fields.expires_in(value),
                Key::RefreshToken => {
                    fields.refresh = value.secret().filter(|text| !text.is_blank())
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

/// Text that is wiped when it was not taken: it may be a token.
struct WipedString(String);

impl Drop for WipedString {
    fn drop(&mut self) {
        drop(SecretText::from(std::mem::take(&mut self.0)));
    }
}

/// A value of any JSON type, as far as we look.
enum Scalar {
    Null,
    Whole(u64),
    Float(f64),
    Text(WipedString),
    List(Vec<String>),
    Other,
}

impl Scalar {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(mut text) => Some(std::mem::take(&mut text.0)),
            _ => None,
        }
    }

    fn secret(self) -> Option<SecretText> {
        self.text().map(SecretText::from)
    }
}

struct ScalarSeed;

impl<'de> serde::de::DeserializeSeed<'de> for ScalarSeed {
    type Value = Scalar;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ScalarSeed {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Whole(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(WipedString(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar, A::Error> {
        let mut texts = Vec::new();
        while let Some(item) = items.next_element_seed(ScalarSeed)? {
            texts.extend(item.text());
        }
        Ok(Scalar::List(texts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}
