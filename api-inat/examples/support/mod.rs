//! Shared by the examples: their arguments, their server, and their login.
//!
//! | option or variable | meaning |
//! | --- | --- |
//! | `--local` | uses a test server in this process, logged in as its user `alice`: requires no account and no other setting |
//! | `--live` | uses the real iNaturalist. Without either, `INAT_ORIGIN` must name a test server, such as one of auth-testkit's |
//! | `CONTACT` | your e-mail address or web page, for the User-Agent: the service's operators can write to you. Required with `--live` |
//! | `--store FOLDER` | where the login is stored. Default: a folder of the user's own, in which all these programs find the one login; memory with `--local` |
//! | `--browser`, `--out-of-band` | lets the user log in when required: here, or with a code from a browser on any machine. Over SSH, `--browser` shows the address and also accepts the pasted address of the page at which the browser ends |
//! | `--redirect URI` | for `--browser`, the registered redirect URI. Default: `http://127.0.0.1/`. With a port, as `http://127.0.0.1:8080`, uses that port; otherwise any free one |
//! | `--async`, `--blocking` | sends with reqwest on tokio, or with ureq; each program names its default. The real service requires the transport's feature `rustls`: `--features http-ureq/rustls`, `--features http-reqwest/rustls` |
//! | `INAT_APP_ID`, `INAT_APP_SECRET` | the registered application, and its secret if it is confidential |
//! | `INAT_USERNAME`, `INAT_PASSWORD` | logs in with these when a login is required |
//! | `INAT_API_TOKEN` | a plain token from <https://www.inaturalist.org/users/api_token>: requires no application |
//!
//! `…_FILE` behind each of the last five names a file with the value (systemd, Docker).
//!
//! With keystore's feature `keyring`, the id, secret, user name and password may be in the system's
//! keyring instead. `support/end.rs` lists the exit statuses.

mod end;

use std::{env, error::Error, fmt, io, path::PathBuf};

use api_inat::ServiceBuilder;
use auth_core::{CredentialField, SecretText, Service};
use auth_flows::{AsyncSession, Login, Session};
use auth_testkit::{Dialect, TestClient, TestServer};
use keystore::{Credentials, Fallback, File, LoginMethod, Memory};

pub(crate) use end::{end, say, wrong};

/// The parsed arguments of a program, and its test server with `--local`.
pub(crate) struct Args {
    flags: Vec<String>,
    values: Vec<(String, String)>,
    local: Option<TestServer>,
}

/// The directory with the login, which all these programs share.
const SHARED: &str = "inat-examples";

/// The options of all programs: without a value, and with one.
const FLAGS: [&str; 6] = [
    "--local",
    "--live",
    "--browser",
    "--out-of-band",
    "--async",
    "--blocking",
];
const VALUES: [&str; 2] = ["--store", "--redirect"];

impl Args {
    /// Parses the arguments, and returns the operands separately. `usage` lists the program's own:
    /// `[--all] --for MINUTES FILE` is a flag, an option with a value, and an operand.
    pub(crate) fn read(usage: &str) -> Result<(Self, Vec<PathBuf>), Box<dyn Error>> {
        let (mut known, mut wanted) = (VALUES.map(str::to_owned).to_vec(), 0);
        let mut own_flags = Vec::new();
        let mut words = usage.split_whitespace();
        while let Some(word) = words.next() {
            let flag = word
                .strip_prefix('[')
                .and_then(|word| word.strip_suffix(']'));
            match word.starts_with("--") {
                false if flag.is_some() => own_flags.extend(flag),
                true => {
                    known.push(word.to_owned());
                    words.next();
                }
                false => wanted += 1,
            }
        }
        let wrong = |what: fmt::Arguments<'_>| {
            wrong(format_args!(
                "{what}\nusage: [--local|--live] [--browser [--redirect URI]|--out-of-band] [--async|--blocking] [--store FOLDER] {usage}"
            ))
        };
        let (mut flags, mut values, mut operands) = (Vec::new(), Vec::new(), Vec::new());
        let mut args = env::args_os().skip(1);
        while let Some(arg) = args.next() {
            match arg.to_str() {
                Some(name) if FLAGS.contains(&name) || own_flags.contains(&name) => {
                    flags.push(name.to_owned())
                }
                Some(name) if known.iter().any(|known| known == name) => {
                    let value = args.next().and_then(|value| value.into_string().ok());
                    let value =
                        value.ok_or_else(|| wrong(format_args!("{name} requires a value")))?;
                    values.push((name.to_owned(), value));
                }
                Some(name) if name.starts_with("--") => {
                    return Err(wrong(format_args!("unknown option {name}")));
                }
                _ => operands.push(PathBuf::from(arg)),
            }
        }
        let more = usage.ends_with("...") && operands.len() > wanted;
        if operands.len() != wanted && !more {
            return Err(wrong(format_args!("{wanted} operands are required")));
        }
        let is_local = flags.iter().any(|flag| flag == "--local");
        let local = is_local.then(test_server).transpose()?;
        let args = Self {
            flags,
            values,
            local,
        };
        Ok((args, operands))
    }

    /// Returns the value of an option.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns whether to send with reqwest on tokio.
    pub(crate) fn is_async(&self, usual: bool) -> bool {
        match (self.has("--async"), self.has("--blocking")) {
            (true, false) => true,
            (false, true) => false,
            _ => usual,
        }
    }

    /// Returns whether a flag is set.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }
}

