//! What a failed renewal reports of the old token, which only the memory of the program may have.

use std::{
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use auth_core::{
    AsyncTransport, BaseUrl, BoxFuture, CallPolicy, Error, ErrorKind, Limits, Operation, Request,
    Response, Runtime, Transport, TransportError,
};
use keystore::Memory;
use worlds::Hooked;

use super::example::{TOKEN_URL, response, service};
use crate::{AsyncClient, Client, ClientEvent, clock};

/// Issues tokens for an hour, and takes them.
struct Server;

fn respond(request: &Request) -> Response {
    let token =
        r#"{"access_token":"t","token_type":"bearer","expires_in":3600,"refresh_token":"r"}"#;
    match request.uri() == TOKEN_URL {
        true => response(200, token),
        false => response(200, "{}"),
    }
}

impl Transport for Server {
    fn send(&self, request: Request, _: &Limits) -> Result<Response, TransportError> {
        Ok(respond(&request))
    }
}

impl AsyncTransport for Server {
    async fn send(&self, request: Request, _: &Limits) -> Result<Response, TransportError> {
        Ok(respond(&request))
    }
}

/// Runs all on the thread of the test, which has the test's clock.
struct Here;

fn block_on<F: Future>(future: F) -> F::Output {
    let (mut future, mut context) = (pin!(future), Context::from_waker(Waker::noop()));
    for _ in 0..1000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("no end");
}

impl Runtime for Here {
    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending()) // no wait of this test ends by time
    }
    fn offload(&self, job: Box<dyn FnOnce() + Send>) {
        job();
    }
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        block_on(task);
    }
}

/// A store that cannot be read while it is broken.
fn breaking(broken: &Arc<AtomicBool>) -> Hooked {
    let broken = Arc::clone(broken);
    Hooked::new(Memory::new(), move |step| {
        match step == "load" && broken.load(SeqCst) {
            true => Err(Error::new(ErrorKind::Store, "the disk fails")),
            false => Ok(()),
        }
    })
}

/// Requires the login token.
struct Ask;

impl Operation for Ask {
    type Output = ();
    fn policy(&self) -> CallPolicy {
        CallPolicy::read("www")
    }
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/things")
    }
    fn parse(&self, _: Response) -> Result<(), Error> {
        Ok(())
    }
}

type Failures = Arc<Mutex<Vec<(Option<Duration>, String)>>>;

fn observer(failures: &Failures) -> impl Fn(&ClientEvent<'_>) + Send + Sync + use<> {
    let failures = Arc::clone(failures);
    move |event| {
        if let ClientEvent::RenewalFailed {
            old_token_valid_for,
            ..
        } = event
        {
            let failure = (*old_token_valid_for, event.to_string());
            failures.lock().expect("no panic").push(failure);
        }
    }
}

#[test]
fn the_old_token_in_memory_serves_although_the_store_cannot_be_read() {
    for is_async in [false, true] {
        clock::test::set(Some(Duration::from_secs(1000)));
        let (broken, failures) = (Arc::<AtomicBool>::default(), Failures::default());
        let store = breaking(&broken);
        let (blocking, asynchronous) = (
            Client::new(service(), Server, store.clone()).on_event(observer(&failures)),
            AsyncClient::new(service(), Server, Here, store.clone()).on_event(observer(&failures)),
        );
        let (one, two) = (blocking.account("me"), asynchronous.account("me"));
        let call = || match is_async {
            false => one.send(Ask),
            true => block_on(two.send(Ask)),
        };
        match is_async {
            false => one.log_in_with_password("alice", "password"),
            true => block_on(two.log_in_with_password("alice", "password")),
        }
        .expect("a login");
        call().expect("with the new token");
        // Due for renewal, and valid for two minutes.
        clock::test::advance(Duration::from_secs(3480));
        broken.store(true, SeqCst);
        call().expect("with the old token");
        let failures = failures.lock().expect("no panic");
        let [(Some(left), words)] = &failures[..] else {
            panic!("{failures:?}");
        };
        assert_eq!(left.as_secs(), 120, "{words}");
        assert!(
            words.ends_with("the old one is valid for another 120s: the disk fails"),
            "{words}"
        );
    }
    clock::test::set(None);
}
