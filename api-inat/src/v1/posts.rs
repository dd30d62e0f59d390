//! Journal posts of users and projects.
//!
//! The description does not describe the responses. Lists are read with and without an envelope
//! (pyinaturalist expects none), posts as records.

use crate::{
    model::{Post, choice::choice},
    operation::{operation, response::Empty},
    parameter::date_or_time::DateOrTime,
    v1::{OPTIONAL, REQUIRED, WRITE, shared::pages},
};

/// The fields of a post.
macro_rules! content {
    () => {
        operation! { @fields "post";
            /// Sets the title.
            title(into String);
            /// Sets the text.
            body(into String);
            /// Sets the format of the text, such as `simple`.
            preferred_formatting(into String);
            /// Sets the author.
            user_id(u64);
            /// Sets the id of the journal's owner.
            parent_id(u64);
            /// Sets the type of the journal's owner.
            parent_type(into ParentType);
        }
        operation! { @fields "";
            /// Publishes the post if it is `Publish`; otherwise the post is a draft. The word
            /// depends on the language of the account (the Rails application).
            commit(into String);
        }
    };
}

operation! {
    /// Lists the posts of a user or a project, the latest first.
    pub Search: GET "/posts" -> List<Post>, OPTIONAL;
    pages 10, 200, by number;
    shared pages;
    query {
        /// Matches posts by the user with this login name.
        login(into String);
        /// Matches posts in the journal of this project.
        project_id(u64);
    }
}

operation! {
    /// Lists posts for the account: by iNaturalist itself, and by the projects that it subscribes
    /// to.
    pub ForUser: GET "/posts/for_user" -> List<Post>, REQUIRED;
    pages 10, 200, by number;
    query {
        /// Matches posts published after this moment.
        newer_than(into DateOrTime);
        /// Matches posts published before this moment.
        older_than(into DateOrTime);
        /// Sets the number of the page, from 1. Following a list sets it itself.
        page(u64);
    }
}

operation! {
    /// Creates a post: in your own journal, unless [`parent_id`](Self::parent_id) and
    /// [`parent_type`](Self::parent_type) are set.
    pub Create: POST "/posts" -> One<Post>, WRITE;
    with(title(into String), body(into String));
    shared content;
    body "post" {}
}

operation! {
    /// Changes one of your posts.
    pub Update: PUT "/posts/{id}" -> One<Post>, WRITE;
    at(id(u64));
    shared content;
    body "post" {}
}

operation! {
    /// Deletes one of your posts.
    pub Delete: DELETE "/posts/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// The type of a journal's owner.
    pub enum ParentType {
        /// A project.
        Project = "Project",
        /// A user.
        User = "User",
    }
}
