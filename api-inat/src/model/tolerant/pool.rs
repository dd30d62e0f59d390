//! Shares the taxa and users that a record repeats.
//!
//! Each identification of an observation contains its taxon with all ancestors, and each
//! identification, comment and vote its user. Most of a response is repetition.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    sync::Arc,
};

use crate::model::{Taxon, User};

/// The taxa and users that one record has named so far. Lives while that record is read.
///
/// The types are erased, so that a program that reads no taxa contains no code for them.
#[derive(Default)]
pub(crate) struct Pool([TypePool; 2]);

/// What was read of one type.
#[derive(Default)]
struct TypePool {
    known: RefCell<Vec<Arc<dyn Any + Send + Sync>>>,
    /// The allocation of a record that was known already, for the next one.
    spare: Cell<Option<Arc<dyn Any + Send + Sync>>>,
}

/// A type of record that is often repeated.
pub(crate) trait Shared: Any + Default + Send + Sync {
    /// Its index in the pool.
    const PLACE: usize;

    /// Returns whether all fields are equal. Not inlined: the derived comparison, with that of each
    /// record inside, is compiled wherever it is called, and so here instead of in each program.
    fn is_same(&self, other: &Self) -> bool;
}

impl Shared for Taxon {
    const PLACE: usize = 0;

    #[inline(never)]
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Shared for User {
    const PLACE: usize = 1;

    #[inline(never)]
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

/// The bound of the search: a record with thousands of different taxa must not take quadratic time.
const MOST: usize = 256;

impl Pool {
    /// Returns an allocation with an empty record.
    pub(super) fn empty<T: Shared>(&self) -> Arc<T> {
        let spare = self.0[T::PLACE].spare.take();
        let spare = spare.and_then(|spare| spare.downcast().ok());
        spare.unwrap_or_default()
    }

    /// Returns the known record that is equal in every field, or else this one.
    pub(super) fn share<T: Shared>(&self, mut record: Arc<T>) -> Arc<T> {
        let TypePool { known, spare } = &self.0[T::PLACE];
        let mut known = known.borrow_mut();
        let same = |known: &&Arc<dyn Any + Send + Sync>| {
            known
                .downcast_ref()
                .is_some_and(|known| record.is_same(known))
        };
        let same = known.iter().find(same).cloned();
        if let Some(Ok(same)) = same.map(Arc::downcast) {
            if let Some(own) = Arc::get_mut(&mut record) {
                *own = T::default();
                spare.set(Some(record));
            }
            return same;
        }
        if known.len() < MOST {
            known.push(Arc::clone(&record) as _);
        }
        record
    }
}
