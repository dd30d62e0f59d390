//! A person with an account.

use jiff::Timestamp;

use super::{choice::License, place::Place};

record! {
    /// A person with an account. Some fields are shown to the person alone, by [`Me`](crate::v1::users::Me).
    pub struct User {
        /// Their number.
        pub id: u64,
        /// Their UUID.
        pub uuid: Option<Box<str>>,
        /// Their login name, as in the URL of their page.
        pub login: Option<Box<str>>,
        /// The name they show, if any.
        pub name: Option<Box<str>>,
        /// What they say of themselves.
        pub description: Option<Box<str>>,
        /// Where a thumbnail of their picture lies.
        pub icon: Option<Box<str>>,
        /// Where their picture lies.
        pub icon_url: Option<Box<str>>,
        /// Their ORCID, as a URL.
        pub orcid: Option<Box<str>>,
        /// When the account was made.
        pub created_at: Option<Timestamp>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
        /// The day they were last there.
        pub last_active: Option<Box<str>>,
        /// How many observations they have.
        pub observations_count: Option<u64>,
        /// How many identifications they gave to others.
        pub identifications_count: Option<u64>,
        /// How many species they observed.
        pub species_count: Option<u64>,
        /// How many journal posts they wrote.
        pub journal_posts_count: Option<u64>,
        /// How many observations they annotated.
        pub annotated_observations_count: Option<u64>,
        /// How many things they did altogether.
        pub activity_count: Option<u64>,
        /// What they may do beyond the usual: `curator`, `admin`, `app owner`.
        pub roles: Vec<Box<str>>,
        /// The network site they belong to, by number.
        pub site_id: Option<u64>,
        /// The network site they belong to.
        pub site: Option<Box<Site>>,
        /// Their projects of choice.
        pub faved_project_ids: Vec<u64>,
        /// Supports iNaturalist every month, and shows it.
        pub monthly_supporter: Option<bool>,
        /// Looks like spam.
        pub spam: Option<bool>,
        /// Suspended by the service.
        pub suspended: Option<bool>,
        /// Their e-mail address. Shown to themselves alone, as all that follows.
        pub email: Option<Box<str>>,
        /// An address that is not confirmed yet.
        pub unconfirmed_email: Option<Box<str>>,
        /// When the address was confirmed.
        pub confirmed_at: Option<Timestamp>,
        /// When the mail that asks for it was sent.
        pub confirmation_sent_at: Option<Timestamp>,
        /// The language they chose, such as `de`.
        pub locale: Option<Box<str>>,
        /// The name of their time zone.
        pub time_zone: Option<Box<str>>,
        /// The place whose common names they prefer.
        pub place_id: Option<u64>,
        /// The place they search in.
        pub search_place_id: Option<u64>,
        /// Whom they muted.
        pub muted_user_ids: Vec<u64>,
        /// Whom they blocked.
        pub blocked_user_ids: Vec<u64>,
        /// What they earned, such as `interaction`.
        pub privileges: Vec<Box<str>>,
        /// Choices, in the API's own words.
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
        /// Sees common names.
        pub prefers_common_names: Option<bool>,
        /// Lets the community name their observations.
        pub prefers_community_taxa: Option<bool>,
        /// Sees scientific names first.
        pub prefers_scientific_name_first: Option<bool>,
        /// In which languages they see common names, in order.
        pub taxon_name_priorities: Vec<TaxonNamePriority>,
        /// Agreed to the use of personal information.
        pub pi_consent: Option<bool>,
        /// Agreed to the transfer of data to the United States.
        pub data_transfer_consent: Option<bool>,
    }
}

record! {
    /// Choices of a person.
    pub struct Preferences {
        /// Lets the community name their observations.
        pub prefers_community_taxa: Option<bool>,
        /// Who may add values of observation fields.
        pub prefers_observation_fields_by: Option<Box<str>>,
        /// Who may add their observations to projects.
        pub prefers_project_addition_by: Option<Box<str>>,
        /// Sees common names.
        pub prefers_common_names: Option<bool>,
        /// Sees scientific names first.
        pub prefers_scientific_name_first: Option<bool>,
    }
}

record! {
    /// A site of the iNaturalist network.
    pub struct Site {
        /// Its number.
        pub id: u64,
        /// Its name.
        pub name: Option<Box<str>>,
        /// A short name.
        pub site_name_short: Option<Box<str>>,
        /// Its address.
        pub url: Option<Box<str>>,
        /// Where its picture lies.
        pub icon_url: Option<Box<str>>,
        /// Its language.
        pub locale: Option<Box<str>>,
        /// Its place.
        pub place_id: Option<u64>,
    }
}

record! {
    /// A language of common names, and where it stands among others.
    pub struct TaxonNamePriority {
        /// Its number.
        pub id: u64,
        /// Whose choice it is.
        pub user_id: Option<u64>,
        /// The language, in English; absent for the language of the web site.
        pub lexicon: Option<Box<str>>,
        /// Where it stands, from 0.
        pub position: Option<u32>,
        /// The place whose names are meant, by number.
        pub place_id: Option<u64>,
        /// The place whose names are meant.
        pub place: Option<Box<Place>>,
    }
}
