//! Taxa and people that a record names several times are held once.
//!
//! Every identification of an observation brings its taxon with all ancestors, and every identification, comment and vote
//! the person: most of an answer says again what it said before.

use std::{cell::RefCell, sync::Arc};

use crate::model::{Taxon, User};

/// What one record has named so far. It lives as long as the reading of that record.
#[derive(Default)]
pub(crate) struct Pool {
    taxa: RefCell<Vec<Arc<Taxon>>>,
    people: RefCell<Vec<Arc<User>>>,
}

/// A kind of record that comes again and again.
pub(crate) trait Shared: PartialEq + Sized {
    fn known(pool: &Pool) -> &RefCell<Vec<Arc<Self>>>;
}

impl Shared for Taxon {
    fn known(pool: &Pool) -> &RefCell<Vec<Arc<Self>>> {
        &pool.taxa
    }
}

impl Shared for User {
    fn known(pool: &Pool) -> &RefCell<Vec<Arc<Self>>> {
        &pool.people
    }
}

/// So many are looked through at the most: a record with thousands of different ones must not take the square of that.
const MOST: usize = 256;

impl Pool {
    /// The one that is known already, if it is the same in every field; otherwise this one.
    pub(super) fn share<T: Shared>(&self, record: T) -> Arc<T> {
        let mut known = T::known(self).borrow_mut();
        if let Some(same) = known.iter().find(|known| ***known == record) {
            return Arc::clone(same);
        }
        let record = Arc::new(record);
        if known.len() < MOST {
            known.push(Arc::clone(&record));
        }
        record
    }
}
