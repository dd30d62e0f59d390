//! Records are read with tolerance: only the id is required.

use std::sync::Arc;

use api_inat::model::{Geoprivacy, Identified, Location, Observation, QualityGrade, Taxon, User};
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
        "annotations": [{"nobody": "reads this"}],
    }));
    assert_eq!(observation.id(), Some(5));
    assert_eq!(observation.quality_grade, Some(QualityGrade::Research));
    assert_eq!(observation.geoprivacy, Some(Geoprivacy::Obscured));
    assert_eq!(observation.positional_accuracy, Some(12));
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
    assert_eq!(observation.positional_accuracy, Some(31));
    assert_eq!(observation.public_positional_accuracy, Some(28_500));
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
        "id": 7, "positional_accuracy": "near", "comments_count": -3, "obscured": "perhaps", "faves_count": 1.5,
        "species_guess": {"odd": 1}, "uuid": ["odd"], "location": "somewhere", "private_location": "95,7",
        "geojson": {"coordinates": [7]}, "private_geojson": [7, "north"], "quality_grade": 3,
    }));
    assert_eq!(observation, read(json!({"id": 7})));
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
fn what_an_observation_says_twice_is_held_once() {
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
