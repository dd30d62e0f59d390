//! Flags, moderator actions, votes, and dates by component.

use std::sync::Arc;

use jiff::civil::Date;

use super::{moment::Moment, user::User};

record! {
    /// A report about a record.
    pub struct Flag {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The reason: `spam`, `inappropriate`, or free text.
        pub flag: Option<Box<str>>,
        /// The comment.
        pub comment: Option<Box<str>>,
        /// It is resolved.
        pub resolved: Option<bool>,
        /// The id of the user who resolved it.
        pub resolver_id: Option<u64>,
        /// The time it was resolved.
        pub resolved_at: Option<Moment>,
        /// The user who flagged the record.
        pub user: Option<Arc<User>>,
        /// The id of that user.
        pub user_id: Option<u64>,
        /// The type of the flagged record.
        pub flaggable_type: Option<Box<str>>,
        /// The id of that record.
        pub flaggable_id: Option<u64>,
        /// The content of that record.
        pub flaggable_content: Option<Box<str>>,
        /// The id of the record's owner.
        pub flaggable_user_id: Option<u64>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The same.
        pub created_at_utc: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
        /// The same.
        pub updated_at_utc: Option<Moment>,
    }
}

record! {
    /// An action by a moderator.
    pub struct ModeratorAction {
        /// The id.
        pub id: u64,
        /// The time of the action.
        pub created_at: Option<Moment>,
        /// The same, by component.
        pub created_at_details: Option<DateDetails>,
        /// The moderator.
        pub user: Option<Arc<User>>,
        /// The action: `hide`, `unhide`, `rename`, `suspend` or `unsuspend`.
        pub action: Option<Box<str>>,
        /// The explanation.
        pub reason: Option<Box<str>>,
        /// Only its author and curators see it.
        pub private: Option<bool>,
    }
}

record! {
    /// A vote for or against a record. A favourite is one as well.
    pub struct Vote {
        /// The id.
        pub id: u64,
        /// The id of the voter.
        pub user_id: Option<u64>,
        /// The voter.
        pub user: Option<Arc<User>>,
        /// `true`: for; `false`: against.
        pub vote_flag: Option<bool>,
        /// The question of the vote, such as `needs_id`. Absent for a favourite.
        pub vote_scope: Option<Box<str>>,
        /// The id of the record that the vote is on.
        pub votable_id: Option<u64>,
        /// The time of creation.
        pub created_at: Option<Moment>,
    }
}

record! {
    /// A vote on a criterion of an observation's quality.
    pub struct QualityMetric {
        /// The id.
        pub id: u64,
        /// The id of the voter.
        pub user_id: Option<u64>,
        /// The voter.
        pub user: Option<Arc<User>>,
        /// The criterion, such as `wild` or `location`.
        pub metric: Option<Box<str>>,
        /// The criterion is met.
        pub agree: Option<bool>,
    }
}

record! {
    /// A date by component, local to the location.
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
