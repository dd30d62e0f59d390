//! Saved locations.

use api_inat::{
    model::Geoprivacy,
    v2::saved_locations::{Create, Delete, Search},
};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let saved = page(
        json!([{"id": 5, "title": "Home", "latitude": 46.5, "longitude": 7.5, "geoprivacy": "open"}]),
    );
    list.add(
        Search::new().q("ho").page(2).fields("title"),
        saved.clone(),
        |page| assert_eq!(page.results[0].id, 5),
    );
    list.add(
        Create::new(46.5, 7.5, "Home")
            .positional_accuracy(10)
            .geoprivacy(Geoprivacy::Obscured)
            .fields("title"),
        saved,
        |saved| assert_eq!(saved.latitude, Some(46.5)),
    );
    list.done(Delete::new(5));
}
