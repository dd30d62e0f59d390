//! Applications that an account has authorized.

use api_inat::v1::authorized_applications::{All, Revoke};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        All::new().page(2).per_page(50),
        page(json!([{"application": {"id": 14, "name": "Bee counter"}, "scopes": ["write"]}])),
        |page| {
            let application = page.results[0].application.as_ref();
            assert_eq!(application.map(|application| application.id), Some(14));
        },
    );
    list.done(Revoke::new(14));
}
