//! What went wrong is an error that tells whether the request may have arrived, and no secrets.

use auth_core::{Body, Delivery, Limits, Request, SecretBytes, TransportError};
use http::HeaderValue;

use super::{Case, Outcome, Send, ensure, expect_error, request};
use crate::raw::{RawServer, ScriptStep, refusing_address};

pub(super) const CASES: &[Case] = &[
    ("a refused connection was not sent", refused),
    ("a name that does not resolve was not sent", unknown_name),
    ("plain http to another host is refused", plain_http),
    ("https is never answered in plain text", no_tls),
    (
        "a connection that closes without a response: maybe sent",
        closed,
    ),
    ("a reset connection: maybe sent", reset),
    ("a head that breaks off: maybe sent", half_a_head),
    ("a response that is no HTTP: maybe sent", garbage),
    ("a body that breaks off is never a response", half_a_body),
];

fn refused(send: &mut Send<'_>) -> Outcome {
    let error = fails(send, &format!("http://{}", refusing_address()))?;
    ensure!(
        error.delivery() == Delivery::NotSent,
        "it is said to be {:?} sent: {error}",
        error.delivery()
    );
    ensure!(!error.is_timed_out(), "it is no timeout: {error}");
    let said = error.to_string().to_lowercase();
    ensure!(
        said.contains("refused"),
        "it does not say what happened: {error}"
    );
    Ok(())
}

fn unknown_name(send: &mut Send<'_>) -> Outcome {
    // A label of 64 letters is too long to be asked for (RFC 1035 section 2.3.4): no resolver sends it.
    let error = fails(send, &format!("https://{}.invalid", "a".repeat(64)))?;
    ensure!(
        error.delivery() == Delivery::NotSent,
        "it is said to be {:?} sent: {error}",
        error.delivery()
    );
    Ok(())
}

fn plain_http(send: &mut Send<'_>) -> Outcome {
    // 192.0.2.1 is for documentation (RFC 5737): nobody is there.
    for base in [
        "http://192.0.2.1",
        "http://example.invalid",
        "http://127.0.0.1.example.invalid",
    ] {
        let error = fails(send, base)?;
        ensure!(error.delivery() == Delivery::NotSent, "{base}: {error}");
        let said = error.to_string();
        ensure!(
            said.contains("https"),
            "{base} is not refused for plain http: {said}"
        );
    }
    Ok(())
}

fn no_tls(send: &mut Send<'_>) -> Outcome {
    let server = RawServer::start(|_| {
        vec![
            ScriptStep::send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"),
            ScriptStep::Read,
        ]
    });
    fails(send, &format!("https://{}", server.address()))?;
    ensure!(
        server.requests().is_empty(),
        "the request came in plain text"
    );
    Ok(())
}

fn closed(send: &mut Send<'_>) -> Outcome {
    maybe(send, vec![ScriptStep::Read]).map(drop)
}

fn reset(send: &mut Send<'_>) -> Outcome {
    maybe(send, vec![ScriptStep::Reset]).map(drop)
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
        &b"SSH-2.0-OpenSSH_9.2 sesame-answer\r\n"[..],
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/9.9 200 OK\r\n\r\nsesame-answer",
        b"HTTP/1.1 abc sesame-answer\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: sesame-answer\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nsesame-answer\r\n",
    ] {
        maybe(send, vec![ScriptStep::Read, ScriptStep::send(bytes)])?;
    }
    Ok(())
}

fn half_a_body(send: &mut Send<'_>) -> Outcome {
    for (bytes, came) in [
        (
            &b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\":\"sesame-answer"[..],
            30,
        ),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", 0),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\nsesame-answer",
            13,
        ),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
            5,
        ),
    ] {
        let error = maybe(send, vec![ScriptStep::Read, ScriptStep::send(bytes)])?;
        ensure!(
            error.received() == came,
            "{came} bytes of the response had come, and it tells of {}",
            error.received()
        );
    }
    Ok(())
}

fn maybe(send: &mut Send<'_>, acts: Vec<ScriptStep>) -> Result<TransportError, String> {
    let said = format!("{acts:?}");
    let server = RawServer::start(move |_| acts.clone());
    let error = fails(send, &format!("http://{}", server.address()))?;
    ensure!(
        error.delivery() == Delivery::Unknown,
        "the request was sent, but: {error} after {said}"
    );
    ensure!(
        !error.is_timed_out(),
        "it is no timeout: {error} after {said}"
    );
    Ok(error)
}

/// Sends requests full of secrets and expects errors without them.
fn fails(send: &mut Send<'_>, base: &str) -> Result<TransportError, String> {
    let body = Body::secret(SecretBytes::new(b"code=sesame-body".to_vec()));
    let post = expect_error(send(secretive(base, body), &Limits::token()), base)?;
    let get = expect_error(send(secretive(base, Body::Empty), &Limits::token()), base)?;
    let told = (get.delivery(), get.is_timed_out());
    ensure!(
        told == (post.delivery(), post.is_timed_out()),
        "GET: {get}, but POST: {post}"
    );
    let shown = format!("{get} {get:?} {post}");
    let family = auth_core::Error::from(post);
    let shown = format!("{shown} {family} {family:?}");
    ensure!(!shown.contains("sesame"), "a secret is shown: {shown}");
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
