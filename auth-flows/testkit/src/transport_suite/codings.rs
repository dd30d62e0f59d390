//! Cases: compressed responses.

use auth_core::{Body, Delivery, Limits};

use super::{Case, Outcome, Send, ensure, expect, expect_error, get, raw_response, request, serve};
use crate::raw::ScriptStep;

pub(super) const CASES: &[Case] = &[
    (
        "a response compressed as asked arrives decompressed",
        compressed,
    ),
    (
        "secrets, media and ranges ask for no compression",
        not_asked,
    ),
    (
        "a small response that decompresses to a huge one is rejected",
        bomb,
    ),
    ("an incomplete compressed response is never a response", cut),
    (
        "a coding that was not asked for is an error that names it",
        unasked,
    ),
    (
        "a request with its own Accept-Encoding gets its response as it comes",
        as_it_comes,
    ),
];

/// Returns what a GET with these limits and headers sends as `Accept-Encoding`.
fn asked(send: &mut Send<'_>, limits: &Limits, range: bool) -> Result<String, String> {
    let server = serve(|_| vec![ScriptStep::Respond(raw_response(200, "", b"ok"))]);
    let mut get = get(&server, "/");
    if range {
        let bytes = http::HeaderValue::from_static("bytes=0-");
        get.headers_mut().insert("range", bytes);
    }
    expect(send(get, limits), "GET")?;
    let arrived = server.requests().pop().ok_or("no request arrived")?;
    let asked = arrived.header("accept-encoding").unwrap_or("identity");
    Ok(asked.to_owned())
}

/// Whether a transport asks for gzip. It may be one that does not.
fn asks(send: &mut Send<'_>) -> Result<bool, String> {
    let asked = asked(send, &Limits::api(), false)?;
    Ok(asked.split(',').any(|coding| coding.trim() == "gzip"))
}

fn compressed(send: &mut Send<'_>) -> Outcome {
    if !asks(send)? {
        return Ok(());
    }
    let text = b"{\"results\":[]}".repeat(1000);
    let gzip = stored(&text);
    let headers = "content-encoding: gzip\r\ncontent-type: application/json\r\n";
    let with_length = raw_response(200, headers, &gzip);
    let in_chunks = [
        format!("HTTP/1.1 200 .\r\n{headers}transfer-encoding: chunked\r\n\r\n").into_bytes(),
        format!("{:x}\r\n", gzip.len()).into_bytes(),
        gzip,
        b"\r\n0\r\n\r\n".to_vec(),
    ]
    .concat();
    for response in [with_length, in_chunks] {
        let server = serve(move |_| vec![ScriptStep::Respond(response.clone())]);
        // A token that comes compressed without being asked for is not thrown away.
        for limits in [Limits::api(), Limits::api(), Limits::token()] {
            let limits = limits.with_max_bytes(text.len());
            let response = expect(send(get(&server, "/"), &limits), "GET")?;
            ensure!(
                response.body().as_bytes() == text,
                "the body is another one"
            );
            for name in ["content-encoding", "content-length"] {
                ensure!(
                    !response.headers().contains_key(name),
                    "{name} describes the compressed body, not the one that is returned"
                );
            }
            let content_type = response.headers().get("content-type");
            ensure!(
                content_type.is_some_and(|value| value == "application/json"),
                "Content-Type is {content_type:?}"
            );
        }
    }
    let empty = raw_response(404, headers, b"");
    let server = serve(move |_| vec![ScriptStep::Respond(empty.clone())]);
    let response = expect(send(get(&server, "/"), &Limits::api()), "GET")?;
    ensure!(
        response.status() == 404 && response.body().as_bytes().is_empty(),
        "an empty body is not empty"
    );
    let head = format!("HTTP/1.1 200 .\r\n{headers}content-length: 4711\r\n\r\n").into_bytes();
    let server = serve(move |_| vec![ScriptStep::Respond(head.clone())]);
    let head = request("HEAD", server.url("/"), Body::Empty);
    let response = expect(send(head, &Limits::api()), "HEAD")?;
    ensure!(response.body().as_bytes().is_empty(), "a HEAD has a body");
    Ok(())
}

fn not_asked(send: &mut Send<'_>) -> Outcome {
    for (what, limits, range) in [
        ("a secret response", Limits::token(), false),
        ("a photo", Limits::api().media(), false),
        ("a part of a file", Limits::api(), true),
    ] {
        let asked = asked(send, &limits, range)?;
        ensure!(asked == "identity", "{what} is asked for as {asked}");
    }
    Ok(())
}

