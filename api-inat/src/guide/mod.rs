//! A guide: from no account to a program that stays logged in.
//!
//! | you have | you want | read |
//! | --- | --- | --- |
//! | nothing | public data | nothing: `client.anonymous()` sends the requests |
//! | an account | your own private data, or to write, today | [`plain_token`]: requires no application |
//! | an account | the same every day, without copying a token | [`registering`], then [`logging_in`] |
//! | an application | a script with user name and password | [`logging_in`] and [`credentials`] |
//! | a machine without a browser | to log in on it | [`headless`] |
//! | questions about the two tokens | which goes where, and for how long | [`tokens`] |
//! | an error | its cause and its remedy | [`trouble`] |
//!
//! Reads of public data require no login. Log in to create, change or delete anything, and to see
//! what only your account sees: above all the true locations of your obscured observations.
//!
//! **Nothing here was checked against the running service.** The sources are those of iNaturalist's
//! Rails application and Node API, of Doorkeeper 5.6.6 and of pyinaturalist 1.0, and public
//! reports. Names of pages and fields may have changed since.

pub mod credentials {
    #![doc = include_str!("credentials.md")]
}
pub mod headless {
    #![doc = include_str!("headless.md")]
}
pub mod logging_in {
    #![doc = include_str!("logging_in.md")]
}
pub mod plain_token {
    #![doc = include_str!("plain_token.md")]
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
