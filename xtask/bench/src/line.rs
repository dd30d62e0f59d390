//! A page over a real line: how many bytes it is there, and when its first and its last item are at
//! hand. The line is a proxy that passes on so many bytes a second.

use std::{
    fs,
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use api_inat::{model::Observation, v1::observations::Search};
use auth_core::{Operation, RateLimit, Service, Transport};
use auth_flows::Client;
use http_ureq::Ureq;
use keystore::Memory;

use crate::{
    observations::{self, Alike},
    parts,
};

/// Writes a page: `plain` or `rich`.
///
/// # Panics
///
/// If the file cannot be written.
pub fn write(kind: &str, file: &str) {
    let page = match kind {
        "plain" => observations::plain_page(),
        _ => observations::page(Alike::AsUsual),
    };
    fs::write(file, page).expect("a file");
}

/// A body for the server: that of a file.
///
/// # Panics
///
/// If there is no such file.
#[must_use]
pub fn body(file: &str) -> Vec<u8> {
    fs::read(Path::new(file)).expect("a file")
}

fn service(origin: &str) -> Service {
    let builder = api_inat::service(parts::ID).user_agent("bench/1.0 (bench@example.org)");
    let builder = builder.at(origin).rate_limit(RateLimit::unlimited());
    builder.build().expect("a service")
}

/// Gets the page by `session.send`, and returns the milliseconds to its last item.
///
/// # Panics
///
/// If that fails, or a record is missing.
pub fn fetch(origin: &str, transport: impl Transport + 'static) -> f64 {
    let client = Client::new(service(origin), transport, Memory::new());
    let began = Instant::now();
    let page = client.anonymous().send(&search()).expect("a page");
    assert_eq!(page.results.len(), 200);
    milliseconds(began)
}

/// All 200 at once.
fn search() -> Search<Observation> {
    Search::new().per_page(200)
}

/// Prints the milliseconds after which the last byte of a page is decoded; the last item is read, and
/// so the first one, since a page is read whole; and the first item could be read if it were parsed
/// as it comes: one 200th of the bytes is decoded, and parsed in one 200th of the time.
///
/// # Panics
///
/// If the server sends no page.
pub fn first(origin: &str) {
    let transport = Ureq::default();
    let whole = fetch(origin, transport.clone());
    let service = service(origin);
    let base = service.api("v1").expect("an API").base_url().clone();
    let began = Instant::now();
    let request = search().request(&base).expect("a request");
    let response = transport.send(request, &auth_core::Limits::api().with_timeout(WAIT));
    let response = response.expect("a response");
    let transfer = milliseconds(began);
    let (began, bytes) = (Instant::now(), response.body().as_bytes().len());
    search().parse(response).expect("a page");
    let parse = milliseconds(began);
    println!(
        "page {whole:.2} {transfer:.2} {parse:.2} {:.2}",
        prefix(origin, bytes as u64 / 200) + parse / 200.0
    );
}

/// Long enough for a rich page on a slow line.
const WAIT: Duration = Duration::from_secs(120);

/// The milliseconds until so many decoded bytes have come, over the bare client.
fn prefix(origin: &str, bytes: u64) -> f64 {
    let agent = ureq::Agent::new_with_defaults();
    let began = Instant::now();
    let request = agent.get(format!("{origin}/v1/observations"));
    let response = request.header("accept-encoding", "gzip").call();
    let body = response.expect("a response").into_body().into_reader();
    let decoded = flate2::read::GzDecoder::new(body).take(bytes);
    let read = io::copy(&mut { decoded }, &mut io::sink());
    assert_eq!(read.expect("a page"), bytes);
    milliseconds(began)
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// Prints its address, and passes on what comes for `address` with this many bytes a second for all
/// responses together; when its input ends, prints how many bytes that were.
///
/// # Errors
///
/// Fails if no port is free.
pub fn proxy(address: &str, rate: u32) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("{}", listener.local_addr()?);
    let address = address.to_owned();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(&address) else {
                continue;
            };
            let up = (client.try_clone(), server.try_clone());
            thread::spawn(move || {
                if let (Ok(mut client), Ok(mut server)) = up {
                    let _gone = io::copy(&mut client, &mut server);
                    let _gone = server.shutdown(Shutdown::Write);
                }
            });
            thread::spawn(move || shaped(&server, &client, rate));
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

/// Passes on a piece every 10 ms; catches up with at most 100 ms that a busy machine slept longer.
fn shaped(mut from: &TcpStream, mut to: &TcpStream, rate: u32) -> io::Result<()> {
    let mut piece = vec![0; (rate / 100).max(1) as usize];
    let mut due = Instant::now();
    loop {
        let length = from.read(&mut piece)?;
        if length == 0 {
            return to.shutdown(Shutdown::Write);
        }
        let earliest = Instant::now() - Duration::from_millis(100);
        due = due.max(earliest) + Duration::from_secs_f64(length as f64 / f64::from(rate));
        to.write_all(&piece[..length])?;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}
