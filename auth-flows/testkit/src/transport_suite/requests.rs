//! Cases: requests arrive unchanged, once, with complete bodies.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use auth_core::{Body, Delivery, Limits, Stream};
use http::HeaderValue;

use super::{
    Case, Outcome, Send, ensure, expect, expect_error, get, post, raw_response, request, serve,
};
use crate::raw::{RawRequest, RawServer, ScriptStep};

pub(super) const CASES: &[Case] = &[
    ("a request arrives unchanged", as_made),
    ("an empty POST has a Content-Length of 0", empty_post),
    ("a body arrives with its length", with_length),
    (
        "a stream arrives complete, with its length, each time",
        stream,
    ),
    ("a stream that does not open is not sent", stream_not_opened),
    (
        "a stream of another length never arrives complete",
        stream_of_other_length,
    ),
    ("a stream that fails never arrives complete", stream_broken),
    ("a closed idle connection never duplicates a request", stale),
    (
        "a header that no server takes is named, and not sent",
        huge_header,
    ),
];

pub(super) const ADVICE: &[Case] = &[("many requests share few connections", keep_alive)];

fn huge_header(send: &mut Send<'_>) -> Outcome {
    let server = ok();
    let mut get = get(&server, "/");
    let token = format!("Bearer {}", "sesame".repeat(33_000));
    let value = HeaderValue::from_str(&token).map_err(|error| error.to_string())?;
    get.headers_mut().insert("authorization", value);
    let error = expect_error(send(get, &Limits::api()), "GET")?;
    ensure!(
        error.delivery() == Delivery::NotSent && error.is_misconfigured(),
        "it would be sent again: {error}"
    );
    let words = error.to_string();
    ensure!(
        words.contains("authorization") && !words.contains("sesame"),
        "the error does not name the header alone: {words:.200}"
    );
    ensure!(server.requests().is_empty(), "a request arrived");
    Ok(())
}

fn as_made(send: &mut Send<'_>) -> Outcome {
    let server = ok();
    let path = "/v1/a%20b%2Fc?q=a%20b&c%5B%5D=1+2&d=%C3%A9&empty=&flag";
    for method in ["GET", "POST", "PUT", "DELETE"] {
        let mut request = request(method, server.url(path), Body::Empty);
        let headers = request.headers_mut();
        headers.insert(
            "user-agent",
            HeaderValue::from_static("tests/1.0 (mail@example.org)"),
        );
        headers.insert("authorization", HeaderValue::from_static("Bearer abc"));
        headers.insert("accept", HeaderValue::from_static("application/json"));
        headers.append("x-twice", HeaderValue::from_static("1"));
        headers.append("x-twice", HeaderValue::from_static("2"));
        expect(send(request, &Limits::api()), method)?;
        let arrived = last(&server)?;
        let line = (
            arrived.request().method().as_str(),
            arrived.request().uri().to_string(),
        );
        ensure!(
            line == (method, path.to_owned()),
            "the request line is {line:?}"
        );
        for (name, value) in [
            ("host", &server.address().to_string()[..]),
            ("user-agent", "tests/1.0 (mail@example.org)"),
            ("authorization", "Bearer abc"),
            ("accept", "application/json"),
        ] {
            let arrived = arrived.header(name);
            ensure!(
                arrived == Some(value),
                "{name} of a {method} is {arrived:?}"
            );
        }
        let twice: Vec<_> = arrived
            .request()
            .headers()
            .get_all("x-twice")
            .iter()
            .collect();
        ensure!(twice == ["1", "2"], "a repeated header is {twice:?}");
    }
    let root = request("GET", server.url("").clone(), Body::Empty);
    expect(send(root, &Limits::api()), "GET without a path")?;
    ensure!(
        last(&server)?.request().uri() == "/",
        "a missing path is not /"
    );
    Ok(())
}

fn empty_post(send: &mut Send<'_>) -> Outcome {
    let server = ok();
    for body in [Body::Empty, Body::plain(""), stream_of(0, b"")] {
        for method in ["POST", "PUT", "PATCH"] {
            let request = request(method, server.url("/"), body.clone());
            expect(send(request, &Limits::api()), method)?;
            let arrived = last(&server)?;
            let framing = (
                arrived.header("content-length"),
                arrived.header("transfer-encoding"),
            );
            ensure!(
                framing == (Some("0"), None),
                "the framing of an empty {method} is {framing:?}"
            );
        }
    }
    Ok(())
}

fn with_length(send: &mut Send<'_>) -> Outcome {
    let server = ok();
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        for len in [1, 100_000] {
            let body = vec![b'x'; len];
            let request = request(method, server.url("/"), Body::plain(body.clone()));
            expect(send(request, &Limits::api()), method)?;
            check_body(&last(&server)?, &body)?;
        }
    }
    Ok(())
}

fn stream(send: &mut Send<'_>) -> Outcome {
    let server = ok();
    for len in [1_usize, 131_072, 1_000_003] {
        let body: Arc<[u8]> = (0..len).map(|i| (i % 253) as u8).collect();
        let opened = Arc::new(AtomicUsize::new(0));
        let (source, count) = (Arc::clone(&body), Arc::clone(&opened));
        let stream = Body::Stream(Stream::new(len as u64, move || {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(Box::new(Pieces(Arc::clone(&source), 0)))
        }));
        for sending in 1..=2 {
            expect(
                send(post(&server, "/", stream.clone()), &Limits::api()),
                "POST",
            )?;
            check_body(&last(&server)?, &body)?;
            let opened = opened.load(Ordering::SeqCst);
            ensure!(
                opened == sending,
                "after {sending} sendings it was opened {opened} times"
            );
        }
    }
    Ok(())
}

