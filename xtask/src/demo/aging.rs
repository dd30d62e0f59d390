//! Ages a stored token record without waiting.

use std::time::Duration;

use auth_core::{AccountKey, ExposeSecret, SecretBytes, Store};
use serde_json::Value;

use super::check::{Checked, Miss, there};

/// Moves the dates of a stored token record back by `by`, as if the program had been off for that
/// time.
pub(super) fn age(store: &impl Store, key: &AccountKey, by: Duration) -> Checked {
    let lease = there("the lease of the account", store.try_lease(key)?)?;
    let text = there("a stored token record", store.load(key)?)?;
    let unreadable = |error: serde_json::Error| Miss::new("a record in JSON", error.to_string());
    let mut record: Value = serde_json::from_slice(text.expose_secret()).map_err(unreadable)?;
    let back = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
    for kind in ["login", "derived"] {
        if let Some(sent) = record.pointer_mut(&format!("/{kind}/sent_ms")) {
            let then = there("a date", sent.as_u64())?;
            *sent = then.saturating_sub(back).into();
        }
    }
    let text = serde_json::to_vec(&record).map_err(unreadable)?;
    Ok(store.save(&lease, &SecretBytes::new(text))?)
}
