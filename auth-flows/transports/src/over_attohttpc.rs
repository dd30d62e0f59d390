//! A blocking transport over attohttpc, a small client without a pool. Copy this file to adapt it.
//!
//! attohttpc has a timeout for each read, but none for a write or for the name lookup, and knows no
//! progress. So each exchange runs on a thread of its own, and the caller waits for it no longer
//! than a [`Deadline`] allows.

use std::{
    error::Error as StdError,
    fmt,
    io::{self, Read, Write},
    mem,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use attohttpc::{
    ErrorKind, ProxySettings, RequestBuilder,
    body::{Body as AttoBody, BodyKind},
};
use auth_core::{
    AcceptedCoding, BodyReader, Deadline, Limits, Request, Response, ResponseBuffer, SecretBytes,
    Transport, TransportError, check_head, is_loopback,
};
use http::{Method, header::CONTENT_LENGTH, uri::Scheme};

/// Sends requests with attohttpc, each over a connection of its own.
#[derive(Clone, Default)]
pub struct Attohttpc {
    proxies: Option<ProxySettings>,
}

impl fmt::Debug for Attohttpc {
    // The address of a proxy may have a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attohttpc").finish_non_exhaustive()
    }
}

impl Attohttpc {
    /// Sends https requests through these proxies. The default uses none.
    #[must_use]
    pub fn with_proxies(proxies: ProxySettings) -> Self {
        let proxies = Some(proxies);
        Self { proxies }
    }
}

impl Transport for Attohttpc {
    fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        let plain = request.uri().scheme() == Some(&Scheme::HTTP);
        if plain && !is_loopback(request.uri()) {
            let words = "plain http is for loopback addresses only; use https";
            return Err(TransportError::not_sent(words).misconfigured());
        }
        check_head(&request)?;
        let proxies = self.proxies.clone().filter(|_| !plain);
        let proxies = proxies.unwrap_or_else(|| ProxySettings::builder().build());
        let exchange = Arc::new(Exchange::start(limits));
        let (sender, receiver) = mpsc::sync_channel(1);
        let (own, limits) = (Arc::clone(&exchange), *limits);
        let send = move || drop(sender.send(own.send(request, &limits, proxies)));
        let spawned = thread::Builder::new().spawn(send);
        spawned.map_err(TransportError::not_sent)?;
        loop {
            match receiver.recv_timeout(exchange.left()) {
                Ok(outcome) => return outcome,
                Err(mpsc::RecvTimeoutError::Timeout) if exchange.left().is_zero() => {
                    return Err(exchange.error("the time ran out").timed_out());
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {} // something moved in the meantime
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    return Err(exchange.error("the thread of the request panicked"));
                }
            }
        }
    }
}

/// One exchange, as its thread and the caller see it.
struct Exchange {
    start: Instant,
    state: Mutex<State>,
}

struct State {
    deadline: Deadline,
    /// Whether the request may have been delivered.
    begun: bool,
    /// Number of bytes of the response's body that have arrived.
    received: u64,
}

