//! A worker's loop, which runs on a thread over ureq, or in a task over reqwest.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use auth_core::{Error, TokenKind};
use worlds::WorkerSession;

use super::progress_counter::{Act, ProgressCounter};
use super::seeded_random::Chance;
use super::tested_service::{PASSWORD, TestedService, What};

/// One account in one process, with its session in both worlds.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) place: TestedService,
    pub(super) user: String,
    pub(super) sessions: [WorkerSession; 2],
    /// Whether a worker is logging in again.
    pub(super) healing: AtomicBool,
}

/// A worker.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) number: usize,
    /// Which of an account's sessions it uses.
    pub(super) world: usize,
    /// The name of its program at the server.
    pub(super) by: String,
    pub(super) chance: Chance,
    pub(super) progress: Arc<ProgressCounter>,
    pub(super) accounts: Arc<Vec<Account>>,
}

/// The next act.
#[derive(Clone, Copy, Debug)]
enum Next {
    Ask(What),
    /// As `Ask`, but its future is dropped midway. A thread cannot be cancelled.
    Drop(Duration),
    Token(TokenKind),
    TokenFor(TokenKind, Duration),
    Invalidate(TokenKind),
}

impl Next {
    fn word(self) -> &'static str {
        match self {
            Self::Ask(What::Who) => "a read",
            Self::Ask(What::WhoByLogin) => "a read by login token",
            Self::Ask(What::Greeting) => "a read with an optional token",
            Self::Ask(What::Put) => "a write",
            Self::Drop(_) => "a read that is dropped",
            Self::Token(_) => "a token",
            Self::TokenFor(..) => "a token for a while",
            Self::Invalidate(_) => "an invalidated token",
        }
    }

    /// Whether any valid token is good enough for it.
    fn is_plain(self) -> bool {
        matches!(self, Self::Ask(_) | Self::Token(_))
    }

    /// Whether it may renew a login token that is still fresh.
    fn may_hurry(self) -> bool {
        let kind = match self {
            Self::TokenFor(kind, _) | Self::Invalidate(kind) => kind,
            _ => return false,
        };
        kind == TokenKind::Login
    }

    fn choose(chance: &mut Chance, place: TestedService) -> Self {
        let kind = match (place, chance.below(2)) {
            (TestedService::INaturalist, 0) => TokenKind::Derived,
            _ => TokenKind::Login,
        };
        match chance.below(1000) {
            0..480 => Self::Ask(What::Who),
            480..560 => Self::Ask(What::WhoByLogin),
            560..720 => Self::Ask(What::Greeting),
            720..830 => Self::Ask(What::Put),
            830..900 => Self::Drop(chance.millis(0, 300)),
            900..940 => Self::Token(kind),
            940..990 => Self::TokenFor(kind, chance.millis(100, 1500)),
            _ => Self::Invalidate(kind),
        }
    }
}

/// The pause between two acts, in milliseconds.
const PAUSE: (u64, u64) = (100, 300);

/// How often a worker without work looks for some.
const IDLE: Duration = Duration::from_millis(20);

/// How often a lost login is retried; each try can get a fault like any other request.
const TRIES: usize = 30;

impl Worker {
    fn begin<'a>(&'a self, account: &'a Account, what: (&'static str, bool)) -> Act<'a> {
        let owner = (account.place, account.user.as_str());
        self.progress.begin(self.number, owner, &self.by, what)
    }

    /// Uses an account once. Logs in again if the login is lost.
    pub(super) async fn touch(&self, account: &Account) {
        let next = Next::Ask(What::Who);
        if self.act(account, next).await {
            self.heal(account).await;
            self.act(account, next).await;
        }
    }

    /// Works until the run is over.
    pub(super) async fn work(mut self) -> Result<(), Error> {
        let accounts = Arc::clone(&self.accounts);
        while !self.progress.is_over() {
            if !self.progress.enter() {
                accounts[0].sessions[self.world].pause(IDLE).await;
                continue;
            }
            let drawn = self.chance.below(accounts.len() as u64) as usize;
            let account = &accounts[drawn];
            let next = Next::choose(&mut self.chance, account.place);
            if self.act(account, next).await {
                self.heal(account).await;
            }
            self.progress.leave();
            let drawn = self.chance.millis(PAUSE.0, PAUSE.1);
            account.sessions[self.world]
                .pause(self.progress.pause(drawn))
                .await;
        }
        Ok(())
    }

    /// Runs one act. Returns whether the login is lost.
    async fn act(&self, account: &Account, next: Next) -> bool {
        let session = &account.sessions[self.world];
        let act = self.begin(account, (next.word(), next.is_plain()));
        let ask = |what| account.place.ask(what, act.call);
        let result = match next {
            Next::Ask(what) => session.send(ask(what)).await.map(Some),
            Next::Drop(after) => match session.send_within(after, ask(What::Who)).await {
                Some(result) => result.map(Some),
                None => {
                    act.dropped();
                    return false;
                }
            },
            Next::Token(kind) => session.token(kind).await.map(|_| None),
            Next::TokenFor(kind, time) => session.token_for(kind, time).await.map(|_| None),
            Next::Invalidate(kind) => session.invalidate(kind).await.map(|()| None),
        };
        ended(act, next, result)
    }

    async fn heal(&self, account: &Account) {
        if account.healing.swap(true, Ordering::SeqCst) {
            return;
        }
        let session = &account.sessions[self.world];
        for _ in 0..TRIES {
            let act = self.begin(account, ("a login", false));
            match session.log_in_with_password(&account.user, PASSWORD).await {
                Ok(_) => {
                    act.healed();
                    break;
                }
                Err(error) => act.failed(&error),
            }
            session.pause(Duration::from_millis(300)).await;
        }
        account.healing.store(false, Ordering::SeqCst);
    }
}

/// Reports the end of an act. Returns whether the login is lost.
fn ended(act: Act<'_>, next: Next, result: Result<Option<Option<String>>, Error>) -> bool {
    if next.may_hurry() {
        act.hurried();
    }
    match result {
        Ok(user) => {
            act.went_well(user.as_ref().map(|user| user.as_deref()));
            false
        }
        Err(error) => {
            let lost = error.needs_login();
            act.failed(&error);
            lost
        }
    }
}
