//! One exchange over HTTP/1.1 with a server on loopback, on its own connection.

use std::fmt::Write as _;
use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use http::HeaderMap;

use super::location::Location;
use crate::http::response::read_response;

/// Maximum duration of an exchange, from connecting to the last byte.
const EXCHANGE_TIME: Duration = Duration::from_secs(30);

/// Maximum size of a response body, in bytes.
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
        let response = read_response(
            &mut BufReader::new(Until { stream, deadline }),
            MAX_RESPONSE,
        )?;
        let (parts, body) = response.into_parts();
        Ok(Response {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
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

/// A connection that is read until a deadline.
struct Until {
    stream: TcpStream,
    deadline: Instant,
}

impl Read for Until {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}

/// A complete response.
pub(super) struct Response {
    pub(super) status: u16,
    headers: HeaderMap,
    pub(super) body: String,
}

impl Response {
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
        let values = self.headers.get_all(name).into_iter();
        values.filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
    }
}
