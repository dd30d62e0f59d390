//! A person with an account.

record! {
    /// A person with an account. Some fields are shown to the person alone, by [`Me`](crate::v1::users::Me).
    pub struct User {
        /// Their number.
        pub id: u64,
        /// Their login name, as in the URL of their page.
        pub login: Option<String>,
        /// The name they show, if any.
        pub name: Option<String>,
        /// Where their picture lies.
        pub icon_url: Option<String>,
        /// Their ORCID, as a URL.
        pub orcid: Option<String>,
        /// When the account was made.
        pub created_at: Option<String>,
        /// How many observations they have.
        pub observations_count: Option<u64>,
        /// How many identifications they gave to others.
        pub identifications_count: Option<u64>,
        /// How many species they observed.
        pub species_count: Option<u64>,
        /// How many journal posts they wrote.
        pub journal_posts_count: Option<u64>,
        /// What they may do beyond the usual: `curator`, `admin`, `app owner`.
        pub roles: Vec<String>,
        /// The network site they belong to.
        pub site_id: Option<u64>,
        /// Suspended by the service.
        pub suspended: Option<bool>,
        /// Their e-mail address. Shown to themselves alone.
        pub email: Option<String>,
        /// The language they chose, such as `de`. Shown to themselves alone.
        pub locale: Option<String>,
    }
}