/// Starts a server like iNaturalist's, with an application and a user.
fn test_server() -> io::Result<TestServer> {
    TestServer::builder(Dialect::doorkeeper_5())
        .client(TestClient::confidential("app", "app-secret").scopes("write login"))
        .user("alice", "password")
        .site(api_inat::testkit::site())
        .start()
}

/// Returns the service and the store with the login.
pub(crate) fn open(program: &str, args: &Args) -> Result<(Service, Fallback), Box<dyn Error>> {
    let contact = variable("CONTACT")?;
    let found = credentials()?;
    let service = match (&args.local, args.has("--live"), variable("INAT_ORIGIN")?) {
        (Some(server), false, None) => api_inat::service("app")
            .secret("app-secret")
            .at(server.url()),
        (None, true, None) if contact.is_none() => {
            return Err(wrong(
                "set CONTACT to your e-mail address or web page: iNaturalist's operators find it in the User-Agent",
            ));
        }
        (None, true, None) => application(&found)?,
        (None, false, Some(origin)) => application(&found)?.at(origin),
        (None, false, None) => {
            return Err(wrong(
                "no server given; use --live for the real iNaturalist, --local for a test server, or set INAT_ORIGIN to another one",
            ));
        }
        _ => {
            return Err(wrong(
                "--local, --live and INAT_ORIGIN name two different servers; use one of them",
            ));
        }
    };
    let contact = contact.unwrap_or_else(|| "mail@example.org".to_owned());
    let service = service
        .user_agent(format!("{program}/0.1 ({contact})"))
        .build()?;
    let file = args.value("--store").map(File::open).transpose()?;
    let store = match (file, &args.local) {
        (Some(file), Some(_)) => Fallback::new(file),
        (None, Some(_)) => Fallback::new(Memory::new()),
        (file, None) => found.store(file.map_or_else(|| File::in_data_dir(SHARED), Ok)?),
    };
    Ok((service, store))
}

/// Finds what the environment, files and the keyring have; all of it is optional.
fn credentials() -> Result<Credentials, auth_core::Error> {
    Credentials::discover(api_inat::CREDENTIALS)
        .optional()
        .discover()
}

/// Returns the service for the application that was found, or for a pasted token without one.
fn application(found: &Credentials) -> Result<ServiceBuilder, Box<dyn Error>> {
    found.warnings().iter().for_each(|remark| say(remark));
    if found.login_method() == LoginMethod::Stored {
        found.require(CredentialField::ClientId)?; // a stored login is an application's
    }
    Ok(api_inat::service_from(found))
}

/// A session, blocking or async, with the method of login that the options name.
pub(crate) trait LogsIn: Sized {
    fn by_password(self, name: &str, password: SecretText) -> Self;
    fn by_credentials(self, found: &Credentials) -> Self;
    fn by_user(self, login: Login) -> Self;

    /// Without any of these, a call that requires a login fails.
    fn with_login_of(self, args: &Args) -> Result<Self, Box<dyn Error>> {
        if args.local.is_some() {
            return Ok(self.by_password("alice", SecretText::from("password")));
        }
        let found = credentials()?;
        let has = |field| found.get(field).is_some();
        if has(CredentialField::Username) && has(CredentialField::Password) {
            return Ok(self.by_credentials(&found));
        }
        if args.has("--out-of-band") {
            let login = Login::out_of_band(|url| {
                say(&format!(
                    "Open {url} in any browser, and enter the code that it shows:"
                ));
                let mut code = String::new();
                io::stdin().read_line(&mut code).map(|_| code)
            });
            let login = login.explain(|reason| say(&reason.to_string()));
            return Ok(self.by_user(login));
        }
        Ok(match args.has("--browser") {
            true => self.by_user(browser(args.value("--redirect"))?),
            false => self,
        })
    }
}

/// Returns a login by browser with this redirect URI.
fn browser(redirect: Option<&str>) -> Result<Login, Box<dyn Error>> {
    let redirect = redirect.unwrap_or("http://127.0.0.1/");
    let wrong = || {
        wrong(format_args!(
            "--redirect must be http://127.0.0.1, with or without a port and a path, got {redirect}"
        ))
    };
    let rest = redirect
        .strip_prefix("http://127.0.0.1")
        .ok_or_else(wrong)?;
    // A URI without a path and one with `/` differ: the sent URI must be exactly the registered
    // one.
    let (port, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let port = match port.strip_prefix(':') {
        Some(number) => number.parse().map_err(|_| wrong())?,
        None if port.is_empty() => 0,
        None => return Err(wrong()),
    };
    let login = Login::browser(|prompt| say(&prompt.to_string())).or_pasted(|_| {
        say("If your browser ends at an error page, paste its address here:");
        let mut address = String::new();
        io::stdin().read_line(&mut address).map(|_| address)
    });
    let login = login.explain(|reason| say(&reason.to_string()));
    Ok(login.port(port).path(path))
}

macro_rules! logs_in {
    ($($Session:ty),*) => {
        $(impl LogsIn for $Session {
            fn by_password(self, name: &str, password: SecretText) -> Self {
                self.with_password(name, password)
            }
            fn by_credentials(self, found: &Credentials) -> Self {
                self.with_credentials(found)
            }
            fn by_user(self, login: Login) -> Self {
                self.with_login(login)
            }
        })*
    };
}

logs_in!(Session, AsyncSession);

/// Reads a variable that is set and not blank.
fn variable(name: &str) -> Result<Option<String>, Box<dyn Error>> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(wrong(format_args!("{name} is not valid UTF-8"))),
    }
}
