//! The store over an engine: leases with a heartbeat, saves that are repeated, notes.

use std::{
    borrow::Cow,
    collections::HashMap,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use auth_core::{AccountKey, BoxFuture, Error, ErrorKind, Lease, SecretBytes, Store};

use super::{
    engine::{Engine, Held},
    id::Id,
    limits::Limits,
    listener::{Listener, Times},
    random_word,
    thread::EngineThread,
};

/// How long the lease of a dead process remains. Three heartbeats may fail before a living one
/// loses it.
pub(super) const LEASE: Duration = Duration::from_secs(10);
/// The shortest: a heartbeat each third of it must be possible on a busy machine.
const SHORTEST_LEASE: Duration = Duration::from_millis(500);
/// The longest: what a dead process leaves must end.
const LONGEST_LEASE: Duration = Duration::from_secs(86_400);
/// The longest name of a note that is stored as it is, in bytes.
const LONGEST_NAME: usize = 500;
/// The pauses between the repetitions of a save.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// What a host waits at most, at first and later, after others have changed a note before it.
const SHORTEST_YIELD: Duration = Duration::from_millis(4);
const LONGEST_YIELD: Duration = Duration::from_millis(128);

/// A store over an engine. Clones share its thread and connection.
pub(super) struct Remote<E>(Arc<Shared<E>>);

impl<E> Clone for Remote<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Shared<E> {
    engine: Arc<E>,
    thread: EngineThread,
    lease: Duration,
    limits: Limits,
    held: Arc<Mutex<HashMap<u64, Arc<Held>>>>,
    numbers: AtomicU64,
    /// The records that were read with a lease, by account, until they are loaded.
    read: Mutex<HashMap<[u8; 32], Read>>,
    listener: Listener,
    /// The notes as they were last seen. The lock of one also keeps the threads of this process from
    /// competing for it.
    notes: Mutex<HashMap<String, Arc<Mutex<String>>>>,
}

/// A record that was read under a lease, where only its holder changes it. It saves a load, so it
/// is used once and soon.
struct Read {
    number: u64,
    since: Instant,
    record: Option<SecretBytes>,
}

/// Ends the lease when dropped.
struct Guard<E: Engine> {
    shared: Arc<Shared<E>>,
    number: u64,
    held: Arc<Held>,
}

impl<E: Engine> Drop for Guard<E> {
    fn drop(&mut self) {
        locked(&self.shared.held).remove(&self.number);
        self.shared.forget(&self.held.id, self.number);
        let (engine, held) = (Arc::clone(&self.shared.engine), Arc::clone(&self.held));
        let Limits {
            operation, free, ..
        } = self.shared.limits;
        let job = async move { attempt(&*engine, operation, || engine.free(&held)).await };
        // If it fails, the lease ends by itself.
        let _ = self.shared.thread.call_within(free, job);
    }
}

impl<E> Shared<E> {
    /// Drops what was read with this lease.
    fn forget(&self, id: &Id, number: u64) {
        let mut read = locked(&self.read);
        if read
            .get(&id.digest)
            .is_some_and(|read| read.number == number)
        {
            read.remove(&id.digest);
        }
    }
}

impl<E: Engine> Remote<E> {
    /// Checks the engine and starts the heartbeat.
    pub(super) fn open(
        engine: E,
        thread: EngineThread,
        lease: Duration,
        limits: Limits,
    ) -> Result<Self, Error> {
        if !(SHORTEST_LEASE..=LONGEST_LEASE).contains(&lease) {
            return Err(Error::new(
                ErrorKind::Configuration,
                "the duration of a lease is under half a second, or over a day",
            )
            .with_setting("lease_duration")
            .with_help("use some seconds"));
        }
        let engine = Arc::new(engine);
        let held: Arc<Mutex<HashMap<u64, Arc<Held>>>> = Arc::default();
        let (all, of, limit) = (
            Arc::downgrade(&held),
            Arc::downgrade(&engine),
            limits.operation,
        );
        thread.spawn(beat(all, of, lease, limit));
        let remote = Self(Arc::new(Shared {
            engine,
            thread,
            lease,
            limits,
            held,
            numbers: AtomicU64::new(0),
            read: Mutex::default(),
            listener: Listener::new(Times::default()),
            notes: Mutex::default(),
        }));
        remote.health()?;
        Ok(remote)
    }

    /// Returns a few records of any accounts.
    pub(super) fn sample(&self) -> Result<Vec<(AccountKey, SecretBytes)>, Error> {
        self.call(|engine| async move { engine.sample().await })
    }

    /// Asks the engine something of its own.
    #[cfg(feature = "redis")]
    pub(super) fn ask<T, F>(
        &self,
        job: impl Fn(Arc<E>) -> F + Send + Sync + 'static,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        self.call(job)
    }

    fn guard<'l>(&self, lease: &'l Lease) -> Result<&'l Guard<E>, Error> {
        let guard = lease.guard::<Guard<E>>();
        guard.ok_or_else(|| Error::new(ErrorKind::Usage, "this lease is of another store"))
    }

    fn call<T, F>(&self, job: impl Fn(Arc<E>) -> F + Send + Sync + 'static) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let (engine, limit) = (Arc::clone(&self.0.engine), self.0.limits.operation);
        self.0.thread.call(async move {
            let start = Instant::now();
            let first = attempt(&*engine, limit, || job(Arc::clone(&engine))).await;
            let left = limit.saturating_sub(start.elapsed());
            match first {
                // The connection may have ended long ago.
                Err(error)
                    if error.is_retryable()
                        && error.kind() == ErrorKind::Transport
                        && left > limit / 2 =>
                {
                    attempt(&*engine, left, || job(Arc::clone(&engine))).await
                }
                result => result,
            }
        })
    }

    fn write(&self, lease: &Lease, record: Option<SecretBytes>) -> Result<(), Error> {
        let guard = self.guard(lease)?;
        self.0.forget(&guard.held.id, guard.number);
        let (engine, held) = (Arc::clone(&self.0.engine), Arc::clone(&guard.held));
        let (over, duration, limits) = (held.version(), self.0.lease, self.0.limits);
        let saved = self.0.thread.call(async move {
            let (end, mut pause) = (Instant::now() + limits.save, FIRST_PAUSE);
            loop {
                let write = || engine.write(&held, over, record.as_ref(), duration);
                // None begins that would end later.
                let limit = limits
                    .operation
                    .min(end.saturating_duration_since(Instant::now()));
                match attempt(&*engine, limit, write).await {
                    Err(error) if error.is_retryable() && Instant::now() + pause < end => {
                        tokio::time::sleep(pause).await;
                        pause = (pause * 2).min(LONGEST_PAUSE);
                    }
                    result => return result,
                }
            }
        })?;
        match saved {
            true => {
                guard.held.set_version(over + 1);
                Ok(())
            }
            false => Err(Error::new(
                ErrorKind::Store,
                "the record was not saved: another program has saved a newer one, because this \
                 one hung or was cut off for longer than its lease",
            )
            .with_help("try again, which uses the newer one")),
        }
    }
}

