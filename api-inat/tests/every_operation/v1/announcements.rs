//! Announcements.

use api_inat::v1::announcements::{Dismiss, Search};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Search::new()
            .placement("mobile")
            .client("inatrn")
            .locale("de"),
        page(json!([{"id": 18, "body": "News", "dismissible": true}])),
        |page| assert_eq!(page.results[0].dismissible, Some(true)),
    );
    list.done(Dismiss::new(18));
}
