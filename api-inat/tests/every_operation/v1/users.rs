//! Users.

use api_inat::v1::users::{
    Autocomplete, Block, CountNotifications, Followees, Get, Me, Mute, PlaceAndTaxonSubscriptions,
    ProjectType, Projects, RecentObservationFields, ResendConfirmation, Unblock, Unmute, Update,
    UpdateSession,
};
use serde_json::json;

use crate::{
    samples::photo,
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let user = json!({"id": 1, "login": "alice"});
    list.add(Me::new(), page(json!([user])), |user| {
        assert_eq!(user.login.as_deref(), Some("alice"));
    });
    list.add(Get::new(1), page(json!([user])), |user| {
        assert_eq!(user.id, 1)
    });
    list.add(
        Autocomplete::new("al").project_id(3).per_page(7),
        page(json!([user])),
        |page| assert_eq!(page.results[0].id, 1),
    );
    list.add(
        Projects::new(1)
            .rule_details(true)
            .project_type(ProjectType::Umbrella)
            .page(2)
            .per_page(20),
        page(json!([{"id": 3, "title": "Bees"}])),
        |page| assert_eq!(page.results[0].title.as_deref(), Some("Bees")),
    );
    list.add(
        Update::new(1)
            .login("alice")
            .email("alice@example.org")
            .name("Alice")
            .locale("de")
            .time_zone("Bern")
            .place_id(7)
            .description("Botanist")
            .icon_delete(true),
        user.clone(),
        |user| assert_eq!(user.id, 1),
    );
    list.add(
        Update::new(1).name("Alice").icon(photo()),
        json!({"id": 1, "login": "alice"}),
        |user| assert_eq!(user.id, 1),
    );
    list.done(Mute::new(2));
    list.done(Unmute::new(2));
    list.done(Block::new(2));
    list.done(Unblock::new(2));
    list.add(
        Followees::new(1).page(2).per_page(20),
        page(json!([{"id": 5, "resource_type": "User", "resource": {"id": 2}}])),
        |page| assert_eq!(page.results[0].id, 5),
    );
    list.add(
        PlaceAndTaxonSubscriptions::new(1).page(2).per_page(20),
        page(json!([{"id": 5, "resource_type": "Place", "taxon_id": 9}])),
        |page| assert_eq!(page.results[0].taxon_id, Some(9)),
    );
    list.add(
        CountNotifications::new(),
        json!({"updates_count": 3, "messages_count": 1}),
        |counts| assert_eq!(counts.updates_count, Some(3)),
    );
    list.add(
        RecentObservationFields::new(),
        page(json!([{"id": 297, "name": "Substrate"}])),
        |page| assert_eq!(page.results[0].id, 297),
    );
    list.done(ResendConfirmation::new());
    list.done(
        UpdateSession::new()
            .preferred_taxon_page_ancestors_shown(true)
            .preferred_taxon_page_place_id(7)
            .preferred_taxon_page_tab("map")
            .prefers_skip_coarer_id_modal(true)
            .prefers_hide_obs_show_annotations(true)
            .prefers_hide_obs_show_projects(true)
            .prefers_hide_obs_show_tags(true)
            .prefers_hide_obs_show_observation_fields(true)
            .prefers_hide_obs_show_identifiers(true)
            .prefers_hide_obs_show_copyright(true)
            .prefers_hide_obs_show_quality_metrics(true),
    );
}
