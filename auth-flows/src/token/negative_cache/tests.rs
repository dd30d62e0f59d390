//! What is remembered, and for how long.

use auth_core::UnixTime;

use super::*;

fn at(seconds: u64) -> Now {
    Now {
        wall: UnixTime::default(),
        monotonic: Duration::from_secs(seconds),
    }
}

fn attempt(method: RenewalMethod, generation: u64, login_source: &Arc<LoginSource>) -> Attempt {
    Attempt {
        method,
        generation,
        login_source: Arc::clone(login_source),
    }
}

#[test]
fn the_same_attempt_is_believed_for_a_while() {
    let cache = NegativeCache::default();
    let password = |text: &str| {
        Arc::new(LoginSource::Password {
            username: "alice".into(),
            password: text.into(),
        })
    };
    let (source, same, other) = (password("a"), password("a"), password("b"));
    let dead = Error::login_needed("dead");
    let refresh = attempt(RenewalMethod::RefreshToken, 7, &source);
    cache.insert(refresh, &dead, at(0));
    let check = |method, generation, source, seconds, expect| {
        let cached = cache.get(&attempt(method, generation, source), at(seconds));
        assert_eq!(
            cached.is_some(),
            expect,
            "{method:?} {generation} {seconds}"
        );
    };
    check(RenewalMethod::RefreshToken, 7, &source, 1, true);
    check(RenewalMethod::RefreshToken, 7, &other, 1, true);
    check(RenewalMethod::RefreshToken, 8, &source, 1, false);
    check(RenewalMethod::LoginToken, 7, &source, 1, false);
    cache.insert(attempt(RenewalMethod::Password, 0, &source), &dead, at(2));
    check(RenewalMethod::Password, 0, &source, 3, true);
    check(RenewalMethod::Password, 0, &same, 3, true);
    check(RenewalMethod::Password, 0, &other, 3, false);
    check(RenewalMethod::RefreshToken, 7, &source, 60, false);
    check(RenewalMethod::Password, 0, &source, 61, true);
    cache.clear();
    check(RenewalMethod::Password, 0, &source, 61, false);
}

#[test]
fn what_may_go_away_is_not_remembered_but_for_a_person() {
    let source = Arc::new(LoginSource::Password {
        username: "alice".into(),
        password: "a".into(),
    });
    let check = |method, error: Error, seconds, expect| {
        let cache = NegativeCache::default();
        cache.insert(attempt(method, 1, &source), &error, at(0));
        let later = cache.get(&attempt(method, 1, &source), at(seconds));
        assert_eq!(later.is_some(), expect, "{method:?} {error}");
    };
    let of = |kind| Error::new(kind, "so it is");
    let (refresh, person) = (RenewalMethod::RefreshToken, RenewalMethod::Person);
    check(refresh, of(ErrorKind::Transport), 59, false);
    check(refresh, of(ErrorKind::Refused), 59, false);
    let configuration = of(ErrorKind::Configuration);
    check(RenewalMethod::ClientCredentials, configuration, 59, true);
    check(
        RenewalMethod::Password,
        of(ErrorKind::BadCredentials),
        59,
        true,
    );
    check(
        RenewalMethod::Password,
        of(ErrorKind::AccountSuspended),
        59,
        true,
    );
    check(
        RenewalMethod::LoginToken,
        of(ErrorKind::ConsentDenied),
        59,
        true,
    );
    check(person, of(ErrorKind::TimedOut), 59, true);
    check(person, of(ErrorKind::TimedOut), 1 << 40, true);
}

#[test]
fn a_failure_pauses_all_methods_until_the_server_said() {
    let cache = NegativeCache::default();
    let kind = TokenKind::Login;
    let failed = |wait: Option<u64>| {
        let error = Error::new(ErrorKind::Refused, "busy");
        match wait {
            Some(wait) => error.with_retry_after(Duration::from_secs(wait)),
            None => error,
        }
    };
    let left = |seconds| {
        let error = cache.paused(kind, at(seconds))?;
        error.retry_after().map(|left| left.as_secs())
    };
    assert_eq!(left(0), None);
    cache.pause(kind, failed(Some(3600)), at(0));
    assert_eq!(
        (left(1), left(3599), left(3600)),
        (Some(3599), Some(1), None)
    );
    assert!(cache.paused(TokenKind::Derived, at(1)).is_none());
    cache.clear();
    assert_eq!(left(1), None);
    // Without a wait: 5 s, doubled up to 5 min, a quarter less by chance.
    let mut now = 0;
    for full in [5, 10, 20, 40, 80, 160, 300, 300] {
        cache.pause(kind, failed(None), at(now));
        let wait = left(now).expect("a pause");
        assert!(wait <= full && wait + 1 >= full * 3 / 4, "{wait} of {full}");
        now += full;
        assert_eq!(left(now), None);
    }
    // Extreme waits stay waits.
    cache.pause(kind, failed(Some(u64::MAX)), at(now));
    assert!(cache.paused(kind, at(1 << 50)).is_some());
}

#[test]
fn a_token_that_was_renewed_for_a_rejection_is_not_renewed_again_at_once() {
    let cache = NegativeCache::default();
    let kind = TokenKind::Derived;
    // A newer token that must only last longer is no matter of rejection.
    cache.renewed(kind, 1, 2, at(0));
    assert!(cache.rejected(kind, 2, at(1)).is_none());
    let is = |generation, seconds| {
        cache.note_rejected(kind, generation);
        cache.rejected(kind, generation, at(seconds)).is_some()
    };
    cache.note_rejected(kind, 1);
    cache.renewed(kind, 1, 2, at(0));
    assert!(is(2, 1) && is(2, 29) && !is(2, 30) && !is(1, 1) && !is(3, 1));
    // Stored by the same renewal: the memory of it outlives that.
    cache.clear();
    assert!(is(2, 1));
    // The API goes on rejecting: the waits grow.
    for (n, full) in (2..).zip([30, 30, 40, 80, 160, 300, 300]) {
        let start = n * 1000;
        cache.note_rejected(kind, n);
        cache.renewed(kind, n, n + 1, at(start));
        assert!(is(n + 1, start + full * 3 / 4 - 1), "{n} {full}");
        assert!(!is(n + 1, start + full), "{n} {full}");
    }
    // A token that the API had accepted is replaced at once, some times.
    for n in 0..20 {
        let generation = 30 + n;
        cache.note_rejected(kind, generation);
        cache.renewed(kind, generation, generation + 1, at(15_000));
        assert!(is(generation + 1, 15_001));
        cache.accepted(kind, generation + 1);
        assert_eq!(is(generation + 1, 15_001), n >= 12, "{n}");
    }
    // Another token in between begins anew.
    cache.note_rejected(kind, 100);
    cache.renewed(kind, 100, 101, at(20_000));
    assert!(!is(101, 20_030));
    // Tokens that several programs replaced in turn: some are let pass.
    let others = |generation, count, age| {
        cache.note_rejected(kind, generation - 1);
        cache.replaced(
            kind,
            generation,
            count,
            Duration::from_secs(age),
            at(30_000),
        );
    };
    others(201, 12, 10);
    assert!(!is(201, 30_001));
    others(202, 13, 10);
    assert!(is(202, 30_019) && !is(202, 30_020));
}
