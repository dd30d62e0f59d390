//! Your own account.

use api_inat::v2::users::Me;
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Me::new(),
        page(json!([{"id": 1, "login": "alice"}])),
        |me| {
            assert_eq!(me.id, 1);
        },
    );
}
