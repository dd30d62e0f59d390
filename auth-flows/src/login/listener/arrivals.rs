//! What arrived at the listener and was not the response: the error of the deadline says it.

use std::sync::{Mutex, PoisonError};

// `inline`: compiled in the crate that calls it, as most programs need none of it.

/// How much a request tells about the login. The order is that of telling more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Telling {
    /// A stranger's: another path, another host, not HTTP.
    Nothing,
    /// It has the redirect URI's path, but no response.
    Path,
    /// A response that was rejected.
    Response,
}

/// The requests that did not end the login.
#[derive(Default)]
pub(super) struct Arrivals(Mutex<Option<Arrival>>);

struct Arrival {
    count: u32,
    telling: Telling,
    what: String,
}

impl Arrivals {
    /// Keeps the reason for which a request was rejected, unless an earlier one tells more.
    #[inline]
    pub(super) fn note(&self, telling: Telling, what: impl Into<String>) {
        // The code under this lock cannot panic.
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *seen {
            Some(seen) => {
                seen.count = seen.count.saturating_add(1);
                if telling >= seen.telling {
                    (seen.telling, seen.what) = (telling, what.into());
                }
            }
            None => {
                *seen = Some(Arrival {
                    count: 1,
                    telling,
                    what: what.into(),
                });
            }
        }
    }

    /// Returns one sentence about what arrived, and how much it tells. `None` if nothing arrived.
    #[inline]
    pub(super) fn summary(&self) -> Option<(String, Telling)> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref().map(|seen| {
            let text = match seen.count {
                1 => format!("1 request arrived and was rejected: {}", seen.what),
                count => format!(
                    "{count} requests arrived and were rejected, among them: {}",
                    seen.what
                ),
            };
            (text, seen.telling)
        })
    }
}

/// Foreign text for an error: short, on one line.
#[inline]
pub(super) fn shown(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    short.escape_debug().to_string()
}
