//! A server on loopback that answers every request with the same bytes and counts its connections. It runs in a process of
//! its own, so that what it costs is in nobody's figures.

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

/// Prints its address; at the end of its input, how many connections and requests there were.
///
/// # Errors
/// There is no port.
pub fn run() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("{}", listener.local_addr()?);
    let counted = Arc::new(Counted::default());
    let shared = Arc::clone(&counted);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            shared.connections.fetch_add(1, Ordering::Relaxed);
            let shared = Arc::clone(&shared);
            thread::spawn(move || answer(&stream, &shared));
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

/// Answers until the other side is done.
fn answer(stream: &TcpStream, counted: &Counted) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    let body = parts::ANSWER_400.as_bytes();
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
