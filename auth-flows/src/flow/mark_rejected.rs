//! Notes in the stored record which of its tokens the service rejected for good, or removes the
//! note of one that it accepted after all. Other programs, and this one after a restart, then know
//! it.
//!
//! ```text
//!   Start ─► Lease ─► Load ─► (Save, if the record says otherwise) ─► Done(the rejected generations)
//! ```
//!
//! A lease that is taken, or a store that fails, ends it: the note is useful, but nothing depends
//! on it.

use std::sync::Arc;

use auth_core::{Error, Event, Flow, Now, Step, TokenKind, TokenRecord};

use super::{Next, Remarking};
use crate::token::{account::Rejected, negative_cache::NegativeCache};

pub(crate) struct MarkRejected {
    verdict: Verdict,
    state: State,
    leased: bool,
    rejected: Rejected,
}

/// What is to be noted.
pub(crate) enum Verdict {
    /// A renewal failed: what the service has rejected.
    Rejected(Arc<NegativeCache>),
    /// The service accepted the token of this kind and generation.
    Accepted(TokenKind, u64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Lease,
    Load,
    Save,
    Over,
}

impl MarkRejected {
    pub(crate) fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            state: State::Start,
            leased: false,
            rejected: Rejected::default(),
        }
    }

    fn on_load(&mut self, now: Now, mut record: TokenRecord) -> Next<Rejected> {
        let mut changed = false;
        for &kind in TokenKind::ALL {
            let Some(token) = record.token(kind).cloned() else {
                continue;
            };
            let (noted, generation) = (record.rejected(kind).is_some(), token.generation());
            let note = match &self.verdict {
                Verdict::Rejected(cache) if cache.is_rejected(kind, &token, now) => Some(now.wall),
                Verdict::Accepted(other, accepted)
                    if noted && (*other, *accepted) == (kind, generation) =>
                {
                    None
                }
                _ => {
                    self.rejected[kind as usize] = if noted { generation } else { 0 };
                    continue;
                }
            };
            self.rejected[kind as usize] = if note.is_some() { generation } else { 0 };
            record.set_rejected(kind, note);
            changed = true;
        }
        match changed && self.leased {
            true => self.go(State::Save, Step::Save(record)),
            false => Ok(Step::Done(self.rejected)),
        }
    }

    fn go(&mut self, state: State, step: Step<Rejected>) -> Next<Rejected> {
        self.state = state;
        Ok(step)
    }
}

impl Flow for MarkRejected {
    type Output = Rejected;

    fn step(&mut self, now: Now, event: Event) -> Next<Rejected> {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Start, Event::Start) => self.go(State::Lease, Step::Lease),
            (State::Lease, Event::Leased(granted)) => {
                self.leased = granted.unwrap_or(false);
                self.go(State::Load, Step::Load)
            }
            (State::Load, Event::Loaded(Ok(record))) => self.on_load(now, record),
            (State::Load, Event::Loaded(Err(_)))
            | (State::Save, Event::Saved(_) | Event::Loaded(_)) => Ok(Step::Done(self.rejected)),
            _ => Err(Error::unexpected_event()),
        }
    }
}

impl Remarking for MarkRejected {}
