//! Users.

use api_inat::{
    model::License,
    v2::users::{
        Autocomplete, Block, CountNotifications, EmailIsAvailable, Get, Me, Mute, Posts, Projects,
        RecentObservationFields, ResendConfirmation, ResetPassword, Search, Unblock, Unmute,
        Update, UpdateSession,
    },
};
use serde_json::json;

use crate::{
    samples::photo,
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let users = page(json!([{"id": 1, "login": "alice"}]));
    list.add(
        Me::new().fields("login"),
        page(json!([{"id": 1, "login": "alice", "prefers_no_email": true, "prefers_no_tracking": false}])),
        |me| assert_eq!(me.prefers_no_email, Some(true)),
    );
    list.add(
        Update::new(1)
            .login("text")
            .email("text")
            .password("text")
            .password_confirmation("text")
            .name("text")
            .description("text")
            .locale("text")
            .time_zone("text")
            .site_id(7)
            .place_id(7)
            .search_place_id(7)
            .preferred_observation_license(License::CcBy)
            .preferred_photo_license(License::CcBy)
            .preferred_sound_license(License::CcBy)
            .preferred_observation_fields_by("text")
            .preferred_project_addition_by("text")
            .data_transfer_consent(true)
            .pi_consent(true)
            .make_observation_licenses_same(true)
            .make_photo_licenses_same(true)
            .make_sound_licenses_same(true)
            .prefers_automatic_taxonomic_changes(true)
            .prefers_common_names(true)
            .prefers_community_taxa(true)
            .prefers_scientific_name_first(true)
            .prefers_monthly_supporter_badge(true)
            .prefers_no_tracking(true)
            .prefers_no_email(true)
            .prefers_receive_mentions(true)
            .prefers_redundant_identification_notifications(true)
            .prefers_infraspecies_identification_notifications(true)
            .prefers_non_disagreeing_identification_notifications(true)
            .prefers_comment_email_notification(true)
            .prefers_identification_email_notification(true)
            .prefers_mention_email_notification(true)
            .prefers_message_email_notification(true)
            .prefers_project_added_your_observation_email_notification(true)
            .prefers_project_curator_change_email_notification(true)
            .prefers_project_journal_post_email_notification(true)
            .prefers_taxon_change_email_notification(true)
            .prefers_taxon_or_place_observation_email_notification(true)
            .prefers_user_observation_email_notification(true)
            .faved_project_ids([3, 4])
            .icon_delete(true),
        json!({"id": 1, "login": "alice"}),
        |user| assert_eq!(user.id, 1),
    );
    list.add(
        Update::new(1).name("Alice").icon(photo()),
        json!({"id": 1, "login": "alice"}),
        |user| assert_eq!(user.id, 1),
    );
    list.done(UpdateSession::new().prefers_hide_obs_show_identifiers(true));
    list.add(
        CountNotifications::new().fields("updates_count"),
        json!({"updates_count": 3, "messages_count": 1}),
        |counts| assert_eq!(counts.messages_count, Some(1)),
    );
    list.add(
        RecentObservationFields::new().fields("name"),
        page(json!([{"id": 297, "name": "Substrate"}])),
        |page| assert_eq!(page.results[0].id, 297),
    );
    list.done(ResendConfirmation::new());
    list.add(
        EmailIsAvailable::new("alice@example.org").fields("available"),
        json!({"available": true}),
        |found| assert_eq!(found.available, Some(true)),
    );
    list.done(ResetPassword::new("alice@example.org"));
    list.add(
        Search::new()
            .following("bob")
            .followed_by(2)
            .orcid("0000-0002-1825-0097")
            .page(2)
            .per_page(50)
            .fields("login"),
        users.clone(),
        |page| assert_eq!(page.results[0].id, 1),
    );
    list.add(Get::new("alice").fields("login"), users.clone(), |user| {
        assert_eq!(user.id, 1);
    });
    list.add(
        Autocomplete::new("al")
            .include_suspended(false)
            .per_page(7)
            .fields("login"),
        users,
        |page| assert_eq!(page.results[0].id, 1),
    );
    list.add(
        Projects::new(1).fields("title"),
        page(json!([{"id": 3, "title": "Bees"}])),
        |page| assert_eq!(page.results[0].id, 3),
    );
    list.add(
        Posts::new("alice").page(2).per_page(30).fields("title"),
        page(json!([{"id": 5, "title": "News"}])),
        |page| assert_eq!(page.results[0].id, 5),
    );
    list.done(Mute::new(2));
    list.done(Unmute::new(2));
    list.done(Block::new(2));
    list.done(Unblock::new(2));
}
