//! Records are read with tolerance: only the id is required.

use std::sync::Arc;

use api_inat::{
    model::{Geoprivacy, Identified, License, Location, Observation, QualityGrade, Taxon, User},
    observations::Search,
};
use auth_core::{Operation, Response, ResponseBody};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_str(&value.to_string()).expect("a record")
}

#[test]
fn a_full_observation() {
    let observation: Observation = read(json!({
        "id": 5, "uuid": "u", "species_guess": "Edelweiss",
        "taxon": {"id": 9, "name": "Leontopodium nivale", "rank": "species", "rank_level": 10.0, "ancestor_ids": [1, 9]},
        "user": {"id": 2, "login": "alice", "roles": ["curator"]},
        "quality_grade": "research", "observed_on": "2026-06-01",
        "location": "46.5,7.25", "private_location": "46.51,7.26",
        "geojson": {"type": "Point", "coordinates": [7.25, 46.5]},
        "private_geojson": {"type": "Point", "coordinates": ["7.26", "46.51"]},
        "positional_accuracy": 12, "obscured": true, "geoprivacy": "obscured",
        "photos": [{"id": 1, "url": "https://example.org/square.jpg"}], "tags": ["a", "b"],
        "place_ids": [1, 2], "captive": false,
        "annotations": [{"unknown": "not read"}],
    }));
    assert_eq!(observation.id(), Some(5));
    assert_eq!(observation.quality_grade, Some(QualityGrade::Research));
    assert_eq!(observation.geoprivacy, Some(Geoprivacy::Obscured));
    assert_eq!(observation.positional_accuracy, Some(12.0));
    assert_eq!(observation.location, observation.geojson);
    assert_eq!(observation.private_location, observation.private_geojson);
    assert_eq!(observation.best_location(), Location::parse("46.51,7.26"));
    assert_eq!(observation.tags, [Box::from("a"), Box::from("b")]);
    assert_eq!(observation.photos[0].id, 1);
    let taxon = observation.taxon.expect("a taxon");
    assert_eq!(
        (taxon.rank_level, &taxon.ancestor_ids[..]),
        (Some(10.0), &[1, 9][..])
    );
    let user = observation.user.expect("a user");
    assert_eq!(user.roles, [Box::from("curator")]);
}

#[test]
fn only_the_id_is_required() {
    let bare: Observation = read(json!({"id": 1}));
    let nulls: Observation = read(json!({
        "id": "1", "uuid": null, "taxon": null, "user": null, "quality_grade": null, "location": null, "geojson": null,
        "photos": null, "tags": null, "place_ids": null, "obscured": null, "positional_accuracy": null,
    }));
    assert_eq!(bare, nulls);
    assert_eq!(bare.best_location(), None);
    for broken in [
        json!({}),
        json!({"id": null}),
        json!({"id": "x"}),
        json!({"id": -1}),
        json!(7),
    ] {
        assert!(
            serde_json::from_value::<Observation>(broken.clone()).is_err(),
            "{broken}"
        );
    }
}

#[test]
fn numbers_and_flags_as_text_and_text_as_numbers() {
    let observation: Observation = read(json!({
        "id": "7", "positional_accuracy": "31", "public_positional_accuracy": 28500.0, "comments_count": "2.0",
        "obscured": "true", "captive": 0, "place_ids": ["1", 2, null], "tags": ["x", 5, null], "place_guess": 12,
        "location": "46.5, 7.25",
    }));
    assert_eq!(observation.id, 7);
    assert_eq!(observation.positional_accuracy, Some(31.0));
    assert_eq!(observation.public_positional_accuracy, Some(28_500.0));
    assert_eq!(observation.comments_count, Some(2));
    assert_eq!(observation.obscured, Some(true));
    assert_eq!(observation.captive, Some(false));
    assert_eq!(observation.place_ids, [1, 2]);
    assert_eq!(observation.tags, [Box::from("x"), Box::from("5")]);
    assert_eq!(observation.place_guess.as_deref(), Some("12"));
    let taxon: Taxon = read(json!({"id": 1, "rank_level": "57.5"}));
    assert_eq!(taxon.rank_level, Some(57.5));
}

