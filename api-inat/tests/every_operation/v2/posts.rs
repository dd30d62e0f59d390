//! Posts.

use api_inat::v2::posts::ForUser;
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        ForUser::new()
            .newer_than(1)
            .older_than(9)
            .page(2)
            .per_page(200)
            .fields("title"),
        page(json!([{"id": 5, "title": "News"}])),
        |page| assert_eq!(page.results[0].id, 5),
    );
}
