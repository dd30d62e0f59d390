//! Users: your own account, and others.

mod account;
mod others;

pub use account::{
    CountNotifications, EmailIsAvailable, Me, RecentObservationFields, ResendConfirmation,
    ResetPassword, Update, UpdateSession,
};
pub use others::{Autocomplete, Block, Get, Mute, Posts, Projects, Search, Unblock, Unmute};
