//! Every order of events that a driver can produce ends in bounded steps, and no flow sends what it
//! must not.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Body, Error, ErrorKind, Event, Flow, Lifetime, Now, Request, Response, SecretText, Step, Token,
    TokenKind, TokenRecord, TokenRequirement, TokenResponse, TransportError, UnixTime,
};
use proptest::prelude::*;

use super::example::{API, Ask, DEVICE_URL, TOKEN_URL, WWW, response, service};
use crate::{
    flow::{
        call::Call, complete_login::CompleteLogin, device_login, logout::Logout, renewal::Renewal,
        token_message::LoginProof,
    },
    retry::LEASE,
    token::login_source::LoginSource,
};

/// The responses of server, store and lease at each step, drawn by proptest.
#[derive(Clone, Debug)]
struct World {
    replies: Vec<Reply>,
    leases: Vec<bool>,
    records: Vec<Stored>,
    tokens: Vec<bool>,
    /// Whether the store works, at each lease, reservation and save.
    stores: Vec<bool>,
    wall: u64,
}

#[derive(Clone, Copy, Debug)]
enum Reply {
    Token,
    Codes,
    /// 400 with this OAuth error.
    Says(&'static str),
    Dead,
    BadClient,
    Html(u16),
    Status(u16),
    NotSent,
    Lost,
}

#[derive(Clone, Copy, Debug)]
enum Stored {
    Nothing,
    Login { refreshable: bool, age: u64 },
    Both { age: u64 },
    Plain { age: u64 },
    Unreadable,
}

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        3 => Just(Reply::Token),
        1 => Just(Reply::Dead),
        1 => Just(Reply::BadClient),
        1 => prop_oneof![Just(200u16), Just(500), Just(503)].prop_map(Reply::Html),
        1 => prop_oneof![Just(302u16), Just(401), Just(403), Just(429), Just(502)].prop_map(Reply::Status),
        1 => Just(Reply::NotSent),
        1 => Just(Reply::Lost),
        1 => Just(Reply::Codes),
        1 => prop_oneof![Just("authorization_pending"), Just("slow_down"), Just("access_denied"), Just("expired_token")]
            .prop_map(Reply::Says),
    ]
}

fn stored() -> impl Strategy<Value = Stored> {
    let age = 0u64..8000;
    prop_oneof![
        Just(Stored::Nothing),
        Just(Stored::Unreadable),
        (any::<bool>(), age.clone())
            .prop_map(|(refreshable, age)| Stored::Login { refreshable, age }),
        age.clone().prop_map(|age| Stored::Both { age }),
        age.prop_map(|age| Stored::Plain { age }),
    ]
}

fn world() -> impl Strategy<Value = World> {
    (
        proptest::collection::vec(reply(), 12),
        proptest::collection::vec(any::<bool>(), 12),
        proptest::collection::vec(stored(), 4),
        proptest::collection::vec(any::<bool>(), 4),
        proptest::collection::vec(proptest::bool::weighted(0.8), 7),
        10_000u64..1 << 40,
    )
        .prop_map(|(replies, leases, records, tokens, stores, wall)| World {
            replies,
            leases,
            records,
            tokens,
            stores,
            wall,
        })
}

fn token(now: Now, age: u64, generation: u64, refresh: bool) -> Arc<Token> {
    let sent = Now {
        wall: UnixTime::from_millis(now.wall.as_millis().saturating_sub(age * 1000)),
        monotonic: Duration::ZERO,
    };
    let refresh_token = SecretText::from("r3fresh");
    let response =
        TokenResponse::new("t0ken", Lifetime::For(Duration::from_secs(3600))).expect("a token");
    let response = response.or_refresh_token(refresh.then_some(&refresh_token));
    Arc::new(response.into_token(sent, generation).expect("a header"))
}

fn record(stored: Stored, now: Now) -> TokenRecord {
    let mut record = TokenRecord::default();
    match stored {
        Stored::Nothing | Stored::Unreadable => {}
        Stored::Login { refreshable, age } => {
            record.set(TokenKind::Login, token(now, age, 1, refreshable))
        }
        Stored::Both { age } => {
            record.set(TokenKind::Login, token(now, age, 1, true));
            record.set(TokenKind::Derived, token(now, age, 1, false));
        }
        Stored::Plain { age } => record.set(TokenKind::Derived, token(now, age, 1, false)),
    }
    // As a store returns it: without the monotonic clock.
    TokenRecord::from_text(record.to_text().as_ref()).expect("our own text")
}

