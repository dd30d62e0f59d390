//! Your own account: read it, change it, and its news.

use crate::{
    model::{EmailAvailable, License, NotificationCounts, ObservationField, User},
    operation::{operation, response::Empty},
    parameter::fields::Fields,
    v2::{REQUIRED, WRITE, selected},
};

operation! {
    /// Reads the account of the token, with the fields that only its owner sees.
    pub Me: GET "/users/me" -> One<User>, REQUIRED;
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Changes your profile and your settings. With a picture the request is a form.
    pub Update: PUT "/users/{id}" -> One<User>, WRITE;
    at(id(u64));
    body "user" {
        /// Sets the login name.
        login(into String);
        /// Sets the e-mail address. A new one has to be confirmed.
        email(into String);
        /// Sets the password.
        password(into String);
        /// Sets the password again.
        password_confirmation(into String);
        /// Sets the displayed name.
        name(into String);
        /// Sets the text of the profile.
        description(into String);
        /// Sets the language, such as `de`.
        locale(into String);
        /// Sets the name of the time zone.
        time_zone(into String);
        /// Sets the network site.
        site_id(u64);
        /// Sets the place whose common names are preferred.
        place_id(u64);
        /// Sets the place to search in.
        search_place_id(u64);
        /// Sets the licence of new observations.
        preferred_observation_license(into License);
        /// Sets the licence of new photos.
        preferred_photo_license(into License);
        /// Sets the licence of new sounds.
        preferred_sound_license(into License);
        /// Sets who may add values of observation fields: `anyone`, `curators` or `observer`.
        preferred_observation_fields_by(into String);
        /// Sets who may add your observations to projects: `any`, `joined` or `none`.
        preferred_project_addition_by(into String);
        /// Sets whether to agree to the transfer of data to the United States.
        data_transfer_consent(bool);
        /// Sets whether to agree to the use of personal information.
        pi_consent(bool);
        /// Sets whether to apply the licence to all earlier observations.
        make_observation_licenses_same(bool);
        /// Sets whether to apply the licence to all earlier photos.
        make_photo_licenses_same(bool);
        /// Sets whether to apply the licence to all earlier sounds.
        make_sound_licenses_same(bool);
        /// Sets whether your identifications follow changes of taxa.
        prefers_automatic_taxonomic_changes(bool);
        /// Sets whether you see common names.
        prefers_common_names(bool);
        /// Sets whether the community's taxon applies to your observations.
        prefers_community_taxa(bool);
        /// Sets whether you see scientific names first.
        prefers_scientific_name_first(bool);
        /// Sets whether your page shows the badge of a monthly supporter.
        prefers_monthly_supporter_badge(bool);
        /// Sets whether the web site does not track you.
        prefers_no_tracking(bool);
        /// Sets whether iNaturalist sends no mail.
        prefers_no_email(bool);
        /// Sets whether you get news of mentions.
        prefers_receive_mentions(bool);
        /// Sets whether you get news of identifications that agree with earlier ones.
        prefers_redundant_identification_notifications(bool);
        /// Sets whether you get news of identifications below the species.
        prefers_infraspecies_identification_notifications(bool);
        /// Sets whether you get news of coarser identifications that do not disagree.
        prefers_non_disagreeing_identification_notifications(bool);
        /// Sets whether you get mail about comments.
        prefers_comment_email_notification(bool);
        /// Sets whether you get mail about identifications.
        prefers_identification_email_notification(bool);
        /// Sets whether you get mail about mentions.
        prefers_mention_email_notification(bool);
        /// Sets whether you get mail about messages.
        prefers_message_email_notification(bool);
        /// Sets whether you get mail about observations that a project has added.
        prefers_project_added_your_observation_email_notification(bool);
        /// Sets whether you get mail about new curators of a project.
        prefers_project_curator_change_email_notification(bool);
        /// Sets whether you get mail about posts of a project.
        prefers_project_journal_post_email_notification(bool);
        /// Sets whether you get mail about changes of taxa.
        prefers_taxon_change_email_notification(bool);
        /// Sets whether you get mail about observations of followed taxa and places.
        prefers_taxon_or_place_observation_email_notification(bool);
        /// Sets whether you get mail about observations of followed users.
        prefers_user_observation_email_notification(bool);
    }
    body "" {
        /// Removes the picture.
        icon_delete(bool);
    }
    upload Photo "user[icon]" {
        /// Sets the picture.
        icon;
    }
}

impl<T> Update<T> {
    /// Sets the favourite projects, in order.
    #[must_use]
    pub fn faved_project_ids(mut self, ids: impl IntoIterator<Item = u64>) -> Self {
        let ids: Vec<u64> = ids.into_iter().collect();
        let ids = serde_json::Value::from(ids);
        self.parts
            .content()
            .set("user", "faved_project_ids".into(), ids);
        self
    }
}

operation! {
    /// Hides or shows the top identifiers on the page of an observation, for the web site.
    pub UpdateSession: PUT "/users/update_session" -> Whole<Empty>, WRITE;
    query {
        /// Hides the top identifiers on the page of an observation.
        prefers_hide_obs_show_identifiers(bool);
    }
}

operation! {
    /// Counts the news and messages that you have not viewed.
    pub CountNotifications: GET "/users/notification_counts" -> Whole<NotificationCounts>, REQUIRED;
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Lists the observation fields that you used last.
    pub RecentObservationFields: GET "/users/recent_observation_fields" -> Page<ObservationField>, REQUIRED;
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Sends the mail that confirms your address again.
    pub ResendConfirmation: POST "/users/resend_confirmation" -> Whole<Empty>, WRITE;
}

operation! {
    /// Checks whether an e-mail address belongs to no account. For iNaturalist's own applications:
    /// v2 requires a token of the application itself, which this crate does not derive.
    pub EmailIsAvailable: GET "/users/email_available" -> Whole<EmailAvailable>, REQUIRED;
    with(email(into String));
    preset(fields(Fields::all()));
    shared selected;
    query {
        /// Sets the address.
        email(into String);
    }
}

operation! {
    /// Sends a mail with which a user can set a new password. For iNaturalist's own applications,
    /// as [`EmailIsAvailable`].
    pub ResetPassword: POST "/users/reset_password" -> Whole<Empty>, WRITE;
    with(email(into String));
    body "user" {
        /// Sets the address of the user.
        email(into String);
    }
}
