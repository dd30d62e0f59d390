//! HTTP/1.1 by hand, for tests below an HTTP library: whole messages to bytes and back.
//!
//! What a test sends on purpose as no HTTP, or as half of it, are bytes of its own.
//!
//! ```
//! use auth_testkit::{http1, raw::{RawServer, ScriptStep}};
//!
//! let found = http1::response_bytes(&http::Response::new("found"));
//! let server = RawServer::start(move |_| vec![ScriptStep::respond(&found)]);
//! let response = http1::get(&server.url("/me?a=b").to_string())?;
//! assert_eq!((response.status().as_u16(), response.body().as_slice()), (200, &b"found"[..]));
//! assert_eq!(server.requests()[0].request().uri(), "/me?a=b");
//! # Ok::<(), std::io::Error>(())
//! ```

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use http::{Method, Request, Response, Uri, header};

use super::codec::{self, Incoming};
use super::response;

/// The longest wait of [`get`] for the next bytes.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The largest body that a response may have.
const MAX_RESPONSE: usize = 96 << 20;

/// Encodes a request with its headers. Adds the length of its body if it has one.
#[must_use]
pub fn request_bytes<B: AsRef<[u8]>>(request: &Request<B>) -> Vec<u8> {
    let body = request.body().as_ref();
    let target = request.uri().path_and_query();
    let target = target.map_or("/".to_owned(), ToString::to_string);
    let mut out = format!("{} {target} HTTP/1.1\r\n", request.method()).into_bytes();
    let length = (!body.is_empty()).then_some(body.len());
    codec::push_headers(&mut out, request.headers(), length);
    [&out[..], b"\r\n", body].concat()
}

/// Encodes a response with its headers and the length of its body.
#[must_use]
pub fn response_bytes<B: AsRef<[u8]>>(response: &Response<B>) -> Vec<u8> {
    let head = codec::status_and_headers(response);
    [&head[..], b"\r\n", response.body().as_ref()].concat()
}

/// Reads one request. `None` if the connection ends before the request does.
///
/// # Errors
///
/// `InvalidData` if it is not HTTP/1, or too large; else those of the connection.
pub fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Request<Vec<u8>>>> {
    match codec::read(reader, &mut io::sink())? {
        Incoming::Request(request, _) => Ok(Some(*request)),
        Incoming::End => Ok(None),
        Incoming::Refused(status) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("no request: a server responds with {status}"),
        )),
    }
}

/// Reads one response, except to a HEAD request: to its length, or without one to the end of the
/// connection.
///
/// # Errors
///
/// `UnexpectedEof` if the connection ends before the response does, `InvalidData` if it is not
/// HTTP/1, or too large; else those of the connection.
pub fn read_response(reader: &mut impl BufRead) -> io::Result<Response<Vec<u8>>> {
    response::read_response(reader, &Method::GET, MAX_RESPONSE)
}

/// Sends a request on a connection of its own and reads the response.
///
/// # Errors
///
/// Those of [`read_response`].
pub fn exchange<B: AsRef<[u8]>>(
    mut stream: impl Read + Write,
    request: &Request<B>,
) -> io::Result<Response<Vec<u8>>> {
    stream.write_all(&request_bytes(request))?;
    let mut reader = BufReader::new(stream);
    response::read_response(&mut reader, request.method(), MAX_RESPONSE)
}

/// Requests an `http` URL as a browser does, on a connection of its own.
///
/// # Errors
///
/// `InvalidInput` if it is not such a URL, `WouldBlock` or `TimedOut` after 30 s without a byte;
/// else those of [`read_response`].
pub fn get(url: &str) -> io::Result<Response<Vec<u8>>> {
    let invalid = |_| io::Error::new(io::ErrorKind::InvalidInput, format!("not a URL: {url}"));
    let uri: Uri = url.parse().map_err(invalid)?;
    let authority = uri.authority().map_or("", |it| it.as_str());
    let stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let request = Request::get(&uri)
        .header(header::HOST, authority)
        .header(header::CONNECTION, "close");
    let request = request.body("").map_err(io::Error::other)?;
    exchange(stream, &request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_back_as_they_were() {
        let request = Request::post("/a?b=c").header("x", "y").body("body");
        let bytes = request_bytes(&request.expect("a request"));
        let text = "POST /a?b=c HTTP/1.1\r\nx: y\r\ncontent-length: 4\r\n\r\nbody";
        assert_eq!(String::from_utf8_lossy(&bytes), text);
        let read = read_request(&mut &bytes[..])
            .expect("valid")
            .expect("whole");
        assert_eq!((read.method().as_str(), read.uri().path()), ("POST", "/a"));
        assert_eq!(
            (read.body().as_slice(), read.headers().len()),
            (&b"body"[..], 2)
        );
        assert!(matches!(
            read_request(&mut &bytes[..bytes.len() - 1]),
            Ok(None)
        ));
        let garbage = read_request(&mut &b"x\r\n\r\n"[..]).expect_err("garbage");
        assert_eq!(garbage.kind(), io::ErrorKind::InvalidData);

        let response = Response::builder().status(404).header("x", "y").body("no");
        let bytes = response_bytes(&response.expect("a response"));
        assert!(bytes.starts_with(b"HTTP/1.1 404 Not Found\r\nx: y\r\n"));
        let read = read_response(&mut &bytes[..]).expect("valid");
        assert_eq!(
            (read.status().as_u16(), read.body().as_slice()),
            (404, &b"no"[..])
        );
        assert_eq!(read.headers()["x"], "y");
    }

    #[test]
    fn a_message_without_a_body() {
        let request = Request::get("http://a.example?b=c").body("");
        let bytes = request_bytes(&request.expect("a request"));
        assert_eq!(bytes, b"GET /?b=c HTTP/1.1\r\n\r\n");
        let empty = Response::builder().status(204).body("");
        let bytes = response_bytes(&empty.expect("a response"));
        assert_eq!(bytes, b"HTTP/1.1 204 No Content\r\n\r\n");
        assert_eq!(
            get("no URL").expect_err("garbage").kind(),
            io::ErrorKind::InvalidInput
        );
    }
}
