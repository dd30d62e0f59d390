//! A server on loopback that sends the same bytes for every request and counts its connections. It
//! runs in a process of its own, so that no figure includes its cost.

use std::{
    io::{self, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::{parts, slow};

#[derive(Default)]
struct Counted {
    connections: AtomicUsize,
    requests: AtomicUsize,
}

/// Prints its address; when its input ends, how many connections and requests there were.
///
/// # Errors
///
/// Fails if no port is free.
pub fn run() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("{}", listener.local_addr()?);
    let counted = Arc::new(Counted::default());
    let shared = Arc::clone(&counted);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            shared.connections.fetch_add(1, Ordering::Relaxed);
            let shared = Arc::clone(&shared);
            thread::spawn(move || response(&stream, &shared));
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    let count = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    let _nobody_asks = writeln!(
        io::stdout(),
        "{} {}",
        count(&counted.connections),
        count(&counted.requests)
    );
    Ok(())
}

/// Serves until the client closes the connection.
fn response(stream: &TcpStream, counted: &Counted) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    let body = parts::RESPONSE_400.as_bytes();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let bytes = [head.as_bytes(), body].concat();
    loop {
        if !slow::read(&mut reader)? {
            return Ok(());
        }
        counted.requests.fetch_add(1, Ordering::Relaxed);
        writer.write_all(&bytes)?;
    }
}
