//! Hosts whose clocks differ by days and jump by days, at one engine, while the server revokes all
//! access tokens now and then: every call succeeds, and the renewals stay few. The real drivers of both
//! worlds, on a clock of the test's own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use auth_core::{
    BaseUrl, Body, CallPolicy, Error, Lifetime, Limits, Operation, Request, Response, Service,
    TokenDerivation, TokenResponse, TransportError, UnixTime, unverified_expiry,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::{
    example::{self, Ask, TOKEN_URL, WWW, response},
    outages::engine::{Engine, Host},
    world::{World, call},
};
use crate::clock;

const DAY: i64 = 86_400;
/// The lifetimes of a login token and of a derived one.
const LOGIN: Duration = Duration::from_secs(3600);
const DERIVED: Duration = Duration::from_secs(DAY as u64);

/// A server that accepts each refresh token once, and ends the access token that came with it.
#[derive(Clone, Default)]
struct Server(Arc<State>);

#[derive(Default)]
struct State {
    tokens: Mutex<Tokens>,
    /// What happens before the next call arrives.
    meanwhile: Mutex<Option<Meanwhile>>,
}

type Meanwhile = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Tokens {
    issued: usize,
    renewed: usize,
    derived: usize,
    refresh: String,
    /// Until when each access token is valid, by the server's clock.
    valid: HashMap<String, UnixTime>,
    dated: bool,
}

/// The server's clock is right.
fn server_time() -> UnixTime {
    let wrong = clock::test::set_wrong(0);
    let now = clock::now().wall;
    clock::test::set_wrong(wrong);
    now
}

impl Tokens {
    fn respond(&mut self, request: &Request) -> Response {
        let (now, uri) = (server_time(), request.uri().to_string());
        self.issued += 1;
        let n = self.issued;
        if uri == TOKEN_URL {
            let form = match request.body() {
                Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                _ => String::new(),
            };
            if form.contains("grant_type=refresh_token") {
                if !form.contains(&format!("refresh_token={}&", self.refresh))
                    && !form.ends_with(&format!("refresh_token={}", self.refresh))
                {
                    return response(400, r#"{"error":"invalid_grant"}"#);
                }
                self.renewed += 1;
            }
            self.valid.retain(|token, _| !token.starts_with("access"));
            self.refresh = format!("refresh-{n}");
            self.valid.insert(format!("access-{n}"), now.plus(LOGIN));
            let lasts = LOGIN.as_secs();
            return response(
                200,
                &format!(
                    r#"{{"access_token":"access-{n}","refresh_token":"refresh-{n}","token_type":"bearer","expires_in":{lasts}}}"#
                ),
            );
        }
        let bearer = request.headers()["authorization"].to_str().expect("text");
        let until = self.valid.get(bearer.trim_start_matches("Bearer "));
        if until.is_none_or(|until| *until <= now) {
            return response(401, "{}");
        }
        if uri != format!("{WWW}/jwt") {
            return response(200, "{}");
        }
        self.derived += 1;
        let end = now.plus(DERIVED);
        let claims = format!(r#"{{"exp":{},"n":{n}}}"#, end.as_secs());
        let jwt = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        let mut response = response(200, &jwt);
        if self.dated {
            let date = now.to_string().parse().expect("a date");
            response.headers_mut().insert(http::header::DATE, date);
        }
        self.valid.insert(jwt, end);
        response
    }
}

impl Server {
    fn respond(&self, request: &Request) -> Result<Response, TransportError> {
        let uri = request.uri().to_string();
        // A renewal has the lease, for which the other host would wait.
        if uri != TOKEN_URL && uri != format!("{WWW}/jwt") {
            let meanwhile = self.0.meanwhile.lock().expect("no panic").take();
            if let Some(meanwhile) = meanwhile {
                meanwhile();
            }
        }
        Ok(self.tokens(|tokens| tokens.respond(request)))
    }

    fn tokens<R>(&self, of: impl FnOnce(&mut Tokens) -> R) -> R {
        of(&mut self.0.tokens.lock().expect("no panic"))
    }
}

worlds::transport!(Server);

/// Derives a token that states when it ends, as iNaturalist's does.
struct Jwt;

impl Operation for Jwt {
    type Output = TokenResponse;
    fn policy(&self) -> CallPolicy {
        CallPolicy::read("www").with_limits(Limits::token())
    }
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/jwt")
    }
    fn parse(&self, response: Response) -> Result<TokenResponse, Error> {
        if response.status() == 401 {
            return Err(Error::login_needed("the login was refused").with_status(response.status()));
        }
        let text = String::from_utf8_lossy(response.body().as_bytes()).into_owned();
        let token = self.read_plain_token(&text)?;
        Ok(token.with_date(response.headers()))
    }
}

impl TokenDerivation for Jwt {
    fn read_plain_token(&self, text: &str) -> Result<TokenResponse, Error> {
        let end = unverified_expiry(text).map_or(Lifetime::Unstated, Lifetime::Until);
        TokenResponse::new(text, end)
    }
}

fn service() -> Service {
    example::service().with_token_derivation(Jwt)
}

/// One host, and by how many seconds its clock is wrong.
#[derive(Clone)]
struct Machine {
    world: World,
    host: Host,
    wrong: i64,
}

impl Machine {
    fn start(n: usize, host: Host, server: &Server, wrong: i64) -> Self {
        let world = World::new(n % 2 == 1, service(), server, &host);
        Self { world, host, wrong }
    }

