//! A real oidc-provider on Node: certified for OpenID Connect, strict; it revokes all tokens of a
//! login if a refresh token is reused.

mod cases;
mod device;
mod metadata;
mod pushed;

use auth_core::{AuthorizationServer, Error, MetadataRequest};

use super::Run;
use super::cases::{introspection, login, logout, refusals, rotation, tokens};
use super::env::{App, BODY, ENCODED, Facts, ServerEnv};
use super::peer::Peer;
use super::report::Report;
use crate::Stop;
use worlds::World;

const FACTS: Facts = Facts {
    id: "oidc-provider",
    server,
    public: PUBLIC,
    confidential: CONFIDENTIAL,
    by_body: BY_BODY,
    reserved: RESERVED,
    reserved_by_body: RESERVED_BY_BODY,
    asks: Some("read write"),
    grants: "read write",
    own: "",
    alice: "alice",
    bob: "bob",
    revoked: "revoked",
};

const PUBLIC: App = App {
    id: "public",
    secret: None,
    authentication: ENCODED,
};

const CONFIDENTIAL: App = App {
    id: "conf",
    secret: Some("conf-secret"),
    authentication: ENCODED,
};

/// oidc-provider registers one authentication method for each client.
const BY_BODY: App = App {
    id: "conf-body",
    secret: Some("conf-secret"),
    authentication: BODY,
};

const RESERVED: App = App {
    id: "id:%2F+/&=? #",
    secret: Some("s:%41 +/&=?#"),
    authentication: ENCODED,
};

const RESERVED_BY_BODY: App = App {
    id: "id:%2F+/&=? # body",
    secret: Some("s:%41 +/&=?#"),
    authentication: BODY,
};

/// The server as its own metadata describes it (RFC 8414).
fn server(env: &ServerEnv<'_>) -> Result<AuthorizationServer, Error> {
    let metadata = MetadataRequest::new(env.origin)?;
    env.world.exchange(&metadata)?.server()
}

const RUNS: [(u32, Run); 2] = [
    (
        7200,
        Run {
            title: "oidc-provider",
            facts: &FACTS,
            cases: &[
                login::CASES,
                cases::LOGIN,
                tokens::CASES,
                cases::TOKENS,
                refusals::CASES,
                cases::REFUSALS,
                logout::CASES,
                cases::LOGOUT,
                introspection::CASES,
                cases::INTROSPECTION,
                metadata::CASES,
                pushed::CASES,
            ],
            waiting: &[device::CASES],
            absent: cases::ABSENT,
        },
    ),
    (
        2,
        Run {
            title: "oidc-provider, access tokens valid for 2 s",
            facts: &FACTS,
            cases: &[],
            waiting: &[rotation::CASES, cases::ROTATION, device::RUNS_OUT],
            absent: &[],
        },
    ),
];

pub(super) fn run(worlds: &[World; 2], report: &mut Report) -> Result<(), Stop> {
    for (access_seconds, run) in &RUNS {
        let peer = Peer::oidc_provider(*access_seconds)?;
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
