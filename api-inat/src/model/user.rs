//! Users, their preferences, and network sites.

use super::{choice::License, moment::Moment, place::Place};

record! {
    /// A user: a person with an account. [`Me`](crate::v1::users::Me) shows some fields to the user
    /// alone.
    pub struct User {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The login name, as in the URL of their page.
        pub login: Option<Box<str>>,
        /// The displayed name, if any.
        pub name: Option<Box<str>>,
        /// The text of the profile.
        pub description: Option<Box<str>>,
        /// The URL of a thumbnail of the picture.
        pub icon: Option<Box<str>>,
        /// The URL of the picture.
        pub icon_url: Option<Box<str>>,
        /// The URL of a thumbnail of the picture, in responses of the Rails application.
        pub user_icon_url: Option<Box<str>>,
        /// The URL of a picture of medium size, in responses of the Rails application.
        pub medium_user_icon_url: Option<Box<str>>,
        /// The ORCID, as a URL.
        pub orcid: Option<Box<str>>,
        /// The time of creation of the account.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
        /// The day of the last activity.
        pub last_active: Option<Box<str>>,
        /// The number of observations.
        pub observations_count: Option<i64>,
        /// The number of identifications for other users.
        pub identifications_count: Option<i64>,
        /// The number of observed species.
        pub species_count: Option<i64>,
        /// The number of journal posts.
        pub journal_posts_count: Option<i64>,
        /// The number of annotated observations.
        pub annotated_observations_count: Option<i64>,
        /// The number of all activities.
        pub activity_count: Option<i64>,
        /// The roles: `curator`, `admin`, `app owner`.
        pub roles: Vec<Box<str>>,
        /// The id of the network site they belong to.
        pub site_id: Option<u64>,
        /// The network site they belong to.
        pub site: Option<Box<Site>>,
        /// The ids of the favourite projects.
        pub faved_project_ids: Vec<u64>,
        /// The user supports iNaturalist monthly, and shows it.
        pub monthly_supporter: Option<bool>,
        /// The account looks like spam.
        pub spam: Option<bool>,
        /// iNaturalist has suspended the account.
        pub suspended: Option<bool>,
        /// The e-mail address. Only the user sees this and all following fields.
        pub email: Option<Box<str>>,
        /// A new e-mail address that is not confirmed yet.
        pub unconfirmed_email: Option<Box<str>>,
        /// The time the address was confirmed.
        pub confirmed_at: Option<Moment>,
        /// The time the confirmation mail was sent.
        pub confirmation_sent_at: Option<Moment>,
        /// The chosen language, such as `de`.
        pub locale: Option<Box<str>>,
        /// The name of the time zone.
        pub time_zone: Option<Box<str>>,
        /// The id of the place whose common names they prefer.
        pub place_id: Option<u64>,
        /// The id of the place they search in.
        pub search_place_id: Option<u64>,
        /// The ids of the muted users.
        pub muted_user_ids: Vec<u64>,
        /// The ids of the blocked users.
        pub blocked_user_ids: Vec<u64>,
        /// The earned privileges, such as `interaction`.
        pub privileges: Vec<Box<str>>,
        /// The preferences, under the API's own names.
        pub preferences: Option<Box<Preferences>>,
        /// The licence of new observations.
        pub preferred_observation_license: Option<License>,
        /// The licence of new photos.
        pub preferred_photo_license: Option<License>,
        /// The licence of new sounds.
        pub preferred_sound_license: Option<License>,
        /// Who may add values of observation fields.
        pub preferred_observation_fields_by: Option<Box<str>>,
        /// Who may add their observations to projects.
        pub preferred_project_addition_by: Option<Box<str>>,
        /// The user sees common names.
        pub prefers_common_names: Option<bool>,
        /// The community's taxon applies to their observations.
        pub prefers_community_taxa: Option<bool>,
        /// The user sees scientific names first.
        pub prefers_scientific_name_first: Option<bool>,
        /// Their identifications follow changes of taxa.
        pub prefers_automatic_taxonomic_changes: Option<bool>,
        /// The web site does not track the user.
        pub prefers_no_tracking: Option<bool>,
        /// Their page shows the badge of a monthly supporter.
        pub prefers_monthly_supporter_badge: Option<bool>,
        /// The user gets news of mentions.
        pub prefers_receive_mentions: Option<bool>,
        /// The user gets news of identifications that agree with earlier ones.
        pub prefers_redundant_identification_notifications: Option<bool>,
        /// The user gets news of identifications below the species.
        pub prefers_infraspecies_identification_notifications: Option<bool>,
        /// The user gets news of coarser identifications that do not disagree.
        pub prefers_non_disagreeing_identification_notifications: Option<bool>,
        /// iNaturalist sends no mail.
        pub prefers_no_email: Option<bool>,
        /// Mail about comments.
        pub prefers_comment_email_notification: Option<bool>,
        /// Mail about identifications.
        pub prefers_identification_email_notification: Option<bool>,
        /// Mail about mentions.
        pub prefers_mention_email_notification: Option<bool>,
        /// Mail about messages.
        pub prefers_message_email_notification: Option<bool>,
        /// Mail about observations that a project has added.
        pub prefers_project_added_your_observation_email_notification: Option<bool>,
        /// Mail about new curators of a project.
        pub prefers_project_curator_change_email_notification: Option<bool>,
        /// Mail about posts of a project.
        pub prefers_project_journal_post_email_notification: Option<bool>,
        /// Mail about changes of taxa.
        pub prefers_taxon_change_email_notification: Option<bool>,
        /// Mail about observations of followed taxa and places.
        pub prefers_taxon_or_place_observation_email_notification: Option<bool>,
        /// Mail about observations of followed users.
        pub prefers_user_observation_email_notification: Option<bool>,
        /// The languages of common names, in order.
        pub taxon_name_priorities: Vec<TaxonNamePriority>,
        /// The user agreed to the use of personal information.
        pub pi_consent: Option<bool>,
        /// The user agreed to the transfer of data to the United States.
        pub data_transfer_consent: Option<bool>,
    }
}

record! {
    /// The preferences of a user.
    pub struct Preferences {
        /// The community's taxon applies to their observations.
        pub prefers_community_taxa: Option<bool>,
        /// Who may add values of observation fields.
        pub prefers_observation_fields_by: Option<Box<str>>,
        /// Who may add their observations to projects.
        pub prefers_project_addition_by: Option<Box<str>>,
        /// The user sees common names.
        pub prefers_common_names: Option<bool>,
        /// The user sees scientific names first.
        pub prefers_scientific_name_first: Option<bool>,
    }
}

record! {
    /// A site of the iNaturalist network.
    pub struct Site {
        /// The id.
        pub id: u64,
        /// The name.
        pub name: Option<Box<str>>,
        /// A short name.
        pub site_name_short: Option<Box<str>>,
        /// The URL.
        pub url: Option<Box<str>>,
        /// The URL of the picture.
        pub icon_url: Option<Box<str>>,
        /// The language.
        pub locale: Option<Box<str>>,
        /// The id of its place.
        pub place_id: Option<u64>,
    }
}

record! {
    /// A language of common names, and its position among others.
    pub struct TaxonNamePriority {
        /// The id.
        pub id: u64,
        /// The id of the user.
        pub user_id: Option<u64>,
        /// The language, by its English name. Absent for the language of the web site.
        pub lexicon: Option<Box<str>>,
        /// The position, from 0.
        pub position: Option<u32>,
        /// The id of the place whose names are used.
        pub place_id: Option<u64>,
        /// The place whose names are used.
        pub place: Option<Box<Place>>,
    }
}
