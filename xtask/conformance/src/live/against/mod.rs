//! The checks against our test server: each fact as it is claimed, then facts made false one at a
//! time, each on a server of its own.

mod inat;
mod infoflora;
mod lie;

use std::time::Duration;

use auth_flows::Login;
use auth_testkit::TestServer;
use auth_testkit::person::Person;
use lie::Lie;

use super::document;
use super::env::Env;
use super::fact::{Fact, Finding};
use super::logins;
use crate::Stop;
use crate::expect::ensure;
use crate::report::{CheckResult, Failure, Report};
use worlds::World;

const USER: &str = "alice";
const PASSWORD: &str = "alice's password";
const APP: &str = "live-app";
const SECRET: &str = "live-app's secret";

/// How long a login waits for a redirect that comes, and for one that does not.
const SOON: Duration = Duration::from_secs(20);
const NEVER: Duration = Duration::from_millis(800);

/// Makes the environment of a person who logs in so.
type Opens = fn(&World, &TestServer, fn() -> Login) -> Result<Env, Failure>;

/// A service at our test server.
struct Stage {
    title: &'static str,
    facts: fn() -> Vec<Fact>,
    /// What is made false, by the name of the fact.
    lies: fn() -> Vec<(String, Lie)>,
    /// A server where a lie of its configuration holds.
    server: fn(Option<&Lie>) -> std::io::Result<TestServer>,
    env: Opens,
    /// Gets the tokens that the checks need, before any fault.
    prepare: fn(&Env) -> CheckResult,
}

const STAGES: [&Stage; 2] = [&inat::STAGE, &infoflora::STAGE];

pub(crate) fn run(worlds: &[World; 2], report: &mut Report) -> Result<(), Stop> {
    for stage in STAGES {
        let facts = (stage.facts)();
        report.heading(format!("Live check of {}, all true", stage.title), worlds);
        for fact in &facts {
            report.row_at_once(&fact.name, worlds, |world| stage.is_found_true(world, fact));
        }
        report.row_at_once(
            "the whole walk, as a document without secrets",
            worlds,
            |world| stage.walk(world, &facts),
        );
        report.heading(format!("Live check of {}, one false", stage.title), worlds);
        for (name, lie) in (stage.lies)() {
            let fact = facts.iter().find(|fact| fact.name == name);
            report.row_at_once(&name, worlds, |world| {
                let fact = fact.ok_or("there is no such fact")?;
                stage.is_found_false(world, fact, &lie)
            });
        }
    }
    Ok(())
}

impl Stage {
    fn is_found_true(&self, world: &World, fact: &Fact) -> CheckResult {
        let server = (self.server)(None)?;
        let env = (self.env)(world, &server, plays_along)?;
        (self.prepare)(&env)?;
        expect(&fact.find(&env), wanted(fact))
    }

    fn is_found_false(&self, world: &World, fact: &Fact, lie: &Lie) -> CheckResult {
        let server = (self.server)(Some(lie))?;
        let login = if matches!(lie, Lie::NoState) {
            drops_state
        } else {
            plays_along
        };
        let env = (self.env)(world, &server, login)?;
        // A lie about a login has to hold during the login.
        if !is_of_a_login(fact) {
            (self.prepare)(&env)?;
        }
        lie.apply(&server);
        if fact.name == logins::PACE {
            env.get(lie.api(), lie.path())?;
        }
        expect(&fact.find(&env), "refuted")
    }

    /// All facts on one server, in one document.
    fn walk(&self, world: &World, facts: &[Fact]) -> CheckResult {
        let server = (self.server)(None)?;
        let env = (self.env)(world, &server, plays_along)?;
        (self.prepare)(&env)?;
        let rows: Vec<_> = facts.iter().map(|fact| (fact, fact.find(&env))).collect();
        for (fact, found) in &rows {
            expect(found, wanted(fact)).map_err(|error| format!("{}: {error}", fact.name))?;
        }
        let text = document::section(self.title, "2026-06-01", "at our test server", &rows);
        let lines = text.lines().filter(|line| line.starts_with("| ")).count();
        ensure(
            lines == facts.len() + 2,
            format!("{lines} rows of {}", facts.len()),
        )?;
        let token = env.token(auth_core::TokenKind::Login)?;
        for secret in [SECRET, PASSWORD, token.expose_secret()] {
            ensure(!text.contains(secret), "a secret is in the document")?;
        }
        Ok(())
    }
}

/// The verdict of a fact that is true.
fn wanted(fact: &Fact) -> &'static str {
    match fact.is_checkable && fact.name != logins::PAUSE {
        true => "confirmed",
        false => "not tried",
    }
}

fn is_of_a_login(fact: &Fact) -> bool {
    [logins::STATE, logins::PKCE, logins::UNUSED, logins::PORT].contains(&&*fact.name)
}

fn expect(found: &Finding, word: &str) -> CheckResult {
    let text = found.text();
    let failure = format!("expected it {word}, got {}: {text}", found.word());
    ensure(found.word() == word && !text.is_empty(), failure)
}

/// A login by a person who does as the pages say.
fn plays_along() -> Login {
    login(SOON, str::to_owned)
}

/// A login whose redirect loses its `state`.
fn drops_state() -> Login {
    login(NEVER, |redirect| {
        let (address, query) = redirect.split_once('?').unwrap_or((redirect, ""));
        let others = query.split('&').filter(|pair| !pair.starts_with("state="));
        format!("{address}?{}", others.collect::<Vec<_>>().join("&"))
    })
}

fn login(timeout: Duration, change: fn(&str) -> String) -> Login {
    Login::browser(|_| {})
        .open(move |url| {
            let person = Person::new(USER, PASSWORD);
            let redirect = person.visit(url)?.into_redirect()?;
            person.follow(&change(&redirect)).map(drop)
        })
        .timeout(timeout)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::report::NAME_WIDTH;

    #[test]
    fn names_are_fine_and_about_half_is_made_false() {
        for stage in STAGES {
            let (facts, lies) = ((stage.facts)(), (stage.lies)());
            let mut names = HashSet::new();
            for fact in &facts {
                assert!(fact.name.chars().count() < NAME_WIDTH - 2, "{}", fact.name);
                assert!(names.insert(&*fact.name), "twice: {}", fact.name);
            }
            for (name, _) in &lies {
                assert!(names.contains(&**name), "no such fact: {name}");
            }
            assert!(
                lies.len() * 2 >= facts.len(),
                "{} of {}",
                lies.len(),
                facts.len()
            );
        }
    }
}
