//! The promises of `Transport` and the cases of the transport suite name each other.

use std::collections::BTreeSet;

/// Promises that no case of the tables checks: 28 is checked with each of the failures, and 29 is
/// advice, since not each HTTP client can tell.
const WITHOUT_A_ROW: [u32; 2] = [28, 29];

#[test]
fn each_case_checks_a_promise_and_each_promise_has_a_case() {
    let promised: Vec<u32> = include_str!("../../../auth-core/src/ports/transport.rs")
        .lines()
        .filter_map(|line| {
            let (number, _) = line.strip_prefix("/// ")?.split_once(". ")?;
            number.parse().ok()
        })
        .collect();
    assert_eq!(promised, (1..=29).collect::<Vec<_>>());
    let suite = include_str!("../../testkit/src/transport_suite/mod.rs");
    let checked: BTreeSet<u32> = suite
        .lines()
        .filter_map(|line| {
            let row = line.strip_prefix("//! | ")?.strip_suffix(" |")?;
            row.rsplit_once(" | ")?.1.parse().ok()
        })
        .chain(WITHOUT_A_ROW)
        .collect();
    assert_eq!(checked.into_iter().collect::<Vec<_>>(), promised);
}
