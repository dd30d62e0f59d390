//! Whose record it is: service, client and account, never mixed.

use std::{fmt, sync::Arc};

/// The key of one account's record in a store.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountKey(Arc<[Box<str>; 3]>);

impl AccountKey {
    /// The name of an account where the program gives none.
    pub const DEFAULT: &str = "default";

    /// The account `account` of the client `client_id` at `service`.
    #[must_use]
    pub fn new(service: &str, client_id: &str, account: &str) -> Self {
        Self(Arc::new([service.into(), client_id.into(), account.into()]))
    }

    /// The service's id, such as `inaturalist`.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.0[0]
    }

    /// The client id that its tokens were issued to.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.0[1]
    }

    /// The account's name, as the program chose it.
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
