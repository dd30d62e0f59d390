//! The properties of an access token.

use jiff::Timestamp;

record! {
    /// The properties of an OAuth access token, as its server reports them (Doorkeeper 5.6).
    ///
    /// ```
    /// use api_inat::model::TokenInfo;
    ///
    /// let json = r#"{"resource_owner_id":1,"scope":["write","login"],"created_at":1780000000}"#;
    /// let info: TokenInfo = serde_json::from_str(json)?;
    /// assert!(info.expires_in.is_none());
    /// let issued = info.created().expect("a time");
    /// assert_eq!(issued.to_string(), "2026-05-28T20:26:40Z");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct TokenInfo {
        /// The id of the user that it belongs to.
        pub resource_owner_id: Option<u64>,
        /// The scopes.
        pub scope: Vec<Box<str>>,
        /// The remaining lifetime in seconds. Absent if it does not expire, as at iNaturalist.
        pub expires_in: Option<u64>,
        /// The application that it was issued to.
        pub application: Option<TokenApplication>,
        /// The time it was issued, in seconds since 1970.
        pub created_at: Option<u64>,
    }
}

impl TokenInfo {
    /// Returns the time it was issued. `None` if the response did not contain it.
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        let seconds = i64::try_from(self.created_at?).ok()?;
        Timestamp::from_second(seconds).ok()
    }
}

record! {
    /// An application, as its token names it.
    pub struct TokenApplication {
        /// The client id.
        pub uid: Option<Box<str>>,
    }
}
