//! Cases: an error says whether the request may have arrived, and contains no secrets.

use std::io::Write as _;

use auth_core::{Body, Delivery, Limits, Request, SecretBytes, TransportError};
use http::HeaderValue;

use super::{
    Case, LONGEST, Outcome, Send, ensure, expect, expect_error, get, raw_response, request, serve,
};
use crate::raw::{RawServer, ScriptStep, refusing_address};

pub(super) const CASES: &[Case] = &[
    ("a refused connection: not sent", refused),
    ("a name that does not resolve: not sent", unknown_name),
    ("plain http goes to IPv6 loopback as well", loopback_v6),
    ("plain http to another host is refused", plain_http),
    ("https never falls back to plain text", no_tls),
    (
        "a connection that closes without a response: delivery unknown",
        closed,
    ),
    ("a reset connection: delivery unknown", reset),
    ("a request without a response is not sent again", once),
    ("an incomplete head: delivery unknown", half_a_head),
    ("a response that is not HTTP: delivery unknown", garbage),
    ("an incomplete body is never a response", half_a_body),
];

pub(super) const ADVICE: &[Case] = &[
    (
        "a response of an unknown version of HTTP is an error",
        unknown_version,
    ),
    ("the bytes of an incomplete chunk are counted", half_a_chunk),
];

fn refused(send: &mut Send<'_>) -> Outcome {
    let error = fails(send, &format!("http://{}", refusing_address()))?;
    ensure!(
        error.delivery() == Delivery::NotSent,
        "the delivery is {:?}: {error}",
        error.delivery()
    );
    ensure!(!error.is_timed_out(), "it is not a timeout: {error}");
    ensure!(
        !error.is_misconfigured(),
        "it may go away by itself: {error}"
    );
    let message = format!("{error:#}").to_lowercase();
    ensure!(
        message.contains("refused"),
        "the message does not name the cause: {error}"
    );
    Ok(())
}

fn unknown_name(send: &mut Send<'_>) -> Outcome {
    // A label of 64 letters is too long (RFC 1035 section 2.3.4), so no resolver sends the query.
    let error = fails(send, &format!("https://{}.invalid", "a".repeat(64)))?;
    ensure!(
        error.delivery() == Delivery::NotSent,
        "the delivery is {:?}: {error}",
        error.delivery()
    );
    Ok(())
}

fn loopback_v6(send: &mut Send<'_>) -> Outcome {
    let script = |_| vec![ScriptStep::Respond(raw_response(200, "", b"ok"))];
    let Some(server) = RawServer::v6(script) else {
        let skipped = "transport suite: this machine has no IPv6 loopback, so one case is skipped";
        let _ = writeln!(std::io::stderr(), "{skipped}");
        return Ok(());
    };
    let server = server.ending_after(LONGEST);
    let response = expect(send(get(&server, "/"), &Limits::api()), "GET to [::1]")?;
    ensure!(
        response.body().as_bytes() == b"ok",
        "it is another response"
    );
    let arrived = server.requests().pop().ok_or("no request arrived")?;
    let (host, expected) = (arrived.header("host"), server.address().to_string());
    ensure!(host == Some(&expected[..]), "the host is {host:?}");
    Ok(())
}

fn plain_http(send: &mut Send<'_>) -> Outcome {
    // 192.0.2.1 is reserved for documentation (RFC 5737), so no host has it.
    for base in [
        "http://192.0.2.1",
        "http://example.invalid",
        "http://127.0.0.1.example.invalid",
    ] {
        let error = fails(send, base)?;
        ensure!(error.delivery() == Delivery::NotSent, "{base}: {error}");
        ensure!(
            error.is_misconfigured(),
            "{base}: the error is not marked as permanent: {error}"
        );
        let message = error.to_string();
        ensure!(
            message.contains("https"),
            "{base}: the error does not name plain http: {message}"
        );
    }
    Ok(())
}

fn no_tls(send: &mut Send<'_>) -> Outcome {
    let server = serve(|_| {
        vec![
            ScriptStep::send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"),
            ScriptStep::Read,
        ]
    });
    fails(send, &format!("https://{}", server.address()))?;
    ensure!(
        server.requests().is_empty(),
        "the request arrived in plain text"
    );
    Ok(())
}

fn closed(send: &mut Send<'_>) -> Outcome {
    maybe(send, vec![ScriptStep::Read]).map(drop)
}

fn reset(send: &mut Send<'_>) -> Outcome {
    maybe(send, vec![ScriptStep::Reset]).map(drop)
}