impl<E: Engine> Store for Remote<E> {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        let id = Id::of(key);
        if let Some(read) = locked(&self.0.read).remove(&id.digest) {
            if read.since.elapsed() < self.0.lease / 3 {
                return Ok(read.record);
            }
        }
        self.call(move |engine| {
            let id = id.clone();
            async move { engine.load(&id).await }
        })
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        let (id, holder, lease) = (Id::of(key), random_word()?, self.0.lease);
        let (wanted, own) = (id.clone(), holder.clone());
        let since = Instant::now();
        let taken = self.call(move |engine| {
            let (id, holder) = (wanted.clone(), own.clone());
            async move { engine.take(&id, &holder, lease).await }
        })?;
        Ok(taken.map(|taken| {
            let number = self.0.numbers.fetch_add(1, Ordering::Relaxed);
            let digest = id.digest;
            let held = Arc::new(Held::new(id, holder, &taken));
            let record = taken.record;
            let read = Read {
                number,
                since,
                record,
            };
            locked(&self.0.read).insert(digest, read);
            locked(&self.0.held).insert(number, Arc::clone(&held));
            let guard = Guard {
                shared: Arc::clone(&self.0),
                number,
                held,
            };
            Lease::new(key.clone(), guard)
        }))
    }

    fn lease_duration(&self) -> Option<Duration> {
        Some(self.0.lease)
    }

    fn next_change(&self, key: &AccountKey) -> Option<BoxFuture<'static, ()>> {
        let shared = &self.0;
        shared
            .listener
            .next_change(&Id::of(key), &shared.engine, &shared.thread)
    }

    fn confirm(&self, lease: &Lease, at_least: Duration) -> Result<bool, Error> {
        let held = Arc::clone(&self.guard(lease)?.held);
        let at_least = at_least.max(self.0.lease);
        self.call(move |engine| {
            let held = Arc::clone(&held);
            async move { engine.confirm(&held, at_least).await }
        })
    }

    fn health(&self) -> Result<(), Error> {
        self.call(|engine| async move { engine.check().await })
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.write(lease, Some(record.clone()))
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.write(lease, None)
    }

    /// Costs no round trip: what can be known before the save was found out with the lease. A
    /// database has room for a record of any length, or fails at the lease as well.
    fn reserve(&self, lease: &Lease, _: usize) -> Result<(), Error> {
        match self.guard(lease)?.held.can_save {
            true => Ok(()),
            // It says which right is missing, or that it has been granted meanwhile.
            false => self.health(),
        }
    }

    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        self.call(|engine| async move { engine.accounts().await })
            .map(Some)
    }

    fn describe(&self) -> String {
        self.0.engine.describe().to_owned()
    }

    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        let note = &*stored_name(note);
        let known = Arc::clone(locked(&self.0.notes).entry(note.to_owned()).or_default());
        let mut known = locked(&known);
        let Limits {
            note: limit, races, ..
        } = self.0.limits;
        let begun = Instant::now();
        for tries in 1_u32.. {
            let (start, new) = (Instant::now(), change(&known));
            let (engine, name) = (Arc::clone(&self.0.engine), note.to_owned());
            let (from, to) = (known.clone(), new.clone());
            let found = self.0.thread.call(async move {
                attempt(&*engine, limit, || engine.swap(&name, &from, &to)).await
            })?;
            let Some(found) = found else {
                *known = new;
                return Ok(true);
            };
            *known = found;
            if begun.elapsed() > races {
                break;
            }
            if tries % 2 == 0 {
                thread::sleep(yielding(tries, start.elapsed()));
            }
        }
        let what = "other programs changed the note each time";
        Err(Error::new(ErrorKind::TimedOut, what).with_help("try again"))
    }
}

