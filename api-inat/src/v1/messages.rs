//! Private messages.

use crate::{
    model::{Message, Thread, Unread, choice::choice},
    operation::{operation, response::Empty},
    v1::{REQUIRED, WRITE},
};

operation! {
    /// Lists your messages, the latest first.
    pub Search: GET "/messages" -> Page<Message>, REQUIRED;
    pages 10, 200, by number;
    query {
        /// Sets the number of the page, from 1. Following a list sets it itself.
        page(u64);
        /// Sets the mailbox. Default: the inbox.
        r#box(into Mailbox);
        /// Matches messages with these words. Cannot be combined with `threads` (pyinaturalist).
        q(into String);
        /// Matches messages from or to this user, given by id or login name.
        user_id(into String);
        /// Returns only the latest message of each conversation, with the number of its messages.
        threads(bool);
    }
}

operation! {
    /// Reads the whole conversation that a message belongs to. **This marks its messages as read.**
    pub Get: GET "/messages/{id}" -> Whole<Thread>, REQUIRED;
    at(id(u64));
}

operation! {
    /// Counts your unread messages.
    pub CountUnread: GET "/messages/unread" -> Whole<Unread>, REQUIRED;
}

operation! {
    /// Sends a message. iNaturalist refuses it for new accounts.
    pub Create: POST "/messages" -> One<Message>, WRITE;
    with(to_user_id(u64), subject(into String), body(into String));
    body "message" {
        /// Sets the user that it goes to.
        to_user_id(u64);
        /// Sets the conversation that it continues. Default: a new one.
        thread_id(u64);
        /// Sets the subject.
        subject(into String);
        /// Sets the text.
        body(into String);
    }
}

operation! {
    /// Deletes your copy of the whole conversation that a message belongs to.
    pub Delete: DELETE "/messages/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// A mailbox.
    pub enum Mailbox {
        /// Received messages.
        Inbox = "inbox",
        /// Sent messages.
        Sent = "sent",
        /// Both.
        Any = "any",
    }
}