    /// Runs this at the host's clock.
    fn at<R>(&self, run: impl FnOnce(&World) -> R) -> R {
        let before = clock::test::set_wrong(self.wrong);
        let result = run(&self.world);
        clock::test::set_wrong(before);
        result
    }

    fn call(&self, derived: bool) -> Result<(), Error> {
        self.at(|world| match derived {
            false => world.call(),
            true => call!(world, client => client.account("me").send(Ask { write: false })),
        })
    }
}

#[derive(Clone, Copy, Debug)]
enum Act {
    /// A call with the login token, or with the derived one.
    Call(bool),
    /// The same, and this other host makes such a call before it arrives.
    Meanwhile(bool, usize),
    /// The server revokes all access tokens; or all derived ones as well.
    Revoke(bool),
    /// The host's clock is set.
    Set(i64),
    Wait(u64),
    Restart,
}

fn wrong() -> impl Strategy<Value = i64> {
    let days = [-400, -30, -3, -1, 0, 0, 1, 3, 30, 400];
    let days = prop::sample::select(days.map(|days| days * DAY).to_vec());
    prop_oneof![3 => days, 1 => -7200i64..7200]
}

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let act = prop_oneof![
        8 => any::<bool>().prop_map(Act::Call),
        4 => (any::<bool>(), 0usize..3).prop_map(|(derived, other)| Act::Meanwhile(derived, other)),
        2 => any::<bool>().prop_map(Act::Revoke),
        2 => wrong().prop_map(Act::Set),
        2 => (1u64..100).prop_map(Act::Wait),
        1 => (1000u64..100_000).prop_map(Act::Wait),
        1 => Just(Act::Restart),
    ];
    proptest::collection::vec((0usize..3, act), 0..60)
}

