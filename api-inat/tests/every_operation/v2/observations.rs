//! Observations.

use api_inat::{
    Fields,
    model::{Geoprivacy, License},
    v1::observations::{Order, OrderBy},
    v2::observations::{Create, Delete, Get, Search, Update},
};
use serde_json::json;

use crate::{
    samples::UUID,
    sendings::{Sendings, page},
    v1::observations::common,
};

/// Sets every field of an observation.
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
}
