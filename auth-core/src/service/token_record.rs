//! The token record: what a store holds for one account, both tokens with their lifetimes, as text
//! with a version.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use crate::{
    error::{Error, ErrorKind},
    oauth::token::{Token, TokenKind, TokenParts, bearer, is_token},
    time::{UnixTime, millis},
    wire::{
        secret::{SecretBytes, SecretText},
        secret_json::{SecretValue, push, push_text},
    },
};

/// The version of the text. Another version is rejected.
///
/// An older program drops a field that it does not know when it saves. So a field without a new version
/// is one that may be missing: its loss costs a request at most. Any other field is a new version.
const VERSION: u64 = 1;

/// The tokens of one account. A clone shares them.
///
/// A service without a derived token uses the login token only. An imported API token is a derived
/// token without a login token.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use auth_core::{Lifetime, Now, TokenKind, TokenRecord, TokenResponse, UnixTime};
///
/// let sent = Now { wall: UnixTime::from_secs(1_700_000_000), monotonic: Duration::from_secs(5) };
/// let mut record = TokenRecord::default();
/// let generation = record.next_generation(TokenKind::Login, sent.wall);
/// let hour = Lifetime::For(Duration::from_secs(3600));
/// let response = TokenResponse::new("2YotnFZFEjr1zCsicMWpAA", hour)?;
/// record.set(TokenKind::Login, Arc::new(response.into_token(sent, generation)?));
///
/// let text = record.to_text(); // secret: for a store
/// let again = TokenRecord::from_text(text.as_ref())?;
/// let token = again.token(TokenKind::Login).expect("it was saved");
/// assert_eq!(token.expose_secret(), "2YotnFZFEjr1zCsicMWpAA");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "token cache")]
#[derive(Clone, Default)]
pub struct TokenRecord {
    login: Option<Arc<Token>>,
    derived: Option<Arc<Token>>,
    /// The last generation of each kind. It outlives its token, so that the next token is newer
    /// than all before it.
    generations: [u64; 2],
    /// When the service definitely rejected the token of each kind.
    rejected: [Option<UnixTime>; 2],
    /// How many tokens of each kind in a row the service rejected before this one.
    replaced: [u32; 2],
    /// Made of the first login token of this login: [`login_number`].
    login_id: Option<u64>,
}

impl TokenRecord {
    /// Returns the token of this kind.
    #[must_use]
    pub fn token(&self, kind: TokenKind) -> Option<&Arc<Token>> {
        match kind {
            TokenKind::Login => self.login.as_ref(),
            TokenKind::Derived => self.derived.as_ref(),
        }
    }

