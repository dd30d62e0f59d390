//! Info Flora's service against our own test server, which behaves like league/oauth2-server 8 and
//! 9: no package manager installs either here.

mod env;
mod login;
mod not_offered;
mod quirks;
mod refusals;
mod renewal;
mod rows;

use auth_testkit::Dialect;
use env::LeagueEnv;

use super::report::{CheckResult, Report};
use crate::Stop;
use crate::rig::Rig;

/// A case: its name, and its check. Each has a server of its own.
type Case = (&'static str, fn(&LeagueEnv<'_>) -> CheckResult);

/// The versions of league, which differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Eight,
    Nine,
}

const VERSIONS: [(Version, &str); 2] = [
    (Version::Eight, "Info Flora at our test server, as league 8"),
    (Version::Nine, "Info Flora at our test server, as league 9"),
];

const CASES: [&[Case]; 5] = [
    login::CASES,
    renewal::CASES,
    refusals::CASES,
    rows::CASES,
    quirks::CASES,
];

pub(super) fn run(rigs: &[Rig; 2], report: &mut Report) -> Result<(), Stop> {
    for (version, title) in VERSIONS {
        report.heading(title, rigs);
        for (name, case) in CASES.iter().copied().flatten() {
            report.row_at_once(name, rigs, |rig| case(&LeagueEnv::new(version, rig)?));
        }
        let [rig, _] = rigs;
        for (name, reason, proof) in not_offered::ALL {
            report.not_offered(name, reason, || proof(&LeagueEnv::new(version, rig)?));
        }
    }
    Ok(())
}

impl Version {
    fn dialect(self) -> Dialect {
        match self {
            Self::Eight => Dialect::league_8(),
            Self::Nine => Dialect::league_9(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::report::NAME_WIDTH;

    #[test]
    fn names_fit_and_are_unique() {
        let mut names = HashSet::new();
        let cases = CASES.iter().copied().flatten().map(|(name, _)| name);
        for name in cases.chain(not_offered::ALL.iter().map(|(name, ..)| name)) {
            assert!(name.chars().count() < NAME_WIDTH - 2, "{name}");
            assert!(names.insert(*name), "twice: {name}");
        }
    }
}
