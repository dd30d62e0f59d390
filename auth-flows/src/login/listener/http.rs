//! As much HTTP/1.1 as a callback needs: reads the head of one GET request, and writes one page.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use auth_core::SecretBytes;

// `inline`: compiled in the crate that calls it, as most programs need none of it.

/// What a connection sent.
#[derive(Debug, PartialEq)]
pub(super) enum Received {
    Get {
        target: String,
        host: Option<String>,
        purpose: Purpose,
    },
    /// Another method, by its name.
    OtherMethod(String),
    /// The reason why it is no request.
    Invalid(&'static str),
}

/// What a browser says about why it sends a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Purpose {
    /// The user goes to a page, or the browser does not say.
    Navigation,
    /// For a page that the user may go to next.
    Prefetch,
    /// A part of another page: an image, a frame, a script's request.
    Part,
}

const NOT_HTTP: &str = "bytes that are not an HTTP request";
const TOO_LONG: &str = "a request that is too long";
const INCOMPLETE: &str = "a connection whose request stayed incomplete";

/// Maximum length of a request line: league's codes have 800 characters and grow with the scopes.
const MAX_REQUEST_LINE: usize = 16 << 10;
/// Maximum length of a head.
const MAX_HEAD: usize = 64 << 10;
/// How long to read on after the page is written, see [`respond`].
const LINGER: Duration = Duration::from_millis(200);

/// How long a read waits before it looks whether its connection was evicted: closing a socket wakes
/// no blocked read on Windows.
const TICK: Duration = Duration::from_millis(50);

/// Reads the head of a request, until `end` or until the connection is evicted. Wipes it
/// afterwards, because it may have the code.
#[inline]
pub(super) fn read(
    stream: &mut TcpStream,
    end: Instant,
    evicted: &AtomicBool,
) -> io::Result<Received> {
    // Never grows, which would leave a copy behind.
    let mut head = Vec::with_capacity(MAX_HEAD + 2 * PIECE);
    let received = read_into(&mut head, stream, end, evicted);
    drop(SecretBytes::new(head));
    received
}

const PIECE: usize = 2048;

fn read_into(
    head: &mut Vec<u8>,
    stream: &mut TcpStream,
    end: Instant,
    evicted: &AtomicBool,
) -> io::Result<Received> {
    let mut piece = [0; PIECE];
    loop {
        if let Some(at) = find(head, b"\r\n\r\n") {
            return Ok(parse(&head[..at]));
        }
        let line = find(head, b"\r\n").unwrap_or(head.len());
        if head.len() > MAX_HEAD || line > MAX_REQUEST_LINE {
            return Ok(Received::Invalid(TOO_LONG));
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || evicted.load(Ordering::Relaxed) {
            return Ok(Received::Invalid(INCOMPLETE));
        }
        stream.set_read_timeout(Some(left.min(TICK)))?;
        match stream.read(&mut piece) {
            Err(error) if is_silent(&error) => {}
            // Closed or reset.
            Ok(0) | Err(_) => return Ok(Received::Invalid(INCOMPLETE)),
            Ok(n) => head.extend_from_slice(&piece[..n]),
        }
    }
}

/// Whether nothing has come yet: a read timeout has two names, and a signal may end it.
#[inline]
fn is_silent(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

#[inline]
fn parse(head: &[u8]) -> Received {
    let Ok(head) = std::str::from_utf8(head) else {
        return Received::Invalid(NOT_HTTP);
    };
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Received::Invalid(NOT_HTTP);
    };
    if target.len() > MAX_REQUEST_LINE {
        return Received::Invalid(TOO_LONG);
    }
    if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return Received::Invalid(NOT_HTTP);
    }
    if method != "GET" {
        return Received::OtherMethod(method.to_owned());
    }
    let fields: Vec<_> = lines.filter_map(|line| line.split_once(':')).collect();
    let all = |name: &'static str| {
        let named = fields
            .iter()
            .filter(move |(own, _)| own.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.trim())
    };
    let mut hosts = all("host");
    // A request with two Host fields is not valid (RFC 9112 section 3.2); it counts as none.
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Some(host.to_owned()),
        _ => None,
    };
    let ahead = ["sec-purpose", "purpose", "x-moz"].into_iter();
    let purpose = if ahead.flat_map(all).any(is_prefetch) {
        Purpose::Prefetch
    } else if all("sec-fetch-dest").all(|value| value == "document") {
        Purpose::Navigation
    } else {
        Purpose::Part
    };
    Received::Get {
        target: target.to_owned(),
        host,
        purpose,
    }
}

