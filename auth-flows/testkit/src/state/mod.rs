//! What the server remembers: clients, users, codes, tokens, sessions. It knows no dialect.

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

/// An authorization code that was given out.
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) client_id: String,
    pub(crate) user: u64,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) scope: String,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) expires_at: u64,
    pub(crate) used: bool,
    /// The tokens that it was exchanged for.
    pub(crate) family: Option<u64>,
}

/// An access token with the refresh token that came with it, if one did.
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
    /// All tokens that go back to one login.
    pub(crate) family: u64,
    /// The token that this one replaces as soon as it is used.
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

/// A derived token that was given out.
#[derive(Clone)]
pub(crate) struct Derived {
    pub(crate) caller: Caller,
    pub(crate) expires_at: u64,
}

/// Why a user is refused.
pub(crate) enum NoUser {
    Unknown,
    /// The end of the suspension, if it has one.
    Suspended(Option<String>),
}

/// Everything behind one lock.
#[derive(Default)]
pub(crate) struct State {
    clients: Vec<TestClient>,
    pub(crate) users: Vec<User>,
    pub(crate) codes: HashMap<String, Code>,
    tokens: Vec<Token>,
    by_access: HashMap<String, usize>,
    by_refresh: HashMap<String, usize>,
    pub(crate) derived: HashMap<String, Derived>,
    /// Session cookies and the hidden tickets of consent forms, each with its user.
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

    /// The number that a server's database would have for the client.
    pub(crate) fn client_number(&self, id: &str) -> usize {
        let place = self.clients.iter().position(|client| client.id == id);
        place.map_or(0, |place| place + 1)
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
        let place = self.tokens.len();
        self.by_access.insert(token.access.clone(), place);
        if let Some(refresh) = &token.refresh {
            self.by_refresh.insert(refresh.clone(), place);
        }
        self.tokens.push(token);
        place
    }

    pub(crate) fn place_of_access(&self, text: &str) -> Option<usize> {
        self.by_access.get(text).copied()
    }

    pub(crate) fn place_of_refresh(&self, text: &str) -> Option<usize> {
        self.by_refresh.get(text).copied()
    }

    pub(crate) fn token(&self, place: usize) -> &Token {
        &self.tokens[place]
    }

    pub(crate) fn token_mut(&mut self, place: usize) -> &mut Token {
        &mut self.tokens[place]
    }

    pub(crate) fn tokens_mut(&mut self) -> impl Iterator<Item = &mut Token> {
        self.tokens.iter_mut()
    }

    /// The token with this text, which counts as its first use: what it replaces dies now.
    pub(crate) fn use_access(&mut self, text: &str) -> Option<Token> {
        let place = self.place_of_access(text)?;
        if let Some(old) = self.tokens[place].replaces.take() {
            self.tokens[old].revoke();
        }
        Some(self.tokens[place].clone())
    }

    /// What becomes of the old token when the new one is given out.
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

    /// Is there a living token of this client and user with exactly these scopes?
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
