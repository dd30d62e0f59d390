//! A thread that talks to the keyring, so that each call has a timeout.
//!
//! A keyring may prompt the user to unlock it, and respond after a minute or never. The keyring
//! libraries have no timeouts. So the thread waits for them, and callers time out. A task that
//! times out before it began is not run. A task that began keeps the caller's lease until it ends,
//! so that a late write never overlaps that of the next holder. The thread also separates the
//! libraries from the caller's async runtime, because they block on a runtime of their own.
//!
//! The thread connects at first use, and again after a failure, so a keyring that starts later is
//! found.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender},
    },
    thread,
    time::Duration,
};

use auth_core::SecretBytes;

use super::entries::{Entries, Failure, Name};

/// Connects to the keyring, on the worker's thread.
pub(crate) type Connect = dyn Fn() -> Result<Box<dyn Entries>, Failure> + Send + Sync;

/// The keyring's thread. It starts at first use, and ends when this value is dropped.
pub(crate) struct Worker {
    connect: Arc<Connect>,
    jobs: Mutex<Option<Sender<Job>>>,
}

/// A task that one side takes out: the thread to run it, or the caller that timed out.
type Job = Arc<Mutex<Option<Task>>>;

struct Task {
    request: Request,
    /// Kept alive until the task ends.
    guard: Option<Guard>,
    reply: SyncSender<Result<Option<SecretBytes>, Failure>>,
}

/// The lease of a write, which the task keeps alive.
pub(crate) type Guard = Arc<dyn Any + Send + Sync>;

enum Request {
    Connect,
    Get(Name),
    Set(Name, SecretBytes),
    Delete(Name),
}

impl Worker {
    pub(crate) fn new(connect: Arc<Connect>) -> Self {
        Self {
            connect,
            jobs: Mutex::new(None),
        }
    }

    /// Returns the entries for a caller with this timeout for each call. `guard` is the lease of
    /// its writes.
    pub(crate) fn entries(&self, timeout: Duration, guard: Option<Guard>) -> WorkerEntries<'_> {
        WorkerEntries {
            worker: self,
            timeout,
            guard,
            waits: None,
        }
    }

    fn send(&self, job: &Job) -> Result<(), Failure> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(jobs) = &*jobs {
            // Cannot fail: the thread keeps its receiver as long as this sender exists.
            let _: Result<(), mpsc::SendError<Job>> = jobs.send(Arc::clone(job));
            return Ok(());
        }
        let (sender, receiver) = mpsc::channel();
        let connect = Arc::clone(&self.connect);
        thread::Builder::new()
            .name("keyring".into())
            .spawn(move || run_jobs(&receiver, &connect))
            .map_err(|error| {
                Failure::Broken(format!("cannot start the keyring's thread: {error}"))
            })?;
        let _: Result<(), mpsc::SendError<Job>> = sender.send(Arc::clone(job));
        *jobs = Some(sender);
        Ok(())
    }
}

/// The entries of a [`Worker`], with a caller's timeout.
pub(crate) struct WorkerEntries<'w> {
    worker: &'w Worker,
    timeout: Duration,
    guard: Option<Guard>,
    waits: Option<&'w dyn Fn(Duration)>,
}

/// How long a call waits before it is reported: longer than any keyring needs that is unlocked.
const SOON: Duration = Duration::from_secs(1);

impl<'w> WorkerEntries<'w> {
    /// Calls `waits` once a call has waited for a second, with the longest time that is left.
    pub(crate) fn with_waits(mut self, waits: &'w dyn Fn(Duration)) -> Self {
        self.waits = Some(waits);
        self
    }

    /// Checks that there is a keyring and that it responds.
    pub(crate) fn connect(&self) -> Result<(), Failure> {
        self.run(Request::Connect).map(drop)
    }

    fn run(&self, request: Request) -> Result<Option<SecretBytes>, Failure> {
        let (reply, response) = mpsc::sync_channel(1);
        let job = Arc::new(Mutex::new(Some(Task {
            request,
            guard: self.guard.clone(),
            reply,
        })));
        self.worker.send(&job)?;
        let received = match (self.waits, self.timeout.checked_sub(SOON)) {
            (Some(waits), Some(left)) => response.recv_timeout(SOON).or_else(|error| match error {
                RecvTimeoutError::Timeout => {
                    waits(left);
                    response.recv_timeout(left)
                }
                error => Err(error),
            }),
            _ => response.recv_timeout(self.timeout),
        };
        match received {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => {
                let not_begun = job.lock().unwrap_or_else(PoisonError::into_inner).take();
                drop(not_begun);
                Err(Failure::NoResponse(self.timeout))
            }
            // The thread replies to every job that it takes.
            Err(RecvTimeoutError::Disconnected) => {
                Err(Failure::Broken("the keyring's thread ended".into()))
            }
        }
    }
}

impl Entries for WorkerEntries<'_> {
    fn get(&self, name: &Name) -> Result<Option<SecretBytes>, Failure> {
        self.run(Request::Get(name.clone()))
    }

    fn set(&self, name: &Name, secret: &SecretBytes) -> Result<(), Failure> {
        self.run(Request::Set(name.clone(), secret.clone()))
            .map(drop)
    }

    fn delete(&self, name: &Name) -> Result<(), Failure> {
        self.run(Request::Delete(name.clone())).map(drop)
    }
}

