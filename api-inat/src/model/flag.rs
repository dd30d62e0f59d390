//! Complaints, what moderators did, votes, and dates in pieces.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};

use super::user::User;

record! {
    /// A complaint about a record.
    pub struct Flag {
        /// Its number.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// `spam`, `inappropriate`, or in words of its own.
        pub flag: Option<Box<str>>,
        /// What was said about it.
        pub comment: Option<Box<str>>,
        /// Settled.
        pub resolved: Option<bool>,
        /// Who settled it.
        pub resolver_id: Option<u64>,
        /// When it was settled.
        pub resolved_at: Option<Timestamp>,
        /// Who complained.
        pub user: Option<Arc<User>>,
        /// Who complained, by number.
        pub user_id: Option<u64>,
        /// What kind of record it is about.
        pub flaggable_type: Option<Box<str>>,
        /// The number of that record.
        pub flaggable_id: Option<u64>,
        /// What stood in that record.
        pub flaggable_content: Option<Box<str>>,
        /// Whose record it is.
        pub flaggable_user_id: Option<u64>,
        /// When it was made.
        pub created_at: Option<Timestamp>,
        /// The same.
        pub created_at_utc: Option<Timestamp>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
        /// The same.
        pub updated_at_utc: Option<Timestamp>,
    }
}

record! {
    /// Something a moderator did.
    pub struct ModeratorAction {
        /// Its number.
        pub id: u64,
        /// When it was done.
        pub created_at: Option<Timestamp>,
        /// The same in pieces.
        pub created_at_details: Option<DateDetails>,
        /// Who did it.
        pub user: Option<Arc<User>>,
        /// `hide`, `unhide`, `rename`, `suspend` or `unsuspend`.
        pub action: Option<Box<str>>,
        /// Why.
        pub reason: Option<Box<str>>,
        /// Shown to its author and to curators alone.
        pub private: Option<bool>,
    }
}

record! {
    /// A vote for or against something; a favourite is one as well.
    pub struct Vote {
        /// Its number.
        pub id: u64,
        /// Who voted, by number.
        pub user_id: Option<u64>,
        /// Who voted.
        pub user: Option<Arc<User>>,
        /// For it, or against it.
        pub vote_flag: Option<bool>,
        /// What the vote is about, such as `needs_id`; absent for a favourite.
        pub vote_scope: Option<Box<str>>,
        /// The record that was voted on.
        pub votable_id: Option<u64>,
        /// When it was given.
        pub created_at: Option<Timestamp>,
    }
}

record! {
    /// A vote on one point of an observation's quality.
    pub struct QualityMetric {
        /// Its number.
        pub id: u64,
        /// Who voted, by number.
        pub user_id: Option<u64>,
        /// Who voted.
        pub user: Option<Arc<User>>,
        /// Which point, such as `wild` or `location`.
        pub metric: Option<Box<str>>,
        /// Whether the point holds.
        pub agree: Option<bool>,
    }
}

record! {
    /// A date in pieces, as it is where it was observed.
    pub struct DateDetails {
        /// The day.
        pub date: Option<Date>,
        /// The day of the month, 1 to 31.
        pub day: Option<u8>,
        /// The hour of the day, 0 to 23.
        pub hour: Option<u8>,
        /// The month, 1 to 12.
        pub month: Option<u8>,
        /// The week of the year (ISO 8601), 1 to 53.
        pub week: Option<u8>,
        /// The year.
        pub year: Option<u16>,
    }
}
