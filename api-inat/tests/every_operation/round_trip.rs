//! Every record with all of its fields set: read, written, and read again.

use api_inat::{model, testkit};
use auth_flows::Client;
use auth_testkit::{Dialect, TestServer};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::values::lost;

/// Defines the list of the records, and how one is read and written by its name.
macro_rules! records {
    ($($Name:ident)*) => {
        const NAMES: &[&str] = &[$(stringify!($Name)),*];

        fn again(name: &str, json: &Value) -> Value {
            match name {
                $(stringify!($Name) => written::<model::$Name>(json),)*
                _ => panic!("{name} is missing in the list"),
            }
        }
    };
}

records! {
    Annotation Announcement AppBuildInfo Application AuthorizedApplication Bounds BuildInfo
    CategoryCount Color Comment ConservationStatus ControlledTerm Count DateDetails Dimensions
    EmailAvailable EstablishmentMeans ExemplarIdentification Flag FlagCounts Found Histogram
    IdSummary IdSummaryReference Identification IpLocation Language LanguageMatch List ListedTaxon
    MapLayers Message ModeratorAction Nearby NearbyPlaces NonTraditionalProject NotificationCounts
    Observation ObservationField ObservationFieldValue ObservationPhoto ObservationPreferences
    ObservationSound ObserverCount Outlink Photo Ping Place PopularValue Post Preferences Project
    ProjectAdmin ProjectCount ProjectField ProjectMember ProjectObservation
    ProjectObservationPreferences ProjectRule ProviderAuthorization QualityMetric RecentTaxon
    Relationship RulePreference SavedLocation SearchParameter Site SiteFeature Sound Subscription
    Suggestion Suggestions Taxon TaxonChange TaxonCount TaxonIdSummary TaxonName TaxonNamePriority
    TaxonPhoto TaxonSuggestion TaxonSuggestions TaxonSummary Taxonomy TaxonomyTaxon TermLabel Thread
    TokenApplication TokenInfo Unread Update User UserCount UtfGrid Vote
}

/// Reads a record, writes it, and checks that it is read as the same record again.
fn written<T>(json: &Value) -> Value
where
    T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug,
{
    let record: T = serde_json::from_str(&json.to_string()).expect("a record");
    let text = serde_json::to_string(&record).expect("a record can be written");
    let again: T = serde_json::from_str(&text).expect("a record again");
    assert_eq!(again, record);
    serde_json::from_str(&text).expect("JSON")
}

/// How many records are nested in a sample.
const DEPTH: u8 = 2;

#[test]
fn every_field_of_every_record() {
    let mut names: Vec<_> = model::SHAPES.iter().map(|shape| shape.name).collect();
    names.sort_unstable();
    let mut listed = NAMES.to_vec();
    listed.sort_unstable();
    assert_eq!(names, listed, "the list above has to have every record");
    for name in names {
        let sample = record(name, DEPTH).expect("a record");
        assert_eq!(again(name, &sample), sample, "{name}");
        assert_eq!(again(name, &json!({"id": 1})).as_object().map(Map::len), {
            let shape = model::SHAPES.iter().find(|shape| shape.name == name);
            Some(usize::from(
                shape.is_some_and(|shape| shape.fields.contains(&"id")),
            ))
        });
    }
}

/// Builds a record with all fields. `None` if there is no such record.
fn record(name: &str, depth: u8) -> Option<Value> {
    let shape = model::SHAPES.iter().find(|shape| shape.name == name)?;
    let fields = shape.fields.iter().zip(shape.types);
    let fields =
        fields.filter_map(|(field, kind)| Some(((*field).to_owned(), value(field, kind, depth)?)));
    Some(Value::Object(fields.collect()))
}

/// Builds a value of a field, by its Rust type. `None` for a record that would be too deep.
fn value(field: &str, kind: &str, depth: u8) -> Option<Value> {
    let kind = kind.trim();
    for outer in ["Option<", "Box<", "Arc<"] {
        if let Some(inner) = kind.strip_prefix(outer) {
            return value(field, inner.strip_suffix('>')?, depth);
        }
    }
    if let Some(inner) = kind.strip_prefix("Vec<") {
        return Some(json!([value(field, inner.strip_suffix('>')?, depth)?]));
    }
    if let Some(inner) = kind.strip_prefix("BTreeMap<Box<str>,") {
        return Some(json!({"1": value(field, inner.strip_suffix('>')?, depth)?}));
    }
    Some(match kind {
        "str" => format!("the {field}").into(),
        "bool" => true.into(),
        "u8" | "u16" | "u32" | "u64" => 7.into(),
        "i64" => (-7).into(),
        "f64" => 7.25.into(),
        "Date" => "2026-06-01".into(),
        "Moment" => "2026-06-01T10:30:00.5-05:00".into(),
        "Location" if field.ends_with("geojson") => {
            json!({"type": "Point", "coordinates": [7.75, 46.02]})
        }
        "Location" => "46.02,7.75".into(),
        "Value" => json!({"any": [1, "text", 2.5]}),
        name => {
            let name = name.rsplit("::").next()?;
            match model::SHAPES.iter().any(|shape| shape.name == name) {
                true => record(name, depth.checked_sub(1)?)?,
                // A choice, which keeps values that it does not know.
                false => format!("another {field}").into(),
            }
        }
    })
}

