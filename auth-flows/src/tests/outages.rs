//! Hosts that share an engine, in random orders of calls, renewals, logins, logouts, outages and lost
//! leases: whatever happens, the last login, saved or not, is alive everywhere once the engine is back, and a logout
//! stays. The real drivers of both worlds, on a clock of the test's own.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use auth_core::{Body, Request, Response, TokenKind, TransportError};
use proptest::prelude::*;

use super::{
    example::{TOKEN_URL, WWW, response, service},
    world::World,
};
use crate::clock;

#[expect(dead_code, reason = "no thread of this test could end a silence")]
#[path = "../../tests/it/engine.rs"]
pub(super) mod engine;

use engine::{Engine, EngineState, Host};

/// A server that accepts each refresh token once. Token `n` of login `l` has the texts `access-l-n`
/// and `refresh-l-n`.
#[derive(Clone, Default)]
pub(super) struct Server(Arc<Mutex<Tokens>>);

#[derive(Default)]
pub(super) struct Tokens {
    pub(super) issued: usize,
    logins: usize,
    /// The texts of valid tokens.
    pub(super) valid: HashSet<String>,
}

impl Tokens {
    fn issue(&mut self, login: usize) -> Response {
        self.issued += 1;
        let n = self.issued;
        let (access, refresh) = (
            format!("access-{login}-{n}"),
            format!("refresh-{login}-{n}"),
        );
        let body = format!(
            r#"{{"access_token":"{access}","refresh_token":"{refresh}","token_type":"bearer","expires_in":864000}}"#
        );
        self.valid.extend([access, refresh]);
        response(200, &body)
    }

    fn respond(&mut self, request: &Request) -> Response {
        let form = match request.body() {
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        };
        let field = |name: &str| {
            let fields = form.split('&').filter_map(|field| field.split_once('='));
            let mut found = fields.filter(|field| field.0 == name);
            found.next().map(|field| field.1.to_owned())
        };
        let uri = request.uri().to_string();
        if uri == TOKEN_URL {
            let Some(refresh) = field("refresh_token") else {
                self.logins += 1;
                return self.issue(self.logins);
            };
            if !self.valid.remove(&refresh) {
                return response(400, r#"{"error":"invalid_grant"}"#);
            }
            self.valid.remove(&refresh.replace("refresh", "access"));
            return self.issue(login_of(&refresh));
        }
        if uri.starts_with(WWW) {
            let bearer = request.headers()["authorization"].to_str().expect("text");
            let is_valid = self.valid.contains(bearer.trim_start_matches("Bearer "));
            return response(if is_valid { 200 } else { 401 }, "{}");
        }
        let revoked = login_of(&field("token").expect("a revocation"));
        self.valid.retain(|token| login_of(token) != revoked);
        response(200, "")
    }
}

pub(super) fn login_of(token: &str) -> usize {
    let login = token.split('-').nth(1).and_then(|login| login.parse().ok());
    login.expect("a token of this server")
}

impl Server {
    fn respond(&self, request: &Request) -> Result<Response, TransportError> {
        Ok(self.tokens(|tokens| tokens.respond(request)))
    }

    pub(super) fn tokens<R>(&self, of: impl FnOnce(&mut Tokens) -> R) -> R {
        of(&mut self.0.lock().expect("no panic"))
    }
}

worlds::transport!(Server);

/// What happens at a host.
#[derive(Clone, Copy, Debug)]
enum Command {
    Call,
    Renew,
    /// The API forgets all access tokens.
    Revoke,
    LogIn,
    LogOut,
    /// Its connection to the engine changes.
    Engine(EngineState),
    EndLeases,
    Wait(u64),
    /// It ends, and starts anew.
    Restart,
}

fn commands() -> impl Strategy<Value = Vec<(usize, Command)>> {
    let state = prop_oneof![
        Just(EngineState::Open),
        Just(EngineState::SavesFail),
        Just(EngineState::Refused)
    ];
    let command = prop_oneof![
        4 => Just(Command::Call),
        6 => Just(Command::Renew),
        1 => Just(Command::Revoke),
        1 => Just(Command::LogIn),
        1 => Just(Command::LogOut),
        6 => state.prop_map(Command::Engine),
        4 => Just(Command::EndLeases),
        2 => (1u64..100).prop_map(Command::Wait),
        1 => Just(Command::Restart),
    ];
    proptest::collection::vec((0usize..3, command), 0..40)
}

struct Fleet {
    engine: Engine,
    server: Server,
    hosts: Vec<(World, Host)>,
}

impl Fleet {
    fn new() -> Self {
        let (engine, server) = (Engine::default(), Server::default());
        let hosts = (0..3).map(|n| start(n, engine.host(), &server)).collect();
        Self {
            engine,
            server,
            hosts,
        }
    }