#[test]
fn what_a_field_cannot_hold_counts_as_absent() {
    let observation: Observation = read(json!({
        "id": 7, "positional_accuracy": "near", "obscured": "perhaps", "faves_count": 1.5,
        "species_guess": {"odd": 1}, "uuid": ["odd"], "location": "somewhere", "private_location": "95,7",
        "geojson": {"coordinates": [7]}, "private_geojson": [7, "north"], "quality_grade": 3,
    }));
    assert_eq!(observation, read(json!({"id": 7})));
}

#[test]
fn a_count_below_zero_is_kept() {
    let user: User = read(json!({"id": 7, "journal_posts_count": -2, "observations_count": "-1"}));
    assert_eq!(user.journal_posts_count, Some(-2));
    assert_eq!(user.observations_count, Some(-1));
}

#[test]
fn unknown_values_are_kept() {
    let observation: Observation =
        read(json!({"id": 7, "quality_grade": "splendid", "taxon_geoprivacy": "hidden"}));
    let grade = observation.quality_grade.expect("a grade");
    assert_eq!(grade, QualityGrade::Other("splendid".into()));
    assert_eq!(grade.to_string(), "splendid");
    assert_eq!(
        observation.taxon_geoprivacy.expect("a value").as_str(),
        "hidden"
    );
}

#[test]
fn places() {
    let check = |text: &str, expect: Option<(f64, f64)>| {
        let found = Location::parse(text).map(|l| (l.latitude, l.longitude));
        assert_eq!(found, expect, "{text}");
    };
    check("46.5,7.25", Some((46.5, 7.25)));
    check("-33.9, 18.4", Some((-33.9, 18.4)));
    check("90,-180", Some((90.0, -180.0)));
    for text in [
        "",
        ",",
        "1",
        "1,2,3",
        "91,0",
        "0,181",
        "NaN,0",
        "inf,0",
        "north,east",
    ] {
        check(text, None);
    }
}

#[test]
fn ids_of_values() {
    let check = |value: Value, expect| assert_eq!(value.id(), expect, "{value}");
    check(json!({"id": 7}), Some(7));
    check(json!({"id": "7"}), Some(7));
    check(json!({"id": null}), None);
    check(json!([]), None);
    let user: User = read(json!({"id": 7}));
    assert_eq!(user.id(), Some(7));
}

#[test]
fn what_an_observation_repeats_is_stored_once() {
    let taxon = |count: u64| {
        json!({"id": 9, "name": "Leontopodium nivale", "observations_count": count,
            "ancestors": [{"id": 1, "name": "Plantae"}, {"id": 2, "name": "Asteraceae"}]})
    };
    let alice = json!({"id": 2, "login": "alice"});
    let observation: Observation = read(json!({
        "id": 5, "taxon": taxon(7), "user": alice,
        "identifications": [
            {"id": 11, "taxon": taxon(7), "user": alice},
            {"id": 12, "taxon": taxon(8), "user": {"id": 2, "login": "alice", "name": "Alice"}},
        ],
        "comments": [{"id": 21, "user": alice}],
    }));
    let mine = observation.taxon.as_ref().expect("a taxon");
    let [first, second] = &observation.identifications[..] else {
        panic!("two identifications");
    };
    let taxa = [first, second].map(|one| one.taxon.as_ref().expect("a taxon"));
    assert!(Arc::ptr_eq(mine, taxa[0]), "the same in every field");
    assert_eq!(
        taxa[1].observations_count,
        Some(8),
        "another in one field stays another"
    );
    assert!(Arc::ptr_eq(&mine.ancestors[1], &taxa[1].ancestors[1]));
    let people = [
        &observation.user,
        &first.user,
        &second.user,
        &observation.comments[0].user,
    ];
    let [observer, first, second, comment] = people.map(|user| user.as_ref().expect("a user"));
    assert!(Arc::ptr_eq(observer, first) && Arc::ptr_eq(observer, comment));
    assert_eq!(second.name.as_deref(), Some("Alice"));
    assert_eq!(observer.name, None);
}

#[test]
fn a_taxon_with_more_relatives_than_are_looked_through() {
    let children: Vec<Value> = (0..1000)
        .map(|id| json!({"id": id % 500, "rank": "species"}))
        .collect();
    let taxon: Taxon = read(json!({"id": 1, "children": children}));
    let ids: Vec<u64> = taxon.children.iter().map(|child| child.id).collect();
    assert_eq!(ids, (0..1000).map(|id| id % 500).collect::<Vec<_>>());
    assert!(Arc::ptr_eq(&taxon.children[3], &taxon.children[503]));
}

