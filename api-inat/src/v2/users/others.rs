//! Other users: search, read, mute and block them.

use crate::{
    model::{Post, Project, User},
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::StringList},
    v1::shared::pages,
    v2::{OPTIONAL, WRITE, selected},
};

operation! {
    /// Lists users by whom they follow, who follows them, or their ORCID.
    pub Search: GET "/users" -> Page<User>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 30, 100, by number;
    shared pages, selected;
    query {
        /// Matches users who follow this user, given by id or login name.
        following(into StringList);
        /// Matches users whom this user follows, given by id or login name.
        followed_by(into StringList);
        /// Matches the user with this ORCID.
        orcid(into String);
    }
}

operation! {
    /// Reads a user, by id or login name.
    pub Get: GET "/users/{id}" -> One<User>, OPTIONAL;
    at(id(into StringList));
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Finds users whose login name or name begins with this text.
    pub Autocomplete: GET "/users/autocomplete" -> Page<User>, OPTIONAL;
    with(q(into String));
    preset(fields(Fields::all()));
    pages 5, 100;
    shared selected;
    query {
        /// Sets the beginning of the name.
        q(into String);
        /// Includes suspended users.
        include_suspended(bool);
        /// Sets the maximum number of users.
        per_page(u64);
    }
}

operation! {
    /// Lists the projects that a user has joined.
    pub Projects: GET "/users/{id}/projects" -> Page<Project>, OPTIONAL;
    at(id(u64));
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Lists the posts in the journals of users, given by id or login name, the latest first.
    pub Posts: GET "/users/{id}/posts" -> Page<Post>, OPTIONAL;
    at(id(into StringList));
    preset(fields(Fields::all()));
    pages 10, 30, by number;
    shared pages, selected;
}

operation! {
    /// Mutes a user: you get no more news of them.
    pub Mute: POST "/users/{id}/mute" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Unmutes a user.
    pub Unmute: DELETE "/users/{id}/mute" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Blocks a user: they can no longer interact with you.
    pub Block: POST "/users/{id}/block" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Unblocks a user.
    pub Unblock: DELETE "/users/{id}/block" -> Whole<Empty>, WRITE;
    at(id(u64));
}
