//! HTTP/1.1 (RFC 9112) for test servers: reads requests, writes responses, survives garbage.

use std::io::{self, BufRead, Read, Write};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, Version, header};

/// Maximum size of a request line with headers. League's codes and browsers' cookies are far below
/// it.
const MAX_HEAD: usize = 64 * 1024;
/// Maximum size of a request body.
const MAX_BODY: usize = 96 * 1024 * 1024;

/// The result of reading from a connection.
pub(crate) enum Incoming {
    /// A whole request, and whether the client keeps the connection alive.
    Request(Box<Request<Vec<u8>>>, bool),
    /// Not HTTP, or larger than the server accepts: respond with this status and close.
    Refused(u16),
    /// The client closed the connection.
    End,
}

/// Reads one request. Writes `100 Continue` to `writer` if the request expects it.
pub(crate) fn read(reader: &mut impl BufRead, writer: &mut impl Write) -> io::Result<Incoming> {
    let Some((start, lines)) = (match read_head(reader)? {
        Head::Lines(start, lines) => Some((start, lines)),
        Head::TooLong => return Ok(Incoming::Refused(431)),
        Head::End => None,
    }) else {
        return Ok(Incoming::End);
    };
    let Some((mut request, keep)) = parse_head(&start, &lines) else {
        return Ok(Incoming::Refused(400));
    };
    let framing = match framing(request.headers()) {
        Ok(framing) => framing,
        Err(status) => return Ok(Incoming::Refused(status)),
    };
    let expects = request.headers().get(header::EXPECT);
    if expects.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
        && !matches!(framing, Framing::Length(0))
    {
        writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        writer.flush()?;
    }
    let body = match framing {
        Framing::Length(len) => {
            let mut body = Vec::with_capacity(len.min(1024 * 1024));
            if reader.by_ref().take(len as u64).read_to_end(&mut body)? < len {
                return Ok(Incoming::End); // cut off in the middle
            }
            body
        }
        Framing::Chunked => match read_chunked(reader)? {
            Ok(body) => body,
            Err(status) => return Ok(Incoming::Refused(status)),
        },
    };
    *request.body_mut() = body;
    Ok(Incoming::Request(Box::new(request), keep))
}

/// Writes a response with `Date`, `Content-Length` and `Connection`.
pub(crate) fn write(
    writer: &mut impl Write,
    response: &Response<Vec<u8>>,
    date: &str,
    head_only: bool,
    keep: bool,
) -> io::Result<()> {
    let mut out = head(response, date, keep)?;
    if !is_bodiless(response) && !head_only {
        out.extend_from_slice(response.body());
    }
    writer.write_all(&out)?;
    writer.flush()
}

/// Encodes the response without its body.
pub(crate) fn head(response: &Response<Vec<u8>>, date: &str, keep: bool) -> io::Result<Vec<u8>> {
    let mut out = status_and_headers(response);
    if !response.headers().contains_key(header::DATE) {
        write!(out, "date: {date}\r\n")?;
    }
    let connection = if keep { "keep-alive" } else { "close" };
    write!(out, "connection: {connection}\r\n\r\n")?;
    Ok(out)
}

/// Encodes the status line, the response's headers and its length.
pub(super) fn status_and_headers<B: AsRef<[u8]>>(response: &Response<B>) -> Vec<u8> {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or("Status");
    let mut out = format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes();
    let length = response.body().as_ref().len();
    push_headers(
        &mut out,
        response.headers(),
        (!is_bodiless(response)).then_some(length),
    );
    out
}

/// Appends header lines; the length is that of the body, whatever the headers say.
pub(super) fn push_headers(out: &mut Vec<u8>, headers: &HeaderMap, length: Option<usize>) {
    for (name, value) in headers {
        if name != header::CONTENT_LENGTH && name != header::TRANSFER_ENCODING {
            let name = name.as_str().as_bytes();
            out.extend_from_slice(&[name, b": ", value.as_bytes(), b"\r\n"].concat());
        }
    }
    if let Some(length) = length {
        out.extend_from_slice(format!("content-length: {length}\r\n").as_bytes());
    }
}

pub(crate) fn is_bodiless<B>(response: &Response<B>) -> bool {
    matches!(response.status().as_u16(), 204 | 304)
}

pub(crate) enum Head {
    Lines(String, Vec<Vec<u8>>),
    TooLong,
    End,
}

pub(crate) fn read_head(reader: &mut impl BufRead) -> io::Result<Head> {
    let mut left = MAX_HEAD;
    let mut start = None;
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        let read = reader
            .by_ref()
            .take(left as u64)
            .read_until(b'\n', &mut line)?;
        left -= read;
        if line.last() != Some(&b'\n') {
            return Ok(if left == 0 { Head::TooLong } else { Head::End });
        }
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        match start {
            // An empty line before the request line is to be ignored (RFC 9112 section 2.2).
            None if line.is_empty() => {}
            None => start = Some(String::from_utf8_lossy(&line).into_owned()),
            Some(start) if line.is_empty() => return Ok(Head::Lines(start, lines)),
            Some(_) => lines.push(line),
        }
    }
}