/// `prefetch`, or `prefetch;prerender`.
#[inline]
fn is_prefetch(value: &str) -> bool {
    let word = value.split([';', ',']).next().unwrap_or_default();
    ["prefetch", "prerender", "preview"]
        .iter()
        .any(|known| word.trim().eq_ignore_ascii_case(known))
}

/// Writes a page and closes the connection without a reset.
#[inline]
pub(super) fn respond(stream: &mut TcpStream, status: u16, page: &str) -> io::Result<()> {
    let reason = match status {
        200 => "OK",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        503 => "Service Unavailable",
        _ => "Bad Request",
    };
    // RFC 9110 section 15.5.6.
    let allow = if status == 405 { "Allow: GET\r\n" } else { "" };
    // The code is in the browser's address bar: these headers keep it from leaving there.
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\n\
         Content-Type: text/html; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         {allow}\
         Cache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
         X-Content-Type-Options: nosniff\r\n\r\n",
        page.len()
    );
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(page.as_bytes())?;
    stream.shutdown(std::net::Shutdown::Write)?;
    // Closing a socket with unread bytes resets the connection, and the browser loses the page.
    let end = Instant::now() + LINGER;
    let mut rest = [0; 4096];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        stream.set_read_timeout(Some(left))?;
        if stream.read(&mut rest)? == 0 {
            return Ok(());
        }
    }
}

#[inline]
fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without closing the socket, which on Windows does not end a read.
    #[test]
    fn an_evicted_connection_ends_although_its_socket_is_open() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let silent = TcpStream::connect(address).expect("it listens");
        let (mut stream, _) = listener.accept().expect("a connection");
        let evicted = std::sync::Arc::new(AtomicBool::new(false));
        let flag = std::sync::Arc::clone(&evicted);
        let reader = std::thread::spawn(move || {
            let start = Instant::now();
            let end = start + Duration::from_secs(60);
            let received = read(&mut stream, end, &flag).expect("no failure");
            (received, start.elapsed())
        });
        evicted.store(true, Ordering::Relaxed);
        let (received, took) = reader.join().expect("no panic");
        assert_eq!(received, Received::Invalid(INCOMPLETE));
        assert!(took < Duration::from_secs(30), "{took:?}");
        drop(silent);
    }

    #[test]
    fn heads() {
        let check =
            |head: &str, expect: Received| assert_eq!(parse(head.as_bytes()), expect, "{head}");
        let get = |target: &str, host: Option<&str>| Received::Get {
            target: target.to_owned(),
            host: host.map(str::to_owned),
            purpose: Purpose::Navigation,
        };
        check(
            "GET /?code=1 HTTP/1.1\r\nHost: 127.0.0.1:8080",
            get("/?code=1", Some("127.0.0.1:8080")),
        );
        check("GET / HTTP/1.0\r\nAccept: */*", get("/", None));
        check("GET / HTTP/1.1\r\nHost: a\r\nhost: b", get("/", None));
        check(
            "POST / HTTP/1.1\r\nHost: a",
            Received::OtherMethod("POST".into()),
        );
        check(
            "GET http://127.0.0.1/ HTTP/1.1\r\nHost: a",
            Received::Invalid(NOT_HTTP),
        );
        check("GET / HTTP/1.1 x\r\nHost: a", Received::Invalid(NOT_HTTP));
        check("GET /", Received::Invalid(NOT_HTTP));
        check("", Received::Invalid(NOT_HTTP));
        assert_eq!(parse(b"GET /\xff HTTP/1.1"), Received::Invalid(NOT_HTTP));
    }
}
