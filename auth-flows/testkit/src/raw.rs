//! A server that runs a script on each connection: resets, silence, half a response.

use std::{
    collections::HashMap,
    io::{self, BufReader, Read, Write},
    net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::http::{
    codec::{self, Incoming},
    unread,
};

mod address;

pub use address::{SilentAddress, refusing_address};

/// Maximum number of connections, and of logged requests.
const MAX_COUNT: usize = 1000;

/// A step of a script. The server closes the connection after the last one.
///
/// ```
/// use std::time::Duration;
/// use auth_testkit::raw::{RawServer, ScriptStep};
///
/// // The first connection is reset; later ones send a response byte by byte.
/// let server = RawServer::start(|connection| match connection {
///     0 => vec![ScriptStep::Reset],
///     _ => vec![
///         ScriptStep::Read,
///         ScriptStep::Drip(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(), Duration::from_millis(5)),
///     ],
/// });
/// assert_eq!(server.connections(), 0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
// Releases add steps.
#[non_exhaustive]
pub enum ScriptStep {
    /// Reads one whole request and logs it. Ends the script if none arrives.
    Read,
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes one at a time, each after a pause.
    Drip(Vec<u8>, Duration),
    /// Does nothing for a while.
    Pause(Duration),
    /// Reads this many bytes, 256 KiB after each pause, and logs nothing.
    ReadSlowly(usize, Duration),
    /// Sends these bytes as the response to every request, until the client closes the connection.
    Respond(Vec<u8>),
    /// Keeps the connection open, without reading or writing, until the server is dropped.
    Hold,
    /// Waits for the first byte, then resets the connection.
    Reset,
}

impl ScriptStep {
    /// Returns [`ScriptStep::Respond`] with these bytes.
    #[must_use]
    pub fn respond(bytes: &[u8]) -> Self {
        Self::Respond(bytes.to_vec())
    }

    /// Returns [`ScriptStep::Send`] with these bytes.
    #[must_use]
    pub fn send(bytes: &[u8]) -> Self {
        Self::Send(bytes.to_vec())
    }
}

/// A request that a [`RawServer`] received. [`RawServer`] has an example.
#[derive(Clone, Debug)]
pub struct RawRequest {
    connection: usize,
    request: http::Request<Vec<u8>>,
}

impl RawRequest {
    /// Returns the number of its connection, counted from 0.
    #[must_use]
    pub fn connection(&self) -> usize {
        self.connection
    }

    /// Returns its head and body.
    #[must_use]
    pub fn request(&self) -> &http::Request<Vec<u8>> {
        &self.request
    }

    /// Returns the value of a header. `None` if it is missing, duplicate or not text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.request.headers().get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }
}

/// A server on a free port of 127.0.0.1 that runs a script on each connection. Dropping it ends it.
///
/// It accepts at most 1000 connections and logs at most 1000 requests.
///
/// ```
/// use std::{io::{Read, Write}, net::TcpStream};
/// use auth_testkit::raw::{RawServer, ScriptStep};
///
/// let response = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf";
/// let server = RawServer::start(|_| vec![ScriptStep::Read, ScriptStep::send(response)]);
/// let mut stream = TcpStream::connect(server.address())?;
/// stream.write_all(b"GET /me HTTP/1.1\r\n\r\n")?;
/// let mut response = String::new();
/// stream.read_to_string(&mut response)?;
/// assert!(response.ends_with("half"));
/// assert_eq!(server.requests()[0].request().uri(), "/me");
/// # Ok::<(), std::io::Error>(())
/// ```
#[doc(alias = "mock server")]
#[doc(alias = "fake server")]
#[derive(Debug)]
pub struct RawServer {
    address: SocketAddr,
    inner: Arc<Inner>,
    accepting: Option<JoinHandle<Vec<JoinHandle<()>>>>,
}

impl RawServer {
    /// Starts a server. `script` returns the steps for the connection with this number, counted
    /// from 0.
    ///
    /// # Panics
    /// Panics if no port of 127.0.0.1 is free.
    #[must_use]
    pub fn start(script: impl Fn(usize) -> Vec<ScriptStep> + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port");
        Self::over(listener, script)
    }

    /// The same on `::1`. `None` if the machine has no IPv6.
    pub(crate) fn v6(script: impl Fn(usize) -> Vec<ScriptStep> + Send + 'static) -> Option<Self> {
        let listener = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).ok()?;
        Some(Self::over(listener, script))
    }

    fn over(
        listener: TcpListener,
        script: impl Fn(usize) -> Vec<ScriptStep> + Send + 'static,
    ) -> Self {
        let address = listener.local_addr().expect("a bound port has an address");
        let inner = Arc::new(Inner::default());
        let for_thread = Arc::clone(&inner);
        let accepting = thread::spawn(move || accept(&listener, &for_thread, &script));
        Self {
            address,
            inner,
            accepting: Some(accepting),
        }
    }

    /// Ends the server after this long, so that a client that waits without a limit gets an error.
    #[must_use]
    pub(crate) fn ending_after(self, longest: Duration) -> Self {
        let inner = Arc::clone(&self.inner);
        thread::spawn(move || {
            inner.pause(longest);
            if !inner.is_stopped() {
                inner.stop();
                inner.close();
            }
        });
        self
    }

    /// Returns the address of the server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns an http URL of the server. `path_and_query` begins with `/`, or is empty.
    ///
    /// # Panics
    /// Panics if `path_and_query` is invalid in a URL.
    #[must_use]
    pub fn url(&self, path_and_query: &str) -> http::Uri {
        let text = format!("http://{}{path_and_query}", self.address);
        text.parse().expect("path and query make a URL")
    }

    /// Returns the number of accepted connections.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.inner.connections.load(Ordering::SeqCst)
    }

    /// Returns the number of connections that this side has not closed.
    #[must_use]
    pub fn open(&self) -> usize {
        lock(&self.inner.open).len()
    }

    /// Returns the complete requests that arrived.
    #[must_use]
    pub fn requests(&self) -> Vec<RawRequest> {
        lock(&self.inner.requests).clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.inner.stop();
        let _ = TcpStream::connect(self.address); // wakes the thread that accepts
        let connections = self.accepting.take().and_then(|thread| thread.join().ok());
        self.inner.close();
        for connection in connections.into_iter().flatten() {
            let _ = connection.join();
        }
    }
}

