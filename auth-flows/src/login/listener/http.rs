//! As much HTTP as a callback needs: the head of one GET request, and one page in answer.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// What a visitor wants.
#[derive(Debug, PartialEq)]
pub(super) enum Visit {
    Get {
        target: String,
        host: Option<String>,
    },
    OtherMethod,
    Noise,
}

/// The longest request line: league's codes are 800 characters and grow with the scopes.
const REQUEST_LINE: usize = 16 << 10;
/// The longest head.
const HEAD: usize = 64 << 10;
/// How long a visitor who has the page may take to go.
const PARTING: Duration = Duration::from_millis(200);

/// Reads the head of a request, until `end`.
#[inline]
pub(super) fn read(stream: &mut TcpStream, end: Instant) -> io::Result<Visit> {
    let mut head = Vec::with_capacity(2048);
    let mut piece = [0; 2048];
    loop {
        if let Some(at) = find(&head, b"\r\n\r\n") {
            return Ok(parse(&head[..at]));
        }
        let line = find(&head, b"\r\n").unwrap_or(head.len());
        if head.len() > HEAD || line > REQUEST_LINE {
            return Ok(Visit::Noise);
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Visit::Noise);
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut piece)? {
            0 => return Ok(Visit::Noise),
            n => head.extend_from_slice(&piece[..n]),
        }
    }
}

#[inline]
fn parse(head: &[u8]) -> Visit {
    let Ok(head) = std::str::from_utf8(head) else {
        return Visit::Noise;
    };
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Visit::Noise;
    };
    if !version.starts_with("HTTP/1.") || !target.starts_with('/') || target.len() > REQUEST_LINE {
        return Visit::Noise;
    }
    if method != "GET" {
        return Visit::OtherMethod;
    }
    let mut hosts = lines
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"))
        .map(|(_, value)| value.trim());
    // A second Host is somebody's trick.
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Some(host.to_owned()),
        _ => None,
    };
    Visit::Get {
        target: target.to_owned(),
        host,
    }
}

/// Sends a page and closes the connection in an orderly way.
#[inline]
pub(super) fn answer(stream: &mut TcpStream, status: u16, page: &str) -> io::Result<()> {
    let reason = match status {
        200 => "OK",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        _ => "Bad Request",
    };
    // RFC 9110 section 15.5.6.
    let allow = if status == 405 { "Allow: GET\r\n" } else { "" };
    // The browser has the code in its address bar: nothing it does next may carry it on.
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\n\
         Content-Type: text/html; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         {allow}\
         Cache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
         X-Content-Type-Options: nosniff\r\n\r\n",
        page.len()
    );
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(page.as_bytes())?;
    stream.shutdown(std::net::Shutdown::Write)?;
    // Closing while the visitor still sends would reset the connection, and the page with it.
    let end = Instant::now() + PARTING;
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

    #[test]
    fn heads() {
        let check =
            |head: &str, expect: Visit| assert_eq!(parse(head.as_bytes()), expect, "{head}");
        let get = |target: &str, host: Option<&str>| Visit::Get {
            target: target.to_owned(),
            host: host.map(str::to_owned),
        };
        check(
            "GET /?code=1 HTTP/1.1\r\nHost: 127.0.0.1:8080",
            get("/?code=1", Some("127.0.0.1:8080")),
        );
        check("GET / HTTP/1.0\r\nAccept: */*", get("/", None));
        check("GET / HTTP/1.1\r\nHost: a\r\nhost: b", get("/", None));
        check("POST / HTTP/1.1\r\nHost: a", Visit::OtherMethod);
        check("GET http://127.0.0.1/ HTTP/1.1\r\nHost: a", Visit::Noise);
        check("GET / HTTP/1.1 x\r\nHost: a", Visit::Noise);
        check("GET /", Visit::Noise);
        check("", Visit::Noise);
        assert_eq!(parse(b"GET /\xff HTTP/1.1"), Visit::Noise);
    }
}
