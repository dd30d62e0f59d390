//! Projects.

use api_inat::{
    v1::projects::OrderBy,
    v2::projects::{
        Feature, Get, Join, Leave, Members, MembersBy, Membership, Posts, Search, Unfeature,
    },
};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let projects = page(
        json!([{"id": 3, "title": "Bees", "hide_leaderboard": false, "membership_model": "open"}]),
    );
    list.add(
        Search::new()
            .q("bees")
            .id([3])
            .not_id([4])
            .lat(46.5)
            .lng(7.5)
            .radius(50)
            .place_id([7])
            .features(true)
            .noteworthy(true)
            .site_id(1)
            .rule_details(true)
            .r#type("collection")
            .member_id([1])
            .has_params(true)
            .has_posts(false)
            .order_by(OrderBy::Distance)
            .page(2)
            .per_page(300)
            .fields("title"),
        projects.clone(),
        |page| assert_eq!(page.results[0].id, 3),
    );
    list.add(
        Get::new([3, 4]).rule_details(true).fields("title"),
        projects,
        |page| assert_eq!(page.results[0].membership_model.as_deref(), Some("open")),
    );
    list.add(
        Posts::new([3]).page(2).per_page(30).fields("title"),
        page(json!([{"id": 5, "title": "News", "type": "ProjectPost", "start_time": "2026-06-01T10:00:00Z"}])),
        |page| assert!(page.results[0].start_time.is_some()),
    );
    list.add(
        Members::new(3)
            .skip_counts(true)
            .order_by(MembersBy::Login)
            .page(2)
            .per_page(100)
            .fields("user.login"),
        page(json!([{"id": 5, "project_id": 3, "user": {"id": 1}}])),
        |page| assert_eq!(page.results[0].project_id, Some(3)),
    );
    list.add(
        Membership::new([3, 4]).fields("role"),
        page(json!([{"id": 5, "project_id": 3, "prefers_updates": true}])),
        |page| assert_eq!(page.results[0].prefers_updates, Some(true)),
    );
    list.done(Join::new(3));
    list.done(Leave::new(3));
    list.done(Feature::new(3).inat_site_id(1).noteworthy(true));
    list.done(Unfeature::new(3).inat_site_id(1));
}
