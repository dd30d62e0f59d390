//! What stands for a store that could not be opened: it answers everything with the reason.

use auth_core::{AccountKey, Error, Lease, SecretBytes, Store};

/// In the place of a store that is not to be had on this machine.
pub(crate) struct Unavailable {
    name: Box<str>,
    why: Error,
}

impl Unavailable {
    pub(crate) fn new(name: &str, why: Error) -> Self {
        let name = name.into();
        Self { name, why }
    }
}

impl Store for Unavailable {
    fn load(&self, _: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        Err(self.why.clone())
    }

    fn try_lease(&self, _: &AccountKey) -> Result<Option<Lease>, Error> {
        Err(self.why.clone())
    }

    fn save(&self, _: &Lease, _: &SecretBytes) -> Result<(), Error> {
        Err(self.why.clone())
    }

    fn remove(&self, _: &Lease) -> Result<(), Error> {
        Err(self.why.clone())
    }

    fn is_read_only(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        String::from(&*self.name)
    }
}
