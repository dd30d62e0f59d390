//! What values are read into: one taker for each kind, each tolerating all others.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use super::{
    Pool, Scalar, Soft,
    source::{Failed, Source, Taker},
};

/// A single value.
impl<T: Scalar> Taker for Option<T> {
    fn text(&mut self, text: &str) {
        *self = T::from_text(text);
    }

    fn whole(&mut self, number: u64) {
        *self = T::from_whole(number);
    }

    fn negative(&mut self, number: i64) {
        *self = T::from_negative(number);
    }

    fn float(&mut self, number: f64) {
        *self = T::from_float(number);
    }

    fn flag(&mut self, flag: bool) {
        *self = T::from_flag(flag);
    }

    fn object(&mut self, entries: &mut dyn Source) -> Result<(), Failed> {
        if let Some(number) = number(entries)? {
            *self = T::from_float(number);
        }
        Ok(())
    }
}

/// With serde_json's feature `arbitrary_precision` a number with a fraction is an object with this
/// key and the number's text. Any crate of the program may enable it.
const NUMBER: &str = "$serde_json::private::Number";

/// Reads such an object.
fn number(entries: &mut dyn Source) -> Result<Option<f64>, Failed> {
    let mut found = None;
    while let Some(is_number) = named(entries, |name| name == NUMBER)? {
        match is_number {
            true => {
                let mut text = None::<Box<str>>;
                entries.value(&mut text)?;
                found = text.and_then(|text| text.parse().ok()).or(found);
            }
            false => drop(entries.skip()?),
        }
    }
    Ok(found)
}

/// Returns what this function makes of the next name.
pub(super) fn named<T>(
    entries: &mut dyn Source,
    of: impl Fn(&str) -> T,
) -> Result<Option<T>, Failed> {
    let mut found = None;
    entries.name(&mut |name| found = Some(of(name)))?;
    Ok(found)
}

/// A table, such as counts by name.
pub(super) struct Table<'a, T> {
    pub(super) found: Option<BTreeMap<Box<str>, T>>,
    pub(super) pool: &'a Pool,
}

impl<T: Soft> Taker for Table<'_, T> {
    fn object(&mut self, entries: &mut dyn Source) -> Result<(), Failed> {
        let found = self.found.insert(BTreeMap::new());
        while let Some(name) = named(entries, |name| Box::<str>::from(name))? {
            let mut value = None;
            T::take(&mut value, entries, self.pool)?;
            if let Some(value) = value {
                found.insert(name, value);
            }
        }
        Ok(())
    }
}

pub(super) struct List<'a, T> {
    pub(super) found: &'a mut Vec<T>,
    pub(super) pool: &'a Pool,
}

impl<T: Soft> Taker for List<'_, T> {
    fn list(&mut self, items: &mut dyn Source) -> Result<(), Failed> {
        while T::push(self.found, items, self.pool)? {}
        Ok(())
    }
}

/// Any JSON, unchanged.
impl Taker for Value {
    fn null(&mut self) {
        *self = Self::Null;
    }

    fn text(&mut self, text: &str) {
        *self = text.into();
    }

    fn whole(&mut self, number: u64) {
        *self = number.into();
    }

    fn negative(&mut self, number: i64) {
        *self = number.into();
    }

    fn float(&mut self, number: f64) {
        *self = number.into();
    }

    fn flag(&mut self, flag: bool) {
        *self = flag.into();
    }

    fn list(&mut self, items: &mut dyn Source) -> Result<(), Failed> {
        let (mut list, mut item) = (Vec::new(), Self::Null);
        while items.value(&mut item)? {
            list.push(item.take());
        }
        *self = Self::Array(list);
        Ok(())
    }

    fn object(&mut self, entries: &mut dyn Source) -> Result<(), Failed> {
        let mut map = Map::new();
        while let Some(name) = named(entries, str::to_owned)? {
            let mut value = Self::Null;
            entries.value(&mut value)?;
            map.insert(name, value);
        }
        *self = match exact(&map) {
            Some(number) => Self::Number(number),
            None => Self::Object(map),
        };
        Ok(())
    }
}

/// Returns the number that serde_json wraps in an object, with all its digits.
fn exact(map: &Map<String, Value>) -> Option<Number> {
    let only = map.get(NUMBER).filter(|_| map.len() == 1)?;
    only.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::tolerant::alone;

    fn read(text: &str) -> Result<Value, serde_json::Error> {
        alone(&mut serde_json::Deserializer::from_str(text), |from| {
            let mut value = Value::Bool(true);
            from.value(&mut value)?;
            Ok(value)
        })
    }

    /// As serde_json reads it.
    #[test]
    fn any_json_stays_unchanged() {
        for text in [
            "null",
            "false",
            "0",
            "-1",
            "18446744073709551615",
            "-9223372036854775808",
            "1e400",
            "-0.5",
            r#""""#,
            r#""a\n\u00e9""#,
            "[]",
            "[null,[1,[]],{}]",
            "{}",
            r#"{"a":null,"b":[{"c":{"d":[true,"e",2.5]}}],"a":1}"#,
            "[1",
            r#"{"a":}"#,
            "",
        ] {
            let theirs = serde_json::from_str::<Value>(text);
            assert_eq!(read(text).ok(), theirs.ok(), "{text}");
        }
    }

    /// With `arbitrary_precision`, serde_json hands a number over as an object.
    #[test]
    fn a_number_with_all_its_digits_is_a_number() {
        let number = json!({NUMBER: "0.5", "b": {NUMBER: "1.5"}});
        let found = alone(number, |from| {
            let mut value = Value::Null;
            from.value(&mut value)?;
            Ok(value)
        });
        let found = found.unwrap_or_default();
        assert_eq!(found, json!({NUMBER: "0.5", "b": 1.5}));
    }
}
