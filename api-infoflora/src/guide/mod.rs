//! A guide: from Basic Auth to OAuth in five minutes; a tool that logs its user in; what errors mean.
//!
//! * [`scripts`]: for who has a script with a user name and password in it.
//! * [`tools`]: for who writes a tool or a web service that other people log in to.
//! * [`registering`]: how to get a client, and what to write.
//! * [`pkce`]: why the PHP recipe of Info Flora's page fails, and what is done here.
//! * [`trouble`]: what each error means, and what to do.
//! * [`versions`]: from V4 to V5.
//!
//! **Nothing here was checked against the running service.** It rests on Info Flora's pages and on how league/oauth2-server 8 and 9
//! behave, which is probably behind them.

pub mod pkce {
    #![doc = include_str!("pkce.md")]
}
pub mod registering {
    #![doc = include_str!("registering.md")]
}
pub mod scripts {
    #![doc = include_str!("scripts.md")]
}
pub mod tools {
    #![doc = include_str!("tools.md")]
}
pub mod trouble {
    #![doc = include_str!("trouble.md")]
}
pub mod versions {
    #![doc = include_str!("versions.md")]
}