fn respond(reply: Reply) -> Result<Response, TransportError> {
    Ok(match reply {
        Reply::Token => response(
            200,
            r#"{"access_token":"new","token_type":"bearer","expires_in":3600,"refresh_token":"new-r"}"#,
        ),
        Reply::Codes => response(
            200,
            r#"{"device_code":"d3vice","user_code":"AB-CD","verification_uri":"https://auth.example/d","expires_in":600}"#,
        ),
        Reply::Says(code) => response(400, &format!("{{\"error\":\"{code}\"}}")),
        Reply::Dead => response(400, r#"{"error":"invalid_grant"}"#),
        Reply::BadClient => response(401, r#"{"error":"invalid_client"}"#),
        Reply::Html(status) => response(status, "<html></html>"),
        Reply::Status(status) => response(status, ""),
        Reply::NotSent => return Err(TransportError::not_sent("refused")),
        Reply::Lost => return Err(TransportError::delivery_unknown("reset")),
    })
}

/// What a driver recorded.
#[derive(Debug, Default)]
struct Log {
    sends: Vec<String>,
    refreshes: usize,
    lost_refreshes: usize,
    saves: usize,
    permits: usize,
    leased: bool,
    /// Whether room is reserved for the next record.
    reserved: bool,
    /// How often the store failed.
    store_failures: usize,
    /// When each request was sent.
    times: Vec<Duration>,
    /// When the flow ended.
    end: Duration,
}

/// The longest wait of a flow, unless it waits for the user.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How many steps a flow may take: each of the at most 270 polls of a lease that is never granted
/// is a sleep, a look at the record and a request for the lease, and the rest is little.
const MOST_STEPS: usize = 3 * 270 + 100;

/// Drives a flow as the two drivers do, and checks what no flow may do.
fn drive<F: Flow>(flow: F, world: &World) -> (Option<Result<F::Output, Error>>, Log) {
    drive_for(flow, world, LONGEST_WAIT)
}

fn drive_for<F: Flow>(
    mut flow: F,
    world: &World,
    longest: Duration,
) -> (Option<Result<F::Output, Error>>, Log) {
    let mut log = Log::default();
    let mut now = Now {
        wall: UnixTime::from_secs(world.wall),
        monotonic: Duration::from_secs(1000),
    };
    let (mut replies, mut leases) = (world.replies.iter().cycle(), world.leases.iter().cycle());
    let (mut records, mut tokens) = (world.records.iter().cycle(), world.tokens.iter().cycle());
    let mut stores = world.stores.iter().cycle();
    let mut store = |log: &mut Log| match *stores.next().expect("endless") {
        true => Ok(()),
        false => {
            log.store_failures += 1;
            Err(Error::new(ErrorKind::Store, "the disk is full"))
        }
    };
    let mut generation = 1;
    let mut event = Event::Start;
    for _ in 0..MOST_STEPS {
        now.monotonic += Duration::from_millis(10);
        log.end = now.monotonic;
        let step = match flow.step(now, event) {
            Ok(Step::Done(output)) => return (Some(Ok(output)), log),
            Ok(step) => step,
            Err(error) => {
                // After its end a flow must not send, whatever the next event is.
                for event in [
                    Event::Slept,
                    Event::Saved(Ok(())),
                    Event::Leased(Ok(true)),
                    Event::Response(respond(Reply::Token)),
                ] {
                    assert!(
                        flow.step(now, event).is_err(),
                        "a flow continued after an error"
                    );
                }
                return (Some(Err(error)), log);
            }
        };
        event = match step {
            Step::Send(request, _) => {
                let reply = *replies.next().expect("endless");
                log.times.push(now.monotonic);
                check_request(&request, &mut log, reply);
                Event::Response(respond(reply))
            }
            Step::Sleep(wait) => {
                assert!(wait <= longest, "{wait:?}");
                now.monotonic += wait;
                Event::Slept
            }
            Step::Permit(_) => {
                log.permits += 1;
                Event::Permitted(Ok(()))
            }
            Step::Pause(_) => Event::Paused,
            Step::Token(_, need) => {
                log.leased = false;
                generation = match need {
                    TokenRequirement::Any => generation,
                    TokenRequirement::NewerThan(refused) => refused + 1,
                };
                Event::Token(match tokens.next().expect("endless") {
                    true => Ok(token(now, 0, generation, false)),
                    false => Err(Error::login_needed("no login")),
                })
            }
            Step::Lease => {
                assert!(!log.leased, "leases nest");
                let granted = store(&mut log).map(|()| *leases.next().expect("endless"));
                log.leased = *granted.as_ref().unwrap_or(&false);
                log.reserved = false;
                Event::Leased(granted)
            }
            Step::Reserve(bytes) => {
                assert!(log.leased && bytes > 0, "reserved without the lease");
                let reserved = store(&mut log);
                log.reserved = reserved.is_ok();
                Event::Reserved(reserved)
            }
            Step::Load => Event::Loaded(match *records.next().expect("endless") {
                Stored::Unreadable => Err(Error::new(ErrorKind::Store, "torn")),
                stored => Ok(record(stored, now)),
            }),
            Step::Save(_) => {
                assert!(
                    log.leased || log.store_failures > 0 || log.end > LONGEST_WAIT,
                    "saved without the lease"
                );
                log.saves += 1;
                Event::Saved(store(&mut log))
            }
            Step::Done(_) => unreachable!("returned above"),
        };
    }
    (None, log)
}

fn check_request(request: &Request, log: &mut Log, reply: Reply) {
    let uri = request.uri().to_string();
    let bearer = request
        .headers()
        .get("authorization")
        .is_some_and(|value| value.as_bytes().starts_with(b"Bearer "));
    assert_eq!(
        bearer,
        uri.starts_with(WWW) || uri.starts_with(API),
        "a bearer to {uri}"
    );
    let renews = matches!(
        request.body(),
        Body::Bytes(body) if body.starts_with(b"grant_type=refresh_token")
    );
    if renews {
        assert!(log.leased, "refreshed without the lease");
        assert!(log.reserved, "refreshed without room for the next token");
        log.refreshes += 1;
        log.lost_refreshes += usize::from(matches!(
            reply,
            Reply::Lost | Reply::Html(_) | Reply::Status(_)
        ));
    }
    log.sends.push(uri);
}

fn login_sources() -> impl Strategy<Value = LoginSource> {
    prop_oneof![
        Just(LoginSource::Stored),
        Just(LoginSource::ClientCredentials { scope: None }),
        Just(LoginSource::Password {
            username: "me".into(),
            password: "hunter2".into()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn renewals_end(world in world(), login_source in login_sources(), derived in any::<bool>(), refused in any::<bool>()) {
        let kind = if derived { TokenKind::Derived } else { TokenKind::Login };
        let need = if refused { TokenRequirement::NewerThan(1) } else { TokenRequirement::Any };
        let (result, log) = drive(Renewal::new(service().into(), kind, need, Arc::new(login_source), Arc::default()), &world);
        let result = result.expect("an end in bounded steps");
        prop_assert!(log.sends.len() <= 7, "{:?}", log);
        // After a refresh that may have reached the server, no other follows.
        prop_assert!(log.lost_refreshes <= 1, "{:?}", log);
        if let Ok(token) = result {
            prop_assert!(need.accepts(token.generation()));
            // A new token was saved before it was returned, where the store can be read.
            let unread = world.records.iter().any(|record| matches!(record, Stored::Unreadable));
            prop_assert!(token.expose_secret() == "t0ken" || log.saves == 1 || unread, "{:?}", log);
        }
    }

    /// What the random worlds draw in one run of four: the lease is never given back.
    #[test]
    fn renewals_end_also_if_the_lease_is_never_granted(
        wall in 10_000u64..1 << 40,
        derived in any::<bool>(),
        age in 0u64..8000,
    ) {
        let kind = if derived { TokenKind::Derived } else { TokenKind::Login };
        let world = World {
            replies: vec![Reply::Token],
            leases: vec![false],
            records: vec![Stored::Login { refreshable: true, age }, Stored::Nothing],
            tokens: vec![true],
            stores: vec![true],
            wall,
        };
        let need = TokenRequirement::NewerThan(1);
        let login_source = Arc::new(LoginSource::Stored);
        let (result, log) = drive(Renewal::new(service().into(), kind, need, login_source, Arc::default()), &world);
        let error = result.expect("an end in bounded steps").expect_err("no lease");
        prop_assert_eq!(error.cause(), Some(auth_core::Cause::LeaseHeld), "{:#}", error);
        prop_assert!(log.sends.is_empty());
        let waited = log.end - Duration::from_secs(1000);
        prop_assert!(waited < LEASE.longest_wait + Duration::from_secs(2), "{:?}", waited);
    }

    #[test]
    fn calls_end(world in world(), write in any::<bool>()) {
        let service = service();
        let (result, log) = drive(Call::new(&service, Ask { write }, false).expect("its API"), &world);
        prop_assert!(result.is_some(), "{:?}", log);
        prop_assert!(log.sends.len() <= 8, "{:?}", log);
        if write {
            // After a write that may have arrived, no other request follows.
            let mut replies = world.replies.iter().take(log.sends.len());
            let lost = replies.position(|reply| matches!(reply, Reply::Lost | Reply::Html(503) | Reply::Status(502)));
            prop_assert!(lost.is_none_or(|at| at + 1 == log.sends.len()), "{:?} {:?}", lost, log);
        }
    }

    #[test]
    fn anonymous_calls_send_no_token(world in world()) {
        let service = service();
        let (result, log) = drive(Call::new(&service, Ask { write: false }, true).expect("its API"), &world);
        prop_assert!(result.is_some_and(|result| result.is_err_and(|error| error.needs_login())));
        prop_assert!(log.sends.is_empty());
    }

    #[test]
    fn logins_end(world in world()) {
        let proof = LoginProof::Password { username: "me".into(), password: "hunter2".into() };
        let (result, log) = drive(CompleteLogin::new(service().into(), proof), &world);
        prop_assert!(result.is_some(), "{:?}", log);
        prop_assert!(log.saves <= 1);
    }

    #[test]
    fn device_logins_end(world in world()) {
        let service = service();
        let (result, log) = drive(device_login::Begin::new(&service), &world);
        prop_assert!(log.sends.iter().all(|uri| uri == DEVICE_URL) && log.sends.len() <= 3, "{:?}", log);
        prop_assert!(!log.leased);
        let sent = log.sends.len();
        let Some(Ok((codes, began))) = result else {
            prop_assert!(result.is_some(), "{:?}", log);
            return Ok(());
        };
        let (lifetime, interval) = (codes.lifetime(), codes.interval());
        // Each request used one reply.
        let world = World { replies: world.replies[sent..].to_vec(), ..world };
        let poll = device_login::Poll::new(&service, codes, began);
        let (result, log) = drive_for(poll, &world, lifetime);
        let result = result.expect("an end in bounded steps");
        prop_assert!(log.end.saturating_sub(began.monotonic) < lifetime + Duration::from_secs(1), "{:?}", log);
        // The clock of the polls starts anew.
        let mut last = Duration::from_secs(1000);
        for (time, uri) in log.times.iter().zip(&log.sends) {
            prop_assert!(*time - last >= interval, "too soon: {:?}", log);
            prop_assert_eq!(uri, TOKEN_URL);
            last = *time;
        }
        prop_assert!(!log.leased && log.saves == 0, "{:?}", log);
        if let Ok((response, sent)) = result {
            let (result, log) = drive(CompleteLogin::new(service.clone().into(), LoginProof::Device(response, sent)), &world);
            prop_assert!(result.is_some(), "{:?}", log);
            prop_assert!(log.saves <= 1 && !log.sends.iter().any(|uri| uri == TOKEN_URL), "{:?}", log);
        }
    }

    #[test]
    fn logouts_remove_the_record(world in world()) {
        let (result, log) = drive(Logout::new(service().into()), &world);
        let result = result.expect("an end in bounded steps");
        prop_assert_eq!(result.is_ok(), log.saves == 1 && log.store_failures == 0, "{:?}", log);
    }
}
