//! Announcements by iNaturalist.

use crate::{
    model::Announcement,
    operation::{operation, response::Empty},
    parameter::fields::Fields,
    v2::{OPTIONAL, WRITE, selected},
};

operation! {
    /// Lists the current announcements.
    pub Search: GET "/announcements" -> Page<Announcement>, OPTIONAL;
    preset(fields(Fields::all()));
    shared selected;
    query {
        /// Matches announcements shown in this position, such as `mobile/home`. `mobile` matches
        /// all that begin so.
        placement(into String);
        /// Matches announcements for this program, such as `inatrn`. Default: those for all
        /// programs.
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
