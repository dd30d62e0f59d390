//! A store and a transport that count their operations and halt at one step, where the master kills
//! the process.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use auth_core::{
    AccountKey, AsyncTransport, BoxFuture, Error, Lease, Limits, Request, Response, SecretBytes,
    Store, Transport, TransportError,
};

/// Counts steps: two for each operation, one before it and one after it.
#[derive(Clone, Debug)]
pub(super) struct Steps(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    passed: AtomicUsize,
    /// The step to halt at, counted from 1.
    halt_at: Option<usize>,
    /// How long it halts. Default: for good.
    halt_for: Option<Duration>,
    /// Receives the step's name.
    tell: fn(&str),
}

impl Steps {
    pub(super) fn new(halt_at: Option<usize>, halt_for: Option<Duration>, tell: fn(&str)) -> Self {
        let passed = AtomicUsize::new(0);
        Self(Arc::new(Inner {
            passed,
            halt_at,
            halt_for,
            tell,
        }))
    }

    /// Puts the same counter around a store or a transport.
    pub(super) fn around<I>(&self, inner: I) -> Counted<I> {
        let steps = self.clone();
        Counted { inner, steps }
    }

    fn pass(&self, name: impl Display) {
        let number = self.0.passed.fetch_add(1, Ordering::SeqCst) + 1;
        if self.0.halt_at == Some(number) {
            (self.0.tell)(&name.to_string());
            match self.0.halt_for {
                Some(time) => thread::sleep(time),
                None => loop {
                    thread::park();
                },
            }
        }
    }

    fn wrap<T>(&self, name: impl Display, job: impl FnOnce() -> T) -> T {
        self.pass(format_args!("before {name}"));
        let done = job();
        self.pass(format_args!("after {name}"));
        done
    }
}

/// A store or a transport whose steps are counted.
#[derive(Debug)]
pub(super) struct Counted<I> {
    inner: I,
    steps: Steps,
}

impl<S: Store> Store for Counted<S> {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.steps.wrap("load", || self.inner.load(key))
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        let lease = self.steps.wrap("lease", || self.inner.try_lease(key))?;
        Ok(lease.map(|lease| {
            let steps = self.steps.clone();
            let lease = Some(lease);
            Lease::new(key.clone(), CountedLease { lease, steps })
        }))
    }

    fn lease_duration(&self) -> Option<Duration> {
        self.inner.lease_duration()
    }

    fn next_change(&self, key: &AccountKey) -> Option<BoxFuture<'static, ()>> {
        self.inner.next_change(key)
    }

    fn confirm(&self, lease: &Lease, at_least: Duration) -> Result<bool, Error> {
        let lease = inner_lease(lease)?;
        let confirm = || self.inner.confirm(lease, at_least);
        self.steps.wrap("confirm", confirm)
    }

    fn reserve(&self, lease: &Lease, bytes: usize) -> Result<(), Error> {
        self.inner.reserve(inner_lease(lease)?, bytes)
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        let lease = inner_lease(lease)?;
        self.steps.wrap("save", || self.inner.save(lease, record))
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        let lease = inner_lease(lease)?;
        self.steps.wrap("remove", || self.inner.remove(lease))
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}

/// The lease of the inner store.
fn inner_lease(lease: &Lease) -> Result<&Lease, Error> {
    let counted = lease.guard::<CountedLease>();
    let inner = counted.and_then(|counted| counted.lease.as_ref());
    inner.ok_or_else(|| Error::internal("a lease of another store"))
}

/// A lease whose release is counted too.
struct CountedLease {
    lease: Option<Lease>,
    steps: Steps,
}

impl Drop for CountedLease {
    fn drop(&mut self) {
        let lease = self.lease.take();
        self.steps.wrap("releasing the lease", || drop(lease));
    }
}

impl<T: Transport> Transport for Counted<T> {
    fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        let name = name(&request);
        self.steps.wrap(name, || self.inner.send(request, limits))
    }
}

impl<T: AsyncTransport> AsyncTransport for Counted<T> {
    async fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        let name = name(&request);
        self.steps.pass(format_args!("before {name}"));
        let response = self.inner.send(request, limits).await;
        self.steps.pass(format_args!("after {name}"));
        response
    }
}

fn name(request: &Request) -> String {
    format!("{} {}", request.method(), request.uri().path())
}
