//! A real Doorkeeper on Rails, configured like iNaturalist's and with rotating refresh tokens.

mod api_token;
mod bench;
mod login;
mod logout;
mod refusals;
mod rotation;
mod tokens;

use bench::Bench;

use super::peer::{Peer, PeerError, Profile};
use super::report::{Checked, Report};
use super::rig::Rig;
use crate::Stop;

/// One case: a name that says what holds, and how to see it. Each has accounts and a browser of its own.
type Case = (&'static str, fn(&Bench<'_>) -> Checked);

/// What holds in one configuration.
struct Run {
    title: &'static str,
    profile: Profile,
    cases: &'static [&'static [Case]],
}

const RUNS: [Run; 3] = [
    Run {
        title: "Doorkeeper like iNaturalist: access tokens without an end, no refresh tokens",
        profile: Profile::Inat,
        cases: &[
            login::CASES,
            tokens::CASES,
            refusals::CASES,
            logout::CASES,
            api_token::CASES,
        ],
    },
    Run {
        title: "Doorkeeper with rotating refresh tokens",
        profile: Profile::Rotating {
            access_seconds: 7200,
        },
        cases: &[login::CASES, tokens::CASES, refusals::CASES, logout::CASES],
    },
    Run {
        title: "Doorkeeper with rotating refresh tokens, access tokens good for 2 s",
        profile: Profile::Rotating { access_seconds: 2 },
        cases: &[rotation::CASES],
    },
];

pub(super) fn run(rigs: &[Rig; 2], report: &mut Report) -> Result<(), Stop> {
    for run in &RUNS {
        let peer = Peer::doorkeeper(run.profile).map_err(|error| match error {
            PeerError::Missing { .. } => Stop::Missing(error.to_string()),
            PeerError::Failed { .. } => Stop::Failed(error.to_string()),
        })?;
        report.heading(run.title, rigs);
        for (name, case) in run.cases.iter().copied().flatten() {
            report.row(name, rigs, |rig| case(&Bench::new(peer.origin(), rig)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::conformance::report::NAME_WIDTH;

    #[test]
    fn names_fit_and_are_told_apart() {
        for run in &RUNS {
            let mut names = HashSet::new();
            for (name, _) in run.cases.iter().copied().flatten() {
                assert!(name.chars().count() < NAME_WIDTH - 2, "{name}");
                assert!(names.insert(*name), "twice: {name}");
            }
        }
    }
}