    /// Returns whether there is no token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.login.is_none() && self.derived.is_none()
    }

    /// Returns the generation of the next token of this kind: later than all before it. It counts
    /// in milliseconds of the wall clock. So it stays later even if the token record was removed
    /// and another process still has the old one in memory.
    #[must_use]
    pub fn next_generation(&self, kind: TokenKind, wall: UnixTime) -> u64 {
        (self.generations[kind as usize] + 1).max(wall.as_millis())
    }

    /// Sets the token of this kind, replacing an earlier one. Begins a login if there was no login
    /// token.
    pub fn set(&mut self, kind: TokenKind, token: Arc<Token>) {
        if kind == TokenKind::Login && self.login.is_none() {
            self.login_id = Some(login_number(&token));
        }
        let last = &mut self.generations[kind as usize];
        *last = (*last).max(token.generation());
        *self.entry(kind) = Some(token);
        self.rejected[kind as usize] = None;
        self.replaced[kind as usize] = 0;
    }

    /// Returns the number of the login, which its renewals keep. So a program that could not save a
    /// login knows a renewal of the one before, and one whose store has lost a save knows that too.
    /// A later login has a higher number, by the clocks of their hosts. Two logins in the same
    /// millisecond differ by their tokens. `None` without a login, or if the record was begun
    /// before it had this number.
    #[must_use]
    pub fn login_id(&self) -> Option<u64> {
        self.login_id
    }

    /// Removes the token of this kind. The next one will still be newer.
    pub fn clear(&mut self, kind: TokenKind) {
        if kind == TokenKind::Login {
            self.login_id = None;
        }
        *self.entry(kind) = None;
        self.rejected[kind as usize] = None;
        self.replaced[kind as usize] = 0;
    }

    /// Notes how many tokens of this kind in a row the service rejected before this one. So all
    /// programs see that yet another one would not help.
    pub fn set_replaced(&mut self, kind: TokenKind, count: u32) {
        self.replaced[kind as usize] = count;
    }

    /// Returns how many tokens of this kind in a row the service rejected before this one.
    #[must_use]
    pub fn replaced(&self, kind: TokenKind) -> u32 {
        self.replaced[kind as usize]
    }

    /// Notes when the service rejected the token of this kind, so that other programs learn it too.
    /// The token stays, because the service may have been wrong; `None` removes the note, and so
    /// does a new token.
    pub fn set_rejected(&mut self, kind: TokenKind, at: Option<UnixTime>) {
        self.rejected[kind as usize] = at.filter(|_| self.token(kind).is_some());
    }

    /// Returns when the service rejected the token of this kind; `None` if it did not.
    #[must_use]
    pub fn rejected(&self, kind: TokenKind) -> Option<UnixTime> {
        self.rejected[kind as usize]
    }

    /// Serializes the token record for a store. The text contains the secrets unencrypted; each
    /// store documents how it protects them.
    #[must_use]
    pub fn to_text(&self) -> SecretBytes {
        // Capacity for every character escaped: the text never reallocates, which would leave a
        // copy of the secrets behind.
        let secrets = TokenKind::ALL
            .iter()
            .filter_map(|kind| self.token(*kind))
            .map(|token| {
                let refresh = token
                    .refresh_token()
                    .map_or(0, |refresh| refresh.expose_secret().len());
                token.expose_secret().len() + refresh + token.scope().map_or(0, str::len)
            });
        let mut out = String::with_capacity(1024 + 6 * secrets.sum::<usize>());
        let [login, derived] = self.generations;
        push(
            &mut out,
            format_args!("{{\"version\":{VERSION},\"generations\":[{login},{derived}]"),
        );
        if let Some(id) = self.login_id {
            push(&mut out, format_args!(",\"login_id\":{id}"));
        }
        for &kind in TokenKind::ALL {
            if let Some(token) = self.token(kind) {
                push(&mut out, format_args!(",\"{}\":", name(kind)));
                write_token(&mut out, token, self.rejected(kind), self.replaced(kind));
            }
        }
        out.push('}');
        SecretBytes::new(out.into_bytes())
    }

    /// Parses the text of [`to_text`](Self::to_text).
    ///
    /// # Errors
    /// [`ErrorKind::Store`] if the text is empty, incomplete, of another version, or not a token
    /// record.
    pub fn from_text(text: &[u8]) -> Result<Self, Error> {
        // Parsed as `str`, like all JSON here, so that a program compiles one JSON parser.
        let value = std::str::from_utf8(text).ok();
        let value = value.and_then(|text| SecretValue::read(text).ok());
        let value = value.ok_or_else(|| {
            unreadable(if text.is_empty() {
                "is empty"
            } else {
                "is not a record, or a torn one"
            })
        })?;
        read(&value)
    }

    fn entry(&mut self, kind: TokenKind) -> &mut Option<Arc<Token>> {
        match kind {
            TokenKind::Login => &mut self.login,
            TokenKind::Derived => &mut self.derived,
        }
    }
}

impl fmt::Debug for TokenRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRecord")
            .field("login", &self.login)
            .field("derived", &self.derived)
            .finish_non_exhaustive()
    }
}

/// How many bits of the number of a login are those of its token. The others are its time, up to the
/// year 2527.
const TOKEN_BITS: u32 = 20;

/// Returns the number of the login that begins with this token: its generation, and bits of a hash
/// of its text. The order decides between two logins that could not be saved. The bits tell apart two
/// logins in one tick of two clocks: a server issues no token twice.
fn login_number(token: &Token) -> u64 {
    let mut hasher = DefaultHasher::new();
    let refresh = token.refresh_token().map(ExposeSecret::expose_secret);
    (token.expose_secret(), refresh).hash(&mut hasher);
    let bits = hasher.finish() & ((1 << TOKEN_BITS) - 1);
    let time = token.generation().min(u64::MAX >> TOKEN_BITS);
    (time << TOKEN_BITS) | bits
}

