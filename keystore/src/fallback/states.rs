//! What a lookup found in each store, in words.

use std::sync::Arc;

use auth_core::{Error, Store};

#[derive(Clone)]
pub(super) enum StoreState {
    Unchecked,
    Empty,
    InUse,
    Failed(Error),
}

/// Describes the store in use and the state of the others.
#[inline]
pub(super) fn describe(stores: &[Arc<dyn Store>], states: &[StoreState]) -> String {
    let named = |index: usize| {
        let name = stores[index].describe();
        match states.get(index) {
            None | Some(StoreState::Unchecked) => name,
            Some(StoreState::Empty) => format!("{name} (no record)"),
            Some(StoreState::InUse) => format!("{name} (in use)"),
            Some(StoreState::Failed(error)) => format!("{name} ({error:#})"),
        }
    };
    let names = |range: std::ops::Range<usize>| range.map(named).collect::<Vec<_>>().join(", ");
    let all = stores.len();
    let used = states
        .iter()
        .position(|state| matches!(state, StoreState::InUse));
    match used {
        None => format!("the first of: {}", names(0..all)),
        Some(used) => {
            let mut text = named(used);
            if used > 0 {
                text += &format!(", after {}", names(0..used));
            }
            if used + 1 < all {
                text += &format!(", before {}", names(used + 1..all));
            }
            text
        }
    }
}