#[test]
fn of_a_field_that_comes_twice_the_later_counts() {
    let text =
        r#"{"id": 1, "name": "a", "id": 2, "name": "b", "name": null, "\u0072ank": "genus"}"#;
    let taxon: Taxon = serde_json::from_str(text).expect("a taxon");
    assert_eq!((taxon.id, taxon.name.as_deref()), (2, None));
    assert_eq!(
        taxon.rank,
        Some(api_inat::model::Rank::Genus),
        "a name with an escape"
    );
}

/// The shape of pyinaturalist's `test/sample_data/v1/update_observation_result.json`.
#[test]
fn the_response_to_a_write() {
    let written: Observation = read(json!({
        "id": 17, "latitude": "50.4898053873", "longitude": "5.1035889611", "private_latitude": null,
        "positional_accuracy": "12.5", "taxon_id": 54_327, "user_id": 12, "user_login": "vespawatch",
        "license": "CC-BY-NC", "time_zone": "Brussels", "created_at_utc": "2018-10-29T13:37:32.176Z",
        "tag_list": ["alps", "2026"], "positioning_method": "gps", "user": {"login": "vespawatch"},
    }));
    assert_eq!(written.time_zone.as_deref(), Some("Brussels"));
    assert_eq!(written.tag_list, [Box::from("alps"), Box::from("2026")]);
    assert_eq!(written.positioning_method.as_deref(), Some("gps"));
    assert_eq!(
        written.best_location(),
        Location::parse("50.4898053873,5.1035889611")
    );
    assert_eq!(
        (written.taxon_id, written.user_id),
        (Some(54_327), Some(12))
    );
    assert_eq!(written.user_login.as_deref(), Some("vespawatch"));
    assert_eq!(written.license, Some(License::CcByNc), "whatever its case");
    assert_eq!(written.positional_accuracy, Some(12.5));
    let obscured: Observation = read(json!({
        "id": 17, "latitude": "50.4", "longitude": "5.1", "private_latitude": "50.48", "private_longitude": "5.10",
    }));
    assert_eq!(obscured.best_location(), Location::parse("50.48,5.10"));
}

