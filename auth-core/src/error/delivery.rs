//! How far a failed request got.

/// Whether a request that failed may have reached the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Closed: a retry must handle each.
pub enum Delivery {
    /// Certainly not: it can be sent again without a doubt.
    NotSent,
    /// Perhaps: it may have had its effect.
    Unknown,
}
