//! A page of 200 observations as rich as real ones: typed by api-inat, as `serde_json::Value`, and
//! skipped.
//!
//! Each reader runs in a process of its own, and the processes alternate: what a reader leaves
//! behind in the heap slows down the next one in the same process.

use std::{
    env, fs,
    hint::black_box,
    process::Command,
    time::{Duration, Instant},
};

use api_inat::{model::Observation, v1::observations::Search};
use auth_core::{Operation, Response, ResponseBody};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::memory::median;

/// Reads a page and returns how long that took, including dropping it.
pub type Reader = fn(&str) -> Duration;

const READERS: [(&str, Reader); 3] = [("typed", typed), ("value", value), ("ignored", ignored)];

/// Reads it as [`Search`] does. Receiving the body is not part of it.
fn typed(text: &str) -> Duration {
    let response = Response::new(ResponseBody::new(text.as_bytes().to_vec()));
    timed(|| {
        Search::<Observation>::new()
            .parse(response)
            .expect("a page")
    })
}

fn value(text: &str) -> Duration {
    timed(|| serde_json::from_slice::<Value>(text.as_bytes()).expect("a page"))
}

fn ignored(text: &str) -> Duration {
    timed(|| serde_json::from_slice::<IgnoredAny>(text.as_bytes()).expect("a page"))
}

fn timed<T>(read: impl FnOnce() -> T) -> Duration {
    let began = Instant::now();
    drop(black_box(read()));
    began.elapsed()
}

/// The reader of this name.
///
/// # Panics
///
/// If there is no such reader.
#[must_use]
pub fn reader(name: &str) -> Reader {
    let mut all = READERS.iter();
    let found = all.find(|(own, _)| *own == name);
    found.expect("typed, value or ignored").1
}

/// The median duration of this many runs.
#[must_use]
pub fn milliseconds(reader: Reader, text: &str, times: u32) -> f64 {
    let times = (0..times).map(|_| reader(text).as_secs_f64() * 1e3);
    median(times.collect())
}

/// Prints the size, and milliseconds and ratios of processes that alternate.
pub fn ratios(pairs: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let own = env::current_exe().expect("this program");
    for (kind, suffix) in [(Alike::AsUsual, ""), (Alike::Never, "-unlike")] {
        let (text, file) = (page(kind), folder.path().join("page.json"));
        fs::write(&file, &text).expect("room for a page");
        let started = |reader: &str| -> f64 {
            let mut child = Command::new(&own);
            let output = child.args(["time-page", reader]).arg(&file).output();
            let text = String::from_utf8(output.expect("a process").stdout).expect("a number");
            text.trim().parse().expect("milliseconds")
        };
        let rounds: Vec<[f64; 3]> = (0..pairs)
            .map(|_| READERS.map(|(name, _)| started(name)))
            .collect();
        let of = |pick: fn(&[f64; 3]) -> f64| median(rounds.iter().map(pick).collect());
        println!("bytes{suffix} {}", text.len());
        println!("typed{suffix} {:.2}", of(|r| r[0]));
        println!("value{suffix} {:.2}", of(|r| r[1]));
        println!("ignored{suffix} {:.2}", of(|r| r[2]));
        println!("typed/value{suffix} {:.3}", of(|r| r[0] / r[1]));
        println!("typed/ignored{suffix} {:.3}", of(|r| r[0] / r[2]));
    }
}

/// How much of a page repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alike {
    /// As in real life: three of four identifications name the same species, the others its genus.
    AsUsual,
    /// No two taxa of an observation are the same, nor their ancestors. Such a page does not exist;
    /// it is the worst case.
    Never,
}

/// 200 observations with the fields of a busy one in iNaturalist's API description v1: ancestors,
/// identifications, comments, photos, places, votes. About 20 MB.
#[must_use]
pub fn page(alike: Alike) -> String {
    let results: Vec<Value> = (0..200).map(|number| observation(number, alike)).collect();
    json!({ "total_results": 200, "page": 1, "per_page": 200, "results": results }).to_string()
}

/// 200 plain observations, about 6 MB: few identifications, one photo, no comments. All ids, names
/// and coordinates differ as in real life, so that it compresses no better than a real page.
#[must_use]
pub fn plain_page() -> String {
    let results: Vec<Value> = (0..200).map(plain).collect();
    json!({ "total_results": 200, "page": 1, "per_page": 200, "results": results }).to_string()
}

fn plain(number: u64) -> Value {
    let mut one = observation(number, Alike::Never);
    for (list, length) in [
        ("identifications", 2),
        ("photos", 1),
        ("observation_photos", 1),
        ("comments", 0),
        ("votes", 0),
        ("faves", 0),
    ] {
        one[list].as_array_mut().expect("a list").truncate(length);
    }
    let mut seed = number << 32;
    vary(&mut one, &mut seed);
    one
}

