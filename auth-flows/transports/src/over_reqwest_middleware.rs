//! An async transport over a finished client of reqwest-middleware, with the program's own
//! middleware in it. Copy this file to adapt it.
//!
//! `http-reqwest` takes a builder of reqwest, so it can turn redirects and repeats off. Here the
//! client is finished and cannot be asked. So the transport adds a middleware of its own, the last
//! before the network, which sees every sending.

use std::{
    error::Error as StdError,
    fmt,
    io::{self, Read},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use auth_core::{
    AcceptedCoding, AsyncTransport, Body, BodyReader, BoxFuture, Deadline, Limits, Request,
    Response, ResponseBuffer, TransportError, check_head, is_loopback,
};
use bytes::Bytes;
use http::{Extensions, Method, uri::Scheme};
use http_body::{Frame, SizeHint};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error, Next};
use tokio::{sync::mpsc, task::spawn_blocking};

/// Sends requests with a client and its middleware.
///
/// Build the client with `redirect(Policy::none())`, `retry(never())`, and `no_proxy()` or a
/// `Proxy::https`. Redirects must be off. The transport rejects a response from another URL, but a
/// redirect to a server that refuses the connection looks like a refused connection alone.
/// `pool_idle_timeout(Limits::JUST_USED)` keeps a refresh token off a connection that the server
/// may be closing. A middleware must not log the headers or the body of a request.
#[derive(Clone)]
pub struct WithMiddleware {
    client: ClientWithMiddleware,
}

impl fmt::Debug for WithMiddleware {
    // The client's Debug shows its default headers and its proxies, with their passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithMiddleware").finish_non_exhaustive()
    }
}

impl WithMiddleware {
    /// Sends with this client.
    #[must_use]
    pub fn new(client: ClientWithMiddleware) -> Self {
        let client = ClientBuilder::from_client(client).with(witness).build();
        Self { client }
    }
}

/// Whether the request may have been delivered.
#[derive(Clone, Default)]
struct Delivered(Arc<AtomicBool>);

/// The last middleware. Only a failure to connect means *not sent*, and only if no sending before
/// it went further: another middleware may try again.
fn witness<'a>(
    request: reqwest::Request,
    extensions: &'a mut Extensions,
    next: Next<'a>,
) -> BoxFuture<'a, reqwest_middleware::Result<reqwest::Response>> {
    let delivered = extensions.get::<Delivered>().cloned().unwrap_or_default();
    Box::pin(async move {
        let before = delivered.0.swap(true, SeqCst);
        let outcome = next.run(request, extensions).await;
        if outcome
            .as_ref()
            .is_err_and(|error| error.is_connect() || error.is_builder())
        {
            delivered.0.store(before, SeqCst);
        }
        outcome
    })
}

impl AsyncTransport for WithMiddleware {
    async fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        let plain = request.uri().scheme() == Some(&Scheme::HTTP);
        if plain && !is_loopback(request.uri()) {
            let words = "plain http is for loopback addresses only; use https";
            return Err(TransportError::not_sent(words).misconfigured());
        }
        check_head(&request)?;
        let clock = Clock::start(limits);
        let (mut head, body) = request.into_parts();
        let method = head.method.clone();
        body.frame(&method, &mut head.headers);
        let coding = AcceptedCoding::request(limits, &mut head.headers);
        let body = match body {
            Body::Empty => reqwest::Body::default(),
            Body::Bytes(bytes) if bytes.len() <= PIECE => bytes.into_shared().into(),
            body => Upload::open(body, clock.clone()).await?,
        };
        let request = reqwest::Request::try_from(http::Request::from_parts(head, body))
            .map_err(|error| TransportError::not_sent(error.without_url()).misconfigured())?;
        let (url, delivered) = (request.url().clone(), Delivered::default());
        let mut extensions = Extensions::new();
        extensions.insert(delivered.clone());
        let sending = self
            .client
            .execute_with_extensions(request, &mut extensions);
        let failed = |cause: Box<dyn StdError + Send + Sync>| match delivered.0.load(SeqCst) {
            true => TransportError::delivery_unknown(cause),
            false => TransportError::not_sent(cause),
        };
        let mut response = match clock.wait(sending).await {
            Some(Ok(response)) => response,
            Some(Err(error)) => return Err(convert(error, failed)),
            None => return Err(failed("the time ran out".into()).timed_out()),
        };
        clock.change(Deadline::step);
        if *response.url() != url {
            let words = "the client followed a redirect; turn redirects off";
            return Err(TransportError::delivery_unknown(words).misconfigured());
        }
        collect(&mut response, &method, limits, coding, &clock).await
    }
}

