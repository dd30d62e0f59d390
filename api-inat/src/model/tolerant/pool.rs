//! Taxa and people that a record names several times are held once.
//!
//! Every identification of an observation brings its taxon with all ancestors, and every identification, comment and vote
//! the person: most of an answer says again what it said before.

use std::{any::Any, cell::RefCell, sync::Arc};

use crate::model::{Taxon, User};

/// What one record has named so far. It lives as long as the reading of that record.
///
/// Of which types it is, it does not say: so a program that reads no taxa has nothing of them.
#[derive(Default)]
pub(crate) struct Pool([RefCell<Vec<Arc<dyn Any + Send + Sync>>>; 2]);

/// A kind of record that comes again and again.
pub(crate) trait Shared: Any + PartialEq + Send + Sync {
    /// Its place in the pool.
    const PLACE: usize;
}

impl Shared for Taxon {
    const PLACE: usize = 0;
}

impl Shared for User {
    const PLACE: usize = 1;
}

/// So many are looked through at the most: a record with thousands of different ones must not take the square of that.
const MOST: usize = 256;

impl Pool {
    /// The one that is known already, if it is the same in every field; otherwise this one.
    pub(super) fn share<T: Shared>(&self, record: T) -> Arc<T> {
        let mut known = self.0[T::PLACE].borrow_mut();
        let same = |known: &&Arc<dyn Any + Send + Sync>| known.downcast_ref() == Some(&record);
        let same = known.iter().find(same).cloned();
        if let Some(Ok(same)) = same.map(Arc::downcast) {
            return same;
        }
        let record = Arc::new(record);
        if known.len() < MOST {
            known.push(Arc::clone(&record) as _);
        }
        record
    }
}
