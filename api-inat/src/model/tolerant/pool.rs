//! Shares the taxa and users that a record repeats.
//!
//! Each identification of an observation contains its taxon with all ancestors, and each
//! identification, comment and vote its user. Most of a response is repetition.

use std::{any::Any, cell::RefCell, sync::Arc};

use crate::model::{Taxon, User};

/// The taxa and users that one record has named so far. Lives while that record is read.
///
/// The types are erased, so that a program that reads no taxa contains no code for them.
#[derive(Default)]
pub(crate) struct Pool([RefCell<Vec<Arc<dyn Any + Send + Sync>>>; 2]);

/// A type of record that is often repeated.
pub(crate) trait Shared: Any + PartialEq + Send + Sync {
    /// Its index in the pool.
    const PLACE: usize;
}

impl Shared for Taxon {
    const PLACE: usize = 0;
}

impl Shared for User {
    const PLACE: usize = 1;
}

/// The bound of the search: a record with thousands of different taxa must not take quadratic time.
const MOST: usize = 256;

impl Pool {
    /// Returns the known record that is equal in every field, or else this one.
    pub(super) fn share<T: Shared>(&self, record: Arc<T>) -> Arc<T> {
        let mut known = self.0[T::PLACE].borrow_mut();
        let same = |known: &&Arc<dyn Any + Send + Sync>| known.downcast_ref() == Some(&*record);
        let same = known.iter().find(same).cloned();
        if let Some(Ok(same)) = same.map(Arc::downcast) {
            return same;
        }
        if known.len() < MOST {
            known.push(Arc::clone(&record) as _);
        }
        record
    }
}
