//! A server of one service that notes by which program, for which account and when it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use auth_core::{Error, Service};
use auth_testkit::{Dialect, Exchange, Faults, RequestKind, Rotation, TestClient, TestServer};

use super::super::tested_service::{CLIENT, CLIENT_SECRET, PASSWORD, TestedService};

/// How long tokens are valid: longer than any trouble.
const LIFE: Duration = Duration::from_secs(3600);

pub(super) struct WatchedServer {
    pub(super) place: TestedService,
    server: TestServer,
    log: Arc<Mutex<Vec<Entry>>>,
}

/// One request.
#[derive(Clone)]
struct Entry {
    is_token: bool,
    is_renewal: bool,
    by: String,
    user: String,
    refresh_token: Option<usize>,
    began: SystemTime,
    ended: SystemTime,
}

/// A position in the log.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl WatchedServer {
    pub(super) fn start(
        place: TestedService,
        rotation: Rotation,
        users: &[&str],
    ) -> std::io::Result<Self> {
        let dialect = match place {
            TestedService::InfoFlora => Dialect::league_9(),
            TestedService::INaturalist => Dialect::doorkeeper_5(),
        };
        let log: Arc<Mutex<Vec<Entry>>> = Arc::default();
        let notes = Arc::clone(&log);
        let mut builder = TestServer::builder(dialect)
            .client(TestClient::confidential(CLIENT, CLIENT_SECRET))
            .default_scopes("write login")
            .access_token_lifetime(match place {
                TestedService::InfoFlora => Some(LIFE),
                TestedService::INaturalist => None,
            })
            .derived_token_lifetime(LIFE)
            .refresh_tokens(rotation)
            .site(place.site())
            .observe(move |exchange| locked(&notes).extend(Entry::of(exchange)));
        for user in users {
            builder = builder.user(*user, PASSWORD);
        }
        Ok(Self {
            place,
            server: builder.start()?,
            log,
        })
    }

    /// Builds the service for a program of this name.
    pub(super) fn service(&self, program: &str) -> Result<Service, Error> {
        self.place.service(self.server.url(), program)
    }

    pub(super) fn faults(&self) -> &Faults {
        self.server.faults()
    }

    pub(super) fn revoke_access_tokens(&self) {
        self.server.revoke_access_tokens();
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(locked(&self.log).len())
    }

    fn since(&self, mark: Mark) -> Vec<Entry> {
        locked(&self.log)[mark.0..].to_vec()
    }

    fn tokens_since(&self, mark: Mark) -> Vec<Entry> {
        let mut all = self.since(mark);
        all.retain(|entry| entry.is_token);
        all
    }

    pub(super) fn token_requests(&self, mark: Mark) -> usize {
        self.tokens_since(mark).len()
    }

    pub(super) fn api_requests(&self, mark: Mark) -> usize {
        self.since(mark).len() - self.token_requests(mark)
    }

    /// The most token requests of one account of one program.
    pub(super) fn most(&self, mark: Mark) -> usize {
        let mut counts = HashMap::<_, usize>::new();
        for entry in self.tokens_since(mark) {
            *counts.entry((entry.by, entry.user)).or_default() += 1;
        }
        counts.into_values().max().unwrap_or_default()
    }

    /// Token requests of one account of one program that came sooner than this after the one
    /// before.
    pub(super) fn sooner_than(&self, mark: Mark, wait: Duration) -> Vec<String> {
        let mut last = HashMap::new();
        let mut soon = Vec::new();
        for entry in self.tokens_since(mark) {
            let owner = (entry.by.clone(), entry.user.clone());
            if let Some(before) = last.insert(owner, entry.ended) {
                let gap = entry.began.duration_since(before).unwrap_or_default();
                if gap < wait {
                    soon.push(format!("{} of {} after {gap:?}", entry.user, entry.by));
                }
            }
        }
        soon
    }

    /// Refresh tokens that came more than once.
    pub(super) fn used_twice(&self, mark: Mark) -> Vec<String> {
        let mut counts = HashMap::<_, usize>::new();
        for entry in self.tokens_since(mark) {
            if let Some(number) = entry.refresh_token.filter(|_| entry.is_renewal) {
                *counts.entry((entry.user, number)).or_default() += 1;
            }
        }
        counts.retain(|_, count| *count > 1);
        let text = |((user, number), count)| format!("number {number} of {user}: {count} times");
        counts.into_iter().map(text).collect()
    }

    /// The most token requests that were in progress at the same time.
    pub(super) fn most_at_once(&self, mark: Mark) -> usize {
        let tokens = self.tokens_since(mark);
        let begins = tokens.iter().map(|entry| (entry.began, true));
        let mut changes: Vec<_> = begins
            .chain(tokens.iter().map(|entry| (entry.ended, false)))
            .collect();
        // One that ends at the moment at which another one begins is not beside it.
        changes.sort_unstable();
        let (mut now, mut most) = (0_usize, 0);
        for (_, is_begin) in changes {
            now = match is_begin {
                true => now + 1,
                false => now.saturating_sub(1),
            };
            most = most.max(now);
        }
        most
    }

    /// Whether a token request was in progress at this moment.
    pub(super) fn was_renewing(&self, mark: Mark, at: SystemTime) -> bool {
        let tokens = self.tokens_since(mark);
        tokens
            .iter()
            .any(|entry| entry.began <= at && at < entry.ended)
    }

    /// The most renewals of one account, by whatever program.
    pub(super) fn most_of_account(&self, mark: Mark) -> usize {
        let mut counts = HashMap::<_, usize>::new();
        for entry in self
            .tokens_since(mark)
            .into_iter()
            .filter(|it| it.is_renewal)
        {
            *counts.entry(entry.user).or_default() += 1;
        }
        counts.into_values().max().unwrap_or_default()
    }
}