fn convert(
    error: Error,
    failed: impl FnOnce(Box<dyn StdError + Send + Sync>) -> TransportError,
) -> TransportError {
    let (timed_out, connecting) = (error.is_timeout(), error.is_connect());
    let cause: Box<dyn StdError + Send + Sync> = match error {
        Error::Reqwest(error) => error.without_url().into(), // a URL may have a secret
        // Its words are the program's own. They must not show what it was sending.
        Error::Middleware(error) => error.into(),
    };
    let mut words = cause.to_string();
    let mut source = cause.source();
    while let Some(error) = source {
        words = format!("{words}: {error}");
        source = error.source();
    }
    let without_tls = words.contains("scheme is not http"); // hyper's words for it
    let untrusted = words.to_ascii_lowercase().contains("certificate");
    match failed(cause) {
        error if timed_out => error.timed_out(),
        error if connecting && (without_tls || untrusted) => error.misconfigured(),
        error => error,
    }
}

async fn collect(
    incoming: &mut reqwest::Response,
    method: &Method,
    limits: &Limits,
    coding: AcceptedCoding,
    clock: &Clock,
) -> Result<Response, TransportError> {
    let status = incoming.status();
    let mut buffer = ResponseBuffer::new(limits, coding, method, status, incoming.headers_mut())?;
    let mut received = 0;
    loop {
        let cut = |error: TransportError| error.with_received(received);
        let piece = match clock.wait(incoming.chunk()).await {
            Some(Ok(Some(piece))) => piece,
            Some(Ok(None)) => break,
            Some(Err(error)) => {
                return Err(cut(TransportError::delivery_unknown(error.without_url())));
            }
            None => {
                let words = "the time ran out";
                return Err(cut(TransportError::delivery_unknown(words).timed_out()));
            }
        };
        received += piece.len() as u64;
        clock.change(|deadline, now| deadline.moved(piece.len() as u64, now));
        let pushed = buffer.push(&piece);
        pushed.map_err(|error| TransportError::from(error).with_received(received))?;
    }
    let body = buffer.finish();
    let body = body.map_err(|error| TransportError::from(error).with_received(received))?;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = std::mem::take(incoming.headers_mut());
    Ok(response)
}

/// The clock of one exchange. Its upload counts on a clone.
#[derive(Clone)]
struct Clock {
    start: Instant,
    deadline: Arc<Mutex<Deadline>>,
}

impl Clock {
    fn start(limits: &Limits) -> Self {
        Self {
            start: Instant::now(),
            deadline: Arc::new(Mutex::new(Deadline::new(limits))),
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Deadline, Duration) -> T) -> T {
        let mut deadline = self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut deadline, self.start.elapsed())
    }

    /// Waits for `future`. `None` if the time runs out before.
    async fn wait<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        loop {
            let left = self.change(|deadline, now| deadline.left(now));
            match tokio::time::timeout(left, future.as_mut()).await {
                Ok(output) => return Some(output),
                Err(_) if left.is_zero() => return None,
                Err(_) => {} // something may have moved in the meantime
            }
        }
    }
}

/// Size of a piece of an upload. hyper collects up to 16 before it writes.
const PIECE: usize = 8 << 10;

/// The body of an upload, which a thread of tokio's reads while it is sent.
struct Upload {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    left: u64,
    clock: Clock,
}

impl Upload {
    async fn open(body: Body, clock: Clock) -> Result<reqwest::Body, TransportError> {
        let left = body.len();
        let opening = spawn_blocking(move || body.into_reader());
        let Some(opened) = clock.wait(opening).await else {
            return Err(TransportError::not_sent("the body does not open").timed_out());
        };
        let opened = opened.unwrap_or_else(|panicked| Err(io::Error::other(panicked)));
        let reader = opened.map_err(TransportError::not_sent)?;
        if left == 0 {
            return Ok(reqwest::Body::default());
        }
        let (sender, pieces) = mpsc::channel(16);
        spawn_blocking(move || read(reader, &sender));
        Ok(reqwest::Body::wrap(Self {
            pieces,
            left,
            clock,
        }))
    }
}

/// Sends the pieces until the body is complete, fails, or the receiver is dropped.
fn read(mut reader: BodyReader, sender: &mpsc::Sender<io::Result<Bytes>>) {
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        let piece = match reader.by_ref().take(PIECE as u64).read_to_end(&mut piece) {
            Ok(0) => return,
            Ok(_) => Ok(piece.into()),
            Err(error) => Err(error),
        };
        let failed = piece.is_err();
        if sender.blocking_send(piece).is_err() || failed {
            return;
        }
    }
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = ready!(self.pieces.poll_recv(cx));
        if let Some(Ok(bytes)) = &piece {
            let count = bytes.len() as u64;
            self.left -= count;
            match self.left {
                0 => self.clock.change(Deadline::step), // the server has the whole timeout again
                _ => self
                    .clock
                    .change(|deadline, now| deadline.moved(count, now)),
            }
        }
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
