//! However often a program calls, and whatever the server responds, the token requests of an
//! account stay bounded: the real drivers, 1,000 calls over ten minutes of a clock of the test's
//! own.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use auth_core::{
    Error, Lifetime, Request, Response, Store, Token, TokenKind, TokenRecord, TokenResponse,
    TransportError,
};
use keystore::Memory;

use super::{
    example::{API, Ask, TOKEN_URL, WWW, response, service},
    world::{AskLogin, Sim, World},
};
use crate::{AsyncClient, AsyncSession, Client, Login, Session, clock};

/// How the account gets its tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Refresh,
    ClientCredentials,
    Password,
    Derivation,
    Person,
}

/// What the server does to token requests, or the API to tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    /// 429, with this `Retry-After` in seconds.
    TooMany(Option<u64>),
    Status(u16),
    /// A page instead of JSON, with this status.
    Page(u16),
    NotSent,
    Lost,
    Unreadable,
    /// 400 with this OAuth error.
    Says(&'static str),
    /// Tokens that last for so many seconds.
    Lasts(u64),
    /// The API takes no token.
    Rejected,
}

/// Most token requests in ten minutes, for each trouble: renewals by their pauses (5 s, doubled up
/// to 5 min, or what the server asks for), each with its tries.
fn troubles() -> Vec<(Trouble, usize)> {
    let growing = 3 * 9;
    let mut all = vec![
        (Trouble::TooMany(Some(1)), growing),
        (Trouble::TooMany(Some(60)), 11),
        (Trouble::TooMany(Some(7200)), 1),
        (Trouble::TooMany(None), growing),
        (Trouble::NotSent, growing),
        (Trouble::Lost, growing),
        (Trouble::Unreadable, growing),
        // Refusals are believed for a minute.
        (Trouble::Says("invalid_grant"), 22),
        (Trouble::Says("invalid_client"), 22),
        (Trouble::Says("unauthorized_client"), 22),
        (Trouble::Says("invalid_request"), growing),
        (Trouble::Says("temporarily_unavailable"), growing),
        (Trouble::Rejected, 24),
    ];
    for status in [401, 403, 404, 408, 500, 502, 503, 521] {
        all.push((Trouble::Status(status), growing));
    }
    for status in [200, 403, 500] {
        all.push((Trouble::Page(status), growing));
    }
    // Tokens that expire at once: a renewal in 5 s, after twelve.
    for seconds in [0, 1, 2, 4, 7, 30] {
        all.push((Trouble::Lasts(seconds), 134));
    }
    all
}

/// The server, as a transport of both worlds. Counts requests.
#[derive(Clone)]
struct Server(Arc<State>);

struct State {
    trouble: Mutex<Option<Trouble>>,
    tokens: AtomicUsize,
    calls: AtomicUsize,
    prompts: AtomicUsize,
}

impl Server {
    fn new(trouble: Trouble) -> Self {
        Self(Arc::new(State {
            trouble: Mutex::new(Some(trouble)),
            tokens: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            prompts: AtomicUsize::new(0),
        }))
    }

