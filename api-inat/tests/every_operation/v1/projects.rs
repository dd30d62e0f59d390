//! Projects.

use api_inat::{
    model::QualityGrade,
    v1::projects::{
        Add, Autocomplete, Create, Delete, Followers, Get, Join, Leave, Members, Membership,
        OrderBy, Posts, ProjectType, Remove, Role, Search, Subscriptions, Update, UpdateMembership,
    },
};
use serde_json::{Value, json};

use crate::sendings::{Sendings, page};

/// Sets every filter of projects.
macro_rules! filtered {
    ($operation:expr) => {
        $operation
            .q("bees")
            .id([3, 4])
            .not_id([5])
            .lat(46.5)
            .lng(7.5)
            .radius(10.0)
            .place_id([7])
            .featured(true)
            .noteworthy(true)
            .site_id(1)
            .rule_details(true)
            .r#type([ProjectType::Collection, ProjectType::Umbrella])
            .member_id(1)
            .has_params(true)
            .has_posts(true)
            .per_page(20)
    };
}

/// Sets every field of a project.
macro_rules! described {
    ($operation:expr) => {
        $operation
            .title("Bees")
            .description("All of them")
            .project_type(ProjectType::Collection)
            .preferred_banner_color("#28387d")
            .prefers_banner_contain(true)
            .prefers_hide_title(false)
            .prefers_hide_umbrella_map_flags(false)
            .prefers_user_trust(true)
            .prefers_rule_d1("2026-01-01")
            .prefers_rule_d2("2026-12-31")
            .prefers_rule_observed_on("2026-06-01")
            .prefers_rule_month(["5", "6"])
            .prefers_rule_quality_grade([QualityGrade::Research, QualityGrade::NeedsId])
            .prefers_rule_photos(true)
            .prefers_rule_sounds(false)
            .prefers_rule_introduced(false)
            .prefers_rule_native(true)
            .prefers_rule_members_only(true)
            .prefers_rule_term_id(1)
            .prefers_rule_term_value_id(2)
            .field("user_id", 1)
    };
}

pub(crate) fn all(list: &mut Sendings) {
    newer(list);
    let project = json!({"id": 3, "title": "Bees"});
    let projects = page(json!([project]));
    list.add(
        filtered!(Search::new())
            .page(2)
            .order_by(OrderBy::RecentPosts),
        projects.clone(),
        |page| assert_eq!(page.results[0].id, 3),
    );
    list.add(
        Get::new(["3", "4"]).rule_details(true),
        projects.clone(),
        |page| assert_eq!(page.results[0].title.as_deref(), Some("Bees")),
    );
    list.add(filtered!(Autocomplete::new("be")), projects, |page| {
        assert_eq!(page.results[0].id, 3);
    });
    members(list);
    list.done(Join::new(3));
    list.done(Leave::new(3));
    list.done(Add::new(3, 1));
    list.done(Remove::new(3, 1));
    update(list, project);
}

fn members(list: &mut Sendings) {
    let member = json!({"id": 31, "project_id": 3, "role": "curator"});
    list.add(
        Members::new(3)
            .role(Role::Curator)
            .skip_counts(true)
            .page(2)
            .per_page(50),
        page(json!([member])),
        |page| assert_eq!(page.results[0].role.as_deref(), Some("curator")),
    );
    list.add(Membership::new(["3", "4"]), page(json!([member])), |page| {
        assert_eq!(page.results[0].project_id, Some(3));
    });
    list.add(
        Subscriptions::new(3),
        page(json!([{"id": 2, "resource_type": "Project"}])),
        |page| assert_eq!(page.results[0].id, 2),
    );
}

fn update(list: &mut Sendings, project: Value) {
    list.add(described!(Update::new(3)), project, |project| {
        assert_eq!(project.id, 3)
    });
}

fn newer(list: &mut Sendings) {
    list.add(
        described!(Create::new("Bees")),
        json!({"id": 3, "title": "Bees"}),
        |project| assert_eq!(project.id, 3),
    );
    list.done(Delete::new("bees"));
    list.add(
        Posts::new(["3", "bees"]).page(2).per_page(30),
        page(json!([{"id": 5, "title": "News", "parent_type": "Project"}])),
        |page| assert_eq!(page.results[0].id, 5),
    );
    list.add(
        Followers::new("bees").page(2).per_page(100),
        page(json!([{"user_id": 1, "user": {"id": 1, "login": "alice"}}])),
        |page| assert_eq!(page.results[0].user_id, Some(1)),
    );
    list.add(
        UpdateMembership::new(5)
            .prefers_curator_coordinate_access_for("taxon")
            .prefers_updates(false),
        json!({"id": 5, "project_id": 3}),
        |member| assert_eq!(member.id, 5),
    );
}