#[test]
fn choices() {
    let check = |text: &str| {
        let rank: model::Rank = text.parse().expect("any text is a rank");
        let json = serde_json::to_string(&rank).expect("JSON");
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<model::Rank>(&json).ok(), Some(rank));
    };
    check("species");
    check("zoosubsection");
    check("another rank");
    let bern = model::Location::parse("46.95,7.44").expect("a location");
    assert_eq!(
        written::<model::Location>(&json!("46.95,7.44")),
        "46.95,7.44"
    );
    let point = json!({"type": "Point", "coordinates": [7.44, 46.95]});
    assert_eq!(
        serde_json::from_value::<model::Location>(point).ok(),
        Some(bern)
    );
    assert!(serde_json::from_value::<model::Location>(json!("here")).is_err());
    assert!(serde_json::from_value::<model::Moment>(json!("now")).is_err());
}

#[test]
fn a_page_of_the_test_server() {
    let server = TestServer::builder(Dialect::doorkeeper_5())
        .site(testkit::site())
        .start()
        .expect("a server on loopback");
    let service = api_inat::service_without_application()
        .user_agent("round-trip/1 (test@example.org)")
        .at(server.url())
        .build()
        .expect("a service");
    let client = Client::new(service, http_ureq::Ureq::default(), keystore::Memory::new());
    let session = client.anonymous();
    let search = api_inat::observations::Search::new().per_page(200);
    let response = session.send(search.raw()).expect("a page");
    let response: Value = serde_json::from_slice(&response).expect("JSON");
    let written = written::<api_inat::Page<model::Observation>>(&response);
    assert_eq!(lost(&response, &written), [""; 0]);
    assert_eq!(written["results"].as_array().map(Vec::len), Some(200));
}

/// The examples that the description of v2 has for records; that of v1 has none.
#[test]
fn the_examples_of_the_description() {
    let check = |name: &str, example: Value| {
        assert_eq!(lost(&example, &again(name, &example)), [""; 0], "{name}");
    };
    let site = json!({
        "id": 1, "icon_url": "https://static.inaturalist.org/sites/1-logo_square.png", "locale": "en",
        "name": "iNaturalist", "site_name_short": "iNat", "url": "https://www.inaturalist.org",
    });
    check("Site", site);
    let application =
        json!({"application": {"name": "iNaturalist iPhone App"}, "scopes": ["login", "write"]});
    check("AuthorizedApplication", application);
    // Its `id` has no example, and the record requires one.
    let provider = json!({"id": 7, "provider_name": "google_oauth2", "scope": "email,user_photos"});
    check("ProviderAuthorization", provider);
    check("Found", json!({"type": "place"}));
}

/// A response of the Rails application, in an older and in its newer shape.
#[test]
fn a_response_of_the_rails_application() {
    let response = json!({
        "id": 7, "species_guess": "Edelweiss", "iconic_taxon_name": "Plantae", "iconic_taxon_id": 47126,
        "user": {"login": "alice", "user_icon_url": "https://example.org/a.jpg", "login_exact": "alice"},
        "time_observed_at": "2026-06-01T10:30:00.000+02:00", "time_observed_at_utc": "2026-06-01T08:30:00.000Z",
        "created_at_utc": "2026-06-02T08:30:00.000Z", "updated_at_utc": "2026-06-02T08:30:00.000Z",
        "time_zone": "Bern", "zic_time_zone": "Europe/Zurich", "tag_list": ["alps"],
        "positioning_method": "gps", "positioning_device": "gps", "votes": {"": {"up": 1, "down": 0}},
        "latitude": "46.02", "longitude": "7.75", "license": "CC-BY-NC",
        "observation_photos": [{"position": 0, "photo": {
            "id": 5, "user_id": 1, "thumb_url": "https://example.org/t.jpg", "native_username": "alice",
            "license": 4, "license_name": "Attribution License", "license_url": "https://example.org/by",
            "created_at": "2026-06-02T08:30:00.000Z", "updated_at": "2026-06-02T08:30:00.000Z",
        }}],
        "project_observations": [{"id": 1, "project_user": {"project_id": 3, "user_id": 1, "role": null}}],
    });
    let mut written = written::<model::Observation>(&response);
    // A licence is written in the API's own letters.
    assert_eq!(written["license"].take(), "cc-by-nc");
    written["license"] = response["license"].clone();
    assert_eq!(lost(&response, &written), [""; 0]);
    // What a record has no place for is found.
    let more = json!({"id": 7, "votes": [{"id": 1, "odd": 2}], "another": true});
    let kept = self::written::<model::Observation>(&more);
    assert_eq!(
        lost(&more, &kept),
        [".another: true became null", ".votes[0].odd: 2 became null"]
    );
}

#[test]
fn what_stands_beside_the_records() {
    let response = json!({
        "total_results": 2, "page": 1, "per_page": 30, "unannotated": {"1": 5},
        "total_bounds": {"nelat": 47.5, "nelng": -170.0, "swlat": 45.5, "swlng": 170.0},
        "results": [{"id": 1}, null, {"id": 2}],
    });
    let page: api_inat::Page<model::Taxon> =
        serde_json::from_value(response.clone()).expect("a page");
    let bounds = page.total_bounds.as_ref().expect("a box");
    assert_eq!((bounds.swlng, bounds.nelng), (Some(170.0), Some(-170.0)));
    assert_eq!(page.extra["unannotated"]["1"], 5);
    assert_eq!(page.results.len(), 2);
    let written = written::<api_inat::Page<model::Taxon>>(&response);
    assert_eq!(lost(&response, &written), [""; 0]);
    let bare = serde_json::from_str::<api_inat::Page<model::Taxon>>("[{\"id\":1}]");
    let error = bare.expect_err("a bare list").to_string();
    assert!(error.contains("expected a page"), "{error}");
}
