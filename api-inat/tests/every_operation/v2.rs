//! The API v2.

use api_inat::{
    Fields,
    jiff::civil::date,
    model::{Geoprivacy, License},
    v1::observations::{Order, OrderBy},
    v2::{
        computer_vision::ScoreImage,
        observation_field_values, observation_photos, observation_sounds,
        observations::{Create, Delete, Get, Search, Update},
        taxa,
        users::Me,
    },
};
use serde_json::json;

use crate::{
    media::{UUID, photo, sound},
    observations::common,
    sendings::{Sendings, page},
};

/// Every setter of what can be said of an observation.
macro_rules! described_v2 {
    ($operation:expr) => {
        $operation
            .uuid(UUID)
            .species_guess("Edelweiss")
            .taxon_id(9)
            .observed_on_string("2026-06-01 12:30")
            .time_zone("Bern")
            .description("On limestone")
            .tag_list(["alps", "2026"])
            .place_guess("Zermatt")
            .latitude(46.02)
            .longitude(7.75)
            .geo_x(1.0)
            .geo_y(2.0)
            .coordinate_system("lv95")
            .positional_accuracy(12.5)
            .positioning_method("gps")
            .positioning_device("gps")
            .location_is_exact(true)
            .geoprivacy(Geoprivacy::Obscured)
            .captive_flag(false)
            .license(License::CcBy)
            .make_license_default(false)
            .make_licenses_same(false)
            .map_scale(12)
            .owners_identification_from_vision(false)
            .prefers_community_taxon(true)
            .project_id(3)
            .site_id(1)
            .field_value(297, "dry")
            .fields(Fields::all())
    };
}
pub(crate) fn all(list: &mut Sendings) {
    let observations = page(json!([{"id": 1, "uuid": UUID}]));
    list.add(
        common!(Search::new())
            .locale("de")
            .preferred_place_id(7)
            .ttl(-1)
            .page(2)
            .per_page(200)
            .disagreements(false)
            .coords_viewable_for_proj(true)
            .without_field("Host plant")
            .outlink_source("partner")
            .order_by(OrderBy::Votes)
            .order(Order::Asc)
            .only_id(false)
            .fields(["uuid", "user.login"]),
        observations.clone(),
        |page| assert_eq!(page.results[0].uuid.as_deref(), Some(UUID)),
    );
    list.add(
        Get::new([UUID, UUID]).fields("uuid"),
        observations.clone(),
        |page| assert_eq!(page.results[0].id, 1),
    );
    let one = observations;
    list.add(described_v2!(Create::new()), one.clone(), |observation| {
        assert_eq!(observation.id, 1);
    });
    list.add(described_v2!(Update::new(UUID)), one, |observation| {
        assert_eq!(observation.id, 1);
    });
    list.done(Delete::new(UUID));
    media(list);
    values(list);
    others(list);
}

fn media(list: &mut Sendings) {
    let placed = page(json!([{"id": 7, "uuid": UUID, "position": 1}]));
    list.add(
        observation_photos::Create::new(photo(), UUID)
            .uuid(UUID)
            .position(1)
            .fields("photo.url"),
        placed.clone(),
        |placed| assert_eq!(placed.position, Some(1)),
    );
    list.add(
        observation_photos::Attach::new(5, UUID)
            .uuid(UUID)
            .position(1),
        placed.clone(),
        |placed| assert_eq!(placed.id, 7),
    );
    list.add(
        observation_photos::Update::new(UUID, UUID).position(1),
        placed.clone(),
        |placed| assert_eq!(placed.id, 7),
    );
    list.done(observation_photos::Delete::new(UUID));
    list.add(
        observation_sounds::Create::new(sound(), UUID).uuid(UUID),
        placed.clone(),
        |placed| assert_eq!(placed.id, 7),
    );
    list.add(
        observation_sounds::Attach::new(6, UUID),
        placed.clone(),
        |placed| assert_eq!(placed.id, 7),
    );
    list.add(
        observation_sounds::Update::new(UUID, UUID),
        placed,
        |placed| assert_eq!(placed.id, 7),
    );
    list.done(observation_sounds::Delete::new(UUID));
}

fn values(list: &mut Sendings) {
    let value = page(json!([{"id": 9, "uuid": UUID, "value": "dry"}]));
    list.add(
        observation_field_values::Create::new(UUID, 297, "dry"),
        value.clone(),
        |value| assert_eq!(value.value.as_deref(), Some("dry")),
    );
    list.add(
        observation_field_values::Update::new(UUID, UUID, 297, 4.5),
        value,
        |value| assert_eq!(value.id, Some(9)),
    );
    list.done(observation_field_values::Delete::new(UUID));
}

fn others(list: &mut Sendings) {
    let taxa = page(json!([{"id": 9, "name": "Leontopodium nivale"}]));
    list.add(
        taxa::Get::new([9, 10]).rank_level(10).fields("name"),
        taxa.clone(),
        |page| assert_eq!(page.results[0].id, 9),
    );
    list.add(
        taxa::Search::new()
            .q("leont")
            .is_active(true)
            .iconic(false)
            .taxon_id(1)
            .parent_id(8)
            .rank(["species", "genus"])
            .rank_level(["10", "20"])
            .id_above(1)
            .id_below(99)
            .per_page(500)
            .locale("de")
            .preferred_place_id(7),
        taxa.clone(),
        |page| assert_eq!(page.results[0].id, 9),
    );
    list.add(
        taxa::Autocomplete::new("leont")
            .is_active(true)
            .iconic(false)
            .per_page(30)
            .locale("de")
            .preferred_place_id(7),
        taxa.clone(),
        |page| assert_eq!(page.results[0].id, 9),
    );
    list.add(taxa::Iconic::new(), taxa, |page| {
        assert_eq!(page.results[0].id, 9);
    });
    list.add(
        Me::new(),
        page(json!([{"id": 1, "login": "alice"}])),
        |me| {
            assert_eq!(me.id, 1);
        },
    );
    list.add(
        ScoreImage::new(photo())
            .lat(46.5)
            .lng(7.5)
            .observed_on(date(2026, 6, 1)),
        json!({"results": [{"vision_score": 90}]}),
        |suggested| assert_eq!(suggested.results[0].vision_score, Some(90.0)),
    );
}
