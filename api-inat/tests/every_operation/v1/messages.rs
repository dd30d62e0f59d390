//! Messages.

use api_inat::v1::messages::{CountUnread, Create, Delete, Get, Mailbox, Search};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let message = json!({"id": 8, "subject": "Hello", "thread_id": 7});
    list.add(
        Search::new()
            .page(2)
            .r#box(Mailbox::Any)
            .q("hello")
            .user_id("2")
            .threads(true),
        page(json!([message])),
        |page| assert_eq!(page.results[0].thread_id, Some(7)),
    );
    list.add(
        Get::new(8),
        json!({"thread_id": 7, "reply_to_user": {"id": 2}, "results": [message]}),
        |thread| assert_eq!(thread.results[0].id, 8),
    );
    list.add(CountUnread::new(), json!({"count": 12}), |unread| {
        assert_eq!(unread.count, Some(12));
    });
    list.add(
        Create::new(2, "Hello", "How are the bees?").thread_id(7),
        message,
        |message| assert_eq!(message.subject.as_deref(), Some("Hello")),
    );
    list.done(Delete::new(8));
}
