//! Records of an account: relationships, linked services, announcements.

use std::sync::Arc;

use super::{choice::Geoprivacy, moment::Moment, user::User};

record! {
    /// Whether a user follows and trusts another user.
    pub struct Relationship {
        /// The id.
        pub id: u64,
        /// The user who follows or trusts.
        pub user: Option<Arc<User>>,
        /// The id of that user.
        pub user_id: Option<u64>,
        /// The user who is followed or trusted.
        pub friend_user: Option<Arc<User>>,
        /// The id of that user.
        pub friend_id: Option<u64>,
        /// The first user follows the second.
        pub following: Option<bool>,
        /// The first user shows true locations to the second.
        pub trust: Option<bool>,
        /// The second user shows true locations to the first.
        pub reciprocal_trust: Option<bool>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
    }
}

record! {
    /// Another service that the user can log in with.
    pub struct ProviderAuthorization {
        /// The id.
        pub id: u64,
        /// The name of the service.
        pub provider_name: Option<Box<str>>,
        /// The user's id at that service.
        pub provider_uid: Option<Box<str>>,
        /// The scope that was granted there.
        pub scope: Option<Box<str>>,
        /// The id of the user.
        pub user_id: Option<u64>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
    }
}

record! {
    /// An announcement by iNaturalist.
    pub struct Announcement {
        /// The id.
        pub id: u64,
        /// The text, as HTML.
        pub body: Option<Box<str>>,
        /// The position where it is shown, such as `mobile/home`.
        pub placement: Option<Box<str>>,
        /// The programs it is for. Empty: all.
        pub clients: Vec<Box<str>>,
        /// Users can dismiss it.
        pub dismissible: Option<bool>,
        /// The languages it is for. Empty: all.
        pub locales: Vec<Box<str>>,
        /// The start of the time when it is shown.
        pub start: Option<Moment>,
        /// The end of the time when it is shown.
        pub end: Option<Moment>,
    }
}

record! {
    /// A location that the account has stored, for later observations.
    pub struct SavedLocation {
        /// The id.
        pub id: u64,
        /// The id of the account.
        pub user_id: Option<u64>,
        /// The latitude: degrees north of the equator.
        pub latitude: Option<f64>,
        /// The longitude: degrees east of Greenwich.
        pub longitude: Option<f64>,
        /// The name.
        pub title: Option<Box<str>>,
        /// The accuracy: the radius of a circle, in metres.
        pub positional_accuracy: Option<f64>,
        /// Who can see it.
        pub geoprivacy: Option<Geoprivacy>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
    }
}

record! {
    /// The numbers of news that the account has not viewed.
    pub struct NotificationCounts {
        /// The number of updates.
        pub updates_count: Option<i64>,
        /// The number of messages.
        pub messages_count: Option<i64>,
    }
}

record! {
    /// Whether an e-mail address belongs to no account yet.
    pub struct EmailAvailable {
        /// It belongs to none.
        pub available: Option<bool>,
    }
}
