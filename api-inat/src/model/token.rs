//! What an access token is.

use jiff::Timestamp;

record! {
    /// An OAuth access token, as its server knows it (Doorkeeper 5.6).
    pub struct TokenInfo {
        /// The number of the account that it speaks for.
        pub resource_owner_id: Option<u64>,
        /// Its scopes.
        pub scope: Vec<Box<str>>,
        /// How long it is still good, in seconds; absent where it has no end, as at iNaturalist.
        pub expires_in: Option<u64>,
        /// The application that it was given to.
        pub application: Option<TokenApplication>,
        /// When it was given, in seconds since 1970.
        pub created_at: Option<u64>,
    }
}

impl TokenInfo {
    /// When it was given.
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        let seconds = i64::try_from(self.created_at?).ok()?;
        Timestamp::from_second(seconds).ok()
    }
}

record! {
    /// An application, as a token names it.
    pub struct TokenApplication {
        /// Its client id.
        pub uid: Option<Box<str>>,
    }
}
