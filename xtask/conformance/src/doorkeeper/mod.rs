//! A real Doorkeeper on Rails, configured like iNaturalist's and with rotating refresh tokens.

mod api_token;
mod cases;

use auth_core::{AuthorizationServer, Endpoint, Error};

use super::Run;
use super::cases::{introspection, login, logout, refusals, rotation, tokens};
use super::env::{App, BODY, Facts, RAW, ServerEnv};
use super::peer::{Peer, Profile};
use super::report::Report;
use crate::Stop;
use worlds::World;

const FACTS: Facts = Facts {
    id: "doorkeeper",
    server,
    public: PUBLIC,
    confidential: CONFIDENTIAL,
    by_body: App {
        authentication: BODY,
        ..CONFIDENTIAL
    },
    reserved: RESERVED,
    reserved_by_body: App {
        authentication: BODY,
        ..RESERVED
    },
    asks: None,
    grants: "write login",
    own: "write login",
    alice: "1",
    bob: "2",
    revoked: "was revoked",
};

const PUBLIC: App = App {
    id: "public",
    secret: None,
    authentication: RAW,
};

const CONFIDENTIAL: App = App {
    id: "conf",
    secret: Some("conf-secret"),
    authentication: RAW,
};

const RESERVED: App = App {
    id: "id %2F+/&=?#",
    secret: Some("s:%41 +/&=?#"),
    authentication: RAW,
};

/// The server, described by hand as for an unknown service. Doorkeeper 5.5 has no metadata.
fn server(env: &ServerEnv<'_>) -> Result<AuthorizationServer, Error> {
    let endpoint = |path: &str| Endpoint::parse(&format!("{}/oauth/{path}", env.origin));
    Ok(AuthorizationServer::new(endpoint("token")?)
        .authorization_endpoint(endpoint("authorize")?)
        .revocation_endpoint(endpoint("revoke")?)
        .introspection_endpoint(endpoint("introspect")?))
}

const RUNS: [(Profile, Run); 3] = [
    (
        Profile::Inat,
        Run {
            title: "Doorkeeper, configured like iNaturalist's",
            facts: &FACTS,
            cases: &[
                login::CASES,
                cases::LOGIN,
                tokens::CASES,
                cases::TOKENS,
                refusals::CASES,
                cases::REFUSALS,
                logout::CASES,
                introspection::CASES,
                cases::WITHOUT_REFRESH,
                api_token::CASES,
            ],
            waiting: &[],
            absent: cases::ABSENT_AT_INAT,
        },
    ),
    (
        Profile::Rotating {
            access_seconds: 7200,
        },
        Run {
            title: "Doorkeeper, rotating refresh tokens",
            facts: &FACTS,
            cases: &[
                login::CASES,
                cases::LOGIN,
                tokens::CASES,
                cases::TOKENS,
                refusals::CASES,
                cases::REFUSALS,
                logout::CASES,
                introspection::CASES,
                cases::WITH_REFRESH,
            ],
            waiting: &[],
            absent: cases::ABSENT,
        },
    ),
    (
        Profile::Rotating { access_seconds: 2 },
        Run {
            title: "Doorkeeper, access tokens valid for 2 s",
            facts: &FACTS,
            cases: &[],
            waiting: &[rotation::CASES, cases::ROTATION],
            absent: &[],
        },
    ),
];

pub(super) fn run(worlds: &[World; 2], report: &mut Report) -> Result<(), Stop> {
    for (profile, run) in &RUNS {
        let peer = Peer::doorkeeper(*profile)?;
        run.over(peer.origin(), worlds, report);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_are_unique() {
        RUNS.iter().for_each(|(_, run)| run.names_are_fine());
    }
}
