//! Locations that are not on Earth and dates in the future are not sent.

use api_inat::{
    jiff::{Timestamp, civil::date},
    observations::{Create, Search, SpeciesCounts, Update},
};
use auth_core::{BaseUrl, ErrorKind, Operation};

fn check(operation: &impl Operation, fault: Option<(&str, &str)>) {
    let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
    let outcome = operation.request(&base);
    match (outcome, fault) {
        (Ok(_), None) => {}
        (Err(error), Some((setting, words))) => {
            assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
            assert_eq!(error.setting(), Some(setting), "{error}");
            assert!(error.to_string().contains(words), "{error}");
            assert!(error.help().is_some(), "{error}");
        }
        (outcome, fault) => panic!("{fault:?}: {}", outcome.is_ok()),
    }
}

#[test]
fn months_and_days() {
    check(&Search::new().month(1..=12).day([1, 31]), None);
    check(&Search::new().month([11, 12, 1, 2]), None);
    check(
        &Search::new().month(13),
        Some(("month", "`month` must be 1 to 12, got 13")),
    );
    check(&Search::new().month([1, 0]), Some(("month", "got 0")));
    check(&Search::new().day(32), Some(("day", "1 to 31")));
    check(
        &Search::new().created_day([1, 40]),
        Some(("created_day", "got 40")),
    );
    check(
        &Search::new().param("hour", "24"),
        Some(("hour", "0 to 23")),
    );
    check(&Search::new().param("month", "june"), None);
}

#[test]
fn coordinates() {
    let at = |latitude, longitude| Create::new().latitude(latitude).longitude(longitude);
    check(&at(46.02, 7.75), None);
    check(&at(-90.0, 180.0), None);
    check(&at(90.0, -180.0), None);
    check(
        &at(90.1, 0.0),
        Some(("latitude", "`latitude` must be -90 to 90 degrees, got 90.1")),
    );
    check(&at(117.2, 34.1), Some(("latitude", "are swapped")));
    check(&at(0.0, -180.5), Some(("longitude", "-180 to 180")));
    check(&at(f64::NAN, 0.0), Some(("latitude", "NaN")));
    check(&at(0.0, f64::INFINITY), Some(("longitude", "inf")));
    check(&Update::new(7).latitude(91.0), Some(("latitude", "91")));
    check(
        &Create::new().field("latitude", "95"),
        Some(("latitude", "95")),
    );
    check(&Create::new().field("latitude", "north"), None);
    check(
        &Update::new(7).field("latitude", serde_json::Value::Null),
        None,
    );
    check(
        &Search::new().lat(-91.0).lng(7.0).radius(2.0),
        Some(("lat", "-91")),
    );
    check(&Search::new().lng(360.5), Some(("lng", "-360 to 360")));
    check(&Search::new().nelat(90.5), Some(("nelat", "90.5")));
    check(
        &SpeciesCounts::new().swlng(f64::NAN),
        Some(("swlng", "NaN")),
    );
    check(&Search::new().param("lat", "46.5"), None);
}

/// A map over the date line has longitudes beyond it.
#[test]
fn longitudes_are_brought_home() {
    let check = |search: Search, expect: &str| {
        let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
        let request = search.request(&base).expect("a request");
        assert_eq!(request.uri().query(), Some(expect));
    };
    let point = |longitude| Search::new().lng(longitude);
    check(point(187.25), "lng=-172.75");
    check(point(-187.25), "lng=172.75");
    check(point(180.0), "lng=180");
    check(point(-180.0), "lng=-180");
    check(point(360.0), "lng=0");
    let span = |west, east| Search::new().swlng(west).nelng(east);
    check(span(170.0, 190.0), "swlng=170&nelng=-170");
    check(span(-190.0, 10.0), "swlng=170&nelng=10");
    check(span(-200.0, 200.0), "swlng=-180&nelng=180");
    check(span(-350.0, 10.0), "swlng=-180&nelng=180");
    check(span(-350.0, -340.0), "swlng=10&nelng=20");
}

#[test]
fn days() {
    let to_come = Some(("observed_on_string", "in the future"));
    check(&Create::new().observed_on(date(2026, 6, 1)), None);
    check(&Create::new().observed_on(date(9999, 1, 1)), to_come);
    check(&Update::new(7).observed_on(date(9999, 1, 1)), to_come);
    check(
        &Create::new().observed_on_string("9999-01-01 12:00"),
        to_come,
    );
    check(&Create::new().observed_on_string("tomorrow"), None);
    check(&Create::new().observed_on(Timestamp::now()), None);
    let body = Create::new().uuid("").observed_on(date(2026, 6, 1));
    let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
    let request = body.request(&base).expect("a request");
    let auth_core::Body::Bytes(text) = request.body() else {
        panic!("a body");
    };
    let text = String::from_utf8_lossy(text);
    assert!(
        text.contains(r#""observed_on_string":"2026-06-01""#),
        "{text}"
    );
}
