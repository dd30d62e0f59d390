//! Relationships to other users.

use api_inat::v1::{
    observations::Order,
    relationships::{Create, Delete, Search, Update, YesOrNo},
};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let relationship = json!({"id": 16, "friend_user": {"id": 2}, "trust": true});
    list.add(
        Search::new()
            .q("bo")
            .trusted(YesOrNo::Yes)
            .following(YesOrNo::No)
            .order(Order::Asc)
            .order_by("friendships.id")
            .page(2)
            .per_page(50),
        page(json!([relationship])),
        |page| assert_eq!(page.results[0].trust, Some(true)),
    );
    list.add(
        Create::new(2).following(true).trust(true),
        relationship.clone(),
        |relationship| assert!(relationship.friend_user.is_some()),
    );
    list.add(
        Update::new(16).following(false).trust(false),
        relationship,
        |relationship| assert_eq!(relationship.id, 16),
    );
    list.done(Delete::new(16));
}
