//! Placeholder for a store that could not be opened; every call returns that error.

use auth_core::{AccountKey, Error, Lease, SecretBytes, Store};

/// A store that is not available on this machine.
pub(crate) struct Unavailable {
    name: Box<str>,
    error: Error,
}

impl Unavailable {
    pub(crate) fn new(name: &str, error: Error) -> Self {
        let name = name.into();
        Self { name, error }
    }
}

impl Store for Unavailable {
    fn load(&self, _: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        Err(self.error.clone())
    }

    fn try_lease(&self, _: &AccountKey) -> Result<Option<Lease>, Error> {
        Err(self.error.clone())
    }

    fn health(&self) -> Result<(), Error> {
        Err(self.error.clone())
    }

    fn save(&self, _: &Lease, _: &SecretBytes) -> Result<(), Error> {
        Err(self.error.clone())
    }

    fn remove(&self, _: &Lease) -> Result<(), Error> {
        Err(self.error.clone())
    }

    fn reserve(&self, _: &Lease, _: usize) -> Result<(), Error> {
        Err(self.error.clone())
    }

    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        Err(self.error.clone())
    }

    fn is_read_only(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        String::from(&*self.name)
    }
}
