//! One thread that talks to the keyring, so that every caller waits for a bounded time only.
//!
//! A keyring may ask a person to unlock it, and may then answer in a minute or never; none of the libraries beneath can give
//! up waiting. So the thread waits, and callers give up. What a caller gave up on before it was begun is not done any more;
//! what was begun keeps the caller's lease until it ends, so that a write that is late never meets another holder's. The
//! thread also keeps the libraries beneath away from the caller's async runtime: they would block on one of their own.
//!
//! The connection is made at first use, and anew when it fails: a keyring that starts later is found.

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

/// Makes a connection to the keyring, on the worker's thread.
pub(crate) type Connect = dyn Fn() -> Result<Box<dyn Entries>, Failure> + Send + Sync;

/// The keyring's thread. It starts at first use, and ends with this value.
pub(crate) struct Worker {
    connect: Arc<Connect>,
    jobs: Mutex<Option<Sender<Job>>>,
}

/// A job until somebody takes it out: the thread to do it, or the caller who gave up.
type Job = Arc<Mutex<Option<Task>>>;

struct Task {
    order: Order,
    /// Kept until the task is done.
    guard: Option<Guard>,
    reply: SyncSender<Result<Option<SecretBytes>, Failure>>,
}

/// What a task keeps alive: the lease that it writes under.
pub(crate) type Guard = Arc<dyn Any + Send + Sync>;

enum Order {
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

    /// The entries, for a caller who waits for each at most for `patience`, and writes under `guard`.
    pub(crate) fn entries(&self, patience: Duration, guard: Option<Guard>) -> Waiting<'_> {
        Waiting {
            worker: self,
            patience,
            guard,
        }
    }

    fn send(&self, job: &Job) -> Result<(), Failure> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(jobs) = &*jobs {
            // The thread holds its end as long as this one exists.
            let _: Result<(), mpsc::SendError<Job>> = jobs.send(Arc::clone(job));
            return Ok(());
        }
        let (sender, receiver) = mpsc::channel();
        let connect = Arc::clone(&self.connect);
        thread::Builder::new()
            .name("keyring".into())
            .spawn(move || work(&receiver, &connect))
            .map_err(|error| Failure::Broken(format!("its thread does not start: {error}")))?;
        let _: Result<(), mpsc::SendError<Job>> = sender.send(Arc::clone(job));
        *jobs = Some(sender);
        Ok(())
    }
}

/// A [`Worker`] with a caller's patience.
pub(crate) struct Waiting<'w> {
    worker: &'w Worker,
    patience: Duration,
    guard: Option<Guard>,
}

impl Waiting<'_> {
    /// Whether there is a keyring that answers.
    pub(crate) fn connect(&self) -> Result<(), Failure> {
        self.done(Order::Connect).map(drop)
    }

    fn done(&self, order: Order) -> Result<Option<SecretBytes>, Failure> {
        let (reply, response) = mpsc::sync_channel(1);
        let job = Arc::new(Mutex::new(Some(Task {
            order,
            guard: self.guard.clone(),
            reply,
        })));
        self.worker.send(&job)?;
        match response.recv_timeout(self.patience) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Timeout) => {
                let unbegun = job.lock().unwrap_or_else(PoisonError::into_inner).take();
                drop(unbegun);
                Err(Failure::NoAnswer(self.patience))
            }
            // The thread answers every job that it takes.
            Err(RecvTimeoutError::Disconnected) => Err(Failure::Broken("its thread ended".into())),
        }
    }
}

impl Entries for Waiting<'_> {
    fn get(&self, name: &Name) -> Result<Option<SecretBytes>, Failure> {
        self.done(Order::Get(name.clone()))
    }

    fn set(&self, name: &Name, secret: &SecretBytes) -> Result<(), Failure> {
        self.done(Order::Set(name.clone(), secret.clone()))
            .map(drop)
    }

    fn delete(&self, name: &Name) -> Result<(), Failure> {
        self.done(Order::Delete(name.clone())).map(drop)
    }
}

