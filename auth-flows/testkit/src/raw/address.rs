//! Addresses that refuse connections, or do not respond to them.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

/// Returns an address on 127.0.0.1 that refuses connections.
///
/// # Panics
/// Panics if no port of 127.0.0.1 is free.
#[must_use]
pub fn refusing_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port");
    listener.local_addr().expect("a bound port has an address")
}

/// An address on 127.0.0.1 that does not respond to connections, until it is dropped: a listener
/// whose backlog is full. On Windows it refuses them.
///
/// ```
/// use std::{net::TcpStream, time::Duration};
/// use auth_testkit::raw::SilentAddress;
///
/// let silent = SilentAddress::new();
/// let outcome = TcpStream::connect_timeout(&silent.address(), Duration::from_millis(50));
/// assert!(outcome.is_err());
/// ```
#[derive(Debug)]
pub struct SilentAddress {
    listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl SilentAddress {
    /// Fills the backlog of a new listener.
    ///
    /// # Panics
    /// Panics if the system accepts thousands of connections that no program asks for.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it has effects")]
    pub fn new() -> Self {
        Self::fill(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port"))
    }

    /// Listens on `::1` in the same way. `None` if the machine has no IPv6.
    ///
    /// # Panics
    /// As for [`SilentAddress::new`].
    #[must_use]
    pub fn v6() -> Option<Self> {
        let listener = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).ok()?;
        Some(Self::fill(listener))
    }

    fn fill(listener: TcpListener) -> Self {
        let address = listener.local_addr().expect("a bound port has an address");
        // Linux limits a backlog to `net.core.somaxconn`, 4096 by default; std asks for 128.
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(200));
        let waiting: Vec<_> = (0..8192).map_while(|_| connect().ok()).collect();
        assert!(waiting.len() < 8192, "the backlog has no end");
        Self {
            listener,
            _waiting: waiting,
        }
    }

    /// Returns the address.
    ///
    /// # Panics
    /// Panics if the system does not tell it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener
            .local_addr()
            .expect("a bound port has an address")
    }
}
