//! A keyring in memory with a limit, which fails, stops answering or panics when a test says so.

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
    gate: Arc<Mutex<()>>,
}

struct State {
    limit: usize,
    entries: BTreeMap<(String, String), Vec<u8>>,
    /// Calls until the plug is pulled; from then on nothing has an effect.
    calls_left: Option<usize>,
    /// Whether the last call before that had its effect all the same.
    last_counts: bool,
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
            last_counts: false,
            crashed: false,
            failures: Vec::new(),
            panics: false,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            gate: Arc::default(),
        }
    }

    /// The next calls fail in this way.
    pub(crate) fn fail_next(&self, count: usize, failure: Failure) {
        self.state().failures = vec![failure; count];
    }

    /// The next call panics.
    pub(crate) fn panic_next(&self) {
        self.state().panics = true;
    }

    /// After `calls` more calls every one fails. The first that fails may have had its effect nevertheless.
    pub(crate) fn crash_after(&self, calls: usize, last_counts: bool) {
        let mut state = self.state();
        (state.calls_left, state.last_counts) = (Some(calls), last_counts);
        state.crashed = false;
    }

    /// Whether a call has failed since.
    pub(crate) fn has_crashed(&self) -> bool {
        self.state().crashed
    }

    /// It works again.
    pub(crate) fn mend(&self) {
        self.state().calls_left = None;
    }

    /// No call ends before this is dropped.
    pub(crate) fn hold(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The users of all entries.
    pub(crate) fn users(&self) -> Vec<String> {
        let state = self.state();
        state.entries.keys().map(|(_, user)| user.clone()).collect()
    }

    /// Overwrites or removes an entry behind everybody's back.
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
            panic!("a test asked for it");
        }
        if let Some(failure) = state.failures.pop() {
            return Err(failure);
        }
        let failed = Failure::Broken("crashed".into());
        match state.calls_left {
            None => effect(&mut state),
            Some(0) => {
                state.crashed = true;
                if std::mem::take(&mut state.last_counts) {
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
