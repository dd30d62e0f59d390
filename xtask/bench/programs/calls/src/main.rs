//! `calls blocking|async TIMES`: calls with a valid token over a transport in memory, which is all
//! that a session does for a call, without a network.

use std::{
    env,
    future::poll_fn,
    hint::black_box,
    pin::pin,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake},
    thread::{self, Thread},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auth_core::{
    Api, AsyncTransport, AuthorizationServer, BaseUrl, BoxFuture, CallPolicy, Endpoint, Error,
    Limits, OAuthClient, Operation, Request, Response, ResponseBody, Runtime, SecretBytes, Service,
    Store, TokenKind, Transport, TransportError,
};
use auth_flows::{AsyncClient, Client};
use keystore::Memory;

/// Responds to every request.
struct Answering;

fn answer() -> Result<Response, TransportError> {
    Ok(Response::new(ResponseBody::new(br#"{"ok":true}"#.to_vec())))
}

impl Transport for Answering {
    fn send(&self, request: Request, _: &Limits) -> Result<Response, TransportError> {
        black_box(request);
        answer()
    }
}

impl AsyncTransport for Answering {
    async fn send(&self, request: Request, _: &Limits) -> Result<Response, TransportError> {
        black_box(request);
        answer()
    }
}

/// Threads as a runtime. Only the first call needs it, which looks into the store.
struct Threads;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Arc::new(Unpark(thread::current())).into();
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

impl Runtime for Threads {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let (done, mut started) = (Arc::new(AtomicBool::new(false)), false);
        Box::pin(poll_fn(move |context| {
            if done.load(Ordering::Acquire) {
                return Poll::Ready(());
            }
            if !std::mem::replace(&mut started, true) {
                let (done, waker) = (Arc::clone(&done), context.waker().clone());
                thread::spawn(move || {
                    thread::sleep(duration);
                    done.store(true, Ordering::Release);
                    waker.wake();
                });
            }
            Poll::Pending
        }))
    }

    fn offload(&self, job: Box<dyn FnOnce() + Send>) {
        thread::spawn(job);
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) {
        thread::spawn(|| block_on(task));
    }
}

/// An operation that reads a small record.
#[derive(Clone, Copy)]
struct Read;

impl Operation for Read {
    type Output = usize;

    fn policy(&self) -> CallPolicy {
        CallPolicy::read("api")
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/record")
    }

    fn parse(&self, response: Response) -> Result<usize, Error> {
        Ok(response.body().as_bytes().len())
    }
}

fn service() -> Result<Service, Error> {
    let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?);
    let base = BaseUrl::parse("https://api.example.org/v1")?;
    let service = Service::new("bench", OAuthClient::new(server, "an id")?, "bench/1.0")?;
    Ok(service.with_api(Api::new("api", base, TokenKind::Login)))
}

/// A store with a login that was made a second ago.
fn store(service: &Service) -> Result<Memory, Error> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let sent = now.unwrap_or_default().as_millis() - 1000;
    let record = format!(
        r#"{{"version":1,"generations":[1,0],"login":{{"access_token":"2YotnFZFEjr1zCsicMWpAA","lifetime_ms":3600000,"sent_ms":{sent},"generation":1}}}}"#
    );
    let (store, key) = (Memory::new(), service.account_key("me"));
    if let Some(lease) = store.try_lease(&key)? {
        store.save(&lease, &SecretBytes::new(record.into_bytes()))?;
    }
    Ok(store)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match (arguments.first(), arguments.get(1)) {
        (Some(world), Some(times)) => times.parse().ok().map(|times| calls(world, times)),
        _ => None,
    };
    match done {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("usage: calls blocking|async TIMES");
            ExitCode::from(2)
        }
    }
}

fn calls(world: &str, times: u32) -> Result<(), Error> {
    let service = service()?;
    let store = store(&service)?;
    if world == "blocking" {
        let session = Client::new(service, Answering, store).account("me");
        for _ in 0..times {
            black_box(session.send(Read)?);
        }
        return Ok(());
    }
    let session = AsyncClient::new(service, Answering, Threads, store).account("me");
    block_on(async {
        for _ in 0..times {
            black_box(session.send(Read).await?);
        }
        Ok(())
    })
}
