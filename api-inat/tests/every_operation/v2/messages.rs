//! Private messages.

use api_inat::v2::messages::{Create, Get, Search};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let messages = page(json!([{"id": 5, "subject": "Hello"}]));
    list.add(
        Search::new().page(2).fields("subject"),
        messages.clone(),
        |page| {
            assert_eq!(page.results[0].id, 5);
        },
    );
    let mut thread = messages.clone();
    thread["thread_id"] = json!(4);
    list.add(Get::new(5).fields("subject"), thread, |thread| {
        assert_eq!(thread.thread_id, Some(4));
    });
    list.add(
        Create::new(2, "Hello", "How are you?")
            .thread_id(4)
            .fields("subject"),
        messages,
        |message| assert_eq!(message.id, 5),
    );
}