    /// The login of the stored record.
    fn stored(&self) -> Option<usize> {
        let record = self.engine.record()?;
        let token = record.token(TokenKind::Login)?;
        Some(login_of(token.expose_secret()))
    }
}

pub(super) fn start(n: usize, host: Host, server: &Server) -> (World, Host) {
    (World::new(n == 1, service(), server, &host), host)
}

/// Runs the commands, and returns the fleet with the login that is to be alive, if any.
fn run(commands: &[(usize, Command)]) -> (Fleet, Option<usize>) {
    let mut fleet = Fleet::new();
    let mut current = None;
    // The hosts whose last login was not saved at first.
    let mut logged_in = HashSet::new();
    for &(n, command) in commands {
        let (world, host) = &fleet.hosts[n];
        // Generations are times.
        clock::test::advance(Duration::from_secs(1));
        match command {
            Command::Call => drop(world.call()),
            Command::Renew => world.renew(),
            Command::Revoke => fleet.server.tokens(|tokens| {
                tokens.valid.retain(|token| !token.starts_with("access"));
            }),
            Command::LogIn => {
                let before = fleet.server.tokens(|tokens| tokens.logins);
                let result = world.log_in();
                let login = fleet.server.tokens(|tokens| tokens.logins);
                // The person has logged in, also if that could not be saved.
                if login > before && (result.is_ok() || world.is_unsaved()) {
                    current = Some(login);
                }
                match world.is_unsaved() {
                    true => logged_in.insert(n),
                    false => logged_in.remove(&n),
                };
            }
            Command::LogOut => {
                host.set(EngineState::Open);
                // A login that no other host knows of cannot be ended there, also if a later one is.
                let hosts = fleet.hosts.iter().enumerate();
                let mut others =
                    hosts.filter(|(other, _)| *other != n && logged_in.contains(other));
                let hides = others.any(|(_, (other, _))| other.is_unsaved());
                let knows = fleet.stored() == current || world.is_unsaved();
                if knows && !hides && world.log_out() {
                    current = None;
                }
            }
            Command::Engine(state) => host.set(state),
            Command::EndLeases => fleet.engine.end_leases(),
            Command::Wait(seconds) => clock::test::advance(Duration::from_secs(seconds)),
            Command::Restart => {
                host.set(EngineState::Open);
                let host = host.clone();
                fleet.hosts.remove(n);
                fleet.hosts.insert(n, start(n, host, &fleet.server));
            }
        }
    }
    (fleet, current)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fleet_loses_no_login_and_keeps_a_logout(commands in commands()) {
        clock::test::set(Some(Duration::from_secs(100_000)));
        let (fleet, current) = run(&commands);
        for (_, host) in &fleet.hosts {
            host.set(EngineState::Open);
        }
        fleet.engine.end_leases();
        clock::test::advance(Duration::from_secs(600));
        // Whatever waits is saved, before another host is asked.
        for (world, _) in &fleet.hosts {
            world.status();
        }
        for (world, _) in &fleet.hosts {
            let result = world.call();
            let status = world.status();
            prop_assert!(status.unsaved.is_none(), "{:?}", status);
            prop_assert_eq!(result.is_ok(), current.is_some(), "{:?} {:?}", result, current);
        }
        prop_assert_eq!(fleet.stored(), current);
        clock::test::set(None);
    }
}