/// The thread: does one job after the other until the worker is gone.
fn work(jobs: &Receiver<Job>, connect: &Arc<Connect>) {
    let mut line: Option<Box<dyn Entries>> = None;
    while let Ok(job) = jobs.recv() {
        let task = job.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Task {
            order,
            guard,
            reply,
        }) = task
        else {
            continue;
        };
        // The next caller needs this thread.
        let outcome = catch_unwind(AssertUnwindSafe(|| follow(&order, &mut line, connect)));
        let outcome = outcome.unwrap_or_else(|_| {
            line = None;
            Err(Failure::Broken("a library beneath panicked".into()))
        });
        drop(guard);
        // A caller who gave up does not hear it.
        let _: Result<(), mpsc::SendError<_>> = reply.send(outcome);
    }
}

fn follow(
    order: &Order,
    line: &mut Option<Box<dyn Entries>>,
    connect: &Arc<Connect>,
) -> Result<Option<SecretBytes>, Failure> {
    let was_connected = line.is_some();
    let outcome = attempt(order, line, connect);
    let is_lost = |outcome: &Result<_, Failure>| {
        matches!(
            outcome,
            Err(Failure::Broken(_) | Failure::NoBus | Failure::NoService)
        )
    };
    if !is_lost(&outcome) {
        return outcome;
    }
    *line = None;
    if !was_connected {
        return outcome;
    }
    // The keyring was started anew since: each order can be followed twice.
    let again = attempt(order, line, connect);
    if is_lost(&again) {
        *line = None;
    }
    again
}

fn attempt(
    order: &Order,
    line: &mut Option<Box<dyn Entries>>,
    connect: &Arc<Connect>,
) -> Result<Option<SecretBytes>, Failure> {
    let entries = match line {
        Some(entries) => entries,
        None => line.insert(connect()?),
    };
    match order {
        Order::Connect => Ok(None),
        Order::Get(name) => entries.get(name),
        Order::Set(name, secret) => entries.set(name, secret).map(|()| None),
        Order::Delete(name) => entries.delete(name).map(|()| None),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::keyring::{entries::Kind, fake::Fake};

    const SHORT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(60);

    fn name() -> Name {
        Name {
            service: "s".into(),
            user: "u".into(),
            kind: Kind::Record,
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
    fn entries_go_through_the_thread_over_one_connection() {
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
    fn a_connection_that_broke_is_made_anew_once() {
        let fake = Fake::new(100);
        let (worker, connections) = worker(&fake);
        let entries = worker.entries(LONG, None);
        let check = |failures: usize, expect: bool, connected: u32| {
            fake.fail_next(failures, Failure::Broken("restarted".into()));
            assert_eq!(entries.set(&name(), &secret()).is_ok(), expect);
            assert_eq!(connections.load(Ordering::SeqCst), connected);
        };
        check(1, false, 1); // a first connection that fails is not tried twice
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
    fn a_caller_gives_up_and_what_was_not_begun_is_not_done() {
        let fake = Fake::new(100);
        let (worker, _) = worker(&fake);
        let lease: Guard = Arc::new(());
        let gate = fake.hold();
        let begun = worker.entries(SHORT, Some(Arc::clone(&lease)));
        assert_eq!(
            begun.set(&name(), &secret()),
            Err(Failure::NoAnswer(SHORT)),
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
            "what was begun keeps its lease, what was not begun gave it back"
        );
        drop(gate);
        let patient = worker.entries(LONG, None);
        assert!(patient.get(&other).unwrap().is_none());
        assert!(patient.get(&name()).unwrap().is_some());
        assert_eq!(Arc::strong_count(&lease), 1);
    }

    #[test]
    fn a_panic_beneath_is_an_error_and_the_next_call_has_a_new_connection() {
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
