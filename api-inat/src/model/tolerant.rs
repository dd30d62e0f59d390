//! Reading with tolerance: one visitor for every single value, in one pass, without a detour through JSON values.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use jiff::{Timestamp, civil::Date};
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
        value::MapAccessDeserializer,
    },
};
use serde_json::Value;

/// A field of a record.
pub(crate) fn read<'de, D: Deserializer<'de>, T: Tolerant>(from: D) -> Result<T, D::Error> {
    T::read(from)
}

/// An id: required, but it may come as text.
pub(crate) fn id<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let id = <u64 as Soft>::read(from)?;
    id.ok_or_else(|| D::Error::custom("the id is no whole number"))
}

/// A field that may be anything.
pub(crate) trait Tolerant: Sized {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error>;
}

/// Something that may be null, or a value that it cannot hold: both read as `None`.
pub(crate) trait Soft: Sized {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error>;
}

/// A single value: what it makes of the few types of JSON.
pub(crate) trait Scalar: Sized {
    fn from_text(text: &str) -> Option<Self>;

    fn from_whole(_: u64) -> Option<Self> {
        None
    }

    fn from_negative(_: i64) -> Option<Self> {
        None
    }

    fn from_float(_: f64) -> Option<Self> {
        None
    }

    fn from_flag(_: bool) -> Option<Self> {
        None
    }
}

impl<T: Soft> Tolerant for Option<T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::read(from)
    }
}

impl<T: Soft> Soft for Box<T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
        Ok(T::read(from)?.map(Box::new))
    }
}

/// A list in a list.
impl<T: Soft> Soft for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
        from.deserialize_any(List(PhantomData)).map(Some)
    }
}

/// Counts by name.
impl<T: Soft> Tolerant for BTreeMap<Box<str>, T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Soft::read(from)?.unwrap_or_default())
    }
}

impl<T: Soft> Soft for BTreeMap<Box<str>, T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
        from.deserialize_any(Entries(PhantomData))
    }
}

/// Whatever it is, kept as it is.
impl Tolerant for Value {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::deserialize(from)
    }
}

impl Soft for Value {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
        Self::deserialize(from).map(Some)
    }
}

/// A record, where there is an object; everything else counts as absent.
pub(crate) fn record<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    from.deserialize_any(Object(PhantomData))
}

impl<T: Soft> Tolerant for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(List(PhantomData))
    }
}

/// A single value.
pub(crate) fn scalar<'de, D: Deserializer<'de>, T: Scalar>(from: D) -> Result<Option<T>, D::Error> {
    from.deserialize_any(Single(PhantomData))
}

macro_rules! scalars {
    ($($Type:ty),*) => {
        $(impl Soft for $Type {
            fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
                scalar(from)
            }
        })*
    };
}

scalars!(bool, u8, u16, u32, u64, i64, f64, String, Box<str>, Date, Timestamp);

impl Scalar for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn from_whole(number: u64) -> Option<Self> {
        Some(number.to_string())
    }

    fn from_negative(number: i64) -> Option<Self> {
        Some(number.to_string())
    }

    fn from_float(number: f64) -> Option<Self> {
        Some(number.to_string())
    }

    fn from_flag(flag: bool) -> Option<Self> {
        Some(flag.to_string())
    }
}

impl Scalar for Box<str> {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }

    fn from_whole(number: u64) -> Option<Self> {
        Some(number.to_string().into())
    }

    fn from_negative(number: i64) -> Option<Self> {
        Some(number.to_string().into())
    }

    fn from_float(number: f64) -> Option<Self> {
        Some(number.to_string().into())
    }

    fn from_flag(flag: bool) -> Option<Self> {
        Some(if flag { "true" } else { "false" }.into())
    }
}

/// A day; of a moment, its day as it is written.
impl Scalar for Date {
    fn from_text(text: &str) -> Option<Self> {
        text.get(..10)?.parse().ok()
    }
}

impl Scalar for Timestamp {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Whole numbers that are narrower or may be negative: a value that does not fit counts as absent.
macro_rules! whole {
    ($($Type:ty),*) => {
        $(impl Scalar for $Type {
            fn from_text(text: &str) -> Option<Self> {
                text.trim().parse().ok()
            }

            fn from_whole(number: u64) -> Option<Self> {
                number.try_into().ok()
            }

            fn from_negative(number: i64) -> Option<Self> {
                number.try_into().ok()
            }

            fn from_float(number: f64) -> Option<Self> {
                match number < 0.0 {
                    true => Self::from_negative(i64::try_from(u64::from_float(-number)?).ok()?.checked_neg()?),
                    false => Self::from_whole(u64::from_float(number)?),
                }
            }
        })*
    };
}

whole!(u8, u16, u32, i64);

impl Scalar for u64 {
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        text.parse()
            .ok()
            .or_else(|| Self::from_float(text.parse().ok()?))
    }

    fn from_whole(number: u64) -> Option<Self> {
        Some(number)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was checked"
    )]
    fn from_float(number: f64) -> Option<Self> {
        (number.fract() == 0.0 && (0.0..1e15).contains(&number)).then_some(number as Self)
    }
}

impl Scalar for f64 {
    fn from_text(text: &str) -> Option<Self> {
        Self::from_float(text.trim().parse().ok()?)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a float is what the field holds"
    )]
    fn from_whole(number: u64) -> Option<Self> {
        Some(number as Self)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a float is what the field holds"
    )]
    fn from_negative(number: i64) -> Option<Self> {
        Some(number as Self)
    }

    fn from_float(number: f64) -> Option<Self> {
        number.is_finite().then_some(number)
    }
}

impl Scalar for bool {
    fn from_text(text: &str) -> Option<Self> {
        match text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    fn from_whole(number: u64) -> Option<Self> {
        (number < 2).then_some(number == 1)
    }

    fn from_flag(flag: bool) -> Option<Self> {
        Some(flag)
    }
}

struct Single<T>(PhantomData<T>);

impl<'de, T: Scalar> Visitor<'de> for Single<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::from_text(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(T::from_whole(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(match u64::try_from(number) {
            Ok(number) => T::from_whole(number),
            Err(_) => T::from_negative(number),
        })
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(T::from_float(number))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(T::from_flag(flag))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// The single values that a visitor of something else takes for nothing.
macro_rules! nothing_else {
    ($nothing:expr) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($nothing)
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($nothing)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($nothing)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($nothing)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($nothing)
        }
    };
}
pub(super) use nothing_else;

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(entries)).map(Some)
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

struct Entries<T>(PhantomData<T>);

impl<'de, T: Soft> Visitor<'de> for Entries<T> {
    type Value = Option<BTreeMap<Box<str>, T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut found = BTreeMap::new();
        while let Some(name) = entries.next_key::<Box<str>>()? {
            if let Some(value) = entries.next_value_seed(Element(PhantomData))? {
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

struct List<T>(PhantomData<T>);

impl<'de, T: Soft> Visitor<'de> for List<T> {
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
        while let Some(item) = items.next_element_seed(Element(PhantomData))? {
            list.extend(item);
        }
        Ok(list)
    }
}

struct Element<T>(PhantomData<T>);

impl<'de, T: Soft> DeserializeSeed<'de> for Element<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        T::read(from)
    }
}

/// A value that is read through [`Scalar`] or [`Soft`], where serde asks for a type of its own.
pub(super) struct Maybe<T>(pub(super) Option<T>);

impl<'de, T: Soft> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::read(from).map(Self)
    }
}
