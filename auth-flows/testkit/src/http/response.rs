//! Reads responses of HTTP/1.1, for clients.

use std::io::{self, BufRead, Read};

use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};

use super::codec::{Head, is_bodiless, read_chunked, read_head};

/// Reads one response to a request by this method, with a body of at most `limit` bytes.
///
/// Fails with `UnexpectedEof` if the connection ends before the response does, and with
/// `InvalidData` if it is not HTTP/1 or too large.
pub(crate) fn read_response(
    reader: &mut impl BufRead,
    method: &Method,
    limit: usize,
) -> io::Result<Response<Vec<u8>>> {
    if reader.fill_buf()?.is_empty() {
        return Err(cut_off("without a response"));
    }
    let (start, lines) = match read_head(reader)? {
        Head::Lines(start, lines) => (start, lines),
        Head::TooLong => return Err(bad_response("the header is too large")),
        Head::End => return Err(cut_off("within the response")),
    };
    let mut words = start.split(' ');
    let is_http = words.next().is_some_and(|word| word.starts_with("HTTP/1."));
    let status = words
        .next()
        .and_then(|word| word.parse::<StatusCode>().ok());
    let status = status.filter(|_| is_http);
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status.ok_or_else(|| bad_response("the response is not HTTP/1"))?;
    for line in &lines {
        // A client has no use for a line that is no header.
        let header = line
            .iter()
            .position(|byte| *byte == b':')
            .and_then(|colon| {
                let name = HeaderName::from_bytes(line[..colon].trim_ascii()).ok()?;
                Some((
                    name,
                    HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?,
                ))
            });
        if let Some((name, value)) = header {
            response.headers_mut().append(name, value);
        }
    }
    let coding = response.headers().get(header::TRANSFER_ENCODING);
    let length = response.headers().get(header::CONTENT_LENGTH);
    let mut body = Vec::new();
    if *method == Method::HEAD || is_bodiless(&response) {
    } else if coding.is_some_and(|how| how.as_bytes().ends_with(b"chunked")) {
        body = match read_chunked(reader)? {
            Ok(body) => body,
            Err(_) if reader.fill_buf()?.is_empty() => return Err(cut_off("within the response")),
            Err(_) => {
                return Err(bad_response(
                    "the size of a chunk is not a number, or too large",
                ));
            }
        };
    } else if let Some(length) = length {
        let length = length
            .to_str()
            .ok()
            .and_then(|text| text.parse::<usize>().ok());
        let length = length.ok_or_else(|| bad_response("Content-Length is not a number"))?;
        let most = length.min(limit + 1);
        if reader.take(most as u64).read_to_end(&mut body)? < most {
            return Err(cut_off("within the response"));
        }
    } else {
        reader.take(limit as u64 + 1).read_to_end(&mut body)?;
    }
    if body.len() > limit {
        return Err(bad_response("the response is too large"));
    }
    *response.body_mut() = body;
    Ok(response)
}

fn cut_off(place: &str) -> io::Error {
    let text = format!("the connection was closed {place}");
    io::Error::new(io::ErrorKind::UnexpectedEof, text)
}

fn bad_response(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses() {
        let check = |received: &str, expect: Result<&str, io::ErrorKind>| {
            let found =
                read_response(&mut received.as_bytes(), &Method::GET, 100).map(|response| {
                    let body = String::from_utf8_lossy(response.body());
                    format!("{} {body}", response.status().as_u16())
                });
            let found = found.as_deref().map_err(|error| error.kind());
            assert_eq!(found, expect, "{received}");
        };
        let eof = Err(io::ErrorKind::UnexpectedEof);
        let bad = Err(io::ErrorKind::InvalidData);
        check("", eof);
        check("HTTP/1.1 200 OK\r\n", eof);
        check("HTTP/1.1 204 No Content\r\n\r\nmore", Ok("204 "));
        check(
            "HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\nabc",
            Ok("200 ab"),
        );
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", eof);
        check("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab", bad);
        check("HTTP/1.0 200 OK\r\n\r\nab", Ok("200 ab"));
        check("SSH-2.0-x\r\n\r\n", bad);
        let long = "x".repeat(101);
        check(&format!("HTTP/1.0 200 OK\r\n\r\n{long}"), bad);
        check(
            &format!("HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n{long}"),
            bad,
        );
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        check(
            &format!("{chunked}2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
            Ok("200 abc"),
        );
        check(&format!("{chunked}2\r\nab\r\n1\r\n"), eof);
        check(&format!("{chunked}2\r\nab\r\n1"), eof);
        check(&format!("{chunked}zz\r\nab\r\n"), bad);
        check(&format!("{chunked}ffffffffffffffff\r\nab\r\n"), bad);
    }
}
