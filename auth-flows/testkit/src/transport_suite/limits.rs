//! Cases: the limits on the size of a response and on the time of an exchange.

use std::{
    thread,
    time::{Duration, Instant},
};

use auth_core::{Body, Delivery, Limits, Stream};

use super::{Case, Outcome, Send, ensure, expect, expect_error, get, post, raw_response, serve};
use crate::raw::{RawServer, ScriptStep};

pub(super) const CASES: &[Case] = &[
    (
        "a response of exactly the limit is accepted, one byte more is not",
        response_limit,
    ),
    (
        "a response announced above the limit is rejected at once",
        announced,
    ),
    ("a head of megabytes is rejected", huge_head),
    ("silence times out", silence),
    ("a slow head times out", dripping_head),
    ("a slow body times out", dripping_body),
    (
        "an upload that the server does not read times out",
        unread_upload,
    ),
    (
        "a body that moves arrives, however long it takes",
        moving_body,
    ),
    (
        "a body that stalls times out, and the error counts its bytes",
        stalled_body,
    ),
    (
        "a total timeout ends a body that moves",
        moving_body_in_total,
    ),
    (
        "an upload that moves arrives, however long it takes",
        moving_upload,
    ),
];

pub(super) const ADVICE: &[Case] = &[(
    "a single use is sent on no connection that has been idle for long",
    single_use,
)];

fn single_use(send: &mut Send<'_>) -> Outcome {
    let server = serve(|_| vec![ScriptStep::Respond(raw_response(200, "", b"ok"))]);
    expect(send(get(&server, "/"), &Limits::api()), "GET")?;
    thread::sleep(Limits::JUST_USED + Duration::from_millis(300));
    let limits = Limits::token().single_use();
    expect(
        send(post(&server, "/", Body::plain("code=abc")), &limits),
        "POST",
    )?;
    let connections = server.connections();
    ensure!(
        connections == 2,
        "2 requests, of which the last is a single use, took {connections} connections"
    );
    Ok(())
}

/// In few lines, so that a limit on their number does not help.
fn huge_head(send: &mut Send<'_>) -> Outcome {
    let line = format!("x-long: {}\r\n", "x".repeat(64 << 10));
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n{}\r\n",
        line.repeat(64)
    );
    let server = serve(move |_| vec![ScriptStep::Read, ScriptStep::send(head.as_bytes())]);
    let error = expect_error(send(get(&server, "/"), &Limits::token()), "a head of 4 MB")?;
    ensure!(
        error.delivery() == Delivery::Unknown && !error.is_timed_out(),
        "the delivery is {:?}: {error}",
        error.delivery()
    );
    Ok(())
}

