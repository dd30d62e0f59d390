//! An in-memory keyring with a size limit. Tests make it fail, stop responding or panic.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth_core::SecretBytes;

use super::entries::{Entries, Failure, Name};

/// Clones share the entries.
#[derive(Clone)]
pub(crate) struct Fake {
    state: Arc<Mutex<State>>,
    /// Each call locks this first; see [`hold`](Self::hold).
    hold: Arc<Mutex<()>>,
}

struct State {
    limit: usize,
    entries: BTreeMap<(String, String), Vec<u8>>,
    /// The number of calls before the crash. No later call has an effect.
    calls_left: Option<usize>,
    /// Whether the call that crashes has its effect all the same.
    last_has_effect: bool,
    crashed: bool,
    failures: Vec<Failure>,
    panics: bool,
}

impl Fake {
    pub(crate) fn new(limit: usize) -> Self {
        let state = State {
            limit,
            entries: BTreeMap::new(),
            calls_left: None,
            last_has_effect: false,
            crashed: false,
            failures: Vec::new(),
            panics: false,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            hold: Arc::default(),
        }
    }

    /// Makes the next `count` calls fail.
    pub(crate) fn fail_next(&self, count: usize, failure: Failure) {
        self.state().failures = vec![failure; count];
    }

    /// Makes the next call panic.
    pub(crate) fn panic_next(&self) {
        self.state().panics = true;
    }

    /// Makes every call after the next `calls` fail. With `last_has_effect` the first of them has
    /// its effect nevertheless.
    pub(crate) fn crash_after(&self, calls: usize, last_has_effect: bool) {
        let mut state = self.state();
        (state.calls_left, state.last_has_effect) = (Some(calls), last_has_effect);
        state.crashed = false;
    }

    /// Whether a call has failed since [`crash_after`](Self::crash_after).
    pub(crate) fn has_crashed(&self) -> bool {
        self.state().crashed
    }

    /// Ends the crash.
    pub(crate) fn recover(&self) {
        self.state().calls_left = None;
    }

    /// Blocks all calls until the guard is dropped.
    pub(crate) fn hold(&self) -> MutexGuard<'_, ()> {
        self.hold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the users of all entries.
    pub(crate) fn users(&self) -> Vec<String> {
        let state = self.state();
        state.entries.keys().map(|(_, user)| user.clone()).collect()
    }

    /// Overwrites or removes an entry directly, as another program would.
    pub(crate) fn tamper(&self, service: &str, user: &str, content: Option<&[u8]>) {
        let key = (service.to_owned(), user.to_owned());
        let entries = &mut self.state().entries;
        match content {
            Some(content) => entries.insert(key, content.to_owned()),
            None => entries.remove(&key),
        };
    }

    pub(crate) fn content(&self, service: &str, user: &str) -> Option<Vec<u8>> {
        let key = (service.to_owned(), user.to_owned());
        self.state().entries.get(&key).cloned()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call<T>(&self, effect: impl FnOnce(&mut State) -> Result<T, Failure>) -> Result<T, Failure> {
        drop(self.hold());
        let mut state = self.state();
        if std::mem::take(&mut state.panics) {
            panic!("a test requested this panic");
        }
        if let Some(failure) = state.failures.pop() {
            return Err(failure);
        }
        let failed = Failure::Broken("crashed".into());
        match state.calls_left {
            None => effect(&mut state),
            Some(0) => {
                state.crashed = true;
                if std::mem::take(&mut state.last_has_effect) {
                    let _: Result<T, Failure> = effect(&mut state);
                }
                Err(failed)
            }
            Some(left) => {
                state.calls_left = Some(left - 1);
                effect(&mut state)
            }
        }
    }
}

impl Entries for Fake {
    fn get(&self, name: &Name) -> Result<Option<SecretBytes>, Failure> {
        self.call(|state| {
            let found = state.entries.get(&key(name));
            Ok(found.map(|bytes| SecretBytes::new(bytes.clone())))
        })
    }

    fn set(&self, name: &Name, secret: &SecretBytes) -> Result<(), Failure> {
        self.call(|state| {
            if secret.len() > state.limit {
                return Err(Failure::TooLong);
            }
            state.entries.insert(key(name), secret.as_ref().to_vec());
            Ok(())
        })
    }

    fn delete(&self, name: &Name) -> Result<(), Failure> {
        self.call(|state| {
            state.entries.remove(&key(name));
            Ok(())
        })
    }
}

fn key(name: &Name) -> (String, String) {
    (name.service.to_string(), name.user.to_string())
}
