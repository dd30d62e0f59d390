//! The account `alice` in both worlds.

use ::worlds::{AnySession, World as Either};
use auth_core::{Error, Operation, Service, Store, TokenKind};

/// A session, blocking or async.
pub(crate) struct World {
    name: &'static str,
    session: AnySession,
}

impl World {
    /// The account `alice` in each world, with a store for each.
    pub(crate) fn both<S: Store>(service: &Service, store: impl Fn() -> S) -> [Self; 2] {
        Either::both().expect("a runtime").map(|world| Self {
            name: world.name(),
            session: world.account(service.clone(), store(), "alice"),
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn import(&self, token: &str) {
        let imported = self.session.import_token(token);
        imported.expect("a token to import");
    }

    pub(crate) fn log_in(&self, password: &str) {
        let status = self.session.log_in_with_password("alice", password);
        status.expect("a login");
    }

    pub(crate) fn send<O>(&self, operation: O) -> Result<O::Output, Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        self.session.send(operation)
    }

    /// The output of a success.
    pub(crate) fn sent<O>(&self, operation: O) -> O::Output
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        let response = self.send(operation);
        response.unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// The generation of the API token in use.
    pub(crate) fn generation(&self) -> u64 {
        let token = self.session.token(TokenKind::Derived).expect("a token");
        token.generation()
    }
}
