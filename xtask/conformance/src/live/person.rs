//! `cargo xtask conformance live SERVICE`: asks the running service with the person's own login, and
//! writes its section of `docs/LIVE.md`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::{env as process, io};

use auth_core::{
    Api, BaseUrl, CredentialField, CredentialNames, ExposeSecret, SecretText, Service, TokenKind,
};
use auth_flows::Login;
use keystore::{Credentials, Environment, Fallback, File};
use lexopt::{Arg, ValueExt};
use support::table::{self, Width};

use super::env::{Allowed, Application, Env, TokenPath};
use super::fact::{Fact, Finding};
use super::{document, inat, infoflora};
use crate::report::Failure;
use crate::{Outcome, Stop, Verdict, output};
use worlds::World;

const PROGRAM: &str = "fieldkey-live-check";
const USER_AGENT: &str = "fieldkey-live-check/1.0 (one run by hand)";
const AUTH_URL: &str = "https://auth.infoflora.ch";

/// The services, by the names of the command line.
const SERVICES: [(&str, Which); 2] = [("inat", Which::Inat), ("infoflora", Which::InfoFlora)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Inat,
    InfoFlora,
}

/// The options of the command line.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    service: Which,
    write: bool,
    browser: bool,
    no_account: bool,
    redirect: Option<String>,
    store: Option<PathBuf>,
}

/// Runs the checks that the arguments after `live` name.
pub(crate) fn ask(args: Vec<OsString>) -> Outcome {
    let options = Options::parse(args.clone())?;
    let (title, facts) = match options.service {
        Which::Inat => ("iNaturalist", inat::facts()),
        Which::InfoFlora => ("Info Flora", infoflora::facts()),
    };
    if options.no_account {
        let reason = "no account was available";
        let none = |_: &Fact| Finding::NotTried(reason.to_owned());
        let rows: Vec<_> = facts.iter().map(|fact| (fact, none(fact))).collect();
        let how = "nothing was sent, because no account was available";
        let section = document::section(title, &document::today(), how, &rows);
        document::write(title, &section)?;
        return Ok(Verdict::Passed);
    }
    let origin = origin(options.service)?;
    if !cfg!(feature = "live") && origin.is_none() {
        return again_with_tls(args);
    }
    let world = World::blocking();
    let opened = match options.service {
        Which::Inat => open_inat(&world, &options, origin.as_deref()),
        Which::InfoFlora => open_infoflora(&world, &options, origin.as_deref()),
    };
    let (env, how) = opened.map_err(|error| Stop::Failed(error.to_string()))?;
    let rows: Vec<_> = facts
        .iter()
        .map(|fact| (fact, show(fact, fact.find(&env))))
        .collect();
    let section = document::section(title, &document::today(), &how, &rows);
    match origin {
        // A test server tells nothing of the service.
        Some(_) => output::line(format_args!("\n{section}")),
        None => document::write(title, &section)?,
    }
    let refuted = rows
        .iter()
        .filter(|(_, found)| found.word() == "refuted")
        .count();
    output::line(format_args!("{refuted} facts refuted"));
    Ok(Verdict::Passed)
}

/// Prints a fact as it is found: a walk takes minutes.
fn show(fact: &Fact, found: Finding) -> Finding {
    let rest = format!("{}: {}", fact.name, found.text());
    let columns = [Width::Left(11), Width::Left(0)];
    output::line(table::line(&columns, [found.word(), &rest]));
    found
}

/// Starts this task again, built with TLS and the keyring.
fn again_with_tls(args: Vec<OsString>) -> Outcome {
    let mut command = crate::cargo();
    command.args(["run", "--quiet", "--package", env!("CARGO_PKG_NAME")]);
    command.args(["--features", "live", "--", "live"]);
    let status = command.args(args).status();
    let status = status.map_err(|error| Stop::Missing(format!("cannot run cargo: {error}")))?;
    Ok(match status.success() {
        true => Verdict::Passed,
        false => Verdict::Failed,
    })
}

