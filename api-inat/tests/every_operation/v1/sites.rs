//! The sites of the network.

use api_inat::v1::sites::{All, Get};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let site = page(json!([{"id": 1, "name": "iNaturalist"}]));
    list.add(All::new(), site.clone(), |page| {
        assert_eq!(page.results[0].name.as_deref(), Some("iNaturalist"));
    });
    list.add(Get::new([1, 2]), site, |page| {
        assert_eq!(page.results[0].id, 1);
    });
}
