//! Shared by the examples: which server they use, and how they end.
//!
//! | option or variable | meaning |
//! | --- | --- |
//! | `--local` | uses a test server in this process: requires no account and no other setting |
//! | `INAT_ORIGIN`, `INFOFLORA_ORIGIN` | uses another test server, such as one of auth-testkit's |
//! | `CONTACT` | your e-mail address or web page, for the User-Agent: the service's operators can write to you. Required without a test server |
//!
//! `support/end.rs` lists the exit statuses.

pub(crate) mod end;

use std::{env, error::Error, io};

use auth_testkit::TestServer;

use end::wrong;

/// The server of a program.
pub(crate) struct Server {
    /// The test server of `--local`.
    pub(crate) local: Option<TestServer>,
    /// The address of a test server; `None` for the real service.
    pub(crate) origin: Option<String>,
    /// For the User-Agent: the program, and whom to write to.
    pub(crate) user_agent: String,
}

impl Server {
    /// Reads the only option, and the variables.
    pub(crate) fn read(
        program: &str,
        origin: &str,
        start: impl FnOnce() -> io::Result<TestServer>,
    ) -> Result<Self, Box<dyn Error>> {
        let args: Vec<_> = env::args_os().skip(1).collect();
        let local = match args.as_slice() {
            [] => None,
            [flag] if flag == "--local" => Some(start()?),
            _ => return Err(wrong(format_args!("usage: {program} [--local]"))),
        };
        let origin = match &local {
            Some(server) => Some(server.url().to_owned()),
            None => variable(origin),
        };
        let contact = match (variable("CONTACT"), &origin) {
            (Some(contact), _) => contact,
            (None, Some(_)) => "mail@example.org".to_owned(),
            (None, None) => {
                let help = "set CONTACT to your e-mail address or web page: the service's operators find it in the User-Agent";
                return Err(wrong(help));
            }
        };
        Ok(Self {
            local,
            origin,
            user_agent: format!("{program}/0.1 ({contact})"),
        })
    }
}

/// Reads a variable that is set and not blank.
pub(crate) fn variable(name: &str) -> Option<String> {
    (env::var(name).ok()).filter(|value| !value.trim().is_empty())
}

/// Reads a variable that has to be set.
pub(crate) fn required(name: &str) -> Result<String, Box<dyn Error>> {
    variable(name).ok_or_else(|| wrong(format_args!("set {name}, or use --local")))
}