#[test]
fn a_record_without_an_id_is_kept_inside_other_records() {
    let observation: Observation = read(json!({
        "id": 1, "photos": [{"url": "x"}, {"id": 2}, null, {}], "user": {"login": "x"}, "taxon": {"id": null},
        "observation_photos": [{"photo": {"url": "x"}}],
        "project_observations": [{"id": 1, "project_user": {"project_id": 1, "user_id": 2, "role": null}}],
        "identifications": [{"id": 4, "taxon": {"id": "x", "ancestors": [{}, {"id": 1}]}}],
    }));
    let urls = observation.photos.iter().map(|photo| photo.url.as_deref());
    assert_eq!(urls.collect::<Vec<_>>(), [Some("x"), None]);
    assert_eq!(
        (observation.photos[0].id, observation.photos[0].id()),
        (0, None)
    );
    // The user of every observation in a list of the Rails application.
    let user = observation.user.expect("a user");
    assert_eq!((user.login.as_deref(), user.id()), (Some("x"), None));
    assert_eq!(observation.taxon, None, "nothing is in it");
    let photo = observation.observation_photos[0].photo.as_ref();
    assert_eq!(photo.and_then(|photo| photo.url.as_deref()), Some("x"));
    let member = observation.project_observations[0].project_user.as_ref();
    assert_eq!(member.and_then(|member| member.user_id), Some(2));
    let taxon = observation.identifications[0].taxon.as_ref();
    assert_eq!(taxon.map(|taxon| taxon.ancestors.len()), Some(1));
    let error = serde_json::from_str::<Observation>("{}").expect_err("no id");
    assert!(error.to_string().contains("no id"), "{error}");
    let error = serde_json::from_str::<Observation>(r#"{"uuid":"x"}"#).expect_err("no id");
    assert!(error.to_string().contains("no id"), "{error}");
}

#[test]
fn a_list_may_be_null_and_have_nulls_in_it() {
    let read = |body: &str| {
        let response = Response::new(ResponseBody::new(body.as_bytes().to_vec()));
        Search::new().parse(response)
    };
    let ids = |body: &str| -> Vec<u64> {
        let page = read(body).expect("a page");
        page.results
            .iter()
            .map(|observation| observation.id)
            .collect()
    };
    assert_eq!(
        ids(r#"{"total_results": 2, "results": [{"id": 1}, null, {"id": 2}]}"#),
        [1, 2]
    );
    assert_eq!(ids(r#"{"total_results": 0, "results": null}"#), [0; 0]);
    assert!(
        read(r#"{"results": [{"login": "x"}]}"#).is_err(),
        "its id is required"
    );
}

/// As serde_json represents them if any crate of the program enables its feature
/// `arbitrary_precision`.
#[test]
fn numbers_with_any_number_of_digits() {
    let number = |text: &str| json!({"$serde_json::private::Number": text});
    let taxon: Taxon = read(
        json!({"id": number("7.0"), "rank_level": number("57.5"), "observations_count": number("3.0")}),
    );
    assert_eq!(
        (taxon.id, taxon.rank_level, taxon.observations_count),
        (7, Some(57.5), Some(3))
    );
    let observation: Observation =
        read(json!({"id": 1, "geojson": {"coordinates": [number("7.25"), number("46.5")]}}));
    assert_eq!(observation.geojson, Location::parse("46.5,7.25"));
}

#[test]
fn the_local_time_of_an_observation_is_kept() {
    let observation: Observation = read(json!({
        "id": 1, "time_observed_at": "2026-06-01T10:30:00-05:00", "time_zone_offset": "-06:00",
        "created_at": "2026-06-01T18:00:00+02:00",
    }));
    let observed = observation.time_observed_at.expect("a moment");
    assert_eq!(observed.datetime().to_string(), "2026-06-01T10:30:00");
    assert_eq!(observed.timestamp().to_string(), "2026-06-01T15:30:00Z");
    assert_eq!(observed.to_string(), "2026-06-01T10:30:00-05:00");
    assert_eq!(observed.to_zoned_datetime().hour(), 10);
    let created = observation.created_at.expect("a moment");
    assert_eq!(created.offset().seconds(), 7200);
    assert!(observed < created);
    // The winter offset of the zone: not what the time above is in.
    assert_eq!(observation.time_zone_offset.as_deref(), Some("-06:00"));
    let search = Search::new().created_d1(created);
    let base = auth_core::BaseUrl::parse("https://api.inaturalist.org/v1").expect("a base");
    let request = search.request(&base).expect("a request");
    let query = request.uri().query().expect("a query");
    assert_eq!(query, "created_d1=2026-06-01T18:00:00%2B02:00");
}

#[test]
fn other_ways_to_write_the_same() {
    let check = |field: &str, value: Value, expect: fn(&Observation) -> bool| {
        let observation: Observation = read(json!({"id": 1, field: value.clone()}));
        assert!(expect(&observation), "{field}: {value}: {observation:?}");
    };
    for moment in [
        "2026-06-01T10:00:00Z",
        "2026-06-01T12:00:00+02:00",
        "2026-06-01 10:00:00 UTC",
        "2026-06-01 12:00:00 +0200",
    ] {
        check("created_at", json!(moment), |found| {
            found
                .created_at
                .is_some_and(|found| found.timestamp().to_string() == "2026-06-01T10:00:00Z")
        });
    }
    for nothing in ["2026-06-01", "yesterday UTC", ""] {
        check("created_at", json!(nothing), |found| {
            found.created_at.is_none()
        });
    }
    for day in ["2026-06-01", "2026/06/01", "2026-06-01T23:00:00-07:00"] {
        check("observed_on", json!(day), |found| {
            found
                .observed_on
                .is_some_and(|found| found.to_string() == "2026-06-01")
        });
    }
    for yes in [json!("t"), json!("True"), json!("true"), json!(1)] {
        check("captive", yes, |found| found.captive == Some(true));
    }
    check("captive", json!("f"), |found| found.captive == Some(false));
    check("cached_votes_total", json!("-5.0"), |found| {
        found.cached_votes_total == Some(-5)
    });
    check("positional_accuracy", json!(12.7), |found| {
        found.positional_accuracy == Some(12.7)
    });
    // Only GeoJSON says which of two numbers is the latitude.
    check("location", json!([46.9, 7.4]), |found| {
        found.location.is_none()
    });
    let grid: api_inat::model::UtfGrid = read(json!({"data": null}));
    assert_eq!(grid.data, None);
}
