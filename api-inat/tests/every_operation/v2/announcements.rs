//! Announcements.

use api_inat::v2::announcements::{Dismiss, Search};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Search::new()
            .placement("mobile/home")
            .client("inatrn")
            .locale("de")
            .fields("body"),
        page(json!([{"id": 5, "body": "News"}])),
        |page| assert_eq!(page.results[0].id, 5),
    );
    list.done(Dismiss::new(5));
}
