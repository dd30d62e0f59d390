//! Any bytes as a token record: parsed or rejected, and what is parsed prints to text that parses
//! to the same.
#![no_main]

use auth_core::TokenRecord;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(record) = TokenRecord::from_text(bytes) {
        let printed = record.to_text();
        let again = TokenRecord::from_text(printed.as_ref()).expect("our own text");
        let twice = again.to_text();
        assert_eq!(twice.as_ref(), printed.as_ref());
    }
});
