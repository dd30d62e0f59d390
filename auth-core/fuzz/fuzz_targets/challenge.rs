//! Any text as a `WWW-Authenticate` header: parsed or rejected, and what is parsed prints to text
//! that parses to the same.
#![no_main]

use auth_core::Challenge;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(challenges) = Challenge::parse(text) {
        for challenge in challenges {
            let printed = challenge.to_string();
            let again = Challenge::parse(&printed).expect("our own text");
            assert_eq!(again.len(), 1, "{printed}");
            assert_eq!(again[0].to_string(), printed);
            let _ = (
                challenge.is_bearer(),
                challenge.error(),
                challenge.scope(),
                challenge.realm(),
            );
        }
    }
});
