//! Journal posts.

use api_inat::{
    jiff::civil::date,
    v1::posts::{Create, Delete, ForUser, ParentType, Search, Update},
};
use serde_json::json;

use crate::sendings::{Sendings, page};

/// Sets every field of a post.
macro_rules! content {
    ($operation:expr) => {
        $operation
            .preferred_formatting("simple")
            .user_id(1)
            .parent_id(3)
            .parent_type(ParentType::Project)
            .commit("Publish")
    };
}

pub(crate) fn all(list: &mut Sendings) {
    let post = json!({"id": 10, "title": "Bees of May"});
    let search = Search::new()
        .login("alice")
        .project_id(3)
        .page(2)
        .per_page(20);
    list.add(search, json!([post]), |page| {
        assert_eq!((page.total_results, page.results[0].id), (None, 10));
    });
    list.add(
        ForUser::new()
            .newer_than(date(2026, 1, 1))
            .older_than(date(2026, 6, 1))
            .page(2),
        page(json!([post])),
        |page| assert_eq!((page.total_results, page.results[0].id), (Some(1), 10)),
    );
    list.add(
        content!(Create::new("Bees of May", "They are there.")),
        post.clone(),
        |post| assert_eq!(post.title.as_deref(), Some("Bees of May")),
    );
    list.add(
        content!(
            Update::new(10)
                .title("Bees of May")
                .body("They are all there.")
        ),
        post,
        |post| assert_eq!(post.id, 10),
    );
    list.done(Delete::new(10));
}