    fn respond(&self, request: &Request) -> Result<Response, TransportError> {
        let trouble = *self.0.trouble.lock().expect("no panic");
        let uri = request.uri().to_string();
        let is_token = uri == TOKEN_URL || uri == format!("{WWW}/api_token");
        if !is_token {
            assert!(uri.starts_with(API) || uri.starts_with(WWW), "{uri}");
            self.0.calls.fetch_add(1, SeqCst);
            let rejected = trouble == Some(Trouble::Rejected);
            return Ok(response(if rejected { 401 } else { 200 }, "{}"));
        }
        self.0.tokens.fetch_add(1, SeqCst);
        let issue = |lasts: u64| {
            let body = format!(
                r#"{{"access_token":"t","token_type":"bearer","expires_in":{lasts},"refresh_token":"r"}}"#
            );
            Ok(response(200, &body))
        };
        match trouble {
            None | Some(Trouble::Rejected) => issue(3600),
            Some(Trouble::Lasts(seconds)) => issue(seconds),
            Some(Trouble::TooMany(wait)) => {
                let mut response = response(429, "");
                if let Some(wait) = wait {
                    response.headers_mut().insert("retry-after", wait.into());
                }
                Ok(response)
            }
            Some(Trouble::Status(status)) => Ok(response(status, "")),
            Some(Trouble::Page(status)) => Ok(response(status, "<html><title>x</title></html>")),
            Some(Trouble::NotSent) => Err(TransportError::not_sent("refused")),
            Some(Trouble::Lost) => Err(TransportError::delivery_unknown("reset")),
            Some(Trouble::Unreadable) => Ok(response(200, r#"{"access_token":"#)),
            Some(Trouble::Says(code)) => Ok(response(400, &format!(r#"{{"error":"{code}"}}"#))),
        }
    }
}

worlds::transport!(Server);

/// Opens the session that gets its tokens in this way.
macro_rules! session {
    ($client:expr, $method:expr, $server:expr) => {{
        let me = $client.account("me");
        match $method {
            Method::Refresh | Method::Derivation => me,
            Method::ClientCredentials => $client.client_session(),
            Method::Password => me.with_password("alice", "password"),
            Method::Person => me.with_login(person($server)),
        }
    }};
}

/// A program with one session, or one for each call.
enum Program {
    Blocking(Client, Option<Session>),
    Async(AsyncClient, Option<AsyncSession>, Sim),
}

impl Program {
    fn new(is_async: bool, method: Method, kept: bool, server: &Server, store: &Memory) -> Self {
        match World::new(is_async, service(), server, store) {
            World::Blocking(client) => {
                let session = kept.then(|| session!(client, method, server));
                Self::Blocking(client, session)
            }
            World::Async(client, sim) => {
                let session = kept.then(|| session!(client, method, server));
                Self::Async(client, session, sim)
            }
        }
    }

    fn call(&self, method: Method, server: &Server) -> Result<(), Error> {
        let derived = method == Method::Derivation;
        match self {
            Self::Blocking(client, session) => {
                let kept = session.clone();
                let session = kept.unwrap_or_else(|| session!(client, method, server));
                match derived {
                    true => session.send(Ask { write: false }),
                    false => session.send(AskLogin),
                }
            }
            Self::Async(client, session, sim) => {
                let kept = session.clone();
                let session = kept.unwrap_or_else(|| session!(client, method, server));
                match derived {
                    true => sim.block_on(session.send(Ask { write: false })),
                    false => sim.block_on(session.send(AskLogin)),
                }
            }
        }
    }
}

/// A person who is asked and enters nothing.
fn person(server: &Server) -> Login {
    let state = Arc::clone(&server.0);
    Login::pasted_redirect("http://127.0.0.1:8080", move |_| {
        state.prompts.fetch_add(1, SeqCst);
        Ok(String::new())
    })
}

/// A login in the store: ended, or one to derive from.
fn store(method: Method) -> Memory {
    let store = Memory::new();
    let login = |lifetime: Lifetime, refresh: bool| -> Arc<Token> {
        let response = TokenResponse::new("stored", lifetime).expect("a token");
        let text = "stored-refresh".into();
        let response = response.or_refresh_token(refresh.then_some(&text));
        Arc::new(response.into_token(clock::now(), 1).expect("a token"))
    };
    let mut record = TokenRecord::default();
    match method {
        Method::Refresh => {
            record.set(
                TokenKind::Login,
                login(Lifetime::For(Duration::from_secs(60)), true),
            );
            clock::test::advance(Duration::from_secs(120));
        }
        Method::Derivation => record.set(TokenKind::Login, login(Lifetime::Unstated, false)),
        Method::ClientCredentials | Method::Password | Method::Person => return store,
    }
    let key = service().account_key("me");
    let lease = store.try_lease(&key).expect("a store").expect("free");
    store.save(&lease, &record.to_text()).expect("saved");
    store
}

/// Returns what is wrong.
fn check(
    method: Method,
    trouble: Trouble,
    most: usize,
    is_async: bool,
    kept: bool,
) -> Option<String> {
    let shown = format!("{method:?}, {trouble:?}, async: {is_async}, session kept: {kept}");
    clock::test::set(Some(Duration::from_secs(1000)));
    let (server, store) = (Server::new(trouble), store(method));
    let world = Program::new(is_async, method, kept, &server, &store);
    // A second program on the same store, which makes every tenth call.
    let other = Program::new(!is_async, method, kept, &server, &store);
    let start = clock::now().monotonic;
    for call in 0..1000_u32 {
        let due = start + Duration::from_millis(600) * call;
        let late = due.saturating_sub(clock::now().monotonic);
        clock::test::advance(late);
        let asking = if call % 10 == 9 { &other } else { &world };
        let result = asking.call(method, &server);
        let lasts = matches!(trouble, Trouble::Lasts(_));
        // The example's derivation does not read what a 200 says.
        let unread = matches!(trouble, Trouble::Unreadable | Trouble::Page(200));
        let lasts = lasts || (method == Method::Derivation && unread);
        assert!(
            result.is_err() || lasts || method == Method::Person,
            "{shown}: call {call}"
        );
        if let Err(error) = result {
            let wait = error.retry_after().unwrap_or_default();
            assert!(wait <= Duration::from_secs(7200), "{shown}: {error}");
        }
    }
    let tokens = server.0.tokens.load(SeqCst);
    // Each program has the bound.
    if tokens > 2 * most {
        return Some(format!("{shown}: {tokens} token requests"));
    }
    if method == Method::Person {
        let prompts = server.0.prompts.load(SeqCst);
        assert!(prompts <= 2 && tokens == 0, "{shown}: {prompts} prompts");
    }
    // After the trouble the account works, once the last pause is over.
    *server.0.trouble.lock().expect("no panic") = None;
    clock::test::advance(Duration::from_secs(7200));
    if method != Method::Person {
        let ended = matches!(trouble, Trouble::Rejected);
        let result = world.call(method, &server);
        assert!(result.is_ok() || ended, "{shown}: {result:?}");
    }
    None
}

/// Checks all troubles, on the clock of this thread.
fn check_all(method: Method) {
    let mut wrong = Vec::new();
    for (trouble, most) in troubles() {
        for (is_async, kept) in [(false, true), (false, false), (true, true), (true, false)] {
            wrong.extend(check(method, trouble, most, is_async, kept));
        }
    }
    clock::test::set(None);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn renewals_stay_bounded() {
    check_all(Method::Refresh);
}

#[test]
fn token_requests_of_a_client_stay_bounded() {
    check_all(Method::ClientCredentials);
}

#[test]
fn token_requests_with_a_password_stay_bounded() {
    check_all(Method::Password);
}

#[test]
fn derivations_stay_bounded() {
    check_all(Method::Derivation);
}

#[test]
fn prompts_stay_bounded() {
    check_all(Method::Person);
}
