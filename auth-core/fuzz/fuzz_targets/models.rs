//! Any body as a page of records: read or rejected, and a program shows the records and continues
//! to the next page.
#![no_main]

use api_inat::{v1, v2};
use auth_core::{BaseUrl, ErrorKind, Operation, Paged, ResponseBody};
use libfuzzer_sys::fuzz_target;

macro_rules! read {
    ($body:expr, $list:expr) => {{
        let list = $list;
        let response = http::Response::new(ResponseBody::new($body.to_vec()));
        if let Ok(page) = list.parse(response) {
            let parts = list.split_page(page);
            for item in &parts.items {
                assert!(!format!("{item:?}").is_empty());
            }
            drop(parts.items.clone());
            if let Some(next) = parts.next {
                let base = BaseUrl::parse("https://api.example.org/base").expect("a base");
                match next.request(&base) {
                    Ok(request) => assert!(base.covers(request.uri()), "{}", request.uri()),
                    // A list that cannot go on, such as one of records without an id, says why.
                    Err(error) => assert!(
                        matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Usage),
                        "{error}"
                    ),
                }
            }
        }
    }};
}

fuzz_target!(|data: &[u8]| {
    let Some((which, body)) = data.split_first() else {
        return;
    };
    match which % 6 {
        0 => read!(body, v1::observations::Search::new()),
        1 => read!(body, v1::identifications::Search::new()),
        2 => read!(body, v1::taxa::Search::new()),
        3 => read!(body, v2::observations::Search::new()),
        4 => read!(body, api_infoflora::observations::List::new()),
        _ => {
            let response = http::Response::new(ResponseBody::new(body.to_vec()));
            if let Ok(user) = v1::users::Me::new().parse(response) {
                assert!(!format!("{user:?}").is_empty());
            }
        }
    }
});
