//! The context of endpoints and dialects: settings, URL, state, clock, randomness.

use std::sync::{Mutex, MutexGuard};

use crate::state::State;
use crate::state::clock::Clock;
use crate::state::random::Random;
use crate::state::settings::Settings;
use crate::sync::locked;

/// A server without its sockets. Independent of the dialect, of faults and of holds.
pub(crate) struct ServerContext {
    pub(crate) settings: Settings,
    /// Without a slash at the end.
    pub(crate) url: String,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    state: Mutex<State>,
}

impl ServerContext {
    pub(crate) fn new(settings: Settings, url: String) -> Self {
        let state = State::new(settings.clients.clone(), settings.users.clone());
        Self {
            settings,
            url,
            clock: Clock::default(),
            random: Random::new(),
            state: Mutex::new(state),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}