/// The test server that `INAT_ORIGIN` or `INFOFLORA_ORIGIN` names, as in the examples.
fn origin(service: Which) -> Result<Option<String>, Stop> {
    let name = match service {
        Which::Inat => "INAT_ORIGIN",
        Which::InfoFlora => "INFOFLORA_ORIGIN",
    };
    match process::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Err(process::VarError::NotPresent) => Ok(None),
        Err(error) => Err(Stop::Usage(format!("{name}: {error}"))),
    }
}

type Opened = Result<(Env, String), Failure>;

fn open_inat(world: &World, options: &Options, origin: Option<&str>) -> Opened {
    let known = discovered(api_inat::CREDENTIALS)?;
    let mut service = match &known {
        Some(known) => {
            let id = known.require(CredentialField::ClientId)?;
            let service = api_inat::service(id.expose_secret());
            match known.get(CredentialField::ClientSecret) {
                Some(secret) => service.secret(secret.clone()),
                None => service,
            }
        }
        None => api_inat::service_without_application(),
    };
    if let Some(origin) = origin {
        service = service.at(origin);
    }
    let service = service.user_agent(USER_AGENT).build()?;
    let store = Fallback::new(Environment::variable("INAT_API_TOKEN")?).or(file(options)?);
    let env = logged_in(
        world,
        service,
        store,
        inat::TOKEN,
        options,
        known.as_ref(),
        false,
    )?;
    let how = match &known {
        Some(_) => "with a registered application and a person's login",
        None => "with a plain token, or without any",
    };
    Ok((env, how.to_owned()))
}

fn open_infoflora(world: &World, options: &Options, origin: Option<&str>) -> Opened {
    let known = discovered(api_infoflora::CREDENTIALS)?;
    let known = known.ok_or("set INFOFLORA_CLIENT_ID and INFOFLORA_CLIENT_SECRET")?;
    let id = known.require(CredentialField::ClientId)?;
    let secret = known.require(CredentialField::ClientSecret)?;
    let mut service = api_infoflora::service(id.expose_secret()).secret(secret.clone());
    if let Some(origin) = origin {
        service = service.at(origin);
    }
    let auth = Api::new(
        infoflora::AUTH,
        BaseUrl::parse(origin.unwrap_or(AUTH_URL))?,
        TokenKind::Login,
    );
    let service = service.user_agent(USER_AGENT).build()?.with_api(auth);
    let client_credentials = !options.browser;
    let env = logged_in(
        world,
        service,
        file(options)?,
        infoflora::TOKEN,
        options,
        Some(&known),
        client_credentials,
    )?;
    let how = match client_credentials {
        true => "by client credentials",
        false => "with a person's login by browser",
    };
    Ok((env, how.to_owned()))
}

/// The environment, with the login that the options and credentials allow. Without any login, the
/// facts that need one are not tried.
fn logged_in(
    world: &World,
    service: Service,
    store: impl auth_core::Store,
    token: TokenPath,
    options: &Options,
    known: Option<&Credentials>,
    client_credentials: bool,
) -> Result<Env, Failure> {
    let text = |field| known.and_then(|known| known.get(field)).cloned();
    let application = text(CredentialField::ClientId).map(|id| Application {
        id: id.expose_secret().to_owned(),
        secret: text(CredentialField::ClientSecret),
    });
    let new_login = match options.browser {
        true => {
            let redirect = options.redirect.clone();
            let (port, path) = loopback(redirect.as_deref().unwrap_or("http://127.0.0.1/"))?;
            let start = move || {
                Login::browser(|prompt| output::problem(prompt))
                    .port(port)
                    .path(path.clone())
            };
            Some(Box::new(start) as Box<dyn Fn() -> Login + Send + Sync>)
        }
        false => None,
    };
    let allowed = Allowed {
        application,
        new_login,
        write: options.write,
        client_credentials,
    };
    let env = Env::new(world, service, store, token, allowed);
    let password: Option<SecretText> = text(CredentialField::Password);
    if let Some(password) = &password {
        env.is_secret(password.expose_secret());
    }
    if options.browser {
        let login = env.new_login()?;
        if let Err(error) = &login.status {
            output::problem(format_args!("the login failed: {error}"));
        }
    } else if !client_credentials && env.account.status()?.needs_login() {
        let name = text(CredentialField::Username);
        match (name, password) {
            (Some(name), Some(password)) => {
                let name = name.expose_secret();
                env.account
                    .log_in_with_password(name, password.expose_secret())?;
            }
            _ => output::problem("no login is stored; with --browser you log in now"),
        }
    }
    Ok(env)
}

