//! HTTP on the socket: keep-alive, bodies, garbage, the end of a server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use auth_core::testkit::{Auth, Route, Site, json};
use auth_testkit::{Dialect, Fault, Matching, TestServer, http1};

use crate::client::{Response, connect, get, raw, response_of};

fn server() -> TestServer {
    let site = Site::new()
        .with_route(Route::get("/ping", Auth::None, |_| {
            json(200, &serde_json::json!("pong"))
        }))
        .with_route(Route::new(
            http::Method::POST,
            "/len",
            Auth::None,
            |request| {
                let body = request.request.body();
                let sum = body.iter().map(|byte| u64::from(*byte)).sum::<u64>();
                json(200, &serde_json::json!({ "len": body.len(), "sum": sum }))
            },
        ));
    TestServer::builder(Dialect::league_9())
        .site(site)
        .start()
        .expect("a free port")
}

/// Reads one response from a connection that stays open.
fn read_response(reader: &mut impl BufRead) -> Response {
    Response::of(http1::read_response(reader).expect("a response"))
}

#[test]
fn a_connection_serves_many_requests() {
    let server = server();
    let mut stream = connect(&server);
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    for _ in 0..3 {
        stream
            .write_all(b"GET /ping HTTP/1.1\r\nhost: x\r\n\r\n")
            .unwrap();
        let response = read_response(&mut reader);
        assert_eq!(
            (response.status, response.header("connection")),
            (200, Some("keep-alive"))
        );
        assert_eq!(response.body, r#""pong""#);
    }
    // two requests in one write
    stream
        .write_all(b"GET /ping HTTP/1.1\r\n\r\nGET /nowhere HTTP/1.1\r\nconnection: close\r\n\r\n")
        .unwrap();
    assert_eq!(read_response(&mut reader).status, 200);
    let response = read_response(&mut reader);
    assert_eq!(
        (response.status, response.header("connection")),
        (404, Some("close"))
    );
    assert_eq!(reader.read(&mut [0]).unwrap(), 0);
}

#[test]
fn old_clients_close() {
    let server = server();
    let response = response_of(&raw(&server, b"GET /ping HTTP/1.0\r\n\r\n")).unwrap();
    assert_eq!(response.header("connection"), Some("close"));
}

#[test]
fn large_bodies_with_a_length_and_in_chunks() {
    const PIECE: usize = 64 * 1024;
    let server = server();
    let check = |mib: usize, chunked: bool| {
        let len = mib * 1024 * 1024;
        let mut stream = connect(&server);
        let framing = match chunked {
            true => "transfer-encoding: chunked".to_owned(),
            false => format!("content-length: {len}"),
        };
        let head = format!("POST /len HTTP/1.1\r\nconnection: close\r\n{framing}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let piece = vec![1_u8; PIECE];
        for _ in 0..len / PIECE {
            if chunked {
                write!(stream, "{PIECE:x}\r\n").unwrap();
            }
            stream.write_all(&piece).unwrap();
            if chunked {
                stream.write_all(b"\r\n").unwrap();
            }
        }
        if chunked {
            stream.write_all(b"0\r\n\r\n").unwrap();
        }
        let mut back = Vec::new();
        stream.read_to_end(&mut back).unwrap();
        let response = response_of(&back).unwrap().json();
        assert_eq!(
            (&response["len"], &response["sum"]),
            (&len.into(), &len.into())
        );
        assert_eq!(server.requests().requests().last().unwrap().body_len, len);
    };
    check(64, false);
    check(20, true);
}

#[test]
fn the_body_may_wait_for_continue() {
    let server = server();
    let mut stream = connect(&server);
    stream
        .write_all(b"POST /len HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n")
        .unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    reader.read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"abc").unwrap();
    assert!(read_response(&mut reader).body.contains(r#""len":3"#));
}

#[test]
fn garbage_gets_an_error_response() {
    let server = server();
    let check = |bytes: &[u8], status: u16| {
        let response = response_of(&raw(&server, bytes)).expect("a response");
        assert_eq!(response.status, status);
        assert_eq!(response.header("connection"), Some("close"));
    };
    check(b"\x16\x03\x01\x00\xa5\x01\x00\x00\n\r\n", 400);
    check(b"GET\r\n\r\n", 400);
    check(b"GET / HTTP/1.1\r\nbad header\r\n\r\n", 400);
    check(b"POST /len HTTP/1.1\r\ncontent-length: x\r\n\r\n", 400);
    check(
        b"POST /len HTTP/1.1\r\ncontent-length: 999999999999\r\n\r\n",
        413,
    );
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(70_000));
    check(long.as_bytes(), 431);
    check("GET / HTTP/1.1\r\nx: \u{0}\r\n\r\n".as_bytes(), 400);
    assert_eq!(get(&server, "/ping", &[]).status, 200);
    assert_eq!(server.requests().total(), 1); // the log holds requests only
}

#[test]
fn the_date_is_the_servers_own() {
    let server = server();
    let date = |server: &TestServer| get(server, "/ping", &[]).header("date").unwrap().to_owned();
    let (before, year) = (date(&server), Duration::from_secs(366 * 86_400));
    assert!(before.ends_with(" GMT") && before.len() == 29, "{before}");
    server.advance(year);
    let after = date(&server);
    assert_ne!(before[12..16], after[12..16]);
}

#[test]
fn dropping_the_server_ends_everything() {
    let server = server();
    let idle = connect(&server);
    let mut half = connect(&server);
    half.write_all(b"POST /len HTTP/1.1\r\ncontent-length: 100\r\n\r\nhalf")
        .unwrap();
    let mut silent = connect(&server);
    server.faults().next(
        Matching::Path("/ping".into()),
        Fault::Silence(Duration::from_secs(3600)),
    );
    silent.write_all(b"GET /ping HTTP/1.1\r\n\r\n").unwrap();
    let hold = server.hold(Matching::Path("/held".into()));
    let mut waiting = connect(&server);
    waiting.write_all(b"GET /held HTTP/1.1\r\n\r\n").unwrap();
    assert!(hold.wait_for(1, Duration::from_secs(60)));
    let address = server.url().trim_start_matches("http://").to_owned();
    let dropping = thread::spawn(move || drop(server));
    for mut stream in [idle, half, silent, waiting] {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest); // an end or a reset, but no response
        assert!(rest.is_empty(), "{rest:?}");
    }
    dropping.join().unwrap();
    assert!(TcpStream::connect(address).is_err());
    assert!(!hold.wait_for(1, Duration::ZERO));
}

#[test]
fn dropping_the_server_waits_for_no_client() {
    let server = server();
    let idle = connect(&server);
    let mut kept = connect(&server);
    kept.write_all(b"GET /ping HTTP/1.1\r\n\r\n").unwrap();
    kept.read_exact(&mut [0]).unwrap();
    let mut half = connect(&server);
    half.write_all(b"POST /len HTTP/1.1\r\ncontent-length: 100\r\n\r\nhalf")
        .unwrap();
    let dropping = thread::spawn(move || drop(server));
    let deadline = Instant::now() + Duration::from_secs(60);
    while !dropping.is_finished() {
        assert!(Instant::now() < deadline, "a client that stays delays it");
        thread::sleep(Duration::from_millis(1));
    }
    drop((idle, kept, half));
}

#[test]
fn a_thousand_connections_leave_nothing_behind() {
    let server = server();
    for _ in 0..1000 {
        assert_eq!(get(&server, "/ping", &[]).status, 200);
    }
    assert_eq!(server.requests().api(), 1000);
}
