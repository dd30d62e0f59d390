//! Any text as a stored cursor of a list: read or rejected, and the list continues from it.
#![no_main]

use api_inat::{v1, v2};
use auth_core::{BaseUrl, Operation, Paged, ResponseBody};
use libfuzzer_sys::fuzz_target;

/// Requests the page at the cursor, reads one, and stores where the list continues.
macro_rules! follow {
    ($text:expr, $list:ty) => {
        if let Ok(list) = <$list>::from_text($text) {
            let stored = list.to_text();
            let again = <$list>::from_text(&stored).expect("our own text");
            assert_eq!(again.to_text(), stored);
            let base = BaseUrl::parse("https://api.example.org/base").expect("a base");
            if let Ok(request) = list.request(&base) {
                assert!(base.covers(request.uri()), "{}", request.uri());
            }
            let page = br#"{"total_results":450,"page":2,"per_page":1,"results":[{"id":7}]}"#;
            let response = http::Response::new(ResponseBody::new(page.to_vec()));
            let page = list.parse(response).expect("a page");
            if let Some(next) = list.split_page(page).next {
                <$list>::from_text(&next.to_text()).expect("our own text");
                let _ = next.request(&base);
            }
        }
    };
}

fuzz_target!(|text: &str| {
    follow!(text, v1::observations::Search);
    follow!(text, v1::identifications::Search);
    follow!(text, v1::taxa::Search);
    follow!(text, v2::observations::Search);
});