impl Exchange {
    fn start(limits: &Limits) -> Self {
        let state = State {
            deadline: Deadline::new(limits),
            begun: false,
            received: 0,
        };
        Self {
            start: Instant::now(),
            state: Mutex::new(state),
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut State, Duration) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state, self.start.elapsed())
    }

    fn step(&self) {
        self.change(|state, now| state.deadline.step(now));
    }

    fn left(&self) -> Duration {
        self.change(|state, now| state.deadline.left(now))
    }

    /// Counts bytes of a body. The thread ends here if the caller has given up.
    fn moved(&self, count: usize) -> io::Result<()> {
        self.change(|state, now| state.deadline.moved(count as u64, now));
        match self.left().is_zero() {
            true => Err(io::ErrorKind::TimedOut.into()),
            false => Ok(()),
        }
    }

    /// An error with what is known of the exchange.
    fn error(&self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> TransportError {
        match self.change(|state, _| (state.begun, state.received)) {
            (false, _) => TransportError::not_sent(cause),
            (true, received) => TransportError::delivery_unknown(cause).with_received(received),
        }
    }

    fn io_error(&self, error: io::Error) -> TransportError {
        // Of the timeout of a socket, Unix says the first and Windows the second.
        let late = matches!(
            error.kind(),
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
        );
        let error = self.error(error);
        if late { error.timed_out() } else { error }
    }

    /// No message of attohttpc shows a URL, a header or a body.
    fn convert(&self, error: attohttpc::Error) -> TransportError {
        let words = error.to_string();
        match error.into_kind() {
            ErrorKind::Io(error) => self.io_error(error),
            ErrorKind::TlsDisabled
            | ErrorKind::InvalidBaseUrl
            | ErrorKind::InvalidUrlHost
            | ErrorKind::InvalidUrlPort => self.error(words).misconfigured(),
            // Of the system's TLS, whose errors have no kinds.
            _ if words.contains("certificate") => self.error(words).misconfigured(),
            _ => self.error(words),
        }
    }

    /// The exchange, on its thread.
    fn send(
        self: &Arc<Self>,
        request: Request,
        limits: &Limits,
        proxies: ProxySettings,
    ) -> Result<Response, TransportError> {
        let (mut head, body) = request.into_parts();
        body.frame(&head.method, &mut head.headers);
        let coding = AcceptedCoding::request(limits, &mut head.headers);
        let upload = Upload {
            len: body.len(),
            reader: body.into_reader().map_err(TransportError::not_sent)?,
            exchange: Arc::clone(self),
            prepared: false,
        };
        // An end for the thread in any case. attohttpc adds it to a clock reading, which must not
        // overflow.
        let most = upload.len.saturating_add(limits.max_bytes() as u64);
        let longest = Deadline::longest(limits, most).min(YEAR);
        let mut builder = RequestBuilder::try_new(head.method.clone(), head.uri.to_string())
            .map_err(|error| self.convert(error))?
            .body(upload)
            .proxy_settings(proxies)
            .follow_redirects(false)
            .connect_timeout(limits.timeout().min(YEAR))
            .read_timeout(limits.timeout().min(YEAR))
            .timeout(longest);
        *builder.headers_mut() = head.headers;
        let response = builder.send().map_err(|error| self.convert(error))?;
        let (status, mut headers, reader) = response.split();
        self.step();
        if status.is_informational() {
            // attohttpc takes it for the response, and has no way on to that.
            return Err(self.error("attohttpc cannot read past an interim response"));
        }
        let length = headers.get(CONTENT_LENGTH);
        let announced = length.and_then(|length| length.to_str().ok()?.parse().ok());
        let mut buffer = ResponseBuffer::new(limits, coding, &head.method, status, &mut headers)?;
        if head.method != Method::HEAD && !matches!(status.as_u16(), 204 | 304) {
            self.collect(reader, announced.unwrap_or(0), &mut buffer)?;
        }
        let body = buffer.finish().map_err(|error| self.unusable(error))?;
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    fn collect(
        &self,
        mut reader: impl Read,
        announced: u64,
        buffer: &mut ResponseBuffer,
    ) -> Result<(), TransportError> {
        let mut piece = Piece(vec![0; 16 << 10]);
        loop {
            let count = match reader.read(&mut piece.0) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.io_error(error)),
            };
            self.change(|state, _| state.received += count as u64);
            let pushed = buffer.push(&piece.0[..count]);
            pushed.map_err(|error| self.unusable(error))?;
            self.moved(count).map_err(|error| self.io_error(error))?;
        }
        // attohttpc takes the end of the connection for that of the body.
        match self.change(|state, _| state.received) < announced {
            true => Err(self.error("the connection ended before the response did")),
            false => Ok(()),
        }
    }

    fn unusable(&self, error: auth_core::ResponseError) -> TransportError {
        let received = self.change(|state, _| state.received);
        TransportError::from(error).with_received(received)
    }
}

/// The longest timeout.
const YEAR: Duration = Duration::from_secs(366 * 86_400);

/// A piece of a response, which may have a token: wiped when dropped.
struct Piece(Vec<u8>);

impl Drop for Piece {
    fn drop(&mut self) {
        drop(SecretBytes::new(mem::take(&mut self.0)));
    }
}

/// The body of a request, read while it is sent.
struct Upload {
    len: u64,
    reader: BodyReader,
    exchange: Arc<Exchange>,
    prepared: bool,
}

impl AttoBody for Upload {
    /// attohttpc asks twice. First as it prepares the request, and again once it is connected and
    /// has the head in its buffer, before it sends the end of the head. So an error before the
    /// second time means *not sent*, whatever failed: the name, the address, a proxy or TLS.
    fn kind(&mut self) -> io::Result<BodyKind> {
        if mem::replace(&mut self.prepared, true) {
            self.exchange.change(|state, _| state.begun = true);
            self.exchange.step(); // a request without a body is sent right now
        }
        Ok(match self.len {
            0 => BodyKind::Empty,
            len => BodyKind::KnownLength(len),
        })
    }

    fn write<W: Write>(&mut self, mut writer: W) -> io::Result<()> {
        let mut piece = Piece(vec![0; 8 << 10]);
        loop {
            let count = self.reader.read(&mut piece.0)?;
            if count == 0 {
                break;
            }
            writer.write_all(&piece.0[..count])?;
            self.exchange.moved(count)?;
        }
        writer.flush()?;
        self.exchange.step(); // the server has the whole timeout for its response
        Ok(())
    }
}
