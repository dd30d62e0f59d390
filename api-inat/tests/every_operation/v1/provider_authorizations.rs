//! Other services that an account is linked to.

use api_inat::v1::provider_authorizations::{All, Delete};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        All::new().page(2).per_page(50),
        page(json!([{"id": 15, "provider_name": "orcid"}])),
        |page| assert_eq!(page.results[0].provider_name.as_deref(), Some("orcid")),
    );
    list.done(Delete::new(15));
}
