//! The visitors: one for each kind of value, each tolerating all others.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    Maybe, Pool, Scalar, Soft,
    nothing_else::nothing_else,
    records::{Element, Item},
};

/// The visitor of a single value. The conversion is behind a table of functions, so that a program
/// contains this visitor once for all types.
pub(super) struct Single<'a>(pub(super) &'a mut dyn Taker);

/// Receives a single value.
pub(super) trait Taker {
    fn text(&mut self, text: &str);
    fn whole(&mut self, number: u64);
    fn negative(&mut self, number: i64);
    fn float(&mut self, number: f64);
    fn flag(&mut self, flag: bool);
}

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
}

impl<'de> Visitor<'de> for Single<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.text(text);
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.0.whole(number);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        match u64::try_from(number) {
            Ok(number) => self.0.whole(number),
            Err(_) => self.0.negative(number),
        }
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.0.float(number);
        Ok(())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        self.0.flag(flag);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(Maybe(key)) = entries.next_key::<Maybe<Box<str>>>()? {
            match key.as_deref() {
                Some(NUMBER) => {
                    let text = entries
                        .next_value::<Maybe<Box<str>>>()?
                        .0
                        .unwrap_or_default();
                    if let Ok(number) = text.parse() {
                        self.0.float(number);
                    }
                }
                _ => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// With serde_json's feature `arbitrary_precision`, which any crate of the program may enable, a
/// number with a fraction is an object with this key and the number's text.
const NUMBER: &str = "$serde_json::private::Number";

pub(super) struct Entries<'p, T>(&'p Pool, PhantomData<T>);

impl<'p, T> Entries<'p, T> {
    pub(super) fn new(pool: &'p Pool) -> Self {
        Self(pool, PhantomData)
    }
}

impl<'de, T: Soft> Visitor<'de> for Entries<'_, T> {
    type Value = Option<BTreeMap<Box<str>, T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut found = BTreeMap::new();
        while let Some(name) = entries.next_key::<Box<str>>()? {
            if let Some(value) = entries.next_value_seed(Element(self.0, PhantomData))? {
                found.insert(name, value);
            }
        }
        Ok(Some(found))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    nothing_else!(None);
}

pub(super) struct List<'p, T>(&'p Pool, PhantomData<T>);

impl<'p, T> List<'p, T> {
    pub(super) fn new(pool: &'p Pool) -> Self {
        Self(pool, PhantomData)
    }
}

impl<'de, T: Soft> Visitor<'de> for List<'_, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Vec::new())
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    nothing_else!(Vec::new());

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while items.next_element_seed(Item(&mut list, self.0))?.is_some() {}
        Ok(list)
    }
}
