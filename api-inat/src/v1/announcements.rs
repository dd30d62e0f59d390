//! Announcements by iNaturalist. Not in the API's description of v1; named in the Node API's
//! routes, and described for v2.

use crate::{
    model::Announcement,
    operation::{operation, response::Empty},
    parameter::lists::StringList,
    v1::{OPTIONAL, WRITE},
};

operation! {
    /// Lists the current announcements.
    pub Search: GET "/announcements" -> Page<Announcement>, OPTIONAL;
    query {
        /// Matches announcements shown in one of these positions, such as `mobile/home`. `mobile`
        /// matches all that begin so.
        placement(into StringList);
        /// Matches announcements for this program. Default: those for all programs.
        client(into String);
        /// Matches announcements in this language, such as `de`.
        locale(into String);
    }
}

operation! {
    /// Dismisses an announcement for this account.
    pub Dismiss: PUT "/announcements/{id}/dismiss" -> Whole<Empty>, WRITE;
    at(id(u64));
}
