//! The requests of the list.

use api_infoflora::{API, Version, observations::List};
use auth_core::{Access, ErrorKind, Operation, RetrySafety};

use crate::{base, sent};

#[test]
fn how_it_is_sent() {
    let policy = List::new().policy();
    assert_eq!(policy.api(), API);
    assert_eq!(policy.access(), Access::Required);
    assert_eq!(policy.retry(), RetrySafety::Safe);
}

#[test]
fn paths_and_parameters() {
    let check = |list: List, expect: &str| assert_eq!(sent(&list), expect);
    check(List::new(), "/rest/v4/observations");
    check(List::new().version(Version::V5), "/rest/v5/observations");
    check(
        List::new().version(Version::Other(6)),
        "/rest/v6/observations",
    );
    check(
        List::new().limit(10).offset(20),
        "/rest/v4/observations?limit=10&offset=20",
    );
    check(
        List::new()
            .projects(1)
            .observers([2, 3])
            .releves_ids(vec![4])
            .taxa("1000010,1000020"),
        "/rest/v4/observations?projects=1&observers=2,3&releves_ids=4&taxa=1000010,1000020",
    );
    check(
        List::new()
            .taxa_matching("synonyms")
            .taxa_relations_references([3, 5, 6, 7, 8])
            .srid(2056)
            .with_total(true),
        "/rest/v4/observations?taxa_matching=synonyms&taxa_relations_references=3,5,6,7,8&srid=2056&with_total=true",
    );
    check(
        List::new().param("with-legend", true).param("a&b", "c d"),
        "/rest/v4/observations?with-legend=true&a%26b=c%20d",
    );
    check(
        List::new().limit(10).version(Version::V5).limit(20),
        "/rest/v5/observations?limit=20",
    );
    assert_eq!(
        sent(&List::new().limit(1).of::<serde_json::Value>()),
        "/rest/v4/observations?limit=1"
    );
}

#[test]
fn requests_that_do_not_leave() {
    let check = |list: List, setting: &str| {
        let error = list.request(&base()).expect_err(setting);
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert_eq!(error.setting(), Some(setting), "{error}");
    };
    let v5 = || List::new().version(Version::V5);
    check(v5().projects(1), "projects");
    check(v5().taxa(1), "taxa");
    check(v5().observers(1), "observers");
    check(v5().param("cantons", "VS"), "cantons");
    check(List::new().param("limit", "many"), "limit");
    check(List::new().param("offset", -1), "offset");
    assert!(v5().releves_ids(1).request(&base()).is_ok());
}