fn bomb(send: &mut Send<'_>) -> Outcome {
    if !asks(send)? {
        return Ok(());
    }
    let gzip = zeros(100 << 20);
    ensure!(gzip.len() < 1 << 20, "the bomb has {} bytes", gzip.len());
    let response = raw_response(200, "content-encoding: gzip\r\n", &gzip);
    let server = serve(move |_| vec![ScriptStep::Respond(response.clone())]);
    let limits = Limits::api().with_max_bytes(1 << 20);
    let error = expect_error(send(get(&server, "/"), &limits), "GET")?;
    ensure!(
        error.to_string().contains("limit of 1048576 bytes"),
        "the error does not name the limit: {error}"
    );
    ensure!(
        error.delivery() == Delivery::Unknown && !error.is_timed_out(),
        "the request arrived, and it is not a timeout: {error}"
    );
    Ok(())
}

fn cut(send: &mut Send<'_>) -> Outcome {
    if !asks(send)? {
        return Ok(());
    }
    let gzip = stored(&[b'x'; 1000]);
    let response = raw_response(200, "content-encoding: gzip\r\n", &gzip[..900]);
    let server = serve(move |_| vec![ScriptStep::Respond(response.clone())]);
    let error = expect_error(send(get(&server, "/"), &Limits::api()), "GET")?;
    ensure!(
        error.delivery() == Delivery::Unknown,
        "the request was sent, but the delivery is not unknown: {error}"
    );
    Ok(())
}

fn unasked(send: &mut Send<'_>) -> Outcome {
    for coding in ["zstd", "deflate", "compress"] {
        let headers = format!("content-encoding: {coding}\r\n");
        let response = raw_response(200, &headers, b"\x28\xb5\x2f\xfd");
        let server = serve(move |_| vec![ScriptStep::Respond(response.clone())]);
        let error = expect_error(send(get(&server, "/"), &Limits::api()), coding)?;
        let words = error.to_string();
        ensure!(
            words.contains(coding),
            "the error does not name {coding}: {words}"
        );
    }
    Ok(())
}

fn as_it_comes(send: &mut Send<'_>) -> Outcome {
    let bytes = b"\x28\xb5\x2f\xfd";
    let response = raw_response(200, "content-encoding: zstd\r\n", bytes);
    let server = serve(move |_| vec![ScriptStep::Respond(response.clone())]);
    let mut get = get(&server, "/");
    let zstd = http::HeaderValue::from_static("zstd");
    get.headers_mut().insert("accept-encoding", zstd);
    let response = expect(send(get, &Limits::api()), "GET")?;
    ensure!(
        response.body().as_bytes() == bytes && response.headers().contains_key("content-encoding"),
        "the response was changed"
    );
    let arrived = server.requests().pop().ok_or("no request arrived")?;
    let asked = arrived.header("accept-encoding");
    ensure!(asked == Some("zstd"), "Accept-Encoding became {asked:?}");
    Ok(())
}

/// The header of gzip (RFC 1952 section 2.3), without name and time.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// Encodes a text in gzip, as stored blocks (RFC 1951 section 3.2.4).
fn stored(text: &[u8]) -> Vec<u8> {
    let mut gzip = HEADER.to_vec();
    for block in text.chunks(0xffff) {
        let len = block.len() as u16;
        gzip.push(0);
        gzip.extend(len.to_le_bytes());
        gzip.extend((!len).to_le_bytes());
        gzip.extend(block);
    }
    gzip.extend([1, 0, 0, 0xff, 0xff]); // the last block, of nothing
    let crc = !text.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    });
    gzip.extend(crc.to_le_bytes());
    gzip.extend((text.len() as u32).to_le_bytes());
    gzip
}

/// Encodes at least this many zeros in gzip without a checksum. It is one block with fixed codes
/// (RFC 1951 section 3.2.6), of copies of the 258 bytes before.
fn zeros(count: usize) -> Vec<u8> {
    let (mut bits, mut used) = (0_u64, 0);
    let mut gzip = HEADER.to_vec();
    let mut put = |code: u64, len: u32| {
        bits |= code << used;
        used += len;
        while used >= 8 {
            gzip.push(bits as u8);
            bits >>= 8;
            used -= 8;
        }
    };
    put(0b011, 3); // the last block, with fixed codes
    put(0b0000_1100, 8); // the literal 0: code 00110000, its first bit first
    for _ in 0..count.div_ceil(258) {
        put(0b1010_0011, 8); // length 258: code 11000101, its first bit first
        put(0, 5); // distance 1
    }
    put(0, 7 + 8); // the end, filled up to a byte
    gzip
}
