//! The key of a token record: service, client and account.

use std::{fmt, sync::Arc};

/// The key of one account's token record in a store.
///
/// ```
/// use auth_core::AccountKey;
///
/// let key = AccountKey::new("inaturalist", "my-client-id", AccountKey::DEFAULT);
/// assert_eq!(key.to_string(), "inaturalist/my-client-id/default");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountKey(Arc<[Box<str>; 3]>);

impl AccountKey {
    /// The name of the account if the program gives none.
    pub const DEFAULT: &str = "default";

    /// Makes the key of `account`, of the client `client_id` at `service`.
    #[must_use]
    pub fn new(service: &str, client_id: &str, account: &str) -> Self {
        Self(Arc::new([service.into(), client_id.into(), account.into()]))
    }

    /// Returns the service's id, such as `inaturalist`.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.0[0]
    }

    /// Returns the client id that the tokens were issued to.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.0[1]
    }

    /// Returns the account's name, as the program chose it.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.0[2]
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountKey({self})")
    }
}

impl fmt::Display for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}/{}",
            self.service(),
            self.client_id(),
            self.account()
        )
    }
}