#[derive(Debug, Default)]
struct Inner {
    connections: AtomicUsize,
    requests: Mutex<Vec<RawRequest>>,
    open: Mutex<HashMap<usize, TcpStream>>,
    stopped: AtomicBool,
    at_stop: (Mutex<()>, Condvar),
}

impl Inner {
    fn stop(&self) {
        let _guard = lock(&self.at_stop.0);
        self.stopped.store(true, Ordering::SeqCst);
        self.at_stop.1.notify_all();
    }

    fn close(&self) {
        for stream in lock(&self.open).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Waits, but no longer than the server exists.
    fn pause(&self, pause: Duration) {
        let guard = lock(&self.at_stop.0);
        let stopped = |_: &mut ()| !self.is_stopped();
        drop(self.at_stop.1.wait_timeout_while(guard, pause, stopped));
    }

    fn hold(&self) {
        let mut guard = lock(&self.at_stop.0);
        while !self.is_stopped() {
            let waited = self.at_stop.1.wait(guard);
            guard = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Returns whether all bytes have come.
fn read_slowly(reader: &mut impl Read, bytes: usize, pause: impl Fn()) -> bool {
    let mut left = bytes;
    let mut piece = vec![0; 256 << 10];
    while left > 0 {
        pause();
        let piece = &mut piece[..left.min(256 << 10)];
        if reader.read_exact(piece).is_err() {
            return false;
        }
        left -= piece.len();
    }
    true
}

fn accept(
    listener: &TcpListener,
    inner: &Arc<Inner>,
    script: &dyn Fn(usize) -> Vec<ScriptStep>,
) -> Vec<JoinHandle<()>> {
    let mut threads = Vec::new();
    while let Ok((stream, _)) = listener.accept() {
        if inner.is_stopped() || threads.len() == MAX_COUNT {
            break;
        }
        let Ok(second) = stream.try_clone() else {
            continue;
        };
        let number = inner.connections.fetch_add(1, Ordering::SeqCst);
        lock(&inner.open).insert(number, second);
        let steps = script(number);
        let inner = Arc::clone(inner);
        threads.push(thread::spawn(move || {
            run(&stream, number, &steps, &inner);
            // Dropping the last handle closes the connection: a reset if bytes are unread.
            drop(lock(&inner.open).remove(&number));
            drop(stream);
        }));
    }
    threads
}

fn run(stream: &TcpStream, number: usize, steps: &[ScriptStep], inner: &Inner) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(UntilStopped { stream, inner });
    let mut writer = stream;
    for step in steps {
        let continues = match step {
            ScriptStep::Read => read(&mut reader, number, inner),
            ScriptStep::Send(bytes) => writer.write_all(bytes).is_ok(),
            ScriptStep::Drip(bytes, pause) => bytes.iter().all(|byte| {
                thread::sleep(*pause);
                !inner.is_stopped() && writer.write_all(&[*byte]).is_ok()
            }),
            ScriptStep::Pause(pause) => {
                inner.pause(*pause);
                true
            }
            ScriptStep::ReadSlowly(bytes, pause) => {
                read_slowly(&mut reader, *bytes, || inner.pause(*pause))
            }
            ScriptStep::Respond(bytes) => {
                while read(&mut reader, number, inner) && writer.write_all(bytes).is_ok() {}
                true
            }
            ScriptStep::Hold => {
                inner.hold();
                true
            }
            ScriptStep::Reset => {
                let _ = unread::peek(stream, &mut [0], &|| inner.is_stopped());
                return;
            }
        };
        if !continues {
            return;
        }
    }
}

/// Reads from a connection until the server stops.
struct UntilStopped<'a> {
    stream: &'a TcpStream,
    inner: &'a Inner,
}

impl Read for UntilStopped<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if unread::FIRST_WAIT.is_some() {
            unread::peek(self.stream, &mut [0], &|| self.inner.is_stopped())?;
        }
        self.stream.read(out)
    }
}

fn read(reader: &mut BufReader<UntilStopped<'_>>, connection: usize, inner: &Inner) -> bool {
    let mut writer = reader.get_ref().stream;
    let Ok(Incoming::Request(request, _)) = codec::read(reader, &mut writer) else {
        return false;
    };
    let mut requests = lock(&inner.requests);
    let room = requests.len() < MAX_COUNT;
    if room {
        requests.push(RawRequest {
            connection,
            request: *request,
        });
    }
    room
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
