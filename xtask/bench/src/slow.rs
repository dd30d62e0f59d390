//! A slow token endpoint that counts its requests and may fail at first: for many callers at once.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// What the server does.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The delay of each response.
    pub delay: Duration,
    /// How many of the first requests get 503.
    pub failures: usize,
}

/// The server. Its threads end with the process.
#[derive(Debug)]
pub struct Slow {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Slow {
    /// Starts it on a free port.
    ///
    /// # Panics
    ///
    /// If no port is free.
    #[must_use]
    pub fn start(plan: Plan) -> Self {
        Self::start_with(plan, LIFETIME)
    }

    /// Starts it with a first token that is valid for this many seconds and sent without delay; those
    /// after it are valid for an hour.
    ///
    /// # Panics
    ///
    /// If no port is free.
    #[must_use]
    pub fn start_with(plan: Plan, first: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("a bound port has an address");
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let counted = Arc::clone(&counted);
                thread::spawn(move || response(&stream, plan, first, &counted));
            }
        });
        Self { address, requests }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// How many requests arrived.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// How many seconds a token is valid.
const LIFETIME: u64 = 3600;

fn response(stream: &TcpStream, plan: Plan, first: u64, counted: &AtomicUsize) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    while read(&mut reader)? {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        let lifetime = if number == 0 { first } else { LIFETIME };
        if lifetime == LIFETIME {
            thread::sleep(plan.delay);
        }
        let (status, body) = match number < plan.failures {
            true => ("503 Service Unavailable", "{}".to_owned()),
            false => ("200 OK", body(number, lifetime)),
        };
        let length = body.len();
        write!(
            writer,
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
    }
    Ok(())
}

fn body(number: usize, lifetime: u64) -> String {
    format!(
        r#"{{"access_token":"access-{number}","token_type":"Bearer","expires_in":{lifetime},"refresh_token":"refresh-{number}"}}"#
    )
}

/// Reads one request and drops it; `false` at the end.
pub fn read(reader: &mut impl BufRead) -> io::Result<bool> {
    Ok(head(reader)?.is_some())
}

/// Reads one request; whether it asks for gzip, or `None` at the end.
pub fn head(reader: &mut impl BufRead) -> io::Result<Option<bool>> {
    let (mut length, mut gzip) = (0, false);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        gzip |= line.starts_with("accept-encoding:") && line.contains("gzip");
    }
    io::copy(&mut reader.by_ref().take(length), &mut io::sink())?;
    Ok(Some(gzip))
}
