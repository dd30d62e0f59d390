//! Spans and events for the crate `tracing`, feature `tracing`. Without the feature, types without
//! size and functions without code.

#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;

#[cfg(not(feature = "tracing"))]
pub(super) use off::{Span, event, is_on, operation_name};
#[cfg(feature = "tracing")]
pub(super) use on::{Span, event, is_on, operation_name};