/// Returns how long to leave a note to others after this many lost races, the last of which took this
/// long. A crowd that tries again at once makes a try of each for a change of one. After a pause one
/// try finds the text of meanwhile, and the next one changes it, so a pause comes after two.
fn yielding(tries: u32, took: Duration) -> Duration {
    let longest = SHORTEST_YIELD.max(took) * 2_u32.saturating_pow(tries / 2 - 1);
    let mut part = [u8::MAX];
    // Without random bytes it is the longest.
    let _ = getrandom::fill(&mut part);
    longest.min(LONGEST_YIELD.max(took)) * u32::from(part[0]) / u32::from(u8::MAX)
}

/// Returns the name of a note as an engine stores it: a key of an index of PostgreSQL has a longest
/// length, and no NUL.
fn stored_name(note: &str) -> Cow<'_, str> {
    match note.len() > LONGEST_NAME || note.contains('\0') {
        true => Id::of(&AccountKey::new("note", "", note)).digits().into(),
        false => note.into(),
    }
}

/// Keeps all leases of a store, until that is dropped.
async fn beat<E: Engine>(
    held: Weak<Mutex<HashMap<u64, Arc<Held>>>>,
    engine: Weak<E>,
    lease: Duration,
    limit: Duration,
) {
    loop {
        tokio::time::sleep(lease / 3).await;
        let (Some(held), Some(engine)) = (held.upgrade(), engine.upgrade()) else {
            return;
        };
        let all: Vec<_> = locked(&held).values().cloned().collect();
        if !all.is_empty() {
            // A failure shows when a lease is confirmed.
            let _ = attempt(&*engine, limit.min(lease), || engine.beat(&all, lease)).await;
        }
    }
}

/// Runs an operation once, within this time.
async fn attempt<E: Engine, T, F>(
    engine: &E,
    limit: Duration,
    operation: impl FnOnce() -> F,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    match tokio::time::timeout(limit, operation()).await {
        Ok(result) => result,
        Err(_) => {
            engine.reset();
            let (label, limit) = (engine.describe(), limit.as_secs_f32().ceil());
            let what = format!("{label} did not respond within {limit} s");
            Err(Error::new(ErrorKind::TimedOut, what).with_help("try again"))
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change is one insertion or removal: a panic elsewhere leaves the map consistent.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