/// Gives every number of many digits, and every digit of a text, another value.
fn vary(value: &mut Value, seed: &mut u64) {
    match value {
        Value::Number(number) if number.as_u64().is_some_and(|number| number > 9_999) => {
            let number = number.as_u64().unwrap_or_default();
            *value = (number / 2 + next(seed) % (number / 2)).into();
        }
        Value::String(text)
            if text.len() > 20
                && text.contains(|c: char| c.is_ascii_digit())
                && !text.contains('T') =>
        {
            let digit = |c: char| {
                if c.is_ascii_digit() {
                    char::from(b'0' + (next(seed) % 10) as u8)
                } else {
                    c
                }
            };
            *text = text.chars().map(digit).collect();
        }
        Value::Array(list) => list.iter_mut().for_each(|one| vary(one, seed)),
        Value::Object(map) => map.values_mut().for_each(|one| vary(one, seed)),
        _ => {}
    }
}

/// The next number of SplitMix64.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn observation(number: u64, alike: Alike) -> Value {
    let id = 250_000_000 + number;
    let species = 100_000 + 10 * (number % 80);
    let identifications: Vec<_> = (0..12)
        .map(|n| {
            let named = match alike {
                Alike::Never => taxon(species, 100 * number + n + 1),
                Alike::AsUsual => taxon(species + u64::from(n % 4 == 3), 0),
            };
            identification(id * 100 + n, named)
        })
        .collect();
    let photos: Vec<_> = (0..4).map(|n| photo(id * 10 + n)).collect();
    let observation_photos: Vec<_> = (0..4)
        .map(|n| json!({ "id": id * 10 + n, "position": n, "uuid": uuid(n), "photo": photo(id * 10 + n) }))
        .collect();
    json!({
        "id": id,
        "uuid": uuid(id),
        "species_guess": "Stemless Gentian",
        "taxon": taxon(species, 0),
        "user": user(number),
        "quality_grade": "research",
        "observed_on": "2026-06-04",
        "observed_on_string": "2026/06/04 10:00",
        "observed_on_details": { "date": "2026-06-04", "day": 4, "month": 6, "year": 2026, "hour": 10, "week": 23 },
        "time_observed_at": "2026-06-04T10:00:00+02:00",
        "observed_time_zone": "Europe/Zurich",
        "created_at": "2026-07-04T08:00:00+02:00",
        "updated_at": "2026-07-04T08:00:01+02:00",
        "description": "On a meadow above the lake, in full bloom. ".repeat(8),
        "location": "46.02,7.74",
        "geojson": { "type": "Point", "coordinates": [7.74, 46.02] },
        "place_guess": "Zermatt, Switzerland",
        "positional_accuracy": 12,
        "public_positional_accuracy": 12,
        "obscured": false,
        "geoprivacy": null,
        "taxon_geoprivacy": null,
        "captive": false,
        "mappable": true,
        "out_of_range": null,
        "license_code": "cc-by-nc",
        "photos": photos,
        "observation_photos": observation_photos,
        "sounds": [],
        "tags": ["alps", "summer"],
        "place_ids": (6000..6030).collect::<Vec<u64>>(),
        "project_ids": [1, 2, 3],
        "reviewed_by": (1..20).collect::<Vec<u64>>(),
        "ident_taxon_ids": (48460..48480).collect::<Vec<u64>>(),
        "identifications": identifications,
        "comments": (0..3).map(|n| comment(id * 10 + n)).collect::<Vec<_>>(),
        "annotations": [],
        "ofvs": [],
        "votes": (0..3).map(vote).collect::<Vec<_>>(),
        "faves": (0..3).map(vote).collect::<Vec<_>>(),
        "flags": [],
        "quality_metrics": [],
        "community_taxon_id": 101,
        "identifications_count": 12,
        "identifications_most_agree": true,
        "num_identification_agreements": 11,
        "num_identification_disagreements": 0,
        "comments_count": 3,
        "faves_count": 3,
        "cached_votes_total": 3,
        "site_id": 1,
        "oauth_application_id": 3,
        "owners_identification_from_vision": true,
        "preferences": { "prefers_community_taxon": null },
        "uri": format!("https://www.inaturalist.org/observations/{id}"),
    })
}

