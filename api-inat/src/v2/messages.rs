//! Private messages.

use crate::{
    model::{Message, Thread},
    operation::operation,
    parameter::fields::Fields,
    v2::{REQUIRED, WRITE, selected},
};

operation! {
    /// Lists your messages, the latest first.
    pub Search: GET "/messages" -> Page<Message>, REQUIRED;
    preset(fields(Fields::all()));
    pages 10, 200, by number;
    shared selected;
    query {
        /// Sets the number of the page, from 1. Following a list sets it itself.
        page(u64);
    }
}

operation! {
    /// Reads the whole conversation that a message belongs to. **This marks its messages as read.**
    pub Get: GET "/messages/{id}" -> Whole<Thread>, REQUIRED;
    at(id(u64));
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Sends a message. iNaturalist refuses it for new accounts.
    pub Create: POST "/messages" -> One<Message>, WRITE;
    with(to_user_id(u64), subject(into String), body(into String));
    preset(fields(Fields::all()));
    shared selected;
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
