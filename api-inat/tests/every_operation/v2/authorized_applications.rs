//! Authorized applications.

use api_inat::v2::authorized_applications::{All, Revoke};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        All::new().fields("scopes"),
        page(json!([{"application": {"id": 5, "name": "Nightly"}, "scopes": ["write"]}])),
        |page| assert_eq!(page.results.len(), 1),
    );
    list.done(Revoke::new(5));
}
