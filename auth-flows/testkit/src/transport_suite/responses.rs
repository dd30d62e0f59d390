//! Cases: every status is a response, and responses arrive complete.

use std::time::Duration;

use auth_core::{Body, Delivery, Limits, Response, TransportError};

use super::{Case, Outcome, Send, ensure, expect, get, post, raw_response, request, serve};
use crate::raw::ScriptStep;

pub(super) const CASES: &[Case] = &[
    ("every status is a response", every_status),
    ("an interim response is not the response", interim),
    ("redirects are not followed", redirects),
    ("headers and body arrive", headers_and_body),
    ("a chunked body arrives", chunked),
    ("chunks win over a Content-Length beside them", both_lengths),
    ("a body that ends with its connection arrives", until_close),
    ("responses without a body have none", without_body),
    ("a large body arrives", large),
];

pub(super) const ADVICE: &[Case] =
    &[("the response after an interim one arrives", interim_skipped)];

fn every_status(send: &mut Send<'_>) -> Outcome {
    for status in [
        200, 201, 202, 301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503,
    ] {
        let bytes = raw_response(status, "", br#"{"error":"invalid_grant"}"#);
        let server = serve(move |_| vec![ScriptStep::Respond(bytes.clone())]);
        let body = Body::plain("grant_type=refresh_token");
        let response = expect(
            send(post(&server, "/token", body), &Limits::token()),
            "POST",
        )?;
        ensure!(
            response.status() == status,
            "{status} became {}",
            response.status()
        );
        let len = response.body().as_bytes().len();
        ensure!(len == 25, "the body of a {status} has {len} bytes");
    }
    Ok(())
}

const INTERIM: [&str; 2] = [
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n",
];

fn interim(send: &mut Send<'_>) -> Outcome {
    for head in INTERIM {
        for outcome in after_interim(send, head) {
            match outcome {
                Ok(response) => is_final(&response, head)?,
                Err(error) => ensure!(
                    error.delivery() == Delivery::Unknown && !error.is_timed_out(),
                    "after {head:?}: {error}"
                ),
            }
        }
    }
    Ok(())
}

fn interim_skipped(send: &mut Send<'_>) -> Outcome {
    for head in INTERIM {
        for outcome in after_interim(send, head) {
            is_final(&expect(outcome, head.trim())?, head)?;
        }
    }
    Ok(())
}

/// Sends a GET and a POST to a server that sends this head before each response.
fn after_interim(send: &mut Send<'_>, head: &'static str) -> [Result<Response, TransportError>; 2] {
    let bytes = [head.as_bytes(), &raw_response(200, "", b"final")].concat();
    // Who takes the interim one for the response waits for its body.
    let limits = Limits::api().with_timeout(Duration::from_secs(5));
    let server = serve(move |_| vec![ScriptStep::Respond(bytes.clone())]);
    [get(&server, "/"), post(&server, "/", Body::plain("a=b"))]
        .map(|request| send(request, &limits))
}

fn is_final(response: &Response, head: &str) -> Outcome {
    let found = (response.status().as_u16(), response.body().as_bytes());
    ensure!(found == (200, b"final"), "after {head:?} came {found:?}");
    Ok(())
}

fn redirects(send: &mut Send<'_>) -> Outcome {
    let target = serve(|_| vec![ScriptStep::Respond(raw_response(200, "", b"followed"))]);
    for status in [301, 302, 303, 307, 308] {
        for method in ["GET", "POST"] {
            let location = target.url("/elsewhere").to_string();
            let bytes = raw_response(status, &format!("location: {location}\r\n"), b"");
            let server = serve(move |_| vec![ScriptStep::Respond(bytes.clone())]);
            let body = match method {
                "POST" => Body::plain("refresh_token=abc"),
                _ => Body::Empty,
            };
            let mut request = request(method, server.url("/"), body);
            let bearer = http::HeaderValue::from_static("Bearer abc");
            request.headers_mut().insert("authorization", bearer);
            let response = expect(send(request, &Limits::api()), method)?;
            ensure!(
                response.status() == status,
                "{status} became {}",
                response.status()
            );
            let received = response
                .headers()
                .get("location")
                .map(http::HeaderValue::as_bytes);
            ensure!(
                received == Some(location.as_bytes()),
                "the Location of a {status} is lost"
            );
        }
    }
    let count = target.connections();
    ensure!(count == 0, "{count} connections arrived at the target");
    Ok(())
}

fn headers_and_body(send: &mut Send<'_>) -> Outcome {
    let headers =
        "content-type: application/json\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\nx-empty:\r\n";
    let bytes = raw_response(200, headers, b"\0\xff{}\r\n\r\n");
    let server = serve(move |_| vec![ScriptStep::Respond(bytes.clone())]);
    let response = expect(send(get(&server, "/"), &Limits::api()), "GET")?;
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    ensure!(cookies == ["a=1", "b=2"], "Set-Cookie is {cookies:?}");
    let content_type = response.headers().get("content-type");
    ensure!(
        content_type.is_some_and(|v| v == "application/json"),
        "Content-Type is {content_type:?}"
    );
    let empty = response.headers().get("x-empty");
    ensure!(
        empty.is_some_and(http::HeaderValue::is_empty),
        "an empty header is {empty:?}"
    );
    let body = response.body().as_bytes();
    ensure!(body == b"\0\xff{}\r\n\r\n", "the body is {body:?}");
    Ok(())
}

fn chunked(send: &mut Send<'_>) -> Outcome {
    let bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhell\r\nA;x=y\r\no chunked \r\n5\r\nworld\r\n0\r\n\r\n";
    let server = serve(|_| vec![ScriptStep::respond(bytes)]);
    for _ in 0..2 {
        let response = expect(send(get(&server, "/"), &Limits::api()), "GET")?;
        let body = response.body().as_bytes();
        ensure!(
            body == b"hello chunked world",
            "the body is {}",
            body.escape_ascii()
        );
    }
    Ok(())
}

/// RFC 9112 section 6.3 allows both: to read the chunks, and an error.
fn both_lengths(send: &mut Send<'_>) -> Outcome {
    for headers in [
        "content-length: 3\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 3",
    ] {
        let bytes = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        let server = serve(move |_| vec![ScriptStep::Read, ScriptStep::send(bytes.as_bytes())]);
        if let Ok(response) = send(get(&server, "/"), &Limits::api()) {
            let body = response.body().as_bytes();
            ensure!(body == b"hello", "the body is {}", body.escape_ascii());
        }
    }
    Ok(())
}

fn until_close(send: &mut Send<'_>) -> Outcome {
    let bytes = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nto the end";
    let server = serve(|_| vec![ScriptStep::Read, ScriptStep::send(bytes)]);
    let response = expect(send(get(&server, "/"), &Limits::api()), "GET")?;
    let body = response.body().as_bytes();
    ensure!(body == b"to the end", "the body is {}", body.escape_ascii());
    Ok(())
}

fn without_body(send: &mut Send<'_>) -> Outcome {
    let limits = Limits::api().with_max_bytes(10);
    for (method, status, headers) in [
        ("HEAD", "200 OK", "content-length: 4711\r\n"),
        ("GET", "204 No Content", ""),
        ("GET", "304 Not Modified", "content-length: 4711\r\n"),
        ("DELETE", "204 No Content", ""),
    ] {
        let bytes = format!("HTTP/1.1 {status}\r\n{headers}\r\n").into_bytes();
        let server = serve(move |_| vec![ScriptStep::Respond(bytes.clone())]);
        for _ in 0..2 {
            let request = request(method, server.url("/"), Body::Empty);
            let what = format!("{method} with {status}");
            let response = expect(send(request, &limits), &what)?;
            let len = response.body().as_bytes().len();
            ensure!(len == 0, "{what} has a body of {len} bytes");
        }
    }
    Ok(())
}

fn large(send: &mut Send<'_>) -> Outcome {
    let body: Vec<u8> = (0..3_000_017_u32).map(|i| (i % 251) as u8).collect();
    let bytes = raw_response(200, "", &body);
    let server = serve(move |_| vec![ScriptStep::Respond(bytes.clone())]);
    for limits in [Limits::api(), Limits::token().with_max_bytes(4 << 20)] {
        let response = expect(send(get(&server, "/"), &limits), "GET")?;
        ensure!(
            response.body().as_bytes() == body,
            "the body is another one"
        );
    }
    Ok(())
}
