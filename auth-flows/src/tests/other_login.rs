//! Another login whose tokens have lower generations: what is known of the one before by its
//! generations does not hold for it.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Freshness, Lifetime, Now, TokenKind, TokenRecord, TokenRequirement, TokenResponse, UnixTime,
};

use super::{
    example::service,
    stored_changes::{Program, each, log_in, log_out},
};
use crate::{
    clock,
    token::{
        account::{Account, Accounts, Owner},
        cell::Lookup,
    },
};

const KINDS: &[TokenKind] = TokenKind::ALL;

fn at(seconds: u64) -> Now {
    Now {
        wall: UnixTime::from_secs(1_790_000_000 + seconds),
        monotonic: Duration::from_secs(1000 + seconds),
    }
}

/// A login with tokens of this generation.
fn login(text: &str, generation: u64) -> TokenRecord {
    let mut record = TokenRecord::default();
    for &kind in KINDS {
        let hour = Lifetime::For(Duration::from_secs(3600));
        let token = TokenResponse::new(text, hour).expect("a token");
        let token = token.into_token(at(0), generation).expect("a token");
        assert_eq!(token.freshness(at(1)), Freshness::Fresh);
        record.set(kind, Arc::new(token));
    }
    record
}

fn account() -> Arc<Account> {
    Accounts::default().open(&service(), Owner::Account("me"))
}

/// Makes notes of all that can be known of generation 100.
fn note_all(account: &Account) {
    for &kind in KINDS {
        let cache = account.negative_cache();
        cache.note_rejected(kind, 100);
        cache.accepted(kind, 100);
        account.cell(kind).invalidate(100);
        account.cell(kind).set_unstored(100);
        account.bury(kind, [100, 100], at(1));
        cache.accepted(kind, 100);
    }
}

/// The other login is used, and nothing is known of it.
fn is_new(account: &Account, generation: u64, what: &str) {
    for &kind in KINDS {
        let (cell, cache) = (account.cell(kind), account.negative_cache());
        let wall = at(1).wall.to_system();
        let token = cell.at_hand(TokenRequirement::Any, wall).expect(what);
        assert_eq!(token.expose_secret(), "second", "{what}");
        let requirement = cell.requirement(TokenRequirement::Any, at(1));
        assert_eq!(requirement, TokenRequirement::Any, "{what}");
        assert!(
            !cell.is_dead(generation) && !cell.is_blocked(at(1)),
            "{what}"
        );
        assert!(!cache.is_rejected(kind, &token, at(1)), "{what}");
        assert!(!cache.has_rejected(kind, generation), "{what}");
        assert!(
            cache.accepted(kind, generation),
            "{what}: for the first time"
        );
    }
}

#[test]
fn nothing_is_known_of_it_however_it_comes() {
    type Way = fn(&Account, &TokenRecord);
    let ways: [(&str, Way); 3] = [
        ("a look", |account, record| {
            account.follow(record, [100, 100], at(1));
        }),
        ("a save", |account, record| account.publish(record, at(1))),
        ("a renewal", |account, record| {
            for &kind in KINDS {
                let token = record.token(kind).expect("a token");
                let requirement = TokenRequirement::NewerThan(100);
                let Lookup::Missing(leader) = account.cell(kind).lookup(requirement, at(1)) else {
                    panic!("there is none");
                };
                let ended = (&Ok(Arc::clone(token)), record.login_id());
                account.finish(kind, leader, ended, at(1));
            }
        }),
    ];
    // Also with the same number, which two clocks may give.
    for generation in [1, 50, 100] {
        for (what, way) in ways {
            let account = account();
            account.publish(&login("first", 100), at(1));
            note_all(&account);
            let first = account.cell(TokenKind::Login);
            assert!(
                first
                    .at_hand(TokenRequirement::Any, at(1).wall.to_system())
                    .is_none()
            );
            way(&account, &login("second", generation));
            is_new(&account, generation, what);
        }
    }
}

#[test]
fn a_late_verdict_on_the_login_before_is_ignored() {
    let account = account();
    account.publish(&login("first", 100), at(1));
    account.publish(&login("second", 50), at(1));
    for &kind in KINDS {
        account.cell(kind).invalidate(100);
        account.cell(kind).set_dead(100);
        account.bury(kind, [100, 100], at(1));
        assert!(account.cell(kind).is_gone(100) && !account.cell(kind).is_gone(50));
    }
    is_new(&account, 50, "a late verdict");
    // Its own is not.
    account.cell(TokenKind::Login).invalidate(50);
    let wall = at(1).wall.to_system();
    let cell = account.cell(TokenKind::Login);
    assert!(cell.at_hand(TokenRequirement::Any, wall).is_none());
}

#[test]
fn what_is_known_stays_through_renewals_of_one_login() {
    let account = account();
    let mut record = login("first", 100);
    account.publish(&record, at(1));
    account.cell(TokenKind::Login).invalidate(150);
    let hour = Lifetime::For(Duration::from_secs(3600));
    let renewed = TokenResponse::new("renewed", hour).expect("a token");
    let renewed = renewed.into_token(at(0), 140).expect("a token");
    record.set(TokenKind::Login, Arc::new(renewed));
    account.publish(&record, at(1));
    let cell = account.cell(TokenKind::Login);
    let wall = at(1).wall.to_system();
    assert!(cell.at_hand(TokenRequirement::Any, wall).is_none());
    assert!(!cell.is_gone(150));
}

/// Another user logs in at a host whose clock is an hour behind.
fn log_in_behind(program: &Program) {
    log_out(&program.store);
    clock::test::advance(Duration::from_millis(100));
    let before = clock::test::set_wrong(-3600);
    log_in(&program.store, "second");
    clock::test::set_wrong(before);
}

/// The program works with the other login, which costs no token request and is not refused.
fn works(program: &Program) {
    program.serves("second");
    program.serves_for(600, "second");
    assert_eq!(program.server.issued(), 0, "no renewal");
    let status = program.status();
    assert!(!status.needs_login(), "{status:?}");
    for token in [status.login, status.derived].into_iter().flatten() {
        assert!(!token.rejected, "{token:?}");
    }
}

#[test]
fn it_is_used_at_once_in_place_of_a_token_that_is_marked_invalid() {
    each(|program| {
        program.serves("first");
        program.invalidate();
        log_in_behind(program);
        works(program);
    });
}

#[test]
fn it_is_used_at_once_in_place_of_a_token_that_the_service_rejects() {
    each(|program| {
        program.serves("first");
        log_in_behind(program);
        program.server.end("first");
        works(program);
    });
}
