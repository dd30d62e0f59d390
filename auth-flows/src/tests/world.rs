//! A client of either world on the thread and the clock of a test, and an operation for it.

use std::{
    collections::VecDeque,
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use auth_core::{
    AsyncTransport, BaseUrl, BoxFuture, CallPolicy, Error, ErrorKind, Operation, Request, Response,
    Runtime, Service, Store, TokenKind, Transport,
};

use crate::{AsyncClient, Client, ClientEvent, Status, clock};

/// Makes the same call with the client of either world.
macro_rules! call {
    ($world:expr, $client:ident => $call:expr) => {
        match $world {
            World::Blocking($client) => $call,
            World::Async($client, sim) => sim.block_on($call),
        }
    };
}
pub(super) use call;

#[derive(Clone)]
pub(super) enum World {
    Blocking(Client),
    Async(AsyncClient, Sim),
}

impl World {
    pub(super) fn new(
        is_async: bool,
        service: Service,
        transport: &(impl Transport + AsyncTransport + Clone),
        store: &(impl Store + Clone),
    ) -> Self {
        let (transport, store) = (transport.clone(), store.clone());
        if is_async {
            let sim = Sim::default();
            Self::Async(
                AsyncClient::new(service, transport, sim.clone(), store),
                sim,
            )
        } else {
            Self::Blocking(Client::new(service, transport, store))
        }
    }

    pub(super) fn on_event(self, note: impl Fn(&ClientEvent<'_>) + Send + Sync + 'static) -> Self {
        match self {
            Self::Blocking(client) => Self::Blocking(client.on_event(note)),
            Self::Async(client, sim) => Self::Async(client.on_event(note), sim),
        }
    }

    /// Makes a call with the login token of an account.
    pub(super) fn call(&self) -> Result<(), Error> {
        call!(self, client => client.account("me").send(AskLogin))
    }

    pub(super) fn renew(&self) {
        drop(call!(self, client => client.account("me").invalidate(TokenKind::Login)));
        drop(self.call());
    }

    pub(super) fn log_in(&self) -> Result<Status, Error> {
        call!(self, client => client.account("me").log_in_with_password("alice", "password"))
    }

    pub(super) fn log_out(&self) -> bool {
        call!(self, client => client.account("me").log_out()).is_ok()
    }

    pub(super) fn is_unsaved(&self) -> bool {
        let status = call!(self, client => client.account("me").status());
        status.is_ok_and(|status| status.unsaved.is_some())
    }

    pub(super) fn status(&self) -> Status {
        call!(self, client => client.account("me").status()).expect("a status")
    }
}

/// Requires the login token.
pub(super) struct AskLogin;

impl Operation for AskLogin {
    type Output = ();
    fn policy(&self) -> CallPolicy {
        CallPolicy::read("www")
    }
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/things")
    }
    fn parse(&self, response: Response) -> Result<(), Error> {
        match response.status().is_success() {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Refused, "no").with_status(response.status())),
        }
    }
}

/// A runtime on the test's thread and clock: what is spawned runs when a future is waited for.
#[derive(Clone, Default)]
pub(super) struct Sim(Arc<Mutex<VecDeque<BoxFuture<'static, ()>>>>);

impl Sim {
    pub(super) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..10_000 {
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
            let tasks = std::mem::take(&mut *self.0.lock().expect("no panic"));
            for mut task in tasks {
                if task.as_mut().poll(&mut context).is_pending() {
                    self.0.lock().expect("no panic").push_back(task);
                }
            }
        }
        panic!("no end");
    }
}

impl Runtime for Sim {
    /// Moves the clock on if nothing else did.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        struct Sleep(Duration, Option<Duration>);
        impl Future for Sleep {
            type Output = ();
            fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
                let now = clock::now().monotonic;
                let end = self.0 + now;
                match self.1 {
                    None => self.1 = Some(end),
                    Some(end) if end <= now => return Poll::Ready(()),
                    // A wait for another caller's renewal is longer than any of its pauses.
                    Some(_) if self.0 < Duration::from_secs(15) => {
                        clock::test::advance(Duration::from_millis(10));
                    }
                    Some(_) => {}
                }
                Poll::Pending
            }
        }
        Box::pin(Sleep(duration, None))
    }

    fn offload(&self, job: Box<dyn FnOnce() + Send>) {
        job();
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.0.lock().expect("no panic").push_back(task);
    }
}
