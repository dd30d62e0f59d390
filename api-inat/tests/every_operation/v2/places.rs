//! Places.

use api_inat::v2::places::{Get, Near, Search};
use serde_json::json;

use crate::{
    samples::UUID,
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let places = page(json!([{"id": 7, "uuid": UUID, "name": "Valais"}]));
    list.add(
        Search::new()
            .q("val")
            .order_by("area")
            .geo(true)
            .per_page(20)
            .fields("name"),
        places.clone(),
        |page| assert_eq!(page.results[0].id, 7),
    );
    list.add(
        Get::new([UUID, UUID])
            .lat(46.5)
            .lng(7.5)
            .order_by("admin_and_distance")
            .fields("name"),
        places,
        |page| assert_eq!(page.results[0].id, 7),
    );
    list.add(
        Near::new(47.0, 8.0, 46.0, 7.0)
            .name("Valais")
            .per_page(10)
            .fields("name"),
        page(json!({"standard": [{"id": 7}], "community": []})),
        |near| assert_eq!(near.results.expect("places").standard[0].id, 7),
    );
}
