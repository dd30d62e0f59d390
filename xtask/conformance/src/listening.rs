//! A listener on loopback for a proxy, which hands over each connection until it is dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    /// Listens on a free port. The connections come one after the other.
    pub(crate) fn start(accept: impl Fn(TcpStream) + Send + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (address, over) = (listener.local_addr()?, Arc::<AtomicBool>::default());
        let ended = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let all = listener.incoming().flatten();
            all.take_while(|_| !ended.load(Ordering::SeqCst))
                .for_each(accept);
        });
        Ok(Self {
            address,
            over,
            thread: Some(thread),
        })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // The thread waits for a connection.
        let _woken = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}
