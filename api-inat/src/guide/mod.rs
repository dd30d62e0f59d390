//! A guide: from no account to a program that stays logged in.
//!
//! | you have | you want | read |
//! | --- | --- | --- |
//! | nothing | what is public | nothing: `client.anonymous()` sends it |
//! | an account | one's own private data, or to write, today | [`pasted`]: no application is needed |
//! | an account | the same every day, without pasting | [`registering`], then [`logging_in`] |
//! | an application | a script with user name and password | [`logging_in`] and [`credentials`] |
//! | a machine without a browser | to be logged in on it | [`headless`] |
//! | two tokens, and a doubt | which goes where, and for how long | [`tokens`] |
//! | an error | what to do | [`trouble`] |
//!
//! Reads of what is public need no login. A login is needed to make, change or delete anything, and to see what only the account sees:
//! above all the true places of one's own obscured observations.
//!
//! **Nothing here was checked against the running service.** It rests on the sources of iNaturalist's Rails application and Node API, of
//! Doorkeeper 5.6.6 and of pyinaturalist 1.0, and on public reports. Names of pages and fields may have changed since.

pub mod credentials {
    #![doc = include_str!("credentials.md")]
}
pub mod headless {
    #![doc = include_str!("headless.md")]
}
pub mod logging_in {
    #![doc = include_str!("logging_in.md")]
}
pub mod pasted {
    #![doc = include_str!("pasted.md")]
}
pub mod registering {
    #![doc = include_str!("registering.md")]
}
pub mod tokens {
    #![doc = include_str!("tokens.md")]
}
pub mod trouble {
    #![doc = include_str!("trouble.md")]
}