fn response_limit(send: &mut Send<'_>) -> Outcome {
    let limits = Limits::token().with_max_bytes(50_000);
    for (what, frame) in [
        (
            "with a length",
            (|body| raw_response(200, "", body)) as fn(&[u8]) -> Vec<u8>,
        ),
        ("in chunks", |body| {
            let mut bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
            for chunk in body.chunks(7_000) {
                bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
            bytes
        }),
        ("to the end", |body| {
            [&b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"[..], body].concat()
        }),
    ] {
        let serve = |len: usize| {
            let bytes = frame(&vec![b'x'; len]);
            serve(move |_| vec![ScriptStep::Read, ScriptStep::Send(bytes.clone())])
        };
        let server = serve(50_000);
        let response = expect(send(get(&server, "/"), &limits), what)?;
        let len = response.body().as_bytes().len();
        ensure!(len == 50_000, "{what}: {len} bytes arrived");
        let server = serve(50_001);
        let error = expect_error(send(get(&server, "/"), &limits), what)?;
        ensure!(
            error.delivery() == Delivery::Unknown,
            "{what}: the request arrived, but the delivery is not unknown: {error}"
        );
        ensure!(!error.is_timed_out(), "{what}: {error}");
    }
    Ok(())
}

fn announced(send: &mut Send<'_>) -> Outcome {
    for len in ["1025", "18446744073709551615"] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {len}\r\n\r\n").into_bytes();
        let server = serve(move |_| {
            vec![
                ScriptStep::Read,
                ScriptStep::Send(head.clone()),
                ScriptStep::Hold,
            ]
        });
        let limits = Limits::token().with_max_bytes(1024);
        let error = expect_error(send(get(&server, "/"), &limits), "GET")?;
        ensure!(!error.is_timed_out(), "it waited for the body: {error}");
        ensure!(
            error.delivery() == Delivery::Unknown,
            "the request arrived, but the delivery is not unknown: {error}"
        );
    }
    Ok(())
}

fn silence(send: &mut Send<'_>) -> Outcome {
    let server = serve(|_| vec![ScriptStep::Read, ScriptStep::Hold]);
    in_time(send, &server, Body::Empty)?;
    ensure!(server.requests().len() == 1, "the request was not read");
    Ok(())
}

fn dripping_head(send: &mut Send<'_>) -> Outcome {
    let head = [&b"HTTP/1.1 200 OK\r\nx-drip: "[..], &[b'x'; 60_000]].concat();
    let drip = ScriptStep::Drip(head, Duration::from_millis(20));
    in_time(
        send,
        &serve(move |_| vec![ScriptStep::Read, drip.clone()]),
        Body::Empty,
    )
}

fn dripping_body(send: &mut Send<'_>) -> Outcome {
    let steps = || {
        let head = ScriptStep::send(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n");
        let drip = ScriptStep::Drip(vec![b'x'; 60_000], Duration::from_millis(20));
        vec![ScriptStep::Read, head, drip]
    };
    in_time(send, &serve(move |_| steps()), Body::Empty)
}

fn unread_upload(send: &mut Send<'_>) -> Outcome {
    let server = serve(|_| vec![ScriptStep::Hold]);
    let zeros = Stream::new(256 << 20, || {
        Ok(Box::new(std::io::Read::take(std::io::repeat(0), 256 << 20)))
    });
    in_time(send, &server, Body::Stream(zeros))
}

/// Responds with 12 pieces of 20,000 bytes, 250 ms apart: 3 s.
fn moving() -> RawServer {
    serve(|_| {
        let head = ScriptStep::send(b"HTTP/1.1 200 OK\r\ncontent-length: 240000\r\n\r\n");
        let piece = [
            ScriptStep::Pause(Duration::from_millis(250)),
            ScriptStep::Send(vec![b'x'; 20_000]),
        ];
        let pieces = std::iter::repeat_n(piece, 12).flatten();
        [ScriptStep::Read, head].into_iter().chain(pieces).collect()
    })
}

fn moving_body(send: &mut Send<'_>) -> Outcome {
    let server = moving();
    let limits = Limits::api().with_timeout(Duration::from_millis(1500));
    let response = expect(send(get(&server, "/"), &limits), "GET")?;
    let len = response.body().as_bytes().len();
    ensure!(len == 240_000, "{len} bytes arrived");
    let count = server.requests().len();
    ensure!(count == 1, "it took {count} requests");
    Ok(())
}

fn moving_body_in_total(send: &mut Send<'_>) -> Outcome {
    let limits = Limits::api()
        .with_timeout(Duration::from_millis(1500))
        .with_total_timeout(Duration::from_millis(1500));
    let error = expect_error(send(get(&moving(), "/"), &limits), "GET")?;
    ensure!(error.is_timed_out(), "it is not a timeout: {error}");
    Ok(())
}

fn stalled_body(send: &mut Send<'_>) -> Outcome {
    let server = serve(|_| {
        let head = ScriptStep::send(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n");
        let part = ScriptStep::Send(vec![b'x'; 40_000]);
        vec![ScriptStep::Read, head, part, ScriptStep::Hold]
    });
    let limits = Limits::api().with_timeout(Duration::from_millis(1500));
    let error = expect_error(send(get(&server, "/"), &limits), "GET")?;
    ensure!(error.is_timed_out(), "it is not a timeout: {error}");
    ensure!(
        error.received() == 40_000,
        "40000 bytes had arrived, but the error says {}",
        error.received()
    );
    let words = error.to_string();
    ensure!(
        words.contains("no complete response"),
        "it does not say that a part had arrived: {words}"
    );
    Ok(())
}

fn moving_upload(send: &mut Send<'_>) -> Outcome {
    // Far more than the buffers of a socket, so that the client must wait for the server.
    const LEN: u64 = 32 << 20;
    for in_memory in [false, true] {
        let server = serve(|_| {
            vec![
                ScriptStep::ReadSlowly(LEN as usize, Duration::from_millis(25)),
                ScriptStep::Send(raw_response(200, "", b"ok")),
                ScriptStep::Hold,
            ]
        });
        let body = match in_memory {
            true => Body::plain(vec![0; LEN as usize]),
            false => Body::Stream(Stream::new(LEN, || {
                Ok(Box::new(std::io::Read::take(std::io::repeat(0), LEN)))
            })),
        };
        let limits = Limits::api().with_timeout(Duration::from_millis(1500));
        let start = Instant::now();
        expect(send(post(&server, "/", body), &limits), "POST")?;
        let took = start.elapsed();
        ensure!(
            took > Duration::from_secs(2),
            "the server read it within {took:?}: the case proves nothing"
        );
    }
    Ok(())
}

fn in_time(send: &mut Send<'_>, server: &RawServer, body: Body) -> Outcome {
    let limits = Limits::api().with_timeout(Duration::from_millis(1500));
    let request = match body {
        Body::Empty => get(server, "/"),
        body => post(server, "/", body),
    };
    let start = Instant::now();
    let error = expect_error(send(request, &limits), "it")?;
    let took = start.elapsed();
    ensure!(error.is_timed_out(), "it is not a timeout: {error}");
    ensure!(
        error.delivery() == Delivery::Unknown,
        "the request was sent, but the delivery is not unknown: {error}"
    );
    // Far above the limit, for a busy machine. Still far below the duration without a limit: 60,000
    // bytes, one every 20 ms, take 20 minutes.
    ensure!(
        took < Duration::from_secs(30),
        "the timeout of 1.5 s took {took:?}"
    );
    Ok(())
}
