//! A guide: from Basic Auth to OAuth in five minutes; a tool that logs in its user; what errors
//! mean.
//!
//! * [`scripts`]: you have a script with a user name and password in it.
//! * [`tools`]: you write a tool or a web service that other people log in to.
//! * [`registering`]: how to get a client, and what to write.
//! * [`pkce`]: why the PHP recipe of Info Flora's page fails, and what this workspace does.
//! * [`trouble`]: what each error means, and what to do.
//! * [`versions`]: from V4 to V5.
//!
//! **Nothing here was checked against the running service.** The sources are Info Flora's pages and
//! the behaviour of league/oauth2-server 8 and 9, which Info Flora probably uses.

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