fn stream_not_opened(send: &mut Send<'_>) -> Outcome {
    let server = ok();
    let body = Body::Stream(Stream::new(10, || {
        Err(io::Error::other("the file is gone"))
    }));
    let error = expect_error(send(post(&server, "/", body), &Limits::api()), "POST")?;
    ensure!(
        error.delivery() == Delivery::NotSent,
        "the delivery is {:?}",
        error.delivery()
    );
    ensure!(
        error.to_string().contains("the file is gone"),
        "the cause is missing: {error}"
    );
    ensure!(server.requests().is_empty(), "a request arrived");
    Ok(())
}

fn stream_of_other_length(send: &mut Send<'_>) -> Outcome {
    let server = ok();
    for (len, text) in [
        (300_000, 299_999),
        (300_000, 300_001),
        (10, 9),
        (10, 11),
        (0, 1),
    ] {
        let text: &'static [u8] = &[b'x'; 300_001][..text];
        let what = format!("a stream of {} bytes announced as {len}", text.len());
        let error = expect_error(
            send(post(&server, "/", stream_of(len, text)), &limits()),
            &what,
        )?;
        ensure!(
            !error.is_timed_out(),
            "{what} is only detected by the timeout: {error}"
        );
        ensure!(server.requests().is_empty(), "{what} arrived");
    }
    Ok(())
}

fn stream_broken(send: &mut Send<'_>) -> Outcome {
    let server = ok();
    let body = Body::Stream(Stream::new(500_000, || {
        // The body comes over another network than the response, so this error says nothing of the
        // server.
        let broken = io::Error::new(io::ErrorKind::ConnectionRefused, "the share is gone");
        Ok(Box::new(
            io::repeat(7).take(300_000).chain(Broken(Some(broken))),
        ))
    }));
    let error = expect_error(send(post(&server, "/", body), &limits()), "POST")?;
    ensure!(
        error.delivery() == Delivery::Unknown,
        "a part was sent, but the delivery is not unknown: {error}"
    );
    ensure!(
        !error.is_timed_out(),
        "it is only detected by the timeout: {error}"
    );
    ensure!(server.requests().is_empty(), "it arrived");
    Ok(())
}

fn keep_alive(send: &mut Send<'_>) -> Outcome {
    let server = ok();
    for i in 0..30 {
        let request = match i % 3 {
            0 => get(&server, "/"),
            1 => post(&server, "/", Body::plain("a=b")),
            _ => post(&server, "/", stream_of(3, b"a=b")),
        };
        expect(send(request, &Limits::api()), "a request")?;
    }
    let connections = server.connections();
    // A client with its own threads may need a connection before it has returned the last one.
    ensure!(
        connections <= 15,
        "30 requests took {connections} connections"
    );
    Ok(())
}

fn stale(send: &mut Send<'_>) -> Outcome {
    // The server closes the connection without `Connection: close`.
    let server = serve(|_| {
        vec![
            ScriptStep::Read,
            ScriptStep::Send(raw_response(200, "", b"ok")),
        ]
    });
    for number in 1..=5 {
        let outcome = send(post(&server, "/", Body::plain("a=b")), &Limits::api());
        match outcome {
            Ok(_) => {}
            Err(error) if number > 1 && error.delivery() == Delivery::Unknown => {}
            Err(error) => return Err(format!("request {number}: {error:#}")),
        }
        let count = server.requests().len();
        ensure!(count <= number, "{number} requests arrived {count} times");
        let deadline = Instant::now() + Duration::from_secs(20);
        while server.open() > 0 && Instant::now() < deadline {
            thread::yield_now();
        }
    }
    Ok(())
}

fn ok() -> RawServer {
    serve(|_| vec![ScriptStep::Respond(raw_response(200, "", b"ok"))])
}

fn limits() -> Limits {
    Limits::api().with_timeout(Duration::from_secs(20))
}

fn last(server: &RawServer) -> Result<RawRequest, String> {
    server
        .requests()
        .pop()
        .ok_or_else(|| "no request arrived".to_owned())
}

fn check_body(arrived: &RawRequest, body: &[u8]) -> Outcome {
    let framing = (
        arrived.header("content-length"),
        arrived.header("transfer-encoding"),
    );
    let len = body.len().to_string();
    ensure!(
        framing == (Some(&len[..]), None),
        "the framing of {len} bytes is {framing:?}"
    );
    ensure!(arrived.request().body() == body, "another body arrived");
    Ok(())
}

fn stream_of(len: u64, text: &'static [u8]) -> Body {
    Body::Stream(Stream::new(len, move || Ok(Box::new(text))))
}

/// Reads pieces of an odd size, as a `Read` may.
struct Pieces(Arc<[u8]>, usize);

impl Read for Pieces {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let rest = &self.0[self.1..];
        let n = rest.len().min(buf.len()).min(9_973);
        buf[..n].copy_from_slice(&rest[..n]);
        self.1 += n;
        Ok(n)
    }
}

struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
