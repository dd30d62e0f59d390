//! Calls and renewals as spans of the crate `tracing`, and what happens in them as events, in both
//! worlds. A program of its own: a subscriber belongs to the whole process.

#[path = "it/capture.rs"]
mod capture;
#[path = "it/common.rs"]
#[expect(dead_code, reason = "these tests need a few of the helpers")]
mod common;

use std::time::{Duration, Instant};

use auth_core::{BaseUrl, CallPolicy, Error, Operation, PageParts, Paged, Request, Response};
use auth_testkit::{Dialect, Fault, Matching, Rotation};
use tracing::{Instrument, Level};
use worlds::AnySession;

use capture::{Line, captured};
use common::{AtServer, Me, Ping, World, browser, doorkeeper, league};

/// Returns the lines of this account since the last call.
fn since(mark: &mut usize, account: &str) -> Vec<Line> {
    let all = captured();
    let new = all[*mark..].iter();
    let account = format!(" account=example/app/{account} ");
    let ours = new.filter(|line| format!("{} ", line.fields).contains(&account));
    let ours = ours.cloned().collect();
    *mark = all.len();
    ours
}

/// Returns the same once the span of the call has closed, after that of its renewal: its task ends
/// by itself.
fn after_call(mark: &mut usize, account: &str) -> Vec<Line> {
    let end = Instant::now() + Duration::from_secs(30);
    let mut lines = Vec::new();
    while !lines.iter().any(|line: &Line| line.span == Some("call")) {
        assert!(Instant::now() < end, "no call has ended: {lines:#?}");
        std::thread::sleep(Duration::from_millis(2));
        lines.extend(since(mark, account));
    }
    lines
}

fn event<'a>(lines: &'a [Line], name: &str) -> &'a Line {
    let name = format!(" event.name={name} ");
    let found = lines.iter().find(|line| line.fields.contains(&name));
    found.unwrap_or_else(|| panic!("{name}: {lines:#?}"))
}

fn span<'a>(lines: &'a [Line], name: &str) -> &'a Line {
    let found = lines.iter().find(|line| line.span == Some(name));
    found.unwrap_or_else(|| panic!("{name}: {lines:#?}"))
}

#[test]
fn calls_and_renewals_are_spans() {
    capture::install();
    let server = league(Dialect::league_9(), Rotation::Instant);
    for world in World::both(&server, keystore::Memory::new()) {
        let (account, mut mark) = (world.name(), 0);
        world.log_in(account, browser()).expect("a login");
        let lines = since(&mut mark, account);
        assert_eq!(event(&lines, "logged_in").level, Level::INFO);
        assert!(lines.iter().all(|line| line.target == "auth_flows"));

        server.revoke_access_tokens();
        server.faults().next(Matching::Token, Fault::NoTokenType);
        world.send(account, Ping).expect("renewed");
        let lines = after_call(&mut mark, account);
        let call = span(&lines, "call");
        let (_, port) = server.url().rsplit_once(':').expect("a port");
        let port = format!("server.port={port}");
        for field in [
            "operation=traces::common::Ping",
            "http.request.method=GET",
            "server.address=127.0.0.1",
            &port,
            "http.response.status_code=401",
            "http.response.status_code=200",
        ] {
            assert!(call.fields.contains(field), "{field} in {call:?}");
        }
        assert!(!call.fields.contains("error.type"), "{call:?}");
        assert_eq!(call.within, [""; 0], "{call:?}");
        let renewal = span(&lines, "renewal");
        assert_eq!(renewal.within, ["call"], "{renewal:?}");
        for field in ["token=login", "http.request.method=POST", "status_code=200"] {
            assert!(renewal.fields.contains(field), "{field} in {renewal:?}");
        }
        for (name, level) in [
            ("renewal_started", Level::DEBUG),
            ("quirks_allowed", Level::DEBUG),
            ("renewal_finished", Level::INFO),
        ] {
            let event = event(&lines, name);
            assert_eq!(
                (&*event.within, event.level),
                (&["call", "renewal"][..], level)
            );
            assert!(event.fields.contains(" message="), "{event:?}");
        }
        let finished = &event(&lines, "renewal_finished").fields;
        for field in [" token=login", " generation=", " duration_ms="] {
            assert!(finished.contains(field), "{finished}");
        }

        server.faults().next(Matching::Api, Fault::Html500);
        world.send(account, Ping).expect("sent again");
        let lines = after_call(&mut mark, account);
        let retry = event(&lines, "retrying");
        assert_eq!((&*retry.within, retry.level), (&["call"][..], Level::INFO));
        assert!(
            retry.fields.contains(" http.response.status_code=500"),
            "{retry:?}"
        );

        server.revoke_all();
        world.send(account, Ping).expect_err("the login is dead");
        let lines = after_call(&mut mark, account);
        let call = span(&lines, "call");
        assert!(call.fields.ends_with(" error.type=NeedsLogin"), "{call:?}");
        let refused = event(&lines, "renewal_refused");
        assert_eq!(refused.level, Level::WARN);
        assert!(
            refused.fields.contains(" error.type=NeedsLogin"),
            "{refused:?}"
        );
    }
}