impl Entry {
    fn of(exchange: &Exchange<'_>) -> Option<Self> {
        let is_token = match exchange.kind {
            RequestKind::Token | RequestKind::Derived => true,
            RequestKind::Api => false,
            _ => return None,
        };
        let agent = exchange.request.headers().get("user-agent");
        let agent = agent.and_then(|agent| agent.to_str().ok());
        let by = agent.and_then(|agent| agent.split(' ').next());
        Some(Self {
            is_token,
            is_renewal: exchange.grant == Some("refresh_token"),
            by: by.unwrap_or_default().to_owned(),
            user: exchange.user.unwrap_or_default().to_owned(),
            refresh_token: exchange.refresh_token,
            began: exchange.began,
            ended: SystemTime::now(),
        })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(by: &str, refresh_token: usize, from: u64, to: u64) -> Entry {
        let at = |millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
        Entry {
            is_token: true,
            is_renewal: true,
            by: by.to_owned(),
            user: "shared-0".to_owned(),
            refresh_token: Some(refresh_token),
            began: at(from),
            ended: at(to),
        }
    }

    #[test]
    fn the_log_shows_what_is_wrong() {
        let place = TestedService::InfoFlora;
        let server = WatchedServer::start(place, Rotation::KillFamily, &["shared-0"]);
        let server = server.expect("a server on loopback");
        let mark = server.mark();
        let second = Duration::from_secs(1);
        locked(&server.log).extend([entry("a", 1, 0, 100), entry("b", 2, 150, 200)]);
        assert_eq!((server.most(mark), server.most_of_account(mark)), (1, 2));
        assert!(server.sooner_than(mark, second).is_empty());
        assert!(server.used_twice(mark).is_empty());
        locked(&server.log).push(entry("a", 2, 1_000, 1_050));
        assert_eq!((server.most(mark), server.most_of_account(mark)), (2, 3));
        assert_eq!(server.sooner_than(mark, second).len(), 1);
        assert_eq!(server.used_twice(mark).len(), 1);
        assert_eq!(server.most_at_once(mark), 1);
        locked(&server.log).push(entry("a", 3, 1_040, 1_060));
        assert_eq!(server.most_at_once(mark), 2);
        let at = |millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
        assert!(server.was_renewing(mark, at(1_020)));
        assert!(!server.was_renewing(mark, at(500)));
        let mut api = entry("a", 0, 0, 1);
        api.is_token = false;
        let mark = server.mark();
        locked(&server.log).push(api);
        assert_eq!(
            (server.token_requests(mark), server.api_requests(mark)),
            (0, 1)
        );
    }
}
