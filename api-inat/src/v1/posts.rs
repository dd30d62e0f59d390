//! Journal posts, of people and of projects.
//!
//! The description does not say what comes back. Lists are read with and without an envelope (pyinaturalist knows them
//! without), posts as records.

use crate::{
    model::{Post, choice::choice},
    operation::{operation, response::Empty},
    parameter::date_or_time::DateOrTime,
    v1::{OPTIONAL, REQUIRED, WRITE, shared::pages},
};

/// What a post says.
macro_rules! says {
    () => {
        operation! { @fields "post";
            /// Its title.
            title(into String);
            /// What it says.
            body(into String);
            /// How that is written, such as `simple`.
            preferred_formatting(into String);
            /// Who writes it.
            user_id(u64);
            /// Whose journal it goes into, by number.
            parent_id(u64);
            /// Whose journal it goes into, by kind.
            parent_type(into ParentType);
        }
        operation! { @fields "";
            /// `Publish` makes it public; otherwise it is a draft. The word is in the language of the account (the Rails
            /// application).
            commit(into String);
        }
    };
}

operation! {
    /// Posts of a person or of a project, the latest first.
    pub Search: GET "/posts" -> List<Post>, OPTIONAL;
    pages 10, 200, by number;
    shared pages;
    query {
        /// By the person with this login name.
        login(into String);
        /// In the journal of this project.
        project_id(u64);
    }
}

operation! {
    /// Posts that concern the account: of iNaturalist itself, and of the projects it is subscribed to.
    pub ForUser: GET "/posts/for_user" -> List<Post>, REQUIRED;
    pages 10, 200, by number;
    query {
        /// Made public after this moment.
        newer_than(into DateOrTime);
        /// Made public before this moment.
        older_than(into DateOrTime);
        /// The number of the page, from 1. Following a list counts by itself.
        page(u64);
    }
}

operation! {
    /// Writes a post; into one's own journal, unless [`parent_id`](Self::parent_id) and [`parent_type`](Self::parent_type)
    /// say otherwise.
    pub Create: POST "/posts" -> One<Post>, WRITE;
    with(title(into String), body(into String));
    shared says;
    body "post" {}
}

operation! {
    /// Rewrites a post of one's own.
    pub Update: PUT "/posts/{id}" -> One<Post>, WRITE;
    at(id(u64));
    shared says;
    body "post" {}
}

operation! {
    /// Deletes a post of one's own.
    pub Delete: DELETE "/posts/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// Whose journal a post is in.
    pub enum ParentType {
        /// A project's.
        Project = "Project",
        /// A person's.
        User = "User",
    }
}
