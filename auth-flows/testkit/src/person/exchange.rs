//! One exchange over HTTP/1.1 with a server on loopback, on its own connection.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use super::location::Location;

/// Maximum duration of an exchange, from connecting to the last byte.
const EXCHANGE_TIME: Duration = Duration::from_secs(30);

/// Maximum size of a response body or head, in bytes.
const MAX_RESPONSE: usize = 4 << 20;

/// A GET of a page, or a POST of a form.
pub(super) struct Request {
    form: Option<String>,
}

impl Request {
    pub(super) fn get() -> Self {
        Self { form: None }
    }

    pub(super) fn post(fields: &[(String, String)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        Self {
            form: Some(form.finish()),
        }
    }

    /// Sends the request on its own connection, with additional header lines.
    pub(super) fn send(&self, at: &Location, headers: &str) -> io::Result<Response> {
        let deadline = Instant::now() + EXCHANGE_TIME;
        self.exchange(at, headers, deadline).map_err(|error| {
            let text = match error.kind() {
                // Linux reports a read timeout as `WouldBlock`.
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                    format!("no complete response within {} s", EXCHANGE_TIME.as_secs())
                }
                _ => error.to_string(),
            };
            let kind = match error.kind() {
                io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut,
                kind => kind,
            };
            io::Error::new(
                kind,
                format!("{} {}: {text}", self.method(), at.without_query()),
            )
        })
    }