fn parse_head(start: &str, lines: &[Vec<u8>]) -> Option<(Request<Vec<u8>>, bool)> {
    let mut parts = start.split(' ');
    let method = Method::from_bytes(parts.next()?.as_bytes()).ok()?;
    let target: Uri = parts.next()?.parse().ok()?;
    let version = match parts.next()? {
        "HTTP/1.1" => Version::HTTP_11,
        "HTTP/1.0" => Version::HTTP_10,
        _ => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    let mut request = Request::new(Vec::new());
    *request.method_mut() = method;
    *request.uri_mut() = target;
    *request.version_mut() = version;
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        request.headers_mut().append(name, value);
    }
    let connection = request.headers().get(header::CONNECTION);
    let says = |token: &[u8]| connection.is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(token));
    let keep = if version == Version::HTTP_11 {
        !says(b"close")
    } else {
        says(b"keep-alive")
    };
    Some((request, keep))
}

enum Framing {
    Length(usize),
    Chunked,
}

fn framing(headers: &HeaderMap) -> Result<Framing, u16> {
    let length = headers.get_all(header::CONTENT_LENGTH);
    let mut lengths = length.iter();
    let coding = headers.get(header::TRANSFER_ENCODING);
    match (lengths.next(), lengths.next(), coding) {
        (None, _, None) => Ok(Framing::Length(0)),
        (None, _, Some(coding)) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => {
            Ok(Framing::Chunked)
        }
        (Some(length), None, None) => {
            let text = length.to_str().map_err(|_| 400_u16)?;
            if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(400);
            }
            match text.parse::<usize>() {
                Ok(len) if len <= MAX_BODY => Ok(Framing::Length(len)),
                _ => Err(413),
            }
        }
        _ => Err(400), // both, or several lengths: request smuggling (RFC 9112 section 11.2)
    }
}

/// Reads a chunked body (RFC 9112 section 7.1) and drops its trailers. The inner error is the
/// status of the refusal.
pub(crate) fn read_chunked(reader: &mut impl BufRead) -> io::Result<Result<Vec<u8>, u16>> {
    let mut body = Vec::new();
    loop {
        let Some(line) = read_line(reader)? else {
            return Ok(Err(400));
        };
        let size = line.split(';').next().unwrap_or_default().trim();
        let Ok(size) = usize::from_str_radix(size, 16) else {
            return Ok(Err(400));
        };
        if size == 0 {
            break;
        }
        if size > MAX_BODY - body.len() {
            return Ok(Err(413));
        }
        let read = reader.by_ref().take(size as u64).read_to_end(&mut body)?;
        if read < size || read_line(reader)?.is_none_or(|rest| !rest.is_empty()) {
            return Ok(Err(400));
        }
    }
    for _ in 0..100 {
        match read_line(reader)? {
            Some(line) if line.is_empty() => return Ok(Ok(body)),
            Some(_) => {}
            None => break,
        }
    }
    Ok(Err(400))
}

fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    reader.by_ref().take(4096).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Ok(None);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(String::from_utf8(line).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(bytes: &[u8]) -> (Incoming, Vec<u8>) {
        let mut out = Vec::new();
        let incoming = read(&mut &bytes[..], &mut out).unwrap();
        (incoming, out)
    }

    #[test]
    fn bodies_are_read_by_their_framing() {
        let check = |text: &str, expect: &str| match incoming(text.as_bytes()).0 {
            Incoming::Request(request, _) => assert_eq!(request.body(), expect.as_bytes()),
            _ => panic!("{text:?} is not a request"),
        };
        check("GET / HTTP/1.1\r\n\r\n", "");
        check(
            "\r\nPOST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcdef",
            "abc",
        );
        check(
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nt: v\r\n\r\n",
            "abc0123456789",
        );
    }

    #[test]
    fn garbage_is_refused() {
        let check = |text: &[u8], expect: u16| match incoming(text).0 {
            Incoming::Refused(status) => assert_eq!(status, expect, "{text:?}"),
            _ => panic!("{text:?} was not refused"),
        };
        check(b"nonsense\r\n\r\n", 400);
        check(b"\x16\x03\x01\x02\n\r\n", 400);
        check(b"GET / HTTP/2\r\n\r\n", 400);
        check(b"GET / HTTP/1.1 x\r\n\r\n", 400);
        check(b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400);
        check(b"GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", 400);
        check(
            b"GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\nx",
            400,
        );
        check(
            b"GET / HTTP/1.1\r\ncontent-length: 99999999999999999999999\r\n\r\n",
            413,
        );
        check(
            b"GET / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
            400,
        );
        check(
            b"GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            400,
        );
        check(
            b"GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            413,
        );
        check("x".repeat(MAX_HEAD + 1).as_bytes(), 431);
    }

    #[test]
    fn a_cut_request_is_the_end() {
        let check = |text: &[u8]| assert!(matches!(incoming(text).0, Incoming::End));
        check(b"");
        check(b"GET / HT");
        check(b"POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\nabc");
    }

    #[test]
    fn continue_is_said_before_the_body_is_read() {
        let (_, out) =
            incoming(b"POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\nx");
        assert_eq!(out, b"HTTP/1.1 100 Continue\r\n\r\n");
    }
}
