//! A slow token endpoint that counts its requests and may fail at first: for many callers at once.

use std::{
    io::{self, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use auth_testkit::http1;
use http::{Response, StatusCode, header::CONTENT_TYPE};

/// What the server does.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The delay of each response.
    pub delay: Duration,
    /// How many of the first requests get 503.
    pub failures: usize,
}

/// The server. Its threads end with the process.
#[derive(Debug)]
pub struct Slow {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Slow {
    /// Starts it on a free port.
    ///
    /// # Panics
    ///
    /// If no port is free.
    #[must_use]
    pub fn start(plan: Plan) -> Self {
        Self::start_with(plan, LIFETIME)
    }

    /// Starts it with a first token that is valid for this many seconds and sent without delay; those
    /// after it are valid for an hour.
    ///
    /// # Panics
    ///
    /// If no port is free.
    #[must_use]
    pub fn start_with(plan: Plan, first: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("a bound port has an address");
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let counted = Arc::clone(&counted);
                thread::spawn(move || response(&stream, plan, first, &counted));
            }
        });
        Self { address, requests }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// How many requests arrived.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// How many seconds a token is valid.
const LIFETIME: u64 = 3600;

fn response(stream: &TcpStream, plan: Plan, first: u64, counted: &AtomicUsize) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    while http1::read_request(&mut reader)?.is_some() {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        let lifetime = if number == 0 { first } else { LIFETIME };
        if lifetime == LIFETIME {
            thread::sleep(plan.delay);
        }
        let (status, body) = match number < plan.failures {
            true => (StatusCode::SERVICE_UNAVAILABLE, "{}".to_owned()),
            false => (StatusCode::OK, body(number, lifetime)),
        };
        let response = Response::builder().status(status);
        let response = response.header(CONTENT_TYPE, "application/json");
        let response = response.body(body).map_err(io::Error::other)?;
        writer.write_all(&http1::response_bytes(&response))?;
    }
    Ok(())
}

fn body(number: usize, lifetime: u64) -> String {
    format!(
        r#"{{"access_token":"access-{number}","token_type":"Bearer","expires_in":{lifetime},"refresh_token":"refresh-{number}"}}"#
    )
}
