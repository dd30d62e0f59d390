//! Cases in tables: what league answers to requests that no flow of ours sends, and what our flows do
//! with it. Each case has a server of its own, in each dialect, and runs in both worlds.

mod env;
mod login;
mod not_offered;
mod refusals;
mod renewal;
mod rows;
mod user;

use auth_core::{Error, ErrorKind};
use auth_testkit::Dialect;

use crate::scene::{World, in_each, passed};
use env::LeagueEnv;

/// Why a case failed.
type Failure = Box<dyn std::error::Error + Send + Sync>;

type CheckResult = Result<(), Failure>;

/// A case: its name, and its check.
type Case = (&'static str, fn(&LeagueEnv) -> CheckResult);

/// The versions of league, which differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Eight,
    Nine,
}

#[test]
fn logins() {
    run(login::CASES);
}

#[test]
fn renewals() {
    run(renewal::CASES);
}

#[test]
fn refused_clients_and_users() {
    run(refusals::CASES);
}

#[test]
fn refusals_in_both_versions_words() {
    run(rows::CASES);
}

#[test]
fn what_is_not_offered() {
    in_each(|eight, world| {
        for (name, reason, proof) in not_offered::ALL {
            check(name, reason, *proof, eight, world);
        }
    });
}

fn run(cases: &[Case]) {
    in_each(|eight, world| {
        for (name, case) in cases {
            check(name, "", *case, eight, world);
        }
    });
}

fn check(
    name: &str,
    reason: &str,
    case: fn(&LeagueEnv) -> CheckResult,
    eight: bool,
    world: &World,
) {
    let version = if eight { Version::Eight } else { Version::Nine };
    let env = LeagueEnv::new(version, world).expect("a server");
    case(&env).unwrap_or_else(|failure| panic!("{name}: {failure}"));
    passed(name, eight, world, reason);
}

impl Version {
    fn dialect(self) -> Dialect {
        match self {
            Self::Eight => Dialect::league_8(),
            Self::Nine => Dialect::league_9(),
        }
    }
}

/// Fails unless `holds`.
fn ensure(holds: bool, failure: impl Into<String>) -> CheckResult {
    match holds {
        true => Ok(()),
        false => Err(failure.into().into()),
    }
}

/// Fails unless the result is an error of this kind, with all these words in its text.
fn expect_error<T: std::fmt::Debug>(
    result: Result<T, Error>,
    kind: ErrorKind,
    words: &[&str],
) -> Result<Error, Failure> {
    let error = match result {
        Ok(value) => return Err(format!("expected an error, got {value:?}").into()),
        Err(error) => error,
    };
    let text = error.to_string();
    let lacking: Vec<_> = words.iter().filter(|word| !text.contains(**word)).collect();
    if error.kind() != kind || !lacking.is_empty() {
        return Err(format!("expected {kind:?} with {lacking:?} in it, got {error:?}").into());
    }
    Ok(error)
}
