//! One exchange over HTTP/1.1 with a server on loopback, on its own connection.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use http::{HeaderMap, header};

use super::location::Location;
use crate::http::http1::request_bytes;
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

    /// Sends the request on its own connection, with additional headers.
    pub(super) fn send(&self, at: &Location, headers: HeaderMap) -> io::Result<Response> {
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

    fn exchange(
        &self,
        at: &Location,
        headers: HeaderMap,
        deadline: Instant,
    ) -> io::Result<Response> {
        let stream = at.connect(EXCHANGE_TIME)?;
        stream.set_write_timeout(Some(EXCHANGE_TIME))?;
        let request = self.message(at, headers).map_err(io::Error::other)?;
        (&stream).write_all(&request_bytes(&request))?;
        let response = read_response(
            &mut BufReader::new(Until { stream, deadline }),
            request.method(),
            MAX_RESPONSE,
        )?;
        let (parts, body) = response.into_parts();
        Ok(Response {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    fn message(&self, at: &Location, headers: HeaderMap) -> http::Result<http::Request<&str>> {
        let mut request = http::Request::builder()
            .method(self.method())
            .uri(at.target())
            .header(header::HOST, at.authority())
            .header(header::CONNECTION, "close")
            .header(header::USER_AGENT, "auth-testkit person")
            .header(header::ACCEPT, "text/html,*/*;q=0.8");
        // Rails refuses a form with a foreign Origin. Here forms never leave their origin.
        if self.form.is_some() {
            request = request
                .header(header::ORIGIN, at.origin())
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let mut request = request.body(self.form.as_deref().unwrap_or_default())?;
        request.headers_mut().extend(headers);
        Ok(request)
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
