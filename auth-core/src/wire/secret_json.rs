//! JSON whose texts may be secrets, read and written without a copy that is not wiped.
//!
//! serde_json decodes a text with escapes in a buffer of its own, which it frees as it is. PHP
//! writes `\/` into every token that has a slash. So texts are taken as they are written, and
//! decoded here.

use std::{fmt, ops::Deref};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Error, Map, Value, value::RawValue};

use super::secret::wipe_value;
use crate::wipe::wipe_text;

/// The deepest value that is read, like serde_json's own.
const DEEPEST: u8 = 127;

/// A value whose texts are wiped when it is dropped.
pub(crate) struct SecretValue(Value);

impl SecretValue {
    /// Parses a whole text.
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        Self::of(serde_json::from_str(text)?, DEEPEST)
    }

    /// Decodes a value that was taken as it is written.
    pub(crate) fn of_raw(raw: &RawValue) -> Result<Self, Error> {
        Self::of(raw, DEEPEST)
    }

    fn of(raw: &RawValue, deepest: u8) -> Result<Self, Error> {
        let text = raw.get();
        let inner = |raw: &RawValue| match deepest.checked_sub(1) {
            Some(deepest) => Self::of(raw, deepest).map(Self::into_value),
            None => Err(Error::custom("recursion limit exceeded")),
        };
        // Each is wiped if a later part of it is invalid.
        match text.as_bytes().first() {
            Some(b'"') => decoded(text).map(|text| Self(Value::String(text))),
            Some(b'[') => {
                let mut list = Self(Value::Array(Vec::new()));
                for item in serde_json::from_str::<Vec<&RawValue>>(text)? {
                    let item = inner(item)?;
                    list.0.as_array_mut().expect("a list").push(item);
                }
                Ok(list)
            }
            Some(b'{') => {
                let mut object = Self(Value::Object(Map::new()));
                for (key, value) in serde_json::from_str::<Fields<'_>>(text)?.0 {
                    let value = inner(value)?;
                    let fields = object.0.as_object_mut().expect("an object");
                    if let Some(mut old) = fields.insert(key, value) {
                        wipe_value(&mut old);
                    }
                }
                Ok(object)
            }
            _ => serde_json::from_str(text).map(Self),
        }
    }

    /// Takes the value out. The caller has to wipe it.
    pub(crate) fn into_value(mut self) -> Value {
        std::mem::take(&mut self.0)
    }
}

impl Deref for SecretValue {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl Drop for SecretValue {
    fn drop(&mut self) {
        wipe_value(&mut self.0);
    }
}

/// The fields of an object, as they are written.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// Decodes a text as it is written, with its quotes, into one allocation. Wiped on failure.
pub(crate) fn decoded(written: &str) -> Result<String, Error> {
    let inner = written.strip_prefix('"').and_then(|w| w.strip_suffix('"'));
    let mut rest = inner.ok_or_else(|| Error::custom("not a text"))?;
    // An escape is longer than its character.
    let mut text = String::with_capacity(rest.len());
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        match unescaped(escape) {
            Some((c, after)) => {
                text.push(c);
                rest = after;
            }
            None => {
                wipe_text(text);
                return Err(Error::custom("an escape without a character"));
            }
        }
    }
    text.push_str(rest);
    Ok(text)
}

/// The character of an escape, without its backslash, and what follows.
fn unescaped(escape: &str) -> Option<(char, &str)> {
    let first = escape.chars().next()?;
    let after = &escape[first.len_utf8()..];
    let c = match first {
        '"' | '\\' | '/' => first,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let (high, after) = hex(after)?;
            if !(0xd800..0xdc00).contains(&high) {
                return Some((char::from_u32(high)?, after));
            }
            // The first half of a pair.
            let (low, after) = hex(after.strip_prefix("\\u")?)?;
            let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
            let c = 0x1_0000 + ((high - 0xd800) << 10) + low;
            return Some((char::from_u32(c)?, after));
        }
        _ => return None,
    };
    Some((c, after))
}

fn hex(text: &str) -> Option<(u32, &str)> {
    let digits = text.get(..4)?;
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).ok()?;
    all.then_some((number, &text[4..]))
}

/// Appends a JSON text. Escapes all that JSON requires to be escaped. At most six bytes per byte.
pub(crate) fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if u32::from(c) < 0x20 => push(out, format_args!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

pub(crate) fn push(out: &mut String, text: fmt::Arguments<'_>) {
    fmt::Write::write_fmt(out, text).expect("a text takes all in");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_reads(value in any_value()) {
            let read = |text: &str| SecretValue::read(text).map(SecretValue::into_value);
            let text = value.to_string();
            let expect: Value = serde_json::from_str(&text).expect("its own text");
            prop_assert_eq!(read(&text).expect("the same"), expect.clone());
            // Every character as an escape.
            let escaped: String = text
                .chars()
                .map(|c| match c {
                    c if c.is_alphabetic() || !c.is_ascii() => {
                        let mut units = [0; 2];
                        let units = c.encode_utf16(&mut units);
                        units.iter().map(|unit| format!("\\u{unit:04X}")).collect()
                    }
                    c => c.to_string(),
                })
                .collect();
            let theirs = serde_json::from_str::<Value>(&escaped).ok();
            prop_assert_eq!(read(&escaped).ok(), theirs);
        }

        #[test]
        fn it_rejects_what_serde_json_rejects(
            text in "[\\[\\]{}\",:0-9eE+. \\\\/bfnrtuTdDcC89ax\\x00-\\x1f-]{0,24}",
        ) {
            let quoted = format!("\"{text}\"");
            for text in [text, quoted] {
                let theirs = serde_json::from_str::<Value>(&text).ok();
                let ours = SecretValue::read(&text).map(SecretValue::into_value).ok();
                prop_assert_eq!(ours, theirs, "{}", text);
            }
        }

        #[test]
        fn what_is_written_is_read(text in any::<String>()) {
            let mut out = String::new();
            push_text(&mut out, &text);
            prop_assert_eq!(decoded(&out).expect("our own"), text.clone());
            prop_assert_eq!(serde_json::from_str::<String>(&out).expect("JSON"), text);
        }
    }

    #[test]
    fn it_reads_to_a_depth() {
        let check = |depth: usize, expect: bool| {
            let text = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            assert_eq!(SecretValue::read(&text).is_ok(), expect, "{depth}");
            assert_eq!(serde_json::from_str::<Value>(&text).is_ok(), expect);
        };
        check(100, true);
        check(127, true);
        check(128, false);
        assert!(SecretValue::read(&"[".repeat(100_000)).is_err());
    }
}