/// Returns how many renewals there were, or what went wrong.
fn run(wrong: [i64; 3], dated: bool, acts: &[(usize, Act)]) -> Result<usize, String> {
    clock::test::set(Some(Duration::from_secs(100_000)));
    let (engine, server) = (Engine::default(), Server::default());
    server.tokens(|tokens| tokens.dated = dated);
    let start = |n| Machine::start(n, engine.host(), &server, wrong[n]);
    let mut hosts = [0, 1, 2].map(start);
    let status = hosts[0].at(World::log_in);
    status.map_err(|error| format!("login: {error:#}"))?;
    // What may cost each host a renewal.
    let mut causes = 1;
    for (at, &(n, act)) in acts.iter().enumerate() {
        clock::test::advance(Duration::from_secs(1));
        let said = |error: Error| format!("{at}: {act:?} at {n}: {error:#}");
        match act {
            Act::Call(derived) => hosts[n].call(derived).map_err(said)?,
            Act::Meanwhile(derived, other) => {
                let result = Arc::new(Mutex::new(Ok(())));
                let (slot, machine) = (Arc::clone(&result), hosts[other].clone());
                if other != n {
                    let call = move || *slot.lock().expect("no panic") = machine.call(derived);
                    *server.0.meanwhile.lock().expect("no panic") = Some(Box::new(call));
                }
                hosts[n].call(derived).map_err(said)?;
                let result = result.lock().expect("no panic").clone();
                result.map_err(|error| format!("{at}: {act:?}, meanwhile: {error:#}"))?;
            }
            Act::Revoke(derived) => {
                causes += 1;
                server.tokens(|tokens| {
                    tokens
                        .valid
                        .retain(|token, _| !derived && !token.starts_with("access"));
                });
            }
            Act::Set(wrong) => {
                causes += 1;
                hosts[n].wrong = wrong;
            }
            Act::Wait(seconds) => {
                causes += 1 + usize::try_from(seconds / 3600).expect("a few");
                clock::test::advance(Duration::from_secs(seconds));
            }
            Act::Restart => {
                causes += 1;
                let Machine { host, wrong, .. } = hosts[n].clone();
                hosts[n] = Machine::start(n, host, &server, wrong);
            }
        }
        let (renewed, derived) = server.tokens(|tokens| (tokens.renewed, tokens.derived));
        if renewed > 3 * causes || derived > 3 * causes {
            return Err(format!(
                "{at}: {renewed} renewals, {derived} derived tokens, {causes} causes"
            ));
        }
    }
    clock::test::set(None);
    Ok(server.tokens(|tokens| tokens.renewed))
}

/// Runs the acts with clocks that are right, and with the hosts 0 and 1 at clients of either world.
fn check(acts: &[(usize, Act)]) {
    for swapped in [false, true] {
        let place = |n: usize| if swapped && n < 2 { 1 - n } else { n };
        let acts: Vec<_> = acts.iter().map(|(n, act)| (place(*n), *act)).collect();
        run([0; 3], true, &acts).unwrap_or_else(|why| panic!("{swapped}: {why}"));
    }
}

#[test]
fn a_derivation_outlives_two_revocations_of_its_login_token() {
    // The host has one token in memory, another host has renewed it, and both are revoked.
    check(&[
        (0, Act::Call(false)),
        (1, Act::Revoke(false)),
        (1, Act::Call(false)),
        (0, Act::Revoke(true)),
        (0, Act::Call(true)),
        (1, Act::Call(true)),
        (2, Act::Call(false)),
    ]);
}

#[test]
fn a_login_token_that_was_used_for_a_derivation_was_accepted() {
    check(&[
        (0, Act::Call(true)),
        (0, Act::Revoke(true)),
        (0, Act::Call(true)),
        (0, Act::Revoke(false)),
        (0, Act::Call(false)),
    ]);
}

#[test]
fn clocks_that_are_days_apart_cost_few_renewals() {
    const MINUTES: usize = 24 * 60;
    let mut acts = Vec::new();
    for minute in 0..MINUTES {
        for host in 0..3 {
            acts.push((host, Act::Call(minute % 2 == 0)));
        }
        acts.push((0, Act::Wait(57)));
    }
    for wrong in [[0; 3], [-3, 0, 3], [3, -3, 0], [0, 400, -1]] {
        let renewals = run(wrong.map(|days| days * DAY), true, &acts);
        let renewals = renewals.unwrap_or_else(|why| panic!("{wrong:?}: {why}"));
        assert!(renewals <= 60, "{wrong:?}: {renewals}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_call_fails_because_of_a_clock(wrong in [wrong(), wrong(), wrong()], dated in any::<bool>(), acts in acts()) {
        let result = run(wrong, dated, &acts);
        prop_assert!(result.is_ok(), "{:?}", result);
    }
}
