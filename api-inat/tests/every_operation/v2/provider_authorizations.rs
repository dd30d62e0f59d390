//! Linked services.

use api_inat::v2::provider_authorizations::{All, Delete};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        All::new().fields("provider_name"),
        page(json!([{"id": 5, "provider_name": "google"}])),
        |page| assert_eq!(page.results[0].id, 5),
    );
    list.done(Delete::new(5));
}