fn identification(id: u64, taxon: Value) -> Value {
    json!({
        "id": id,
        "uuid": uuid(id),
        "user": user(id % 50),
        "body": "Leaves and calyx fit well. ".repeat(3),
        "category": "supporting",
        "current": true,
        "own_observation": false,
        "vision": false,
        "disagreement": null,
        "hidden": false,
        "spam": false,
        "flags": [],
        "moderator_actions": [],
        "previous_observation_taxon_id": taxon["id"],
        "taxon_id": taxon["id"],
        "created_at": "2026-06-05T08:00:00+02:00",
        "created_at_details": { "date": "2026-06-05", "day": 5, "month": 6, "year": 2026, "hour": 8, "week": 23 },
        "taxon": taxon,
        "taxon_change": null,
    })
}

/// A taxon with seven ancestors, of which the widest are shared. `more` goes into a count of each,
/// so that taxa with another `more` differ.
fn taxon(id: u64, more: u64) -> Value {
    let mut taxon = taxon_alone(id, more);
    let wide = (0..4).map(|n| taxon_alone(40_000 + n, more));
    let narrow = (0..3).map(|n| taxon_alone(id / 10 * 10 + 7 + n, more));
    taxon["ancestors"] = wide.chain(narrow).collect();
    taxon
}

fn taxon_alone(id: u64, more: u64) -> Value {
    json!({
        "id": id,
        "name": "Gentiana acaulis",
        "rank": "species",
        "rank_level": 10,
        "preferred_common_name": "Stemless Gentian",
        "english_common_name": "Stemless Gentian",
        "iconic_taxon_id": 47126,
        "iconic_taxon_name": "Plantae",
        "ancestor_ids": [48460, 47126, 211_194, 47125, 47124, 71_275, 47_362, 57_149, 60_551, id],
        "ancestry": "48460/47126/211194/47125/47124/71275/47362/57149/60551",
        "parent_id": 60_551,
        "is_active": true,
        "extinct": false,
        "endemic": false,
        "introduced": false,
        "native": true,
        "threatened": false,
        "observations_count": 9_321 + more,
        "complete_species_count": null,
        "wikipedia_url": "http://en.wikipedia.org/wiki/Gentiana_acaulis",
        "taxon_schemes_count": 2,
        "taxon_changes_count": 0,
        "atlas_id": null,
        "current_synonymous_taxon_ids": null,
        "flag_counts": { "resolved": 0, "unresolved": 0 },
        "default_photo": {
            "id": 1_234_567,
            "license_code": "cc-by",
            "attribution": "(c) an observer, some rights reserved (CC BY)",
            "url": "https://static.inaturalist.org/photos/1234567/square.jpg",
            "square_url": "https://static.inaturalist.org/photos/1234567/square.jpg",
            "medium_url": "https://static.inaturalist.org/photos/1234567/medium.jpg",
            "original_dimensions": { "width": 2048, "height": 1536 },
            "flags": [],
        },
    })
}

fn user(id: u64) -> Value {
    json!({
        "id": id,
        "login": format!("observer{id}"),
        "login_autocomplete": format!("observer{id}"),
        "login_exact": format!("observer{id}"),
        "name": "Some Body",
        "name_autocomplete": "Some Body",
        "created_at": "2020-02-03T04:05:06+00:00",
        "icon": format!("/attachments/users/icons/{id}/thumb.jpg"),
        "icon_url": format!("https://static.inaturalist.org/attachments/users/icons/{id}/medium.jpg"),
        "observations_count": 1_200,
        "identifications_count": 3_400,
        "journal_posts_count": 2,
        "activity_count": 4_602,
        "species_count": 800,
        "universal_search_rank": 1_200,
        "roles": [],
        "site_id": 1,
        "orcid": null,
        "spam": false,
        "suspended": false,
        "preferences": {},
    })
}

fn photo(id: u64) -> Value {
    json!({
        "id": id,
        "license_code": "cc-by-nc",
        "attribution": "(c) Some Body, some rights reserved (CC BY-NC)",
        "url": format!("https://static.inaturalist.org/photos/{id}/square.jpg"),
        "original_dimensions": { "width": 2048, "height": 1536 },
        "flags": [],
        "moderator_actions": [],
        "hidden": false,
    })
}

fn comment(id: u64) -> Value {
    json!({
        "id": id,
        "uuid": uuid(id),
        "body": "Beautiful, thank you!",
        "hidden": false,
        "created_at": "2026-06-05T08:00:00+02:00",
        "created_at_details": { "date": "2026-06-05", "day": 5, "month": 6, "year": 2026, "hour": 8, "week": 23 },
        "user": user(id % 50),
        "flags": [],
        "moderator_actions": [],
    })
}

fn vote(id: u64) -> Value {
    json!({ "id": id, "user_id": id, "vote_flag": true, "vote_scope": null, "created_at": "2026-06-05T08:00:00+02:00", "user": user(id) })
}

fn uuid(id: u64) -> String {
    format!("00000000-0000-4000-8000-{id:012}")
}
