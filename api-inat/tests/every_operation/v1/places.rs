//! Places.

use api_inat::v1::places::{AdminLevel, Autocomplete, Containing, Get, Near, OrderBy};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let place = json!({"id": 7, "name": "Zermatt", "admin_level": 30});
    list.add(
        Get::new(["7", "8"]).admin_level([AdminLevel::Continent, AdminLevel::Town]),
        page(json!([place])),
        |page| assert_eq!(page.results[0].admin_level, Some(30)),
    );
    list.add(
        Containing::new(46.02, 7.75).include_community_places(true),
        page(json!([place])),
        |page| assert_eq!(page.results[0].id, 7),
    );
    list.add(
        Autocomplete::new("Zer").order_by(OrderBy::Area),
        page(json!([place])),
        |page| assert_eq!(page.results[0].id, 7),
    );
    list.add(
        Near::new(47.0, 8.0, 46.0, 7.0).name("Zer").per_page(5),
        json!({"total_results": 1, "results": {"standard": [place], "community": []}}),
        |nearby| {
            let places = nearby.results.expect("places");
            assert_eq!((places.standard[0].id, places.community.len()), (7, 0));
        },
    );
}
