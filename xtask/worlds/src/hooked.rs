//! A store with a hook before each call: for stores that fail, hang, or are watched.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use auth_core::{AccountKey, BoxFuture, Error, Lease, SecretBytes, Store};

/// A store that calls its hook before it does anything. Clones share both.
///
/// The hook gets the name of the step: `load`, `lease`, `reserve`, `save` or `remove`. Its error is
/// that of the store.
#[derive(Clone)]
pub struct Hooked {
    inner: Arc<dyn Store>,
    hook: Arc<Hook>,
}

type Hook = dyn Fn(&'static str) -> Result<(), Error> + Send + Sync;

impl Hooked {
    /// This store with this hook.
    pub fn new(
        inner: impl Store,
        hook: impl Fn(&'static str) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner: Arc::new(inner),
            hook: Arc::new(hook),
        }
    }
}

impl fmt::Debug for Hooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hooked").field(&self.describe()).finish()
    }
}

impl Store for Hooked {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        (self.hook)("load")?;
        self.inner.load(key)
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        (self.hook)("lease")?;
        self.inner.try_lease(key)
    }

    fn lease_duration(&self) -> Option<Duration> {
        self.inner.lease_duration()
    }

    fn next_change(&self, key: &AccountKey) -> Option<BoxFuture<'static, ()>> {
        self.inner.next_change(key)
    }

    fn confirm(&self, lease: &Lease, at_least: Duration) -> Result<bool, Error> {
        self.inner.confirm(lease, at_least)
    }

    fn reserve(&self, lease: &Lease, bytes: usize) -> Result<(), Error> {
        (self.hook)("reserve")?;
        self.inner.reserve(lease, bytes)
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        (self.hook)("save")?;
        self.inner.save(lease, record)
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        (self.hook)("remove")?;
        self.inner.remove(lease)
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}
