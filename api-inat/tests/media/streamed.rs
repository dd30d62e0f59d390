//! An upload is never whole in memory: reading stays close to what has been received.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    thread,
};

use api_inat::{Upload, v1::observation_photos};
use auth_core::testkit::json;
use auth_testkit::http1;
use keystore::Memory;
use serde_json::json as value;

use crate::worlds::World;

const LEN: u64 = 64 << 20;
/// The most that may be in transit: the sockets' buffers, which the kernel lets grow to some 10 MB
/// on loopback, and a few chunks.
const UNDER_WAY: u64 = 24 << 20;

/// The byte at an offset of the photo.
fn byte_at(place: u64) -> u8 {
    (place ^ (place >> 11) ^ (place >> 19)) as u8
}

/// A photo that is generated while it is read, and compares its offset with what was received.
struct Made {
    read: u64,
    arrived: Arc<AtomicU64>,
    furthest: Arc<AtomicU64>,
}

impl Read for Made {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let under_way = self.read.saturating_sub(self.arrived.load(SeqCst));
        self.furthest.fetch_max(under_way, SeqCst);
        let room = buf.len().min((LEN - self.read) as usize);
        for (offset, byte) in buf[..room].iter_mut().enumerate() {
            *byte = byte_at(self.read + offset as u64);
        }
        self.read += room as u64;
        Ok(room)
    }
}

/// Receives one upload and checks it on the fly, without storing it.
fn take_one(listener: &TcpListener, arrived: &AtomicU64) -> io::Result<bool> {
    let (mut stream, _) = listener.accept()?;
    let mut reader = BufReader::with_capacity(64 << 10, stream.try_clone()?);
    let mut length = 0_u64;
    // The head of the request, then that of each part, to the one with the file.
    let mut file = false;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
        file |= lower.contains("filename=");
        if file && line == "\r\n" {
            break;
        }
    }
    let mut right = length > LEN;
    let mut buf = vec![0; 64 << 10];
    let mut place = 0;
    while place < LEN {
        let room = buf.len().min((LEN - place) as usize);
        let read = reader.read(&mut buf[..room])?;
        if read == 0 {
            return Ok(false);
        }
        right &= buf[..read]
            .iter()
            .zip(place..)
            .all(|(byte, place)| *byte == byte_at(place));
        place += read as u64;
        arrived.store(place, SeqCst);
    }
    let mut tail = String::new();
    while !tail.ends_with("--\r\n") {
        if reader.read_line(&mut tail)? == 0 {
            return Ok(false);
        }
    }
    stream.write_all(&http1::response_bytes(&json(200, &value!({"id": 7}))))?;
    Ok(right)
}

#[test]
fn what_was_read_stays_near_what_has_arrived() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let service = api_inat::service_without_application()
        .user_agent("streamed/1 (test@example.org)")
        .at(&origin)
        .build()
        .expect("a service");
    for world in World::both(&service, Memory::new) {
        // Valid until the year 2100, by its own expiry.
        world.import("e30.eyJleHAiOjQxMDI0NDQ4MDB9.x");
        let (arrived, furthest) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let made = (Arc::clone(&arrived), Arc::clone(&furthest));
        let photo = Upload::reader("a.jpg", LEN, move || {
            Ok(Box::new(Made {
                read: 0,
                arrived: Arc::clone(&made.0),
                furthest: Arc::clone(&made.1),
            }))
        });
        let photo = photo.content_type("image/jpeg").at_most(LEN);
        thread::scope(|scope| {
            let server = scope.spawn(|| take_one(&listener, &arrived));
            let placed = world.sent(observation_photos::Create::new(photo, 7));
            assert_eq!(placed.id, 7);
            let right = server.join().expect("no panic").expect("a connection");
            assert!(right, "{}: other bytes arrived", world.name());
        });
        assert_eq!(arrived.load(SeqCst), LEN);
        let furthest = furthest.load(SeqCst);
        assert!(
            furthest < UNDER_WAY,
            "{}: {furthest} bytes ahead",
            world.name()
        );
    }
}
