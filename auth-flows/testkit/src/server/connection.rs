//! Sockets and threads: one thread accepts, one thread serves each connection, and all end when the server is dropped.

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
use crate::server::{Shared, router};
use crate::state::clock::http_date;
use crate::sync::locked;

/// Accepts connections until it is dropped.
pub(crate) struct Acceptor {
    address: SocketAddr,
    shared: Arc<Shared>,
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
    pub(crate) fn start(listener: TcpListener, shared: Arc<Shared>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let open = Arc::new(Open::default());
        let thread = {
            let (open, shared) = (Arc::clone(&open), Arc::clone(&shared));
            thread::Builder::new()
                .name("auth-testkit".to_owned())
                .spawn(move || accept(&listener, &open, &shared))?
        };
        Ok(Self {
            address,
            shared,
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
    /// Ends the connections that are open now.
    pub(crate) fn hang_up(&self) {
        self.open.hang_up();
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        self.open.stopped.store(true, Ordering::SeqCst);
        self.shared.holds.stop();
        self.open.hang_up();
        // The thread waits in `accept`: a connection wakes it up.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(5));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn accept(listener: &TcpListener, open: &Arc<Open>, shared: &Arc<Shared>) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for number in 0_u64.. {
        let accepted = listener.accept();
        if open.stopped.load(Ordering::SeqCst) {
            break;
        }
        let Ok((stream, _)) = accepted else {
            thread::sleep(Duration::from_millis(10)); // out of descriptors: they come back
            continue;
        };
        let stream = Arc::new(stream);
        locked(&open.streams).insert(number, Arc::clone(&stream));
        if open.stopped.load(Ordering::SeqCst) {
            break; // the drop may have looked through the streams before this one was in
        }
        let (open, shared) = (Arc::clone(open), Arc::clone(shared));
        let spawned = thread::Builder::new()
            .name("auth-testkit connection".to_owned())
            .spawn(move || {
                // An error says that the other side is gone: nobody to tell.
                let is_reset = matches!(serve_connection(&stream, &shared), Ok(End::Reset));
                if !is_reset {
                    let _ = stream.shutdown(Shutdown::Both);
                }
                // The last handle closes it, which is a reset if bytes were left unread.
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

/// How a connection is to end.
enum End {
    Closed,
    Reset,
}

fn serve_connection(stream: &TcpStream, shared: &Shared) -> io::Result<End> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = (Unread::new(stream), stream);
    loop {
        match read(&mut reader, &mut writer)? {
            Incoming::End => return Ok(End::Closed),
            Incoming::Refused(status) => {
                let body = b"The request is not HTTP, or too large.\n".to_vec();
                let response = typed(status, "text/plain; charset=utf-8", body);
                let date = http_date(shared.context.clock.now_ms());
                write(&mut writer, &response, &date, false, false)?;
                return linger(stream, &mut reader);
            }
            Incoming::Request(request, keep) => {
                let head_only = *request.method() == Method::HEAD;
                let ending = router::answer(shared, &request);
                let keep = keep && !shared.holds.is_stopped();
                match ending {
                    Ending::Slowly(response, time) if !head_only => {
                        drip(shared, writer, &response, time, keep)?
                    }
                    Ending::Answer(response) | Ending::Slowly(response, _) => {
                        send(shared, writer, &response, head_only, keep)?
                    }
                    Ending::Close => {
                        reader.let_go()?;
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

/// In how many pieces a slow body comes.
const PIECES: usize = 8;

fn drip(
    shared: &Shared,
    mut writer: &TcpStream,
    response: &Response<Vec<u8>>,
    time: Duration,
    keep: bool,
) -> io::Result<()> {
    let date = http_date(shared.context.clock.now_ms());
    writer.write_all(&head(response, &date, keep)?)?;
    let body = response.body();
    for piece in body.chunks(body.len().div_ceil(PIECES).max(1)) {
        if !shared.holds.sleep(time / PIECES as u32) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        writer.write_all(piece)?;
    }
    Ok(())
}

fn send(
    shared: &Shared,
    mut writer: &TcpStream,
    response: &Response<Vec<u8>>,
    head_only: bool,
    keep: bool,
) -> io::Result<()> {
    let date = http_date(shared.context.clock.now_ms());
    write(&mut writer, response, &date, head_only, keep)
}

/// Reads on a little before the socket is closed: closing it with unread bytes would reset the connection, and the response
/// might be lost on the way.
fn linger(stream: &TcpStream, reader: &mut impl Read) -> io::Result<End> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut rest = reader.take(1024 * 1024);
    io::copy(&mut rest, &mut io::sink())?;
    Ok(End::Closed)
}