/// Runs one job after the other until the worker is dropped.
fn run_jobs(jobs: &Receiver<Job>, connect: &Arc<Connect>) {
    let mut connection: Option<Box<dyn Entries>> = None;
    while let Ok(job) = jobs.recv() {
        let task = job.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Task {
            request,
            guard,
            reply,
        }) = task
        else {
            continue;
        };
        // A panic must not end this thread: the next caller requires it.
        let result = catch_unwind(AssertUnwindSafe(|| {
            run_with_reconnect(&request, &mut connection, connect)
        }));
        let result = result.unwrap_or_else(|_| {
            connection = None;
            Err(Failure::Broken("the keyring library panicked".into()))
        });
        drop(guard);
        // Fails if the caller has timed out.
        let _: Result<(), mpsc::SendError<_>> = reply.send(result);
    }
}

fn run_with_reconnect(
    request: &Request,
    connection: &mut Option<Box<dyn Entries>>,
    connect: &Arc<Connect>,
) -> Result<Option<SecretBytes>, Failure> {
    let was_connected = connection.is_some();
    let result = run_once(request, connection, connect);
    let is_lost = |result: &Result<_, Failure>| {
        matches!(
            result,
            Err(Failure::Broken(_) | Failure::NoBus | Failure::NoService)
        )
    };
    if !is_lost(&result) {
        return result;
    }
    *connection = None;
    if !was_connected {
        return result;
    }
    // The keyring may have been restarted. Every request is idempotent, so try it again.
    let result = run_once(request, connection, connect);
    if is_lost(&result) {
        *connection = None;
    }
    result
}

fn run_once(
    request: &Request,
    connection: &mut Option<Box<dyn Entries>>,
    connect: &Arc<Connect>,
) -> Result<Option<SecretBytes>, Failure> {
    let entries = match connection {
        Some(entries) => entries,
        None => connection.insert(connect()?),
    };
    match request {
        Request::Connect => Ok(None),
        Request::Get(name) => entries.get(name),
        Request::Set(name, secret) => entries.set(name, secret).map(|()| None),
        Request::Delete(name) => entries.delete(name).map(|()| None),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::keyring::{entries::EntryKind, fake::Fake};

    const SHORT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(60);

    fn name() -> Name {
        Name {
            service: "s".into(),
            user: "u".into(),
            kind: EntryKind::TokenRecord,
        }
    }

    fn secret() -> SecretBytes {
        SecretBytes::new(b"marked-secret".to_vec())
    }

    /// A worker over `fake` that counts its connections.
    fn worker(fake: &Fake) -> (Worker, Arc<AtomicU32>) {
        let (fake, count) = (fake.clone(), Arc::new(AtomicU32::new(0)));
        let counted = Arc::clone(&count);
        let connect = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(Box::new(fake.clone()) as Box<dyn Entries>)
        };
        (Worker::new(Arc::new(connect)), count)
    }

    #[test]
    fn all_calls_use_one_connection() {
        let fake = Fake::new(100);
        let (worker, connections) = worker(&fake);
        let entries = worker.entries(LONG, None);
        assert!(entries.get(&name()).unwrap().is_none());
        entries.set(&name(), &secret()).unwrap();
        assert_eq!(
            entries.get(&name()).unwrap().unwrap().as_ref(),
            secret().as_ref()
        );
        entries.delete(&name()).unwrap();
        assert!(entries.get(&name()).unwrap().is_none());
        assert_eq!(connections.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_broken_connection_is_replaced_once() {
        let fake = Fake::new(100);
        let (worker, connections) = worker(&fake);
        let entries = worker.entries(LONG, None);
        let check = |failures: usize, expect: bool, connected: u32| {
            fake.fail_next(failures, Failure::Broken("restarted".into()));
            assert_eq!(entries.set(&name(), &secret()).is_ok(), expect);
            assert_eq!(connections.load(Ordering::SeqCst), connected);
        };
        check(1, false, 1); // a first connection that fails is not tried again
        check(0, true, 2);
        check(1, true, 3);
        check(2, false, 4);
        check(0, true, 5);
        fake.fail_next(1, Failure::Locked);
        assert_eq!(entries.connect(), Ok(()));
        assert_eq!(entries.get(&name()).unwrap_err(), Failure::Locked);
        assert_eq!(connections.load(Ordering::SeqCst), 5, "locked is not lost");
    }

    #[test]
    fn a_task_that_times_out_before_it_began_is_not_run() {
        let fake = Fake::new(100);
        let (worker, _) = worker(&fake);
        let lease: Guard = Arc::new(());
        let hold = fake.hold();
        let begun = worker.entries(SHORT, Some(Arc::clone(&lease)));
        assert_eq!(
            begun.set(&name(), &secret()),
            Err(Failure::NoResponse(SHORT)),
            "the keyring is silent"
        );
        let other = Name {
            user: "other".into(),
            ..name()
        };
        let waiting = worker.entries(SHORT, Some(Arc::clone(&lease)));
        assert!(waiting.set(&other, &secret()).is_err());
        drop((begun, waiting));
        assert_eq!(
            Arc::strong_count(&lease),
            2,
            "the task that began keeps its lease, the other one released it"
        );
        drop(hold);
        let last = worker.entries(LONG, None);
        assert!(last.get(&other).unwrap().is_none());
        assert!(last.get(&name()).unwrap().is_some());
        assert_eq!(Arc::strong_count(&lease), 1);
    }

    #[test]
    fn a_panic_of_the_library_is_an_error_and_the_next_call_reconnects() {
        let fake = Fake::new(100);
        let (worker, connections) = worker(&fake);
        let entries = worker.entries(LONG, None);
        fake.panic_next();
        assert!(matches!(
            entries.get(&name()).unwrap_err(),
            Failure::Broken(_)
        ));
        assert!(entries.get(&name()).unwrap().is_none());
        assert_eq!(connections.load(Ordering::SeqCst), 2);
    }
}
