//! What a server that is none, or does not speak TLS, means for the URL.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener},
    thread,
};

use crate::db::postgres::Postgres;

/// Connects to something that responds so to the first message, and returns the error.
fn refused(response: &'static [u8], options: &str) -> auth_core::Error {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        // It ends with the process of the tests. What may pass is tried twice.
        for accepted in listener.incoming().take(2) {
            let mut stream = accepted.unwrap();
            let _command = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(response).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            let _until_closed = stream.read_to_end(&mut Vec::new());
        }
    });
    let url = format!("postgres://u@{address}/d{options}");
    Postgres::builder(url).open_unsealed().unwrap_err()
}

#[test]
fn what_does_not_speak_like_postgresql_says_what_to_correct() {
    let check = |response: &'static [u8], options: &str, words: &str| {
        let error = refused(response, options);
        let help = error.help().expect("what to do");
        assert!(help.contains(words), "{words}: {error:#}");
    };
    check(b"N", "?sslmode=require", "ssl = on");
    // It asks for a password by MD5, or by Kerberos.
    check(
        b"R\0\0\0\x0c\0\0\0\x05salt",
        "",
        "the user and the password",
    );
    check(b"R\0\0\0\x08\0\0\0\x02", "", "the server must ask");
    check(b"HTTP/1.1 400 Bad Request\r\n\r\n", "", "the port");
    check(b"-ERR unknown command\r\n", "", "the port");
    check(b"", "", "the server runs");
}

#[test]
fn tls_is_advised_only_where_it_is_off_and_could_be_on() {
    let check = |url: &str, expect: bool| {
        let connection = Postgres::builder(url).connection().expect(url);
        assert_eq!(connection.could_be_tls(), expect, "{url}");
    };
    check("postgres://u@127.0.0.1/d", true);
    check("postgres://u@127.0.0.1/d?sslmode=require", false);
    check("postgres://u@db.example/d", false);
    #[cfg(unix)]
    check("postgres:///d?host=/run/pg&user=u", false);
}
