//! Where values come from: any deserializer of serde's, behind a table of functions.
//!
//! A program contains each record's code once, and the parser's code once for all of them. A parser
//! has a page of code for each visitor, and each type of record would need a visitor of its own.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// Reading has failed. The source keeps the parser's error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed;

/// The entries of an object, or the items of a list.
pub(crate) trait Source {
    /// Passes on the next name of an object. `false` at the end.
    fn name(&mut self, to: &mut dyn FnMut(&str)) -> Result<bool, Failed>;

    /// Passes on the next value. `false` at the end of a list.
    fn value(&mut self, to: &mut dyn Taker) -> Result<bool, Failed>;

    /// Ignores the next value. `false` at the end of a list.
    fn skip(&mut self) -> Result<bool, Failed>;
}

/// Receives a value of any type of JSON. Ignores the types that it does not read.
pub(crate) trait Taker {
    fn null(&mut self) {}

    fn text(&mut self, _: &str) {}

    fn whole(&mut self, _: u64) {}

    fn negative(&mut self, _: i64) {}

    fn float(&mut self, _: f64) {}

    fn flag(&mut self, _: bool) {}

    fn list(&mut self, items: &mut dyn Source) -> Result<(), Failed> {
        while items.skip()? {}
        Ok(())
    }

    fn object(&mut self, entries: &mut dyn Source) -> Result<(), Failed> {
        while entries.name(&mut |_| ())? {
            entries.skip()?;
        }
        Ok(())
    }
}

/// Reads a single value from a deserializer.
pub(crate) fn alone<'de, D: Deserializer<'de>, T>(
    from: D,
    read: impl FnOnce(&mut dyn Source) -> Result<T, Failed>,
) -> Result<T, D::Error> {
    let (from, mut error) = (Some(from), None);
    let mut source = Alone {
        from,
        error: &mut error,
    };
    let read = read(&mut source);
    read.map_err(|Failed| error.unwrap_or_else(unknown))
}

/// Reads the entries of an object.
pub(crate) fn object<'de, A: MapAccess<'de>, T>(
    entries: A,
    read: impl FnOnce(&mut dyn Source) -> Result<T, Failed>,
) -> Result<T, A::Error> {
    let mut error = None;
    let mut source = Entries {
        entries,
        error: &mut error,
    };
    let read = read(&mut source);
    read.map_err(|Failed| error.unwrap_or_else(unknown))
}

/// An error for a reader that fails without one of the parser's: none does.
fn unknown<E: Error>() -> E {
    E::custom("it cannot be read")
}

/// Keeps an error.
fn kept<T, E>(result: Result<T, E>, error: &mut Option<E>) -> Result<T, Failed> {
    result.map_err(|failed| {
        *error = Some(failed);
        Failed
    })
}

struct Alone<'e, D, E> {
    from: Option<D>,
    error: &'e mut Option<E>,
}

impl<'de, D: Deserializer<'de>> Source for Alone<'_, D, D::Error> {
    fn name(&mut self, _: &mut dyn FnMut(&str)) -> Result<bool, Failed> {
        Ok(false)
    }

    fn value(&mut self, to: &mut dyn Taker) -> Result<bool, Failed> {
        match self.from.take() {
            Some(from) => kept(from.deserialize_any(Any(to)), self.error).map(|()| true),
            None => Ok(false),
        }
    }

    fn skip(&mut self) -> Result<bool, Failed> {
        Ok(self.from.take().is_some())
    }
}

struct Entries<'e, A, E> {
    entries: A,
    error: &'e mut Option<E>,
}

impl<'de, A: MapAccess<'de>> Source for Entries<'_, A, A::Error> {
    fn name(&mut self, to: &mut dyn FnMut(&str)) -> Result<bool, Failed> {
        let name = kept(self.entries.next_key_seed(Name(to)), self.error)?;
        Ok(name.is_some())
    }

    fn value(&mut self, to: &mut dyn Taker) -> Result<bool, Failed> {
        kept(self.entries.next_value_seed(Any(to)), self.error).map(|()| true)
    }

    fn skip(&mut self) -> Result<bool, Failed> {
        kept(self.entries.next_value(), self.error).map(|IgnoredAny| true)
    }
}

struct Items<'e, A, E> {
    items: A,
    error: &'e mut Option<E>,
}

impl<'de, A: SeqAccess<'de>> Source for Items<'_, A, A::Error> {
    fn name(&mut self, _: &mut dyn FnMut(&str)) -> Result<bool, Failed> {
        Ok(false)
    }

    fn value(&mut self, to: &mut dyn Taker) -> Result<bool, Failed> {
        let item = kept(self.items.next_element_seed(Any(to)), self.error)?;
        Ok(item.is_some())
    }

    fn skip(&mut self) -> Result<bool, Failed> {
        let item: Option<IgnoredAny> = kept(self.items.next_element(), self.error)?;
        Ok(item.is_some())
    }
}

/// The visitor of a name.
struct Name<'a>(&'a mut dyn FnMut(&str));

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        (self.0)(name);
        Ok(())
    }
}

/// The visitor of a value.
struct Any<'a>(&'a mut dyn Taker);

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.null();
        Ok(())
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

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        let mut error = None;
        let mut items = Items {
            items,
            error: &mut error,
        };
        let read = self.0.list(&mut items);
        read.map_err(|Failed| error.unwrap_or_else(unknown))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        object(entries, |entries| self.0.object(entries))
    }
}

/// The visitor of an object that is the whole response.
pub(super) struct Whole<'a> {
    /// The name in an error.
    pub(super) name: &'static str,
    pub(super) read: &'a mut dyn FnMut(&mut dyn Source) -> Result<(), Failed>,
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        object(entries, |entries| (self.read)(entries))
    }
}
