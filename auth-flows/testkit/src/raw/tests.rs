//! What a scripted server sends, and how it ends.

use std::{io::ErrorKind, time::Instant};

use super::*;

const GET: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

#[test]
fn a_script_ends_as_it_says() {
    let check = |steps: Vec<ScriptStep>, expect: Result<&str, ErrorKind>| {
        let shown = format!("{steps:?}");
        let server = RawServer::start(move |_| steps.clone());
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(GET).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut response = String::new();
        let outcome = stream.read_to_string(&mut response);
        match expect {
            Ok(expect) => {
                assert_eq!((outcome.is_ok(), &response[..]), (true, expect), "{shown}")
            }
            Err(expect) => assert_eq!(outcome.unwrap_err().kind(), expect, "{shown}"),
        }
    };
    check(vec![ScriptStep::Read], Ok(""));
    check(
        vec![ScriptStep::Read, ScriptStep::send(b"half")],
        Ok("half"),
    );
    check(
        vec![
            ScriptStep::Read,
            ScriptStep::Drip(b"ab".to_vec(), Duration::ZERO),
        ],
        Ok("ab"),
    );
    check(
        vec![
            ScriptStep::ReadSlowly(GET.len(), Duration::ZERO),
            ScriptStep::Pause(Duration::from_millis(1)),
            ScriptStep::send(b"c"),
        ],
        Ok("c"),
    );
    check(
        vec![
            ScriptStep::ReadSlowly(GET.len() + 1, Duration::ZERO),
            ScriptStep::send(b"never"),
        ],
        Ok(""),
    );
    check(vec![ScriptStep::Reset], Err(ErrorKind::ConnectionReset));
}

#[test]
fn requests_have_the_number_of_their_connection() {
    let server = RawServer::start(|_| vec![ScriptStep::respond(b".")]);
    for _ in 0..2 {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        for _ in 0..2 {
            stream.write_all(GET).unwrap();
            stream.read_exact(&mut [0]).unwrap();
        }
    }
    let connections: Vec<_> = server
        .requests()
        .iter()
        .map(RawRequest::connection)
        .collect();
    assert_eq!((connections, server.connections()), (vec![0, 0, 1, 1], 2));
}

#[test]
fn dropping_it_ends_its_connections() {
    let server = RawServer::start(|_| vec![ScriptStep::Hold]);
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let address = server.address();
    drop(server);
    assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn dropping_it_waits_for_no_client() {
    let waits = [
        ScriptStep::Read,
        ScriptStep::respond(b"."),
        ScriptStep::Reset,
    ];
    for step in waits {
        let shown = format!("{step:?}");
        let server = RawServer::start(move |_| vec![step.clone()]);
        let client = TcpStream::connect(server.address()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while server.connections() == 0 {
            assert!(Instant::now() < deadline, "{shown}");
            thread::sleep(Duration::from_millis(1));
        }
        let dropping = thread::spawn(move || drop(server));
        while !dropping.is_finished() {
            assert!(Instant::now() < deadline, "{shown}");
            thread::sleep(Duration::from_millis(1));
        }
        drop(client);
    }
}

#[test]
fn a_server_that_ends_frees_a_client_that_waits() {
    let server = RawServer::start(|_| vec![ScriptStep::Hold]);
    let server = server.ending_after(Duration::from_millis(50));
    // More than the buffers of both sides hold, so it waits in the middle.
    let mut writing = TcpStream::connect(server.address()).unwrap();
    assert!(writing.write_all(&vec![0; 64 << 20]).is_err());
    assert!(TcpStream::connect(server.address()).is_ok_and(|mut late| {
        let sent = late.write_all(GET).and_then(|()| late.read(&mut [0]));
        sent.map_or(true, |read| read == 0)
    }));
    assert_eq!(server.requests().len(), 0);
}
