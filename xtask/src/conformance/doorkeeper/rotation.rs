//! Refresh tokens that serve once: kept before what came with them is used, and never used twice.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use auth_core::{
    Error, ErrorKind, ExposeSecret, Freshness, Now, Record, Revocation, SecretText, Store,
    TokenKind, TokenRequest, UnixTime,
};
use keystore::File;
use tempfile::TempDir;

use super::Case;
use super::bench::{
    ALICE, App, Bench, CONFIDENTIAL, PUBLIC, Ping, alice, ensure, expect_error, expect_pong, log_in,
};
use crate::conformance::{
    report::{Checked, Complaint},
    rig::Seat,
};

pub(super) const CASES: &[Case] = &[
    (
        "refresh, public: stored before use, old one dead",
        |bench| rotates(bench, PUBLIC),
    ),
    (
        "refresh, confidential: stored before use, old one dead",
        |bench| rotates(bench, CONFIDENTIAL),
    ),
    (
        "eight callers at an expired token, one refresh",
        eight_callers,
    ),
    (
        "a second start refreshes what the first one stored",
        second_start,
    ),
    ("a dead refresh token ends in `needs login`", dead),
];

/// How long to wait for the server's tokens to end; they live 2 s.
const PATIENCE: Duration = Duration::from_secs(30);

/// An account that is logged in, and the file it is kept in.
struct Kept {
    seat: Seat,
    home: TempDir,
}

impl Kept {
    fn logged_in(bench: &Bench<'_>, app: App) -> Result<Self, Complaint> {
        let home = TempDir::with_prefix("keystore-")?;
        let store = File::open(home.path())?;
        let seat = bench.rig.account(bench.service(app)?, store, "alice");
        let visitor = alice();
        log_in(&seat, &visitor, visitor.browser())?;
        Ok(Self { seat, home })
    }

    /// What lies in the file at this moment.
    fn record(&self) -> Result<Record, Error> {
        let key = self.seat.key().ok_or_else(Error::out_of_turn)?;
        match File::open(self.home.path())?.load(key)? {
            Some(text) => Record::from_text(text.expose_secret()),
            None => Ok(Record::default()),
        }
    }

    /// The refresh token in the file at this moment.
    fn refresh_token(&self) -> Result<SecretText, Complaint> {
        let record = self.record()?;
        let token = record.token(TokenKind::Login).ok_or("no token is stored")?;
        let refresh = token.refresh_token().ok_or("no refresh token is stored")?;
        Ok(refresh.clone())
    }

    /// Waits until the stored access token is past its time.
    fn expire(&self) -> Checked {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let record = self.record()?;
            let token = record.token(TokenKind::Login).ok_or("no token is stored")?;
            let now = Now {
                wall: UnixTime::from_system(SystemTime::now()),
                up: Duration::ZERO,
            };
            if token.freshness(now) == Freshness::Expired {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err("the access token does not expire".into())
    }
}

fn rotates(bench: &Bench<'_>, app: App) -> Checked {
    let kept = Kept::logged_in(bench, app)?;
    let old = kept.refresh_token()?;
    kept.expire()?;

    let stored = Mutex::new(Vec::new());
    let watch = || {
        let refresh = kept.refresh_token();
        stored.lock().expect("nobody panics with it").push(refresh);
    };
    expect_pong(&kept.seat.send(Ping::watched(&watch))?, ALICE)?;
    let stored = stored.into_inner().expect("nobody panics with it");
    ensure(!stored.is_empty(), "no request left")?;
    for refresh in stored {
        let rotated = refresh?.expose_secret() != old.expose_secret();
        ensure(
            rotated,
            "the new access token left before its refresh token was stored",
        )?;
    }

    let service = bench.service(app)?;
    let again = bench
        .rig
        .exchange(&TokenRequest::refresh(service.client(), &old));
    expect_error(again, ErrorKind::NeedsLogin, &["invalid_grant", "400"])?;
    let new = kept.refresh_token()?;
    bench
        .rig
        .exchange(&TokenRequest::refresh(service.client(), &new))?;
    Ok(())
}

/// Doorkeeper answers the second use of a refresh token with `invalid_grant`: a second refresh would be seen.
fn eight_callers(bench: &Bench<'_>) -> Checked {
    let kept = Kept::logged_in(bench, CONFIDENTIAL)?;
    let old = kept.refresh_token()?;
    kept.expire()?;
    let seat = &kept.seat;
    thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| seat.send(Ping::default())))
            .collect();
        for caller in callers {
            let pong = caller.join().map_err(|_| "a caller panicked")?;
            expect_pong(&pong?, ALICE)?;
        }
        Ok::<(), Complaint>(())
    })?;
    let new = kept.refresh_token()?;
    ensure(
        new.expose_secret() != old.expose_secret(),
        "nothing was refreshed",
    )
}

fn second_start(bench: &Bench<'_>) -> Checked {
    let kept = Kept::logged_in(bench, PUBLIC)?;
    kept.expire()?;
    let store = File::open(kept.home.path())?;
    let again = bench.rig.account(bench.service(PUBLIC)?, store, "alice");
    expect_pong(&again.send(Ping::default())?, ALICE)?;
    // The first one still remembers the token that is dead now, and finds the new one in the file.
    expect_pong(&kept.seat.send(Ping::default())?, ALICE)
}

fn dead(bench: &Bench<'_>) -> Checked {
    let kept = Kept::logged_in(bench, CONFIDENTIAL)?;
    let service = bench.service(CONFIDENTIAL)?;
    let refresh = kept.refresh_token()?;
    let revocation = Revocation::refresh_token(service.client(), refresh);
    bench.rig.exchange(&revocation)?;
    let answer = kept.seat.send(Ping::default());
    expect_error(
        answer,
        ErrorKind::NeedsLogin,
        &["refresh token is no longer accepted"],
    )?;
    Ok(())
}
