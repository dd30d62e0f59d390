//! A page of observations in a file: made once, read as often as somebody wants to count.

use std::{fs, hint::black_box};

use api_inat::model::Observation;
use serde::{Deserialize, de::DeserializeOwned, de::IgnoredAny};
use serde_json::Value;

use crate::observations;

#[derive(Deserialize)]
struct Page<T> {
    #[expect(dead_code, reason = "what is measured is the reading")]
    results: Vec<T>,
}

/// Writes the page.
///
/// # Panics
/// The file cannot be written.
pub fn write(file: &str) {
    fs::write(file, observations::page()).expect("a file");
}

/// Reads the file once, and what is in it so many times: `typed`, `value` or `ignored`.
///
/// # Panics
/// There is no such kind, or no page in the file.
pub fn read(kind: &str, file: &str, times: u32) {
    let text = fs::read(file).expect("a file");
    match kind {
        "typed" => each::<Page<Observation>>(&text, times),
        "value" => each::<Value>(&text, times),
        "ignored" => each::<IgnoredAny>(&text, times),
        _ => panic!("there is no `{kind}`"),
    }
}

fn each<T: DeserializeOwned>(text: &[u8], times: u32) {
    for _ in 0..times {
        let read: T = serde_json::from_slice(black_box(text)).expect("a page");
        black_box(read);
    }
}
