//! A server that knows little HTTP and does on each connection what a script says: resets, silence, half a response.

use std::{
    collections::HashMap,
    io::{BufReader, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::http::codec::{self, Incoming};

/// The most connections it takes, and the most requests it keeps.
const MOST: usize = 1000;

/// One act on a connection. When the script is over, the connection is closed.
#[derive(Clone, Debug)]
// Releases add steps.
#[non_exhaustive]
pub enum ScriptStep {
    /// Reads one whole request and keeps it. If none comes, the script is over.
    Read,
    /// Sends bytes, whatever they are.
    Send(Vec<u8>),
    /// Sends bytes one at a time, each after a pause.
    Drip(Vec<u8>, Duration),
    /// Answers every request that comes with these bytes, until the other side is done.
    Respond(Vec<u8>),
    /// Does nothing, reads nothing, and keeps the connection open until the server is dropped.
    Hold,
    /// Waits for the first byte and then resets the connection.
    Reset,
}

impl ScriptStep {
    /// [`ScriptStep::Respond`] with these bytes.
    #[must_use]
    pub fn respond(bytes: &[u8]) -> Self {
        Self::Respond(bytes.to_vec())
    }

    /// [`ScriptStep::Send`] with these bytes.
    #[must_use]
    pub fn send(bytes: &[u8]) -> Self {
        Self::Send(bytes.to_vec())
    }
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct RawRequest {
    connection: usize,
    request: http::Request<Vec<u8>>,
}

impl RawRequest {
    /// The number of its connection, from 0.
    #[must_use]
    pub fn connection(&self) -> usize {
        self.connection
    }

    /// Its head and body.
    #[must_use]
    pub fn request(&self) -> &http::Request<Vec<u8>> {
        &self.request
    }

    /// The one value of a header; `None` if it is missing, not text, or there twice.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.request.headers().get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }
}

/// A server on a free port of 127.0.0.1 that follows scripts. It ends when dropped.
///
/// ```
/// use std::{io::{Read, Write}, net::TcpStream};
/// use auth_testkit::raw::{ScriptStep, RawServer};
///
/// let server = RawServer::start(|_| vec![ScriptStep::Read, ScriptStep::send(b"HTTP/1.1 200 OK\r\n\r\nhalf")]);
/// let mut stream = TcpStream::connect(server.address())?;
/// stream.write_all(b"GET /me HTTP/1.1\r\n\r\n")?;
/// let mut answer = String::new();
/// stream.read_to_string(&mut answer)?;
/// assert!(answer.ends_with("half"));
/// assert_eq!(server.requests()[0].request().uri(), "/me");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct RawServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<Vec<JoinHandle<()>>>>,
}

impl RawServer {
    /// Starts it. `script` says what is done on the connection with this number, counted from 0.
    ///
    /// # Panics
    /// No port of 127.0.0.1 can be bound.
    #[must_use]
    pub fn start(script: impl Fn(usize) -> Vec<ScriptStep> + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port");
        let address = listener.local_addr().expect("a bound port has an address");
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let accepting = thread::spawn(move || accept(&listener, &theirs, &script));
        Self {
            address,
            shared,
            accepting: Some(accepting),
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An http URL on it. `path_and_query` begins with `/`.
    ///
    /// # Panics
    /// `path_and_query` makes no URL.
    #[must_use]
    pub fn url(&self, path_and_query: &str) -> http::Uri {
        let text = format!("http://{}{path_and_query}", self.address);
        text.parse().expect("path and query make a URL")
    }

    /// How many connections came in.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many connections are open on this side.
    #[must_use]
    pub fn open(&self) -> usize {
        lock(&self.shared.open).len()
    }

    /// The whole requests that came in.
    #[must_use]
    pub fn requests(&self) -> Vec<RawRequest> {
        lock(&self.shared.requests).clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.shared.stop();
        let _ = TcpStream::connect(self.address); // wakes the thread that accepts
        let connections = self.accepting.take().and_then(|thread| thread.join().ok());
        for stream in lock(&self.shared.open).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        for connection in connections.into_iter().flatten() {
            let _ = connection.join();
        }
    }
}

/// An address on 127.0.0.1 where nobody listens.
///
/// # Panics
/// No port of 127.0.0.1 can be bound.
#[must_use]
pub fn refusing_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port");
    listener.local_addr().expect("a bound port has an address")
}

#[derive(Debug, Default)]
struct Shared {
    connections: AtomicUsize,
    requests: Mutex<Vec<RawRequest>>,
    open: Mutex<HashMap<usize, TcpStream>>,
    stopped: AtomicBool,
    at_stop: (Mutex<()>, Condvar),
}

impl Shared {
    fn stop(&self) {
        let _held = lock(&self.at_stop.0);
        self.stopped.store(true, Ordering::SeqCst);
        self.at_stop.1.notify_all();
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn hold(&self) {
        let mut held = lock(&self.at_stop.0);
        while !self.is_stopped() {
            let waited = self.at_stop.1.wait(held);
            held = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn accept(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    script: &dyn Fn(usize) -> Vec<ScriptStep>,
) -> Vec<JoinHandle<()>> {
    let mut threads = Vec::new();
    while let Ok((stream, _)) = listener.accept() {
        if shared.is_stopped() || threads.len() == MOST {
            break;
        }
        let Ok(second) = stream.try_clone() else {
            continue;
        };
        let number = shared.connections.fetch_add(1, Ordering::SeqCst);
        lock(&shared.open).insert(number, second);
        let acts = script(number);
        let shared = Arc::clone(shared);
        threads.push(thread::spawn(move || {
            play(&stream, number, &acts, &shared);
            // Only the last handle closes the connection, and with unread bytes that is a reset.
            drop(lock(&shared.open).remove(&number));
            drop(stream);
        }));
    }
    threads
}

fn play(stream: &TcpStream, number: usize, acts: &[ScriptStep], shared: &Shared) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    for act in acts {
        let going = match act {
            ScriptStep::Read => read(&mut reader, number, shared),
            ScriptStep::Send(bytes) => writer.write_all(bytes).is_ok(),
            ScriptStep::Drip(bytes, pause) => bytes.iter().all(|byte| {
                thread::sleep(*pause);
                !shared.is_stopped() && writer.write_all(&[*byte]).is_ok()
            }),
            ScriptStep::Respond(bytes) => {
                while read(&mut reader, number, shared) && writer.write_all(bytes).is_ok() {}
                true
            }
            ScriptStep::Hold => {
                shared.hold();
                true
            }
            ScriptStep::Reset => {
                let _ = stream.peek(&mut [0]);
                return;
            }
        };
        if !going {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>, connection: usize, shared: &Shared) -> bool {
    let mut writer = *reader.get_ref();
    let Ok(Incoming::Request(request, _)) = codec::read(reader, &mut writer) else {
        return false;
    };
    let mut requests = lock(&shared.requests);
    let room = requests.len() < MOST;
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
mod tests {
    use std::io::{ErrorKind, Read};

    use super::*;

    const GET: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

    #[test]
    fn a_script_ends_as_it_says() {
        let check = |acts: Vec<ScriptStep>, expect: Result<&str, ErrorKind>| {
            let said = format!("{acts:?}");
            let server = RawServer::start(move |_| acts.clone());
            let mut stream = TcpStream::connect(server.address()).unwrap();
            stream.write_all(GET).unwrap();
            let mut response = String::new();
            let outcome = stream.read_to_string(&mut response);
            match expect {
                Ok(expect) => {
                    assert_eq!((outcome.is_ok(), &response[..]), (true, expect), "{said}")
                }
                Err(expect) => assert_eq!(outcome.unwrap_err().kind(), expect, "{said}"),
            }
        };
        check(vec![ScriptStep::Read], Ok(""));
        check(
            vec![ScriptStep::Read, ScriptStep::send(b"half")],
            Ok("half"),
        );
        check(
            vec![
                ScriptStep::Read,
                ScriptStep::Drip(b"ab".to_vec(), Duration::ZERO),
            ],
            Ok("ab"),
        );
        check(vec![ScriptStep::Reset], Err(ErrorKind::ConnectionReset));
    }

    #[test]
    fn requests_are_kept_with_their_connection() {
        let server = RawServer::start(|_| vec![ScriptStep::respond(b".")]);
        for _ in 0..2 {
            let mut stream = TcpStream::connect(server.address()).unwrap();
            for _ in 0..2 {
                stream.write_all(GET).unwrap();
                stream.read_exact(&mut [0]).unwrap();
            }
        }
        let connections: Vec<_> = server
            .requests()
            .iter()
            .map(RawRequest::connection)
            .collect();
        assert_eq!((connections, server.connections()), (vec![0, 0, 1, 1], 2));
    }

    #[test]
    fn dropping_it_ends_what_it_holds() {
        let server = RawServer::start(|_| vec![ScriptStep::Hold]);
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let address = server.address();
        drop(server);
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
        assert!(TcpStream::connect(address).is_err());
    }
}
