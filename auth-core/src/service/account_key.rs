//! The key of a token record: service, client and account.

use std::{fmt, sync::Arc};

use crate::error::text::presentable;

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

    /// The account part of the client's own key.
    /// [`Service::account_key`](crate::Service::account_key) gives it to no name.
    const CLIENT: &str = "@client";

    /// Makes the key of `account`, of the client `client_id` at `service`. The three texts are
    /// easily swapped: where there is a service,
    /// [`Service::account_key`](crate::Service::account_key) knows two of them.
    ///
    /// `account` is what [`account`](Self::account) returns. That of the client itself begins with
    /// `@client`, so take the key of a name that may begin with `@` from the service.
    #[must_use]
    pub fn new(service: &str, client_id: &str, account: &str) -> Self {
        Self(Arc::new([service.into(), client_id.into(), account.into()]))
    }

    /// Makes the key of the account with this name. A name that begins with `@` gets a second one,
    /// so that no name has the key of the client itself.
    pub(crate) fn of_account(service: &str, client_id: &str, name: &str) -> Self {
        match name.starts_with('@') {
            true => Self::new(service, client_id, &format!("@{name}")),
            false => Self::new(service, client_id, name),
        }
    }

    /// Makes the key of the client itself, which acts without a user (RFC 6749 section 4.4).
    /// Tokens of different scopes have different keys; the order of the words does not count.
    pub(crate) fn of_client(service: &str, client_id: &str, scope: Option<&str>) -> Self {
        let mut words: Vec<&str> = scope.unwrap_or_default().split_whitespace().collect();
        words.sort_unstable();
        words.dedup();
        words.insert(0, Self::CLIENT);
        Self::new(service, client_id, &words.join(" "))
    }

    /// Returns whether this is the key of the client itself and not of a user's account.
    #[must_use]
    pub fn is_client(&self) -> bool {
        let rest = self.account().strip_prefix(Self::CLIENT);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// Returns the account's name as the program chose it. `None` if this is the key of the client
    /// itself. Show this one to a user.
    ///
    /// ```
    /// use auth_core::AccountKey;
    ///
    /// let key = AccountKey::new("inaturalist", "my-client-id", "alice");
    /// assert_eq!(key.name(), Some("alice"));
    /// ```
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let name = self.account();
        match (self.is_client(), name.strip_prefix('@')) {
            (true, _) => None,
            // The second `@` of `of_account`.
            (false, Some(chosen)) if chosen.starts_with('@') => Some(chosen),
            (false, _) => Some(name),
        }
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

    /// Returns the account's name as the program chose it, with a second `@` before a name that
    /// begins with one. That of the client itself is `@client`, followed by its scope if that is
    /// not the default. A store keys by it; to show a name to a user, use [`name`](Self::name).
    #[must_use]
    pub fn account(&self) -> &str {
        &self.0[2]
    }
}

impl serde::Serialize for AccountKey {
    /// As one text, such as the label of a metric.
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountKey({self})")
    }
}

/// For logs and errors: on one line, without control and invisible characters, since a service may
/// name its accounts as its users do.
impl fmt::Display for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [service, client_id, account] = &*self.0;
        let shown = |part: &str| presentable(part, LONGEST_SHOWN);
        write!(f, "{}/", shown(service))?;
        write!(f, "{}/{}", shown(client_id), shown(account))
    }
}

/// The most characters of each part that are shown.
const LONGEST_SHOWN: usize = 200;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_shown_is_one_line_without_tricks() {
        let check = |account: &str, expect: &str| {
            let key = AccountKey::new("s", "c", account);
            assert_eq!(key.to_string(), expect);
            assert_eq!(serde_json::json!(key), *expect);
            assert_eq!(key.account(), account, "the key is what the program chose");
        };
        check("me", "s/c/me");
        check("é 東京", "s/c/é 東京");
        check("me\nERROR forged line", "s/c/me ERROR forged line");
        check("\u{1b}[2J\u{202e}em", "s/c/[2Jem");
        check(&"x".repeat(300), &format!("s/c/{}…", "x".repeat(200)));
    }

    /// Names that the code uses somewhere, and some that an escape could confuse.
    const NAMES: [&str; 13] = [
        "",
        "@",
        "@@",
        "@client",
        "@client read",
        "@@client",
        "@@@client",
        "client",
        "daemon",
        "default",
        "me",
        "a/b",
        "\u{0}",
    ];

    fn key(name: &str) -> AccountKey {
        AccountKey::of_account("service", "id", name)
    }

    proptest! {
        #[test]
        fn no_two_names_share_a_key(names in proptest::collection::vec("@{0,3}(client|[a-z/]{0,3}|\\PC{0,4})", 0..40)) {
            let client = AccountKey::of_client("service", "id", None);
            let mut seen: HashMap<AccountKey, &str> = HashMap::new();
            for name in NAMES.into_iter().chain(names.iter().map(String::as_str)) {
                prop_assert!(!key(name).is_client(), "{name}");
                let made = key(name);
                prop_assert_eq!(made.name(), Some(name));
                prop_assert_ne!(&key(name), &client);
                if let Some(other) = seen.insert(key(name), name) {
                    prop_assert_eq!(other, name);
                }
            }
        }
    }

    #[test]
    fn most_names_are_stored_as_they_are() {
        assert_eq!(key("alice").account(), "alice");
        assert_eq!(
            AccountKey::of_client("service", "id", Some("read")).name(),
            None
        );
        assert_eq!(key("daemon").account(), "daemon");
        assert_eq!(key("@alice").account(), "@@alice");
        assert!(AccountKey::of_client("service", "id", None).is_client());
        let client = |scope| AccountKey::of_client("service", "id", scope);
        assert_eq!(client(Some("write read ")).account(), "@client read write");
        assert_eq!(client(Some("read write")), client(Some("write  read")));
        assert_ne!(client(Some("read")), client(None));
        assert!(client(Some("read")).is_client());
    }
}