    fn method(&self) -> &'static str {
        if self.form.is_some() { "POST" } else { "GET" }
    }

    fn exchange(&self, at: &Location, headers: &str, deadline: Instant) -> io::Result<Response> {
        let mut stream = at.connect(EXCHANGE_TIME)?;
        stream.set_write_timeout(Some(EXCHANGE_TIME))?;
        stream.write_all(self.text(at, headers).as_bytes())?;
        let mut received = Vec::new();
        let mut part = [0; 16 << 10];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            stream.set_read_timeout(Some(left))?;
            let count = match stream.read(&mut part) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            received.extend_from_slice(&part[..count]);
            if let Some(response) = Response::parse(&received, count == 0)? {
                return Ok(response);
            }
            if received.len() > MAX_RESPONSE {
                return Err(bad_response("the response is larger than 4 MiB"));
            }
        }
    }

    fn text(&self, at: &Location, headers: &str) -> String {
        let mut text = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nUser-Agent: auth-testkit person\r\n\
             Accept: text/html,*/*;q=0.8\r\n{headers}",
            self.method(),
            at.target(),
            at.authority()
        );
        // Rails refuses a form with a foreign Origin. Here forms never leave their origin.
        if let Some(form) = &self.form {
            let _infallible = write!(
                text,
                "Origin: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: {}\r\n\r\n{form}",
                at.origin(),
                form.len()
            );
        } else {
            text.push_str("\r\n");
        }
        text
    }
}

/// A complete response.
pub(super) struct Response {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Response {
    /// Parses a response. `None` if it is incomplete and the connection is still open.
    fn parse(received: &[u8], ended: bool) -> io::Result<Option<Self>> {
        let cut_off = || match ended {
            true if received.is_empty() => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the connection was closed without a response",
            )),
            true => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the connection was closed within the response",
            )),
            false => Ok(None),
        };
        let Some(head_end) = find(received, b"\r\n\r\n") else {
            return cut_off();
        };
        let (head, body) = (&received[..head_end], &received[head_end + 4..]);
        let head = std::str::from_utf8(head).map_err(|_| bad_response("the header is not text"))?;
        let mut lines = head.split("\r\n");
        let mut response = Self {
            status: status(lines.next().unwrap_or_default())?,
            headers: lines.filter_map(header_line).collect(),
            body: String::new(),
        };
        let length = response.header("content-length").map(str::parse::<usize>);
        let body = if response
            .header("transfer-encoding")
            .is_some_and(|how| how.contains("chunked"))
        {
            let Some(body) = unchunk(body)? else {
                return cut_off();
            };
            body
        } else if matches!(response.status, 204 | 304) {
            Vec::new()
        } else if let Some(length) = length {
            let length = length.map_err(|_| bad_response("Content-Length is not a number"))?;
            let Some(body) = body.get(..length) else {
                return cut_off();
            };
            body.to_vec()
        } else if ended {
            body.to_vec()
        } else {
            return Ok(None);
        };
        response.body = String::from_utf8_lossy(&body).into_owned();
        Ok(Some(response))
    }

    /// The `Location` of a redirect.
    pub(super) fn redirect(&self) -> Option<&str> {
        matches!(self.status, 301 | 302 | 303 | 307 | 308).then(|| self.header("location"))?
    }

    /// Whether a redirect requires the same method and form again (RFC 9110 section 15.4).
    pub(super) fn keeps_method(&self) -> bool {
        matches!(self.status, 307 | 308)
    }

    pub(super) fn is_html(&self) -> bool {
        self.header("content-type")
            .is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

fn status(line: &str) -> io::Result<u16> {
    let mut words = line.split(' ');
    let is_http = words
        .next()
        .is_some_and(|version| version.starts_with("HTTP/1."));
    let status = words.next().and_then(|word| word.parse().ok());
    status
        .filter(|_| is_http)
        .ok_or_else(|| bad_response("the response is not HTTP/1"))
}

fn header_line(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
}

/// Decodes a chunked body (RFC 9112 section 7.1). `None` while the last chunk is missing.
fn unchunk(mut rest: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    while let Some(line_end) = find(rest, b"\r\n") {
        let line = String::from_utf8_lossy(&rest[..line_end]);
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16)
            .ok()
            .filter(|size| *size <= MAX_RESPONSE)
            .ok_or_else(|| bad_response("the size of a chunk is not a number, or above 4 MiB"))?;
        if size == 0 {
            return Ok(Some(body));
        }
        let start = line_end + 2;
        let Some(chunk) = rest.get(start..start + size) else {
            return Ok(None);
        };
        body.extend_from_slice(chunk);
        let Some(next) = rest.get(start + size + 2..) else {
            return Ok(None);
        };
        rest = next;
    }
    Ok(None)
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes
        .windows(pattern.len())
        .position(|window| window == pattern)
}

fn bad_response(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses() {
        let check = |received: &str, ended: bool, expect: Result<Option<&str>, io::ErrorKind>| {
            let found = Response::parse(received.as_bytes(), ended)
                .map(|response| {
                    response.map(|response| format!("{} {}", response.status, response.body))
                })
                .map_err(|error| error.kind());
            let expect = expect.map(|response| response.map(str::to_owned));
            assert_eq!(found, expect, "{received} {ended}");
        };
        let eof = Err(io::ErrorKind::UnexpectedEof);
        let bad = Err(io::ErrorKind::InvalidData);
        check("", false, Ok(None));
        check("", true, eof);
        check("HTTP/1.1 200 OK\r\n", true, eof);
        check("HTTP/1.1 204 No Content\r\n\r\n", false, Ok(Some("204 ")));
        check(
            "HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\nab",
            false,
            Ok(Some("200 ab")),
        );
        check(
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
            false,
            Ok(None),
        );
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", true, eof);
        check("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab", false, bad);
        check("HTTP/1.0 200 OK\r\n\r\nab", false, Ok(None));
        check("HTTP/1.0 200 OK\r\n\r\nab", true, Ok(Some("200 ab")));
        check("SSH-2.0-x\r\n\r\n", false, bad);
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        check(
            &format!("{chunked}2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
            false,
            Ok(Some("200 abc")),
        );
        check(&format!("{chunked}2\r\nab\r\n1\r\n"), false, Ok(None));
        check(&format!("{chunked}2\r\nab\r\n1"), true, eof);
        check(&format!("{chunked}zz\r\nab\r\n"), false, bad);
        check(&format!("{chunked}ffffffffffffffff\r\nab\r\n"), false, bad);
    }
}
