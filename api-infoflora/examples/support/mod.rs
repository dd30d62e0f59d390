//! Shared by the examples: their flags, their server, their end.
//!
//! | option or variable | meaning |
//! | --- | --- |
//! | `--local` | uses a test server in this process: requires no client and no other setting |
//! | `INFOFLORA_ORIGIN` | uses another test server, such as one of auth-testkit's |
//! | `CONTACT` | your e-mail address or web page, for the User-Agent: Info Flora can write to you. Required without a test server |
//! | `INFOFLORA_CLIENT_ID`, `INFOFLORA_CLIENT_SECRET` | the registered client, for programs that require one |
//! | `ADDRESS` | a name for the address that this host sends from. Programs with the same name share the rate limit over their store. Default: all do |
//!
//! `support/end.rs` lists the exit statuses.

pub(crate) mod end;

use std::{env, error::Error, ffi::OsString};

use auth_core::Service;
use auth_testkit::{Dialect, TestClient, TestServer};

use end::wrong;

/// The parsed flags of a program, and its test server with `--local`.
pub(crate) struct Args {
    /// Whether the program's own flag is set.
    pub(crate) other_transport: bool,
    local: Option<TestServer>,
}

impl Args {
    /// Parses the arguments: `--local`, the program's own flag; and its operands.
    pub(crate) fn read<const N: usize>(
        flag: &str,
        operands: &str,
    ) -> Result<(Self, [OsString; N]), Box<dyn Error>> {
        let mut args: Vec<_> = env::args_os().skip(1).collect();
        let mut has = |flag: &str| {
            let before = args.len();
            args.retain(|arg| arg != flag);
            args.len() < before
        };
        let (is_local, other_transport) = (has("--local"), has(flag));
        let usage = || wrong(format_args!("usage: [--local] [{flag}] {operands}"));
        let is_option = |arg: &OsString| arg.to_string_lossy().starts_with("--");
        if args.iter().any(is_option) {
            return Err(usage());
        }
        let operands = args.try_into().map_err(|_| usage())?;
        let local = is_local.then(test_server).transpose()?;
        let args = Self {
            other_transport,
            local,
        };
        Ok((args, operands))
    }

    /// Returns the value of a variable that has to be set; with `--local`, the value for it if it
    /// is not.
    pub(crate) fn variable(&self, name: &str, local: &str) -> Result<String, Box<dyn Error>> {
        match (set(name), &self.local) {
            (Some(value), _) => Ok(value),
            (None, Some(_)) => Ok(local.to_owned()),
            (None, None) => Err(wrong(format_args!("set {name}"))),
        }
    }

    /// Returns the service: with the registered client, or without one, for public data.
    pub(crate) fn service(&self, program: &str, client: bool) -> Result<Service, Box<dyn Error>> {
        let limit = api_infoflora::rate_limit();
        let limit = match set("ADDRESS") {
            Some(address) => limit.with_address(&address),
            None => limit,
        };
        let variable = |name: &str| self.variable(name, "");
        let service = match (client, &self.local) {
            (false, _) => api_infoflora::service_without_client(),
            (true, Some(_)) => api_infoflora::service("app").secret("app-secret"),
            (true, None) => api_infoflora::service(variable("INFOFLORA_CLIENT_ID")?)
                .secret(variable("INFOFLORA_CLIENT_SECRET")?),
        };
        let origin = match &self.local {
            Some(server) => Some(server.url().to_owned()),
            None => set("INFOFLORA_ORIGIN"),
        };
        let contact = match (set("CONTACT"), &origin) {
            (Some(contact), _) => contact,
            (None, Some(_)) => "mail@example.org".to_owned(),
            (None, None) => {
                let help = "set CONTACT to your e-mail address or web page: Info Flora finds it in the User-Agent";
                return Err(wrong(help));
            }
        };
        let service = service
            .user_agent(format!("{program}/0.1 ({contact})"))
            .rate_limit(limit);
        let service = match origin {
            Some(origin) => service.at(origin),
            None => service,
        };
        Ok(service.build()?)
    }
}

/// Returns the value of a variable that is set and not blank.
fn set(name: &str) -> Option<String> {
    (env::var(name).ok()).filter(|value| !value.trim().is_empty())
}

/// Starts a server like Info Flora's, with a client.
fn test_server() -> std::io::Result<TestServer> {
    TestServer::builder(Dialect::league_9())
        .client(
            TestClient::confidential("app", "app-secret")
                .redirect_uri("http://127.0.0.1/oauth2redirect"),
        )
        .user("alice", "password")
        .user("bob", "hunter2")
        .site(api_infoflora::testkit::site())
        .start()
}
