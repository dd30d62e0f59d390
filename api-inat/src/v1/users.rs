//! Users: people with an account.

use crate::{
    model::{NotificationCounts, ObservationField, Project, Subscription, User, choice::choice},
    operation::{operation, response::Empty},
    parameter::lists::StringList,
    v1::{OPTIONAL, REQUIRED, WRITE, shared::pages},
};

operation! {
    /// Reads the account of the token, with the fields that only its owner sees.
    ///
    /// The only read of v1 that rejects an invalid token, with 401. An OAuth access token counts as
    /// none.
    ///
    /// ```
    /// use api_inat::users::Me;
    /// use auth_core::{BaseUrl, Operation};
    ///
    /// let base = BaseUrl::parse("https://api.inaturalist.org/v1")?;
    /// assert_eq!(Me::new().request(&base)?.uri(), "https://api.inaturalist.org/v1/users/me");
    /// let everything = Me::new().of::<serde_json::Value>();
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub Me: GET "/users/me" -> One<User>, REQUIRED;
}

operation! {
    /// Reads a user, by id or login name.
    pub Get: GET "/users/{id}" -> One<User>, OPTIONAL;
    at(id(into StringList));
}

operation! {
    /// Finds users whose login name or name begins with this text.
    pub Autocomplete: GET "/users/autocomplete" -> Page<User>, OPTIONAL;
    with(q(into String));
    pages 5, 100;
    query {
        /// Sets the beginning of the name.
        q(into String);
        /// Matches members of this project.
        project_id(u64);
        /// Sets the maximum number of users.
        per_page(u64);
    }
}

operation! {
    /// Lists the projects that a user has joined. The user is given by id or login name.
    pub Projects: GET "/users/{id}/projects" -> Page<Project>, OPTIONAL;
    at(id(into StringList));
    pages 10, 100, by number;
    shared pages;
    query {
        /// Includes the details of each project's rules.
        rule_details(bool);
        /// Matches projects of this type.
        project_type(into ProjectType);
    }
}

operation! {
    /// Changes your profile. With a picture the request is a form.
    pub Update: PUT "/users/{id}" -> One<User>, WRITE;
    at(id(u64));
    body "user" {
        /// Sets the login name.
        login(into String);
        /// Sets the e-mail address. A new one has to be confirmed.
        email(into String);
        /// Sets the displayed name.
        name(into String);
        /// Sets the language, such as `de`.
        locale(into String);
        /// Sets the name of the time zone.
        time_zone(into String);
        /// Sets the place whose common names are preferred.
        place_id(u64);
        /// Sets the text of the profile.
        description(into String);
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

operation! {
    /// Mutes a user: you get no more news of them.
    pub Mute: POST "/users/{id}/mute" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Unmutes a user.
    pub Unmute: DELETE "/users/{id}/mute" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Blocks a user: they can no longer interact with you. Not in the API's description; named in
    /// the Node API's routes.
    pub Block: POST "/users/{id}/block" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Unblocks a user. Not in the API's description; named in the Node API's routes.
    pub Unblock: DELETE "/users/{id}/block" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Lists your subscriptions to users: whom you follow. Not in the API's description; named in
    /// the Node API's routes.
    pub Followees: GET "/users/{id}/followees" -> Page<Subscription>, REQUIRED;
    at(id(u64));
    pages 10, 200, by number;
    shared pages;
}

operation! {
    /// Lists your subscriptions to places and taxa. Not in the API's description; named in the Node
    /// API's routes.
    pub PlaceAndTaxonSubscriptions: GET "/users/{id}/place_and_taxon_subscriptions" -> Page<Subscription>, REQUIRED;
    at(id(u64));
    pages 10, 200, by number;
    shared pages;
}

operation! {
    /// Counts the news and messages that you have not viewed. Not in the API's description; named
    /// in the Node API's routes.
    pub CountNotifications: GET "/users/notification_counts" -> Whole<NotificationCounts>, REQUIRED;
}

operation! {
    /// Lists the observation fields that you used last. Not in the API's description; named in the
    /// Node API's routes.
    pub RecentObservationFields: GET "/users/recent_observation_fields" -> Page<ObservationField>, REQUIRED;
}

operation! {
    /// Sends the mail that confirms your address again.
    pub ResendConfirmation: POST "/users/resend_confirmation" -> Whole<Empty>, WRITE;
}

operation! {
    /// Changes your settings for the web site.
    pub UpdateSession: PUT "/users/update_session" -> Whole<Empty>, WRITE;
    body "" {
        /// Shows ancestors on the page of a taxon.
        preferred_taxon_page_ancestors_shown(bool);
        /// Sets the place for the page of a taxon.
        preferred_taxon_page_place_id(u64);
        /// Sets the tab that the page of a taxon opens with.
        preferred_taxon_page_tab(into String);
        /// Skips the confirmation of an identification that is coarser than others.
        prefers_skip_coarer_id_modal(bool);
        /// Hides annotations on the page of an observation.
        prefers_hide_obs_show_annotations(bool);
        /// Hides projects on the page of an observation.
        prefers_hide_obs_show_projects(bool);
        /// Hides tags on the page of an observation.
        prefers_hide_obs_show_tags(bool);
        /// Hides observation fields on the page of an observation.
        prefers_hide_obs_show_observation_fields(bool);
        /// Hides the top identifiers on the page of an observation.
        prefers_hide_obs_show_identifiers(bool);
        /// Hides the copyright on the page of an observation.
        prefers_hide_obs_show_copyright(bool);
        /// Hides the votes on quality on the page of an observation.
        prefers_hide_obs_show_quality_metrics(bool);
    }
}

choice! {
    /// A type of project.
    pub enum ProjectType {
        /// Users add observations by hand.
        Traditional = "traditional",
        /// Contains all observations that meet its rules.
        Collection = "collection",
        /// Groups other projects.
        Umbrella = "umbrella",
    }
}
