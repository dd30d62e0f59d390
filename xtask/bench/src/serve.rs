//! A server on loopback that sends the same bytes for every request and counts its connections, its
//! requests and the bytes it sends. It runs in a process of its own, so that no figure includes its
//! cost.

use std::{
    io::{self, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use auth_testkit::http1;
use http::{
    Response,
    header::{ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderName},
};

use crate::parts;

/// What it sends.
#[derive(Debug)]
pub struct Served {
    plain: Vec<u8>,
    /// For a request that asks for it.
    gzip: Option<Vec<u8>>,
    delay: Duration,
    closes: bool,
}

impl Served {
    /// The token response of 400 bytes, after this delay.
    #[must_use]
    pub fn token(delay: Duration) -> Self {
        let plain = response(None, parts::RESPONSE_400.as_bytes());
        Self {
            plain,
            gzip: None,
            delay,
            closes: false,
        }
    }

    /// A body that is sent compressed if the request asks for it.
    #[must_use]
    pub fn page(body: &[u8], delay: Duration) -> Self {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
        let packed = encoder.write_all(body).and_then(|()| encoder.finish());
        let packed = packed.expect("memory");
        Self {
            plain: response(None, body),
            gzip: Some(response(Some((CONTENT_ENCODING, "gzip")), &packed)),
            delay,
            closes: false,
        }
    }

    /// The token response; closes each connection after one.
    #[must_use]
    pub fn closing(self) -> Self {
        Self {
            plain: response(Some((CONNECTION, "close")), parts::RESPONSE_400.as_bytes()),
            closes: true,
            ..self
        }
    }
}

fn response(header: Option<(HeaderName, &str)>, body: &[u8]) -> Vec<u8> {
    let response = Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .header(DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
    let response = header
        .into_iter()
        .fold(response, |response, (name, value)| {
            response.header(name, value)
        });
    http1::response_bytes(&response.body(body).expect("valid headers"))
}

/// What it counts.
#[derive(Debug, Default)]
pub struct Counted {
    connections: AtomicUsize,
    requests: AtomicUsize,
    bytes: AtomicUsize,
    full_handshakes: AtomicUsize,
}

impl Counted {
    /// Counts a TLS handshake that resumed no session.
    pub fn full_handshake(&self) {
        self.full_handshakes.fetch_add(1, Relaxed);
    }
}

/// Prints its address; when its input ends, how many connections, requests, bytes and full
/// handshakes there were.
///
/// # Errors
///
/// Fails if no port is free.
pub fn run(served: Served) -> io::Result<()> {
    run_with(served, |stream, _| Ok(stream))
}

/// The same with a stream that `wrap` makes of each connection.
///
/// # Errors
///
/// Fails if no port is free.
pub fn run_with<S: Read + Write>(
    served: Served,
    wrap: impl Fn(TcpStream, &Counted) -> io::Result<S> + Send + Sync + 'static,
) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("{}", listener.local_addr()?);
    let (counted, served) = (Arc::new(Counted::default()), Arc::new(served));
    let (shared, wrap) = (Arc::clone(&counted), Arc::new(wrap));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            shared.connections.fetch_add(1, Relaxed);
            let (shared, served, wrap) =
                (Arc::clone(&shared), Arc::clone(&served), Arc::clone(&wrap));
            thread::spawn(move || {
                stream.set_nodelay(true)?;
                respond(wrap(stream, &shared)?, &served, &shared)
            });
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    let Counted {
        connections,
        requests,
        bytes,
        full_handshakes,
    } = &*counted;
    let all = [connections, requests, bytes, full_handshakes].map(|count| count.load(Relaxed));
    let [connections, requests, bytes, full] = all;
    let _nobody_asks = writeln!(io::stdout(), "{connections} {requests} {bytes} {full}");
    Ok(())
}

/// Serves until the client closes the connection.
fn respond(stream: impl Read + Write, served: &Served, counted: &Counted) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = http1::read_request(&mut stream)? {
        counted.requests.fetch_add(1, Relaxed);
        let accepted = request.headers().get(ACCEPT_ENCODING);
        let gzip =
            accepted.is_some_and(|value| value.as_bytes().windows(4).any(|it| it == b"gzip"));
        let packed = served.gzip.as_ref().filter(|_| gzip);
        let bytes = packed.unwrap_or(&served.plain);
        if !served.delay.is_zero() {
            thread::sleep(served.delay);
        }
        stream.get_mut().write_all(bytes)?;
        stream.get_mut().flush()?;
        counted.bytes.fetch_add(bytes.len(), Relaxed);
        if served.closes {
            break;
        }
    }
    Ok(())
}
