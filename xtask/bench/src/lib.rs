//! What `cargo xtask bench` measures: ours, and beside each the floor, the least code that does the
//! job with the same base crates. Differences of long and short
//! runs remove the setup.

#![recursion_limit = "256"] // one large `json!`

pub mod crowd;
pub mod exchange;
pub mod export;
pub mod floor;
pub mod inat;
pub mod line;
pub mod memory;
pub mod observations;
pub mod ours;
pub mod pages;
pub mod pairs;
pub mod parts;
pub mod rate;
pub mod renewal;
pub mod send;
pub mod serve;
pub mod sessions;
pub mod slow;
pub mod space;
pub mod storm;
pub mod waiters;

/// A measured work: its name, and a function that does it this many times.
pub type Work = (&'static str, fn(u32));

/// All works of ours and of the floor.
pub const WORKS: &[&[Work]] = &[ours::WORKS, floor::WORKS, memory::WORKS];

/// Finds a work by its name.
#[must_use]
pub fn find(works: &[&[Work]], name: &str) -> Option<fn(u32)> {
    let mut all = works.iter().copied().flatten();
    all.find(|(own, _)| *own == name).map(|(_, run)| *run)
}
