//! What setters take: fields to ask for, lists, dates; and how a value is written into a path or a body.

pub(crate) mod date_or_time;
pub(crate) mod fields;
pub(crate) mod lists;
pub(crate) mod path_value;
