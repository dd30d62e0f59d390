//! Spans of calls and renewals: types without size and functions without code.

mod off;

pub(super) use off::{Span, event, is_on, operation_name};
