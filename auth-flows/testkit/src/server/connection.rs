//! Sockets and threads: one thread accepts, one serves each connection. All end with the server.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http::{Method, Response};

use crate::control::faults::Ending;
use crate::http::codec::{Incoming, head, read, write};
use crate::http::reply::typed;
use crate::http::unread::Unread;
use crate::server::{ServerInner, router};
use crate::state::clock::http_date;
use crate::sync::locked;

/// Accepts connections until it is dropped.
pub(crate) struct Acceptor {
    address: SocketAddr,
    server: Arc<ServerInner>,
    open: Arc<Open>,
    thread: Option<JoinHandle<()>>,
}

/// The connections that are open now.
#[derive(Default)]
struct Open {
    stopped: AtomicBool,
    streams: Mutex<HashMap<u64, Arc<TcpStream>>>,
}

impl Acceptor {
    pub(crate) fn start(listener: TcpListener, server: Arc<ServerInner>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let open = Arc::new(Open::default());
        let thread = {
            let (open, server) = (Arc::clone(&open), Arc::clone(&server));
            thread::Builder::new()
                .name("auth-testkit".to_owned())
                .spawn(move || accept(&listener, &open, &server))?
        };
        Ok(Self {
            address,
            server,
            open,
            thread: Some(thread),
        })
    }
}

impl Open {
    fn hang_up(&self) {
        for stream in locked(&self.streams).values() {
            let _ = stream.shutdown(Shutdown::Both); // it may be closed already
        }
    }
}

impl Acceptor {
    /// Closes all open connections.
    pub(crate) fn hang_up(&self) {
        self.open.hang_up();
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        // The flag first: a connection that is accepted from now on ends at once. Then the waits
        // and the sockets, so that no thread of a connection blocks the joins in `accept`.
        self.open.stopped.store(true, Ordering::SeqCst);
        self.server.holds.stop();
        self.open.hang_up();
        // The thread waits in `accept`: a connection wakes it up.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(5));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn accept(listener: &TcpListener, open: &Arc<Open>, server: &Arc<ServerInner>) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for number in 0_u64.. {
        let accepted = listener.accept();
        if open.stopped.load(Ordering::SeqCst) {
            break;
        }
        let Ok((stream, _)) = accepted else {
            thread::sleep(Duration::from_millis(10)); // out of descriptors: other connections free some
            continue;
        };
        let stream = Arc::new(stream);
        locked(&open.streams).insert(number, Arc::clone(&stream));
        if open.stopped.load(Ordering::SeqCst) {
            break; // the drop may have closed all streams before this one was inserted
        }
        let (open, server) = (Arc::clone(open), Arc::clone(server));
        let spawned = thread::Builder::new()
            .name("auth-testkit connection".to_owned())
            .spawn(move || {
                // An error means that the peer is gone, so no report can reach it.
                let is_reset = matches!(serve_connection(&stream, &server), Ok(End::Reset));
                if !is_reset {
                    let _ = stream.shutdown(Shutdown::Both);
                }
                // Dropping the last handle closes the socket: a reset if bytes are unread.
                locked(&open.streams).remove(&number);
            });
        threads.retain(|thread| !thread.is_finished());
        threads.extend(spawned);
    }
    open.hang_up();
    for thread in threads {
        let _ = thread.join();
    }
}

/// How to end a connection.
enum End {
    Closed,
    Reset,
}

fn serve_connection(stream: &TcpStream, server: &ServerInner) -> io::Result<End> {
    stream.set_nodelay(true)?;
    let stopped = || server.holds.is_stopped();
    let (mut reader, mut writer) = (Unread::new(stream, &stopped), stream);
    loop {
        match read(&mut reader, &mut writer)? {
            Incoming::End => return Ok(End::Closed),
            Incoming::Refused(status) => {
                let body = b"The request is not HTTP, or too large.\n".to_vec();
                let response = typed(status, "text/plain; charset=utf-8", body);
                let date = http_date(server.context.clock.now_ms());
                write(&mut writer, &response, &date, false, false)?;
                return linger(stream, &mut reader);
            }
            Incoming::Request(request, keep) => {
                let head_only = *request.method() == Method::HEAD;
                let ending = router::respond(server, &request);
                let keep = keep && !server.holds.is_stopped();
                match ending {
                    Ending::SlowResponse(response, time) if !head_only => {
                        drip(server, writer, &response, time, keep)?
                    }
                    Ending::Response(response) | Ending::SlowResponse(response, _) => {
                        send(server, writer, &response, head_only, keep)?
                    }
                    Ending::Close => {
                        reader.consume_peeked()?;
                        return Ok(End::Closed);
                    }
                    Ending::Reset => return Ok(End::Reset),
                }
                if !keep {
                    return linger(stream, &mut reader);
                }
            }
        }
    }
}

/// Number of pieces of a slow body.
const PIECES: usize = 8;

fn drip(
    server: &ServerInner,
    mut writer: &TcpStream,
    response: &Response<Vec<u8>>,
    time: Duration,
    keep: bool,
) -> io::Result<()> {
    let date = http_date(server.context.clock.now_ms());
    writer.write_all(&head(response, &date, keep)?)?;
    let body = response.body();
    for piece in body.chunks(body.len().div_ceil(PIECES).max(1)) {
        if !server.holds.sleep(time / PIECES as u32) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        writer.write_all(piece)?;
    }
    Ok(())
}

fn send(
    server: &ServerInner,
    mut writer: &TcpStream,
    response: &Response<Vec<u8>>,
    head_only: bool,
    keep: bool,
) -> io::Result<()> {
    let date = http_date(server.context.clock.now_ms());
    write(&mut writer, response, &date, head_only, keep)
}

/// Reads up to 1 MiB more, until the peer is silent for 200 ms, before the socket is closed.
/// Closing it with unread bytes would reset the connection, and the peer could lose the response.
fn linger(stream: &TcpStream, reader: &mut Unread<'_>) -> io::Result<End> {
    stream.shutdown(Shutdown::Write)?;
    reader.set_max_silence(Duration::from_millis(200));
    let mut rest = reader.take(1024 * 1024);
    io::copy(&mut rest, &mut io::sink())?;
    Ok(End::Closed)
}