/// The credentials, or `None` if the environment and the keyring have no application.
fn discovered(names: CredentialNames) -> Result<Option<Credentials>, Failure> {
    let known = Credentials::discover(names).discover();
    match known {
        Ok(known) => {
            known.warnings().iter().for_each(output::problem);
            Ok(known
                .get(CredentialField::ClientId)
                .is_some()
                .then_some(known))
        }
        Err(error) if error.is_configuration() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn file(options: &Options) -> Result<File, Failure> {
    Ok(match &options.store {
        Some(folder) => File::open(folder)?,
        None => File::in_data_dir(PROGRAM)?,
    })
}

/// Port (0: any) and path of a registered redirect URI.
fn loopback(uri: &str) -> Result<(u16, String), Failure> {
    let wrong =
        || io::Error::other("--redirect must be http://127.0.0.1, a port and a path may follow");
    let rest = uri.strip_prefix("http://127.0.0.1").ok_or_else(wrong)?;
    let (port, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let port = match port.strip_prefix(':') {
        Some(number) => number.parse().map_err(|_| wrong())?,
        None if port.is_empty() => 0,
        None => return Err(wrong().into()),
    };
    Ok((port, path.to_owned()))
}

impl Options {
    fn parse(args: Vec<OsString>) -> Result<Self, Stop> {
        let mut parser = lexopt::Parser::from_args(args);
        let mut service = None;
        let (mut write, mut browser, mut no_account) = (false, false, false);
        let (mut redirect, mut store) = (None, None);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Value(value) if service.is_none() => service = Some(value.string()?),
                Arg::Long("write") => write = true,
                Arg::Long("browser") => browser = true,
                Arg::Long("no-account") => no_account = true,
                Arg::Long("redirect") => redirect = Some(parser.value()?.string()?),
                Arg::Long("store") => store = Some(parser.value()?.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        let name = service.unwrap_or_default();
        let known = SERVICES.iter().find(|(known, _)| *known == name);
        let (_, service) = known.ok_or_else(|| {
            Stop::Usage(format!(
                "unknown service `{name}`; choose inat or infoflora"
            ))
        })?;
        Ok(Self {
            service: *service,
            write,
            browser,
            no_account,
            redirect,
            store,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options() {
        let check = |args: &[&str], expect: Result<(Which, bool, bool), &str>| {
            let parsed = Options::parse(args.iter().map(OsString::from).collect());
            match (parsed, expect) {
                (Ok(options), Ok(expect)) => {
                    let got = (options.service, options.write, options.browser);
                    assert_eq!(got, expect, "{args:?}");
                }
                (Err(stop), Err(words)) => assert!(stop.to_string().contains(words), "{stop}"),
                (parsed, _) => panic!("{args:?}: {parsed:?}"),
            }
        };
        check(&["inat"], Ok((Which::Inat, false, false)));
        check(&["inat", "--write"], Ok((Which::Inat, true, false)));
        check(
            &["infoflora", "--browser"],
            Ok((Which::InfoFlora, false, true)),
        );
        check(&["gbif"], Err("choose inat or infoflora"));
        check(&["inat", "--fast"], Err("--fast"));
    }

    #[test]
    fn redirect_uris() {
        let check = |uri: &str, expect: Option<(u16, &str)>| {
            let got = loopback(uri).ok();
            assert_eq!(
                got,
                expect.map(|(port, path)| (port, path.to_owned())),
                "{uri}"
            );
        };
        check("http://127.0.0.1/", Some((0, "/")));
        check("http://127.0.0.1:8080", Some((8080, "")));
        check("http://127.0.0.1:8080/callback", Some((8080, "/callback")));
        check("https://example.org/", None);
    }
}
