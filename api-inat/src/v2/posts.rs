//! Posts in journals. Those of one project or user are in
//! [`projects::Posts`](crate::v2::projects::Posts) and [`users::Posts`](crate::v2::users::Posts).

use crate::{
    model::Post,
    operation::operation,
    parameter::fields::Fields,
    v1::shared::pages,
    v2::{OPTIONAL, selected},
};

operation! {
    /// Lists posts for the account: by iNaturalist itself, and by the projects that it subscribes
    /// to. Not in the description of 2024; the Node API's source has it.
    pub ForUser: GET "/posts/for_user" -> Page<Post>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 30, 200, by number;
    shared pages, selected;
    query {
        /// Matches posts newer than the post with this id.
        newer_than(u64);
        /// Matches posts older than the post with this id.
        older_than(u64);
    }
}
