//! People with an account.

use crate::{
    model::{Project, User, choice::choice},
    operation::{operation, response::Empty},
    parameter::lists::StringList,
    v1::{OPTIONAL, REQUIRED, WRITE, shared::pages},
};

operation! {
    /// The account that the token belongs to, with fields that only its owner sees.
    ///
    /// The one read of v1 that refuses a dead token, with 401; an OAuth access token counts as none.
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
    /// A person, by number or login name.
    pub Get: GET "/users/{id}" -> One<User>, OPTIONAL;
    at(id(into StringList));
}

operation! {
    /// People whose login name or name begins like this.
    pub Autocomplete: GET "/users/autocomplete" -> Page<User>, OPTIONAL;
    with(q(into String));
    pages 5, 100;
    query {
        /// The beginning of the name.
        q(into String);
        /// Among the members of this project.
        project_id(u64);
        /// How many at most.
        per_page(u64);
    }
}

operation! {
    /// The projects that a person has joined, by their number or login name.
    pub Projects: GET "/users/{id}/projects" -> Page<Project>, OPTIONAL;
    at(id(into StringList));
    pages 10, 100, by number;
    shared pages;
    query {
        /// With all there is to say about the rules of each project.
        rule_details(bool);
        /// Projects of one kind.
        project_type(into ProjectType);
    }
}

operation! {
    /// Changes one's own profile. With a picture the request is a form.
    pub Update: PUT "/users/{id}" -> One<User>, WRITE;
    at(id(u64));
    body "user" {
        /// The login name.
        login(into String);
        /// The e-mail address; a new one has to be confirmed.
        email(into String);
        /// The name that is shown.
        name(into String);
        /// The language, such as `de`.
        locale(into String);
        /// The name of the time zone.
        time_zone(into String);
        /// The place whose common names are preferred.
        place_id(u64);
        /// What the profile says.
        description(into String);
    }
    body "" {
        /// Takes the picture away.
        icon_delete(bool);
    }
    upload Photo "user[icon]" {
        /// The picture.
        icon;
    }
}

operation! {
    /// Mutes a person: no more news of them.
    pub Mute: POST "/users/{id}/mute" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Hears of a person again.
    pub Unmute: DELETE "/users/{id}/mute" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Sends the mail that confirms one's address once more.
    pub ResendConfirmation: POST "/users/resend_confirmation" -> Whole<Empty>, WRITE;
}

operation! {
    /// Changes what the web site remembers of one's choices.
    pub UpdateSession: PUT "/users/update_session" -> Whole<Empty>, WRITE;
    body "" {
        /// The page of a taxon shows its ancestors.
        preferred_taxon_page_ancestors_shown(bool);
        /// The place that the page of a taxon is about.
        preferred_taxon_page_place_id(u64);
        /// The tab that the page of a taxon opens with.
        preferred_taxon_page_tab(into String);
        /// No question before an identification that is coarser than others.
        prefers_skip_coarer_id_modal(bool);
        /// The page of an observation hides annotations.
        prefers_hide_obs_show_annotations(bool);
        /// It hides projects.
        prefers_hide_obs_show_projects(bool);
        /// It hides tags.
        prefers_hide_obs_show_tags(bool);
        /// It hides observation fields.
        prefers_hide_obs_show_observation_fields(bool);
        /// It hides who identifies such taxa most.
        prefers_hide_obs_show_identifiers(bool);
        /// It hides the copyright.
        prefers_hide_obs_show_copyright(bool);
        /// It hides the votes on quality.
        prefers_hide_obs_show_quality_metrics(bool);
    }
}

choice! {
    /// A kind of project.
    pub enum ProjectType {
        /// Observations are added by hand.
        Traditional = "traditional",
        /// Observations belong to it by its rules.
        Collection = "collection",
        /// It stands over other projects.
        Umbrella = "umbrella",
    }
}
