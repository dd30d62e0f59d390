//! Relationships.

use api_inat::{
    v1::{observations::Order, relationships::YesOrNo},
    v2::relationships::{Create, Delete, Search, Update},
};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let friends = page(json!([{"id": 5, "following": true, "friend_user": {"id": 2}}]));
    list.add(
        Search::new()
            .q("bo")
            .user_id(2)
            .trusted(YesOrNo::Yes)
            .following(YesOrNo::No)
            .order(Order::Asc)
            .order_by("users.login")
            .fields("following"),
        friends.clone(),
        |page| assert_eq!(page.results[0].id, 5),
    );
    list.add(
        Create::new(2).following(true).trust(false).fields("trust"),
        friends.clone(),
        |friend| assert_eq!(friend.following, Some(true)),
    );
    list.add(
        Update::new(5).following(true).trust(false).fields("trust"),
        friends,
        |friend| assert_eq!(friend.id, 5),
    );
    list.done(Delete::new(5));
}
