//! The floor: the least code that does the job with the same base crates. It checks nothing, wipes
//! only the response, and supports one response and one server.

use std::hint::black_box;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{Work, parts};

/// Each runs as often as its argument says.
pub const WORKS: &[Work] = &[
    ("floor-login", login),
    ("floor-request", request),
    ("floor-parse-400", parse_400),
    ("floor-parse-4k", parse_4k),
    ("floor-error", error),
];

/// What a login stores until the response arrives.
struct Pending {
    _url: String,
    _verifier: [u8; 43],
    _state: [u8; 43],
}

fn login(times: u32) {
    for _ in 0..times {
        let entropy: [u8; 64] = black_box([7; 64]);
        let (mut verifier, mut state, mut challenge) = ([0; 43], [0; 43], [0; 43]);
        encode(&entropy[..32], &mut verifier);
        encode(&entropy[32..], &mut state);
        encode(&Sha256::digest(verifier), &mut challenge);
        let mut url = String::with_capacity(512);
        url.push_str(parts::AUTHORIZE);
        url.push_str("?response_type=code&client_id=");
        url.extend(form_urlencoded::byte_serialize(parts::ID.as_bytes()));
        url.push_str("&redirect_uri=");
        url.extend(form_urlencoded::byte_serialize(parts::REDIRECT.as_bytes()));
        url.push_str("&scope=");
        url.extend(form_urlencoded::byte_serialize(parts::SCOPE.as_bytes()));
        url.push_str("&state=");
        url.push_str(std::str::from_utf8(&state).expect("base64"));
        url.push_str("&code_challenge=");
        url.push_str(std::str::from_utf8(&challenge).expect("base64"));
        url.push_str("&code_challenge_method=S256");
        black_box(Pending {
            _url: url,
            _verifier: verifier,
            _state: state,
        });
    }
}

fn encode(bytes: &[u8], to: &mut [u8; 43]) {
    let written = URL_SAFE_NO_PAD.encode_slice(bytes, to);
    assert_eq!(written, Ok(43));
}

/// A client, set up once.
struct Client {
    token: Uri,
    basic: HeaderValue,
}

impl Client {
    fn new() -> Self {
        let basic = STANDARD.encode(format!("{}:{}", parts::ID, parts::SECRET));
        Self {
            token: parts::TOKEN.parse().expect("a URL"),
            basic: format!("Basic {basic}").parse().expect("ASCII"),
        }
    }

    fn request(&self, refresh: &str) -> Request<Vec<u8>> {
        let mut body = Vec::with_capacity(128);
        body.extend_from_slice(b"grant_type=refresh_token&refresh_token=");
        for piece in form_urlencoded::byte_serialize(refresh.as_bytes()) {
            body.extend_from_slice(piece.as_bytes());
        }
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.token.clone();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::CONTENT_TYPE, form);
        request.headers_mut().insert(header::ACCEPT, json);
        let basic = self.basic.clone();
        request.headers_mut().insert(header::AUTHORIZATION, basic);
        request
    }
}

fn request(times: u32) {
    let client = Client::new();
    for _ in 0..times {
        black_box(client.request(black_box(parts::REFRESH)));
    }
}

#[derive(Deserialize)]
struct TokenFields<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: u64,
    refresh_token: Option<&'a str>,
    scope: Option<&'a str>,
}

#[derive(Deserialize)]
struct Refusal<'a> {
    error: &'a str,
    error_description: Option<&'a str>,
}

struct Token {
    _bearer: HeaderValue,
    _expires_in: u64,
    _refresh: Option<String>,
    _scope: Option<String>,
}

fn parse_400(times: u32) {
    both(times, 200, &parts::RESPONSE_400);
}

fn parse_4k(times: u32) {
    both(times, 200, &parts::RESPONSE_4K);
}

fn error(times: u32) {
    both(times, 400, parts::REFUSAL);
}

fn both(times: u32, status: u16, body: &str) {
    let client = Client::new();
    for _ in 0..times {
        black_box(client.request(black_box(parts::REFRESH)));
        let body = black_box(body).as_bytes().to_vec();
        let response = Response::from_parts(parts::head(status), body);
        let read = black_box(parse(response));
        assert_eq!(read.is_ok(), status == 200);
    }
}

fn parse(mut response: Response<Vec<u8>>) -> Result<Token, (String, Option<String>)> {
    if response.status() != StatusCode::OK {
        let refusal: Refusal<'_> = serde_json::from_slice(response.body()).expect("a refusal");
        let description = refusal.error_description.map(str::to_owned);
        return Err((refusal.error.to_owned(), description));
    }
    let body = response.body_mut();
    let read: TokenFields<'_> = serde_json::from_slice(body).expect("a response");
    assert!(read.token_type.eq_ignore_ascii_case("bearer"));
    let mut bearer = Vec::with_capacity(7 + read.access_token.len());
    bearer.extend_from_slice(b"Bearer ");
    bearer.extend_from_slice(read.access_token.as_bytes());
    let token = Token {
        _bearer: HeaderValue::from_maybe_shared(bytes(bearer)).expect("ASCII"),
        _expires_in: read.expires_in,
        _refresh: read.refresh_token.map(str::to_owned),
        _scope: read.scope.map(str::to_owned),
    };
    black_box(body).fill(0);
    Ok(token)
}

fn bytes(vec: Vec<u8>) -> bytes::Bytes {
    bytes::Bytes::from(vec)
}
