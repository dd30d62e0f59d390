//! The types that setters take (fields, lists, dates), and how values are written into a path or a
//! body.

pub(crate) mod date_or_time;
pub(crate) mod fields;
pub(crate) mod lists;
pub(crate) mod path_value;
