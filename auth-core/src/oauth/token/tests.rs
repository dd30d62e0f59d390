//! Two clocks, the margins before expiry, and that nothing shows a token.

use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

fn token(monotonic: Option<Duration>, lifetime: Option<Duration>) -> Token {
    Token::new(
        bearer("s3cret"),
        TokenParts {
            refresh: None,
            scope: None,
            sent: UnixTime::from_secs(1_000_000),
            monotonic,
            lifetime,
            generation: 1,
        },
    )
    .expect("a header")
}

fn at(wall: i64, monotonic: u64) -> Now {
    Now {
        wall: UnixTime::from_secs(u64::try_from(1_000_000 + wall).expect("after the epoch")),
        monotonic: Duration::from_secs(100 + monotonic),
    }
}

#[test]
fn two_clocks() {
    let received = Some(Duration::from_secs(100));
    let check = |what: &str, up, now: Now, expect| {
        assert_eq!(token(up, Some(HOUR)).freshness(now), expect, "{what}");
    };
    check("just received", received, at(0, 0), Freshness::Fresh);
    check("in mid-life", received, at(1800, 1800), Freshness::Fresh);
    check("ahead of its end", received, at(3300, 3300), Freshness::Due);
    check(
        "too late to send",
        received,
        at(3545, 3545),
        Freshness::Expired,
    );
    check(
        "woken from a long sleep that the monotonic clock missed",
        received,
        at(86_400, 5),
        Freshness::Expired,
    );
    check(
        "the clock was set back",
        received,
        at(-86_400, 1800),
        Freshness::Fresh,
    );
    check(
        "the clock was set back, and an hour passed",
        received,
        at(-86_400, 3600),
        Freshness::Expired,
    );
    check(
        "from a store that another clock wrote",
        None,
        at(-86_400, 0),
        Freshness::Fresh,
    );
    check(
        "from a store, long ago",
        None,
        at(86_400, 0),
        Freshness::Expired,
    );
    assert_eq!(
        token(None, None).freshness(at(1 << 30, 0)),
        Freshness::Fresh
    );
}

#[test]
fn the_hot_path_agrees_with_the_clocks() {
    for lifetime in [None, Some(Duration::from_secs(2)), Some(HOUR), Some(DAY)] {
        let token = token(Some(Duration::from_secs(100)), lifetime);
        for second in (0..4000).chain(85_700..86_500) {
            let now = at(second, u64::try_from(second).expect("not negative"));
            let fresh = token.freshness(now) == Freshness::Fresh;
            let valid = token.freshness(now) != Freshness::Expired;
            let wall = now.wall.to_system();
            assert_eq!(
                (token.is_fresh_at(wall), token.is_usable_at(wall)),
                (fresh, valid),
                "{lifetime:?} after {second} s"
            );
        }
        let before = at(-1, 0).wall.to_system();
        assert!(!token.is_fresh_at(before) && !token.is_usable_at(before));
    }
}

#[test]
fn tokens_that_were_got_together_are_not_renewed_together() {
    let due = |generation: u64| {
        let ahead = ahead(HOUR, generation);
        assert!(ahead <= HOUR / 10 && ahead >= HOUR * 3 / 40, "{ahead:?}");
        assert!(ahead > too_late(HOUR));
        ahead
    };
    let now = 1_790_000_000_000;
    let moments: std::collections::BTreeSet<_> = (now..now + 1000).map(due).collect();
    assert!(moments.len() > 900, "{}", moments.len());
    let widest = moments.last().zip(moments.first()).map(|(a, b)| *a - *b);
    assert!(widest > Some(Duration::from_secs(80)), "{widest:?}");
}

#[test]
fn nothing_shows_it() {
    let token = token(None, Some(HOUR));
    assert!(!format!("{token:?}").contains("s3cret"));
    assert!(!format!("{:?}", token.header).contains("s3cret"));
    assert_eq!(token.expose_secret(), "s3cret");
}

#[test]
fn what_each_use_reads_is_beside_no_reference_count() {
    // An `Arc` has two counts before its value, and begins anywhere in a cache line of 64 bytes.
    let counts = 2 * size_of::<usize>();
    for place in [
        std::mem::offset_of!(Token, window),
        std::mem::offset_of!(Token, generation),
    ] {
        assert!(counts + place >= 64, "{place}");
    }
}
