//! Private messages.

use crate::{
    model::{Message, Thread, Unread, choice::choice},
    operation::{operation, response::Empty},
    v1::{REQUIRED, WRITE},
};

operation! {
    /// One's own messages, the latest first.
    pub Search: GET "/messages" -> Page<Message>, REQUIRED;
    pages 10, 200, by number;
    query {
        /// The number of the page, from 1. Following a list counts by itself.
        page(u64);
        /// From which box; from the inbox without it.
        r#box(into Mailbox);
        /// With these words. Not together with `threads` (pyinaturalist).
        q(into String);
        /// From or to this person, by number or login name.
        user_id(into String);
        /// The latest message of each conversation alone, with the number of its messages.
        threads(bool);
    }
}

operation! {
    /// The whole conversation that a message belongs to. **Reading it marks its messages as read.**
    pub Get: GET "/messages/{id}" -> Whole<Thread>, REQUIRED;
    at(id(u64));
}

operation! {
    /// How many messages are not read yet.
    pub CountUnread: GET "/messages/unread" -> Whole<Unread>, REQUIRED;
}

operation! {
    /// Sends a message. New accounts may not.
    pub Create: POST "/messages" -> One<Message>, WRITE;
    with(to_user_id(u64), subject(into String), body(into String));
    body "message" {
        /// For whom.
        to_user_id(u64);
        /// The conversation that it answers in; without it, it begins a new one.
        thread_id(u64);
        /// What it is about.
        subject(into String);
        /// What it says.
        body(into String);
    }
}

operation! {
    /// Deletes one's own copy of the whole conversation that a message belongs to.
    pub Delete: DELETE "/messages/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// A box of messages.
    pub enum Mailbox {
        /// Those that came.
        Inbox = "inbox",
        /// Those that were sent.
        Sent = "sent",
        /// Both.
        Any = "any",
    }
}
