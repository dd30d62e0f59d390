//! Input from outside, in tables: the checks by name, and hostile token responses, callbacks and
//! metadata.

mod callbacks;
mod checks;
mod common;
mod metadata;
mod properties;
mod repeated;
mod token_records;
mod token_responses;
mod verdicts;
