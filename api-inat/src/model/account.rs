//! What belongs to an account: whom it follows, whom it logged in with, what the service has to tell it.

use std::sync::Arc;

use jiff::Timestamp;

use super::user::User;

record! {
    /// What somebody chose about somebody else.
    pub struct Relationship {
        /// Its number.
        pub id: u64,
        /// Who chose.
        pub user: Option<Arc<User>>,
        /// Who chose, by number.
        pub user_id: Option<u64>,
        /// About whom.
        pub friend_user: Option<Arc<User>>,
        /// About whom, by number.
        pub friend_id: Option<u64>,
        /// Hears of what they do.
        pub following: Option<bool>,
        /// Shows them true places.
        pub trust: Option<bool>,
        /// They show true places in return.
        pub reciprocal_trust: Option<bool>,
        /// Since when.
        pub created_at: Option<Timestamp>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
    }
}

record! {
    /// Another service that the account can be logged in with.
    pub struct ProviderAuthorization {
        /// Its number.
        pub id: u64,
        /// Which service.
        pub provider_name: Option<Box<str>>,
        /// Who one is there.
        pub provider_uid: Option<Box<str>>,
        /// What it may be asked for.
        pub scope: Option<Box<str>>,
        /// Whose account it is.
        pub user_id: Option<u64>,
        /// Since when.
        pub created_at: Option<Timestamp>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
    }
}

record! {
    /// Something that the service has to tell everybody.
    pub struct Announcement {
        /// Its number.
        pub id: u64,
        /// What it says; HTML.
        pub body: Option<Box<str>>,
        /// Where it is shown, such as `mobile/home`.
        pub placement: Option<Box<str>>,
        /// The programs it is for; all without any.
        pub clients: Vec<Box<str>>,
        /// It can be put away.
        pub dismissible: Option<bool>,
        /// The languages it is for; all without any.
        pub locales: Vec<Box<str>>,
        /// Since when it is shown.
        pub start: Option<Timestamp>,
        /// Until when it is shown.
        pub end: Option<Timestamp>,
    }
}

record! {
    /// Whether the service is there.
    pub struct Ping {
        /// `available`.
        pub status: Option<Box<str>>,
    }
}
