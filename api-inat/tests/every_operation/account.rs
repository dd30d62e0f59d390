//! What belongs to an account, and is in no description of v1.

use api_inat::v1::{
    authorized_applications, observations::Order, provider_authorizations, relationships,
    relationships::YesOrNo, taxon_name_priorities,
};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        authorized_applications::All::new().page(2).per_page(50),
        page(json!([{"application": {"id": 14, "name": "Bee counter"}, "scopes": ["write"]}])),
        |page| {
            let application = page.results[0].application.as_ref();
            assert_eq!(application.map(|application| application.id), Some(14));
        },
    );
    list.done(authorized_applications::Revoke::new(14));
    list.add(
        provider_authorizations::All::new().page(2).per_page(50),
        page(json!([{"id": 15, "provider_name": "orcid"}])),
        |page| assert_eq!(page.results[0].provider_name.as_deref(), Some("orcid")),
    );
    list.done(provider_authorizations::Delete::new(15));
    people(list);
    languages(list);
}

fn people(list: &mut Sendings) {
    let relationship = json!({"id": 16, "friend_user": {"id": 2}, "trust": true});
    list.add(
        relationships::Search::new()
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
        relationships::Create::new(2).following(true).trust(true),
        relationship.clone(),
        |relationship| assert!(relationship.friend_user.is_some()),
    );
    list.add(
        relationships::Update::new(16).following(false).trust(false),
        relationship,
        |relationship| assert_eq!(relationship.id, 16),
    );
    list.done(relationships::Delete::new(16));
}

fn languages(list: &mut Sendings) {
    let priority = json!({"id": 17, "lexicon": "german", "position": 1});
    list.add(
        taxon_name_priorities::Create::new()
            .lexicon("german")
            .place_id(7),
        priority.clone(),
        |priority| assert_eq!(priority.lexicon.as_deref(), Some("german")),
    );
    list.add(
        taxon_name_priorities::Update::new(17, 1),
        priority,
        |priority| assert_eq!(priority.position, Some(1)),
    );
    list.done(taxon_name_priorities::Delete::new(17));
}