fn once(send: &mut Send<'_>) -> Outcome {
    for steps in [
        vec![ScriptStep::Read],
        vec![ScriptStep::Read, ScriptStep::send(b"HTTP/1.1 200 OK\r\nco")],
    ] {
        let script = format!("{steps:?}");
        let server = serve(move |_| steps.clone());
        fails(send, &format!("http://{}", server.address()))?; // a POST and a GET
        let count = server.requests().len();
        ensure!(
            count == 2,
            "2 requests arrived {count} times after {script}"
        );
    }
    Ok(())
}

fn half_a_head(send: &mut Send<'_>) -> Outcome {
    maybe(
        send,
        vec![
            ScriptStep::Read,
            ScriptStep::send(b"HTTP/1.1 200 OK\r\ncontent-le"),
        ],
    )
    .map(drop)
}

fn garbage(send: &mut Send<'_>) -> Outcome {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.2 sesame-server\r\n"[..],
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 abc sesame-server\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: sesame-server\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nsesame-server\r\n",
    ] {
        maybe(send, vec![ScriptStep::Read, ScriptStep::send(bytes)])?;
    }
    Ok(())
}

fn unknown_version(send: &mut Send<'_>) -> Outcome {
    let bytes = b"HTTP/9.9 200 OK\r\n\r\nsesame-server";
    maybe(send, vec![ScriptStep::Read, ScriptStep::send(bytes)]).map(drop)
}

fn half_a_body(send: &mut Send<'_>) -> Outcome {
    for (bytes, count) in [
        (
            &b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\":\"sesame-server"[..],
            30,
        ),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", 0),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
            5,
        ),
    ] {
        let received = cut_after(send, bytes)?;
        ensure!(
            received == count,
            "{count} bytes of the response had arrived, but the error says {received}"
        );
    }
    // An incomplete chunk: a client need not return its part of it.
    cut_after(send, HALF_A_CHUNK).map(drop)
}

const HALF_A_CHUNK: &[u8] =
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\nsesame-server";

fn half_a_chunk(send: &mut Send<'_>) -> Outcome {
    let received = cut_after(send, HALF_A_CHUNK)?;
    ensure!(
        received == 13,
        "13 bytes of the response had arrived, but the error says {received}"
    );
    Ok(())
}

/// Returns how many bytes had arrived as the error says, of a response that ends after these.
fn cut_after(send: &mut Send<'_>, bytes: &'static [u8]) -> Result<u64, String> {
    let error = maybe(send, vec![ScriptStep::Read, ScriptStep::send(bytes)])?;
    Ok(error.received())
}

fn maybe(send: &mut Send<'_>, steps: Vec<ScriptStep>) -> Result<TransportError, String> {
    let script = format!("{steps:?}");
    let server = serve(move |_| steps.clone());
    let error = fails(send, &format!("http://{}", server.address()))?;
    ensure!(
        error.delivery() == Delivery::Unknown,
        "the request was sent, but the delivery is not unknown: {error} after {script}"
    );
    ensure!(
        !error.is_timed_out(),
        "it is not a timeout: {error} after {script}"
    );
    Ok(error)
}

/// Sends requests with secrets and expects errors without them.
fn fails(send: &mut Send<'_>, base: &str) -> Result<TransportError, String> {
    let body = Body::secret(SecretBytes::new(b"code=sesame-body".to_vec()));
    let post = expect_error(send(secretive(base, body), &Limits::token()), base)?;
    let get = expect_error(send(secretive(base, Body::Empty), &Limits::token()), base)?;
    let get_facts = (get.delivery(), get.is_timed_out());
    ensure!(
        get_facts == (post.delivery(), post.is_timed_out()),
        "GET: {get}, but POST: {post}"
    );
    let shown = format!("{get} {get:?} {post}");
    let family = auth_core::Error::from(post);
    let mut shown = format!("{shown} {family} {family:?}");
    let mut source = std::error::Error::source(&family);
    while let Some(error) = source {
        shown = format!("{shown} {error} {error:?}");
        source = error.source();
    }
    ensure!(
        !shown.contains("sesame"),
        "the error contains a secret: {shown}"
    );
    Ok(get)
}

fn secretive(base: &str, body: Body) -> Request {
    let uri = format!("{base}/sesame-path?code=sesame-query");
    let uri = uri.parse().expect("the base of a case makes a URL");
    let method = if body.is_empty() { "GET" } else { "POST" };
    let mut request = request(method, uri, body);
    let bearer = HeaderValue::from_static("Bearer sesame-token");
    request.headers_mut().insert("authorization", bearer);
    request
}