fn name(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Login => "login",
        TokenKind::Derived => "derived",
    }
}

// Not inlined: compiled once, not once for each kind of token.
#[inline(never)]
fn write_token(out: &mut String, token: &Token, rejected: Option<UnixTime>, replaced: u32) {
    let (access, sent, lifetime) = token.parts();
    out.push_str("{\"access_token\":");
    push_text(out, access);
    if let Some(refresh) = token.refresh_token() {
        out.push_str(",\"refresh_token\":");
        push_text(out, refresh.expose_secret());
    }
    if let Some(scope) = token.scope() {
        out.push_str(",\"scope\":");
        push_text(out, scope);
    }
    if let Some(lifetime) = lifetime {
        let lifetime = millis(lifetime);
        push(out, format_args!(",\"lifetime_ms\":{lifetime}"));
    }
    if let Some(rejected) = rejected {
        let rejected = rejected.as_millis();
        push(out, format_args!(",\"rejected_ms\":{rejected}"));
    }
    if replaced > 0 {
        push(out, format_args!(",\"replaced\":{replaced}"));
    }
    let (sent, generation) = (sent.as_millis(), token.generation());
    push(
        out,
        format_args!(",\"sent_ms\":{sent},\"generation\":{generation}}}"),
    );
}

fn read(value: &Value) -> Result<TokenRecord, Error> {
    match value.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(other) => {
            return Err(unreadable(&format!(
                "is of version {other}, and this program reads version {VERSION}"
            ))
            .with_help("use the program that wrote it, or log in again after removing it"));
        }
        None => return Err(unreadable("is not a record")),
    }
    let mut record = TokenRecord::default();
    for &kind in TokenKind::ALL {
        let last = value.get("generations").and_then(|g| g.get(kind as usize));
        record.generations[kind as usize] = last.and_then(Value::as_u64).unwrap_or(0);
        match value.get(name(kind)) {
            None | Some(Value::Null) => {}
            Some(Value::Object(map)) => {
                record.set(kind, Arc::new(read_token(map)?));
                let rejected = map.get("rejected_ms").and_then(Value::as_u64);
                record.set_rejected(kind, rejected.map(UnixTime::from_millis));
                let replaced = map.get("replaced").and_then(Value::as_u64);
                let replaced = replaced.map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX));
                record.set_replaced(kind, replaced);
            }
            Some(_) => return Err(unreadable("is not a record")),
        }
    }
    let login_id = value.get("login_id").and_then(Value::as_u64);
    record.login_id = login_id.filter(|_| record.login.is_some());
    Ok(record)
}

fn read_token(map: &Map<String, Value>) -> Result<Token, Error> {
    let text = |key: &str| map.get(key).and_then(Value::as_str);
    let number = |key: &str| map.get(key).and_then(Value::as_u64);
    let access = text("access_token")
        .filter(|access| !access.is_empty())
        .ok_or_else(|| unreadable("lacks the token's text"))?;
    let parts = TokenParts {
        refresh: text("refresh_token").map(SecretText::from),
        scope: text("scope").map(Into::into),
        sent: UnixTime::from_millis(
            number("sent_ms").ok_or_else(|| unreadable("lacks the token's time"))?,
        ),
        monotonic: None,
        lifetime: number("lifetime_ms").map(Duration::from_millis),
        generation: number("generation")
            .ok_or_else(|| unreadable("lacks the token's generation"))?,
    };
    let impossible = || unreadable("holds a token with impossible characters");
    if !is_token(access) {
        return Err(impossible());
    }
    Token::new(bearer(access), parts).map_err(|_| impossible())
}

fn unreadable(problem: &str) -> Error {
    Error::new(
        ErrorKind::Store,
        format!("what is stored for this account {problem}"),
    )
    .with_help("log in again, which puts a new record in its place")
}

#[cfg(test)]
mod tests;
