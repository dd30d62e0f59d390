//! What the service has to tell everybody. None of them is in the API's description of v1; named in the Node API's routes, and
//! described for v2.

use crate::{
    model::Announcement,
    operation::{operation, response::Empty},
    parameter::lists::StringList,
    v1::{OPTIONAL, WRITE},
};

operation! {
    /// What there is to tell now.
    pub Search: GET "/announcements" -> Page<Announcement>, OPTIONAL;
    query {
        /// Shown at one of these places, such as `mobile/home`; `mobile` for all that begin so.
        placement(into StringList);
        /// For this program; without it, what is for all programs.
        client(into String);
        /// In this language, such as `de`.
        locale(into String);
    }
}

operation! {
    /// Puts an announcement away, for this account.
    pub Dismiss: PUT "/announcements/{id}/dismiss" -> Whole<Empty>, WRITE;
    at(id(u64));
}
