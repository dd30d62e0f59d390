//! A note that fails for a while, by a test's clock.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use auth_core::{AccountKey, AuthorizationServer, Endpoint, Lease, OAuthClient, SecretBytes};

use super::*;

mod clocks;

/// A store with nothing but notes, which can fail.
#[derive(Default)]
struct Notes {
    text: Mutex<String>,
    fails: AtomicBool,
    /// Seconds until it fails.
    takes: AtomicU32,
    tries: AtomicU32,
}

impl Store for Notes {
    fn load(&self, _: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        Ok(None)
    }
    fn try_lease(&self, _: &AccountKey) -> Result<Option<Lease>, Error> {
        Ok(None)
    }
    fn save(&self, _: &Lease, _: &SecretBytes) -> Result<(), Error> {
        Err(Error::new(ErrorKind::Store, "only notes"))
    }
    fn remove(&self, _: &Lease) -> Result<(), Error> {
        Ok(())
    }
    fn describe(&self) -> String {
        "notes".to_owned()
    }
    fn update_note(&self, _: &str, change: &mut dyn FnMut(&str) -> String) -> Result<bool, Error> {
        self.tries.fetch_add(1, Relaxed);
        let mut text = lock(&self.text);
        let new = change(&text);
        if self.fails.load(Relaxed) {
            let takes = self.takes.load(Relaxed);
            clock::test::advance(Duration::from_secs(takes.into()));
            return Err(Error::new(ErrorKind::Store, "the disk is full"));
        }
        *text = new;
        Ok(true)
    }
}

fn limiter(requests: u32) -> RateLimiter {
    let endpoint = Endpoint::parse("https://api.example/token").unwrap();
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "app").unwrap();
    let rate = RateLimit::unlimited()
        .with_window(requests, Duration::from_secs(3600))
        .with_media_window(5000, Duration::from_secs(3600))
        .with_max_wait(Duration::ZERO);
    let service = Service::new("example", client, "rate-test/1.0").unwrap();
    RateLimiter::of(&service.with_rate_limit(rate)).unwrap()
}

/// Asks for permits until there is none; returns how many there were, how many errors were told,
/// and how often it was told that the note works again.
fn use_up(limiter: &RateLimiter, notes: &Notes) -> (usize, u32, u32) {
    let (told, again) = (AtomicU32::new(0), AtomicU32::new(0));
    let permit = || {
        let tell = |news: Result<(), &Error>| {
            let kind = news.map_err(Error::kind);
            assert!(matches!(kind, Ok(()) | Err(ErrorKind::Store)), "{kind:?}");
            let counter = if kind.is_ok() { &again } else { &told };
            counter.fetch_add(1, Relaxed);
        };
        limiter.permit(notes, PermitKind::Call, false, tell)
    };
    let given = (0..1000).take_while(|_| permit().is_ok()).count();
    (given, told.load(Relaxed), again.load(Relaxed))
}

#[test]
fn a_note_that_fails_opens_no_second_window() {
    clock::test::set(Some(Duration::from_secs(100)));
    let (notes, limiter) = (Notes::default(), limiter(10));
    for _ in 0..4 {
        let permit = limiter.permit(&notes, PermitKind::Call, false, |_| {
            panic!("it can be changed")
        });
        permit.unwrap();
    }
    notes.fails.store(true, Relaxed);
    assert_eq!(
        use_up(&limiter, &notes),
        (6, 1, 0),
        "told once, not tried at each request"
    );
    assert_eq!(notes.tries.load(Relaxed), 5);

    // It is back, and learns what was sent meanwhile: another program gets nothing either.
    notes.fails.store(false, Relaxed);
    clock::test::advance(ALONE);
    assert_eq!(use_up(&limiter, &notes), (0, 0, 1), "told once, too");
    let other = self::limiter(10);
    assert_eq!(use_up(&other, &notes), (0, 0, 0));

    clock::test::advance(Duration::from_secs(3601));
    assert_eq!(use_up(&other, &notes), (10, 0, 0));

    // A failure after that is reported again, once.
    clock::test::advance(Duration::from_secs(3601));
    notes.fails.store(true, Relaxed);
    assert_eq!(use_up(&limiter, &notes), (10, 1, 0));
    clock::test::advance(ALONE);
    assert_eq!(use_up(&limiter, &notes), (0, 0, 0));
    clock::test::set(None);
}

#[test]
fn a_note_that_fails_slowly_is_tried_less_and_less() {
    for (takes, most) in [(0, 121), (2, 14)] {
        clock::test::set(Some(Duration::from_secs(100)));
        let (notes, limiter) = (Notes::default(), limiter(10_000));
        let permit = || {
            limiter
                .permit(&notes, PermitKind::Call, false, |_| ())
                .unwrap()
        };
        notes.fails.store(true, Relaxed);
        notes.takes.store(takes, Relaxed);
        let end = clock::now().monotonic + Duration::from_secs(600);
        while clock::now().monotonic < end {
            permit();
            clock::test::advance(Duration::from_secs(1));
        }
        let tries = notes.tries.load(Relaxed);
        assert!((most / 2..=most).contains(&tries), "{takes} s: {tries}");
        // Once it is back, it is used again, and the next failure is the first.
        notes.fails.store(false, Relaxed);
        clock::test::advance(ALONE_AT_MOST);
        permit();
        notes.fails.store(true, Relaxed);
        permit();
        let tries = notes.tries.load(Relaxed);
        clock::test::advance(ALONE);
        permit();
        assert_eq!(notes.tries.load(Relaxed), tries + 1);
    }
    clock::test::set(None);
}

#[test]
fn media_that_arrives_while_the_note_fails_counts_for_others_later() {
    clock::test::set(Some(Duration::from_secs(100)));
    let (notes, limiter) = (Notes::default(), limiter(10));
    let media = |limiter: &RateLimiter| limiter.permit(&notes, PermitKind::Media, false, |_| ());
    media(&limiter).unwrap();
    notes.fails.store(true, Relaxed);
    limiter.count(&notes, 6000, |_| ());
    media(&limiter).expect_err("more than the limit was received");
    notes.fails.store(false, Relaxed);
    clock::test::advance(ALONE);
    limiter
        .permit(&notes, PermitKind::Call, false, |_| ())
        .expect("not of media");
    let other = self::limiter(10);
    media(&other).expect_err("the note knows the bytes now");
    clock::test::advance(Duration::from_secs(4000));
    media(&other).unwrap();
    clock::test::set(None);
}

#[test]
fn a_permit_that_is_used_too_late_is_none() {
    clock::test::set(Some(Duration::ZERO));
    let (notes, limiter) = (Notes::default(), limiter(10));
    let permit = limiter
        .permit(&notes, PermitKind::Call, false, |_| ())
        .unwrap();
    clock::test::advance(Duration::from_secs(1));
    assert!(!permit.is_late());
    clock::test::advance(Duration::from_millis(1));
    assert!(permit.is_late());
    assert!(!Permit::ALWAYS.is_late());
    clock::test::set(None);
}
