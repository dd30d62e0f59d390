//! Records: fields by name, filled in as they arrive, in any kind of storage.

use std::{fmt, marker::PhantomData, sync::Arc};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, Visitor},
};

use super::{
    pool::{Pool, Shared},
    source::{Failed, Source, Taker, Whole},
    takers::named,
};

/// A type with fields by name.
pub(crate) trait Record: Default {
    /// The name in an error.
    const NAME: &'static str;
    /// Whether it has an id that is required as the whole response.
    const HAS_ID: bool;

    /// Reads all fields of a map.
    fn fill(&mut self, entries: &mut dyn Source, pool: &Pool) -> Result<Filled, Failed>;
}

/// What a map had of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    /// The required id.
    Whole,
    /// Other fields.
    Fields,
    /// No known field.
    Nothing,
}

impl Filled {
    /// Returns whether the record counts inside another one: with its id, or any other field.
    fn counts<T: Record>(self) -> bool {
        self != Self::Nothing || !T::HAS_ID
    }
}

/// The names of a record's fields.
pub(crate) trait Named {
    fn of(name: &str) -> Self;
}

/// Reads the name of the next field, if there is another one.
pub(crate) fn key<F: Named>(entries: &mut dyn Source) -> Result<Option<F>, Failed> {
    named(entries, F::of)
}

/// The seed that reads the name of the next field.
pub(crate) struct Key<F>(PhantomData<F>);

impl<F> Key<F> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, F: Named> DeserializeSeed<'de> for Key<F> {
    type Value = F;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<F, D::Error> {
        from.deserialize_identifier(self)
    }
}

impl<F: Named> Visitor<'_> for Key<F> {
    type Value = F;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<F, E> {
        Ok(F::of(name))
    }
}

/// Reads a record as the whole response, which must be an object. Fills it where it is: a parser
/// hands each value through many layers, and a wide record would be copied in each.
pub(crate) fn whole<'de, D: Deserializer<'de>, T: Record>(from: D) -> Result<T, D::Error> {
    let mut read = Ok(T::default());
    let mut filled = Filled::Nothing;
    let ended = match &mut read {
        Ok(record) => from.deserialize_map(Whole {
            name: T::NAME,
            read: &mut |entries| {
                filled = record.fill(entries, &Pool::default())?;
                Ok(())
            },
        }),
        Err(_) => Ok(()),
    };
    match ended {
        Ok(()) if T::HAS_ID && filled != Filled::Whole => {
            read = Err(D::Error::custom("it has no id that is a whole number"));
        }
        Ok(()) => {}
        Err(error) => read = Err(error),
    }
    read
}

/// Reads the next record, in a field or in a list, if there is another one. Anything but an object
/// counts as absent.
pub(crate) fn record<P: Target>(
    target: &mut P,
    from: &mut dyn Source,
    pool: &Pool,
) -> Result<bool, Failed> {
    from.value(&mut Object(target, pool))
}

/// A target for a record: reads it there, so that a wide one is not copied on its way.
pub(crate) trait Target {
    /// Leaves out a record without its id and any other field.
    fn fill(&mut self, entries: &mut dyn Source, pool: &Pool) -> Result<(), Failed>;
}

/// Inside the outer record.
impl<T: Record> Target for Option<T> {
    fn fill(&mut self, entries: &mut dyn Source, pool: &Pool) -> Result<(), Failed> {
        let record = self.insert(T::default());
        if !record.fill(entries, pool)?.counts::<T>() {
            *self = None;
        }
        Ok(())
    }
}

/// In its own allocation.
pub(super) struct Boxed<'a, T>(pub(super) &'a mut Option<Box<T>>);

impl<T: Record> Target for Boxed<'_, T> {
    fn fill(&mut self, entries: &mut dyn Source, pool: &Pool) -> Result<(), Failed> {
        let mut record = Box::<T>::default();
        if record.fill(entries, pool)?.counts::<T>() {
            *self.0 = Some(record);
        }
        Ok(())
    }
}

/// In an allocation that equal records share.
pub(super) struct Pooled<'a, T>(pub(super) &'a mut Option<Arc<T>>);

impl<T: Record + Shared> Target for Pooled<'_, T> {
    fn fill(&mut self, entries: &mut dyn Source, pool: &Pool) -> Result<(), Failed> {
        let mut record = pool.empty::<T>();
        let filled = match Arc::get_mut(&mut record) {
            Some(record) => record.fill(entries, pool)?,
            None => Filled::Nothing,
        };
        if filled.counts::<T>() {
            *self.0 = Some(pool.share(record));
        }
        Ok(())
    }
}

/// At the end of a list.
impl<T: Record> Target for Vec<T> {
    fn fill(&mut self, entries: &mut dyn Source, pool: &Pool) -> Result<(), Failed> {
        if self.capacity() == 0 {
            // Many lists have one record, and a vector of wide ones begins with four.
            self.reserve_exact(1);
        }
        self.push(T::default());
        let filled = match self.last_mut() {
            Some(record) => record.fill(entries, pool)?,
            None => Filled::Nothing,
        };
        if !filled.counts::<T>() {
            self.pop();
        }
        Ok(())
    }
}

struct Object<'a, P>(&'a mut P, &'a Pool);

impl<P: Target> Taker for Object<'_, P> {
    fn object(&mut self, entries: &mut dyn Source) -> Result<(), Failed> {
        self.0.fill(entries, self.1)
    }
}
