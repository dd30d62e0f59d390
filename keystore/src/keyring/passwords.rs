//! Passwords shared with other programs: entries in the format of Python's keyring.

use std::{fmt, sync::Arc, time::Duration};

use auth_core::{ExposeSecret, SecretBytes, SecretText};

use super::{
    entries::{Entries, EntryKind, Failure, Name},
    system,
    worker::Worker,
};

/// Passwords in the keyring. Clones share one connection.
#[derive(Clone)]
pub(crate) struct Passwords {
    worker: Arc<Worker>,
    timeout: Duration,
}

impl Passwords {
    /// Opens this user's keyring, with this timeout for each response.
    pub(crate) fn new(timeout: Duration) -> Self {
        Self::over(Worker::new(Arc::new(system::connect)), timeout)
    }

    /// Opens an in-memory keyring.
    #[cfg(test)]
    pub(crate) fn fake(fake: &super::Fake) -> Self {
        let fake = fake.clone();
        let connect = move || Ok(Box::new(fake.clone()) as Box<dyn Entries>);
        Self::over(Worker::new(Arc::new(connect)), Duration::from_secs(60))
    }

    fn over(worker: Worker, timeout: Duration) -> Self {
        Self {
            worker: Arc::new(worker),
            timeout,
        }
    }

    /// Returns the password. `None` if there is no such entry.
    pub(crate) fn get(
        &self,
        service: &'static str,
        user: &'static str,
    ) -> Result<Option<SecretText>, Failure> {
        let entries = self.worker.entries(self.timeout, None);
        let Some(secret) = entries.get(&name(service, user))? else {
            return Ok(None);
        };
        match std::str::from_utf8(secret.as_ref()) {
            Ok(text) => Ok(Some(text.into())),
            Err(_) => Err(Failure::Broken(
                "the entry's content is not Unicode text".into(),
            )),
        }
    }

    /// Replaces the password or creates the entry, so that Python's keyring overwrites the same
    /// one.
    pub(crate) fn set(
        &self,
        service: &'static str,
        user: &'static str,
        password: &SecretText,
    ) -> Result<(), Failure> {
        let secret = SecretBytes::new(password.expose_secret().as_bytes().to_vec());
        let entries = self.worker.entries(self.timeout, None);
        entries.set(&name(service, user), &secret)
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

fn name(service: &'static str, user: &'static str) -> Name {
    Name {
        service: service.into(),
        user: user.into(),
        kind: EntryKind::Password,
    }
}
