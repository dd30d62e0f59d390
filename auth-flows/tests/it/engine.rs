//! An engine that several hosts share, as `keystore::Postgres` uses one: records with versions,
//! leases that end by time, and hosts that lose their way to it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store};

/// The record of each account, with its version.
type Records = HashMap<AccountKey, (u64, Option<SecretBytes>)>;

/// A copy of all records: a backup, or what a replica has.
pub(crate) struct Replica(Records);

/// What the hosts share.
#[derive(Default)]
struct Tables {
    records: Records,
    leases: HashMap<AccountKey, (u64, bool)>,
}

/// The engine. Clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Engine(Arc<Mutex<Tables>>);

impl Engine {
    /// A host that is connected to it.
    pub(crate) fn host(&self) -> Host {
        Host {
            engine: self.clone(),
            line: Arc::default(),
        }
    }

    /// Ends all leases, as time does.
    pub(crate) fn end_leases(&self) {
        let mut tables = self.tables();
        tables.leases.values_mut().for_each(|lease| lease.1 = false);
    }

    /// Copies all records.
    pub(crate) fn replica(&self) -> Replica {
        Replica(self.tables().records.clone())
    }

    /// Fails over to a replica that was behind: what was saved since is lost, and so are all leases.
    pub(crate) fn fail_over(&self, replica: &Replica) {
        let mut tables = self.tables();
        tables.records.clone_from(&replica.0);
        tables
            .leases
            .values_mut()
            .for_each(|lease| *lease = (lease.0 + 1, false));
    }

    /// The record of the only account, if there is one.
    pub(crate) fn record(&self) -> Option<auth_core::TokenRecord> {
        let tables = self.tables();
        let (_, text) = tables.records.values().next()?;
        let text = text.as_ref()?;
        Some(auth_core::TokenRecord::from_text(text.as_ref()).expect("our own text"))
    }

    /// The key of the only account.
    pub(crate) fn key(&self) -> AccountKey {
        let tables = self.tables();
        tables.records.keys().next().expect("an account").clone()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().expect("no panic")
    }
}

/// What a host meets when it uses the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum EngineState {
    #[default]
    Open,
    /// Saves fail, and nothing else.
    SavesFail,
    /// Saves fail after some time, as those of a store that repeats them.
    SavesFailSlowly,
    /// Saves are refused, as by a full disk, and nothing else. To try again is of no use.
    SavesRefused,
    /// The engine refuses connections.
    Refused,
    /// Every operation hangs until this changes.
    Silent,
}

/// One host's store.
#[derive(Clone)]
pub(crate) struct Host {
    engine: Engine,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    state: Mutex<EngineState>,
    changed: Condvar,
    operations: AtomicUsize,
    may_prompt: AtomicBool,
    is_read_only: AtomicBool,
}

/// How long a save of [`EngineState::SavesFailSlowly`] takes: longer than a call tries again.
const SLOW: Duration = Duration::from_millis(400);

impl Host {
    pub(crate) fn set(&self, state: EngineState) {
        *self.line.state.lock().expect("no panic") = state;
        self.line.changed.notify_all();
    }

    /// From now on reading may ask a person, as that of a keyring.
    pub(crate) fn prompt(&self) {
        self.line.may_prompt.store(true, SeqCst);
    }

    /// From now on it can only be read.
    pub(crate) fn write_protect(&self) {
        self.line.is_read_only.store(true, SeqCst);
    }

    /// How many operations have begun.
    pub(crate) fn operations(&self) -> usize {
        self.line.operations.load(SeqCst)
    }

    fn pass(&self, is_save: bool) -> Result<(), Error> {
        self.line.operations.fetch_add(1, SeqCst);
        let mut state = self.line.state.lock().expect("no panic");
        while *state == EngineState::Silent {
            state = self.line.changed.wait(state).expect("no panic");
        }
        let state = *state;
        match (state, is_save) {
            (EngineState::Open | EngineState::Silent, _) => return Ok(()),
            (
                EngineState::SavesFail | EngineState::SavesFailSlowly | EngineState::SavesRefused,
                false,
            ) => return Ok(()),
            (EngineState::SavesRefused, true) => {
                return Err(Error::new(ErrorKind::Store, "the disk is full"));
            }
            (EngineState::SavesFailSlowly, true) => std::thread::sleep(SLOW),
            (EngineState::SavesFail | EngineState::Refused, _) => {}
        }
        Err(Error::new(ErrorKind::Transport, "the engine is away"))
    }

    fn write(&self, lease: &Lease, record: Option<&SecretBytes>) -> Result<(), Error> {
        self.pass(true)?;
        let guard = lease.guard::<Guard>().expect("our own lease");
        let over = guard.over.load(SeqCst);
        let mut tables = self.engine.tables();
        let stored = tables.records.entry(guard.key.clone()).or_default();
        if stored.0 > over {
            return Err(Error::new(
                ErrorKind::Store,
                "another program has saved a newer one",
            ));
        }
        *stored = (over + 1, record.cloned());
        guard.over.store(over + 1, SeqCst);
        Ok(())
    }
}

/// Ends the lease if it still holds.
struct Guard {
    host: Host,
    key: AccountKey,
    fence: u64,
    /// The version that was read under the lease.
    over: AtomicU64,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut tables = self.host.engine.tables();
        let lease = tables.leases.entry(self.key.clone()).or_default();
        lease.1 &= lease.0 != self.fence;
    }
}

impl Store for Host {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.pass(false)?;
        let tables = self.engine.tables();
        Ok(tables.records.get(key).and_then(|record| record.1.clone()))
    }
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        self.pass(false)?;
        let mut tables = self.engine.tables();
        let version = tables.records.get(key).map_or(0, |record| record.0);
        let lease = tables.leases.entry(key.clone()).or_default();
        if lease.1 {
            return Ok(None);
        }
        *lease = (lease.0 + 1, true);
        let guard = Guard {
            host: self.clone(),
            key: key.clone(),
            fence: lease.0,
            over: AtomicU64::new(version),
        };
        Ok(Some(Lease::new(key.clone(), guard)))
    }
    fn lease_duration(&self) -> Option<Duration> {
        Some(Duration::from_secs(10))
    }
    fn confirm(&self, lease: &Lease, _: Duration) -> Result<bool, Error> {
        self.pass(false)?;
        let guard = lease.guard::<Guard>().expect("our own lease");
        let mut tables = self.engine.tables();
        let lease = tables.leases.entry(guard.key.clone()).or_default();
        let holds = lease.0 == guard.fence;
        lease.1 |= holds;
        Ok(holds)
    }
    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.write(lease, Some(record))
    }
    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.write(lease, None)
    }
    fn may_prompt(&self) -> bool {
        self.line.may_prompt.load(SeqCst)
    }
    fn is_read_only(&self) -> bool {
        self.line.is_read_only.load(SeqCst)
    }
    fn describe(&self) -> String {
        "engine".to_owned()
    }
}