/// A derived token that fails with its login says so: one failure, not two.
#[test]
fn a_consequence_names_its_cause() {
    capture::install();
    let server = doorkeeper();
    let mut mark = 0;
    for world in World::both(&server, keystore::Memory::new()) {
        let account = format!("cause-{}", world.name());
        since(&mut mark, &account);
        world.send(&account, Me).expect_err("no login");
        let lines = after_call(&mut mark, &account);
        let refused = |line: &&Line| line.fields.contains(" event.name=renewal_refused ");
        let refused: Vec<_> = lines.iter().filter(refused).collect();
        let [login, derived] = refused[..] else {
            panic!("{lines:#?}");
        };
        for (line, token) in [(login, "login"), (derived, "derived")] {
            assert!(line.fields.contains(&format!(" token={token} ")), "{line}");
            let is_consequence = format!("{} ", line.fields).contains(" cause=login ");
            assert_eq!(is_consequence, token == "derived", "{line}");
        }
    }
}

/// What an async client does on the blocking pool is in its span, too.
#[test]
fn the_store_is_in_the_span_of_its_renewal() {
    capture::install();
    let server = league(Dialect::league_9(), Rotation::Instant);
    let mut mark = 0;
    let full =
        || keystore::Fallback::new(keystore::StaticToken::new("")).or(keystore::Memory::new());
    for world in [
        World::blocking(&server, full()),
        World::asynchronous(&server, full()),
    ] {
        let account = format!("store-{}", world.name());
        world.log_in(&account, browser()).expect("a login");
        let again = match &world {
            World::Blocking(_) => World::blocking(&server, full()),
            World::Async(..) => World::asynchronous(&server, full()),
        };
        since(&mut mark, &account);
        again.send(&account, Ping).expect_err("another store");
        let lines = after_call(&mut mark, &account);
        let chosen = event(&lines, "store_chosen");
        assert_eq!(chosen.within, ["call", "renewal"], "{chosen:?}");
    }
}

/// Pings, so many pages of one.
#[derive(Clone)]
struct Pings(u32);

impl Operation for Pings {
    type Output = String;

    fn policy(&self) -> CallPolicy {
        Ping.policy()
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        Ping.request(base)
    }

    fn parse(&self, response: Response) -> Result<String, Error> {
        Ping.parse(response)
    }
}

impl Paged for Pings {
    type Item = String;

    fn split_page(self, item: String) -> PageParts<Self> {
        let left = self.0 - 1;
        PageParts {
            items: vec![item],
            total: None,
            next: (left > 0).then_some(Self(left)),
        }
    }
}

#[test]
fn a_page_ahead_is_in_the_span_of_the_program() {
    capture::install();
    let server = league(Dialect::league_9(), Rotation::Instant);
    for world in World::both(&server, keystore::Memory::new()) {
        let (account, mut mark) = (format!("pages-{}", world.name()), 0);
        world.log_in(&account, browser()).expect("a login");
        since(&mut mark, &account);
        let export = tracing::info_span!("export");
        match world.account(&account) {
            AnySession::Blocking(session) => export.in_scope(|| {
                let pages = session.pages(Pings(4)).prefetch();
                pages.for_each(|page| assert!(page.is_ok()));
            }),
            AnySession::Async(session, runtime) => {
                let mut pages = session.pages(Pings(4)).prefetch();
                let export = async { while pages.next().await.is_some() {} }.instrument(export);
                runtime.block_on(export);
            }
        }
        let mut calls = Vec::new();
        while calls.len() < 4 {
            let lines = after_call(&mut mark, &account);
            calls.extend(lines.into_iter().filter(|line| line.span == Some("call")));
        }
        for call in calls {
            assert_eq!(call.within, ["export"], "{call:?}");
            assert!(!call.fields.contains("error.type"), "{call:?}");
        }
    }
}
