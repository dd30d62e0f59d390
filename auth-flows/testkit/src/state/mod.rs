//! The state of a server: clients, users, codes, tokens, sessions. Independent of the dialect.

pub(crate) mod client;
pub(crate) mod clock;
pub(crate) mod context;
pub(crate) mod random;
pub(crate) mod settings;

use std::collections::HashMap;

use auth_core::testkit::Caller;

use crate::state::client::{TestClient, User};
use crate::state::settings::Rotation;

/// A code challenge as it was sent (RFC 7636 section 4.3).
#[derive(Clone)]
pub(crate) struct Challenge {
    pub(crate) value: String,
    pub(crate) method: String,
}

/// An issued authorization code.
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) client_id: String,
    pub(crate) user: u64,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) scope: String,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) expires_at: u64,
    pub(crate) used: bool,
    /// The family of the tokens that it was exchanged for.
    pub(crate) family: Option<u64>,
}

/// An access token with the refresh token that was issued with it, if any.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    pub(crate) client_id: String,
    pub(crate) user: Option<u64>,
    pub(crate) scope: String,
    pub(crate) created_at: u64,
    pub(crate) lifetime_ms: Option<u64>,
    pub(crate) refresh_expires_at: Option<u64>,
    pub(crate) access_revoked: bool,
    pub(crate) refresh_revoked: bool,
    /// The number of the login that the token comes from.
    pub(crate) family: u64,
    /// The index of the token that the first use of this one revokes.
    pub(crate) replaces: Option<usize>,
}

impl Token {
    pub(crate) fn expires_at(&self) -> Option<u64> {
        let lifetime = self.lifetime_ms?;
        Some(self.created_at.saturating_add(lifetime))
    }

    pub(crate) fn is_expired(&self, now: u64) -> bool {
        self.expires_at().is_some_and(|end| now >= end)
    }

    pub(crate) fn is_accessible(&self, now: u64) -> bool {
        !self.access_revoked && !self.is_expired(now)
    }

    pub(crate) fn revoke(&mut self) {
        self.access_revoked = true;
        self.refresh_revoked = true;
    }
}

/// An issued derived token.
#[derive(Clone)]
pub(crate) struct Derived {
    pub(crate) caller: Caller,
    pub(crate) expires_at: u64,
}

/// Why a login is refused.
pub(crate) enum NoUser {
    Unknown,
    /// The end of the suspension, if it has one.
    Suspended(Option<String>),
}

/// All mutable state, behind one lock.
#[derive(Default)]
pub(crate) struct State {
    clients: Vec<TestClient>,
    pub(crate) users: Vec<User>,
    pub(crate) codes: HashMap<String, Code>,
    tokens: Vec<Token>,
    by_access: HashMap<String, usize>,
    by_refresh: HashMap<String, usize>,
    pub(crate) derived: HashMap<String, Derived>,
    /// The users of session cookies and of the hidden tickets in consent forms.
    pub(crate) sessions: HashMap<String, u64>,
    families: u64,
}

impl State {
    pub(crate) fn new(clients: Vec<TestClient>, users: Vec<User>) -> Self {
        Self {
            clients,
            users,
            ..Self::default()
        }
    }

    pub(crate) fn client(&self, id: &str) -> Option<&TestClient> {
        self.clients.iter().find(|client| client.id == id)
    }

    pub(crate) fn client_mut(&mut self, id: &str) -> Option<&mut TestClient> {
        self.clients.iter_mut().find(|client| client.id == id)
    }

    /// The client's number, as in a server's database.
    pub(crate) fn client_number(&self, id: &str) -> usize {
        let index = self.clients.iter().position(|client| client.id == id);
        index.map_or(0, |index| index + 1)
    }

    pub(crate) fn user(&self, id: u64) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn user_named(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name == name)
    }

    pub(crate) fn sign_in(&self, name: &str, password: &str) -> Result<u64, NoUser> {
        match self.user_named(name) {
            Some(user) if user.password == password => match &user.suspended {
                Some(until) => Err(NoUser::Suspended(until.clone())),
                None => Ok(user.id),
            },
            _ => Err(NoUser::Unknown),
        }
    }

    pub(crate) fn new_family(&mut self) -> u64 {
        self.families += 1;
        self.families
    }

    pub(crate) fn add(&mut self, token: Token) -> usize {
        let index = self.tokens.len();
        self.by_access.insert(token.access.clone(), index);
        if let Some(refresh) = &token.refresh {
            self.by_refresh.insert(refresh.clone(), index);
        }
        self.tokens.push(token);
        index
    }

    pub(crate) fn index_of_access(&self, text: &str) -> Option<usize> {
        self.by_access.get(text).copied()
    }

    pub(crate) fn index_of_refresh(&self, text: &str) -> Option<usize> {
        self.by_refresh.get(text).copied()
    }

    pub(crate) fn token(&self, index: usize) -> &Token {
        &self.tokens[index]
    }

    pub(crate) fn token_mut(&mut self, index: usize) -> &mut Token {
        &mut self.tokens[index]
    }

    pub(crate) fn tokens_mut(&mut self) -> impl Iterator<Item = &mut Token> {
        self.tokens.iter_mut()
    }

    /// Returns the token with this text and marks it as used, which revokes the token it replaces.
    pub(crate) fn use_access(&mut self, text: &str) -> Option<Token> {
        let index = self.index_of_access(text)?;
        if let Some(old) = self.tokens[index].replaces.take() {
            self.tokens[old].revoke();
        }
        Some(self.tokens[index].clone())
    }

    /// Applies the rotation to the old token when the new one is issued.
    pub(crate) fn rotate(&mut self, old: usize, new: usize, rotation: Rotation) {
        match rotation {
            Rotation::Off => {}
            Rotation::OnUse => self.tokens[new].replaces = Some(old),
            Rotation::Instant | Rotation::KillFamily => self.tokens[old].revoke(),
        }
    }

    pub(crate) fn kill_family(&mut self, family: u64) {
        let of_family = |token: &&mut Token| token.family == family;
        self.tokens_mut().filter(of_family).for_each(Token::revoke);
    }

    /// Whether this client has an unrevoked token of this user with exactly these scopes.
    pub(crate) fn has_token(&self, client_id: &str, user: u64, scope: &str) -> bool {
        let sorted = |scope: &str| {
            let mut words: Vec<_> = scope.split(' ').map(str::to_owned).collect();
            words.sort();
            words
        };
        let wanted = sorted(scope);
        self.tokens.iter().any(|token| {
            !token.access_revoked
                && token.client_id == client_id
                && token.user == Some(user)
                && sorted(&token.scope) == wanted
        })
    }

    pub(crate) fn caller(&self, token: &Token) -> Caller {
        let user = token.user.and_then(|id| self.user(id));
        Caller {
            user: user.map(|user| user.name.clone()).unwrap_or_default(),
            user_id: token.user.unwrap_or_default(),
            client_id: token.client_id.clone(),
            scope: token.scope.clone(),
        }
    }
}
