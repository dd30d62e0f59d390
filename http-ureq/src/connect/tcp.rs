//! A TCP connection as ureq's chain of connectors has it.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::{Arc, Weak},
    time::Duration,
};

use ureq::{
    Error,
    unversioned::transport::{
        Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, ShutdownHandle,
        Transport,
    },
};

use super::{addresses, names::Names};

/// Connects to the addresses of a host in turn.
#[derive(Debug)]
pub(super) struct Tcp {
    names: Arc<Names>,
}

impl Tcp {
    pub(super) fn new(names: Arc<Names>) -> Self {
        Self { names }
    }
}

impl<In: Transport> Connector<In> for Tcp {
    type Out = Either<In, TcpConnection>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(tunnel) = chained {
            return Ok(Some(Either::A(tunnel)));
        }
        let budget = details.timeout.not_zero().map(|time| *time);
        let connected = addresses::connect(&details.addrs, budget);
        let (stream, address) = connected.inspect_err(|_| self.names.failed(details.uri))?;
        self.names.worked(details.uri, address);
        if details.config.no_delay() {
            stream.set_nodelay(true)?;
        }
        let stream = Arc::new(stream);
        let handle: Arc<dyn ShutdownHandle> = stream.clone();
        let handle: Weak<dyn ShutdownHandle> = Arc::downgrade(&handle);
        (details.register_shutdown)(handle)?;
        let (input, output) = (
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        Ok(Some(Either::B(TcpConnection {
            stream,
            buffers: LazyBuffers::new(input, output),
            read_timeout: None,
            write_timeout: None,
        })))
    }
}

#[derive(Debug)]
pub(super) struct TcpConnection {
    stream: Arc<TcpStream>,
    buffers: LazyBuffers,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

impl Transport for TcpConnection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        let set = |time| self.stream.set_write_timeout(time);
        limit(&mut self.write_timeout, timeout, set)?;
        let written = (&*self.stream).write_all(&self.buffers.output()[..amount]);
        written.map_err(|error| or_timeout(error, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        let set = |time| self.stream.set_read_timeout(time);
        limit(&mut self.read_timeout, timeout, set)?;
        let read = loop {
            match (&*self.stream).read(self.buffers.input_append_buf()) {
                // Linux does not resume a read with a timeout after a signal.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let read = read.map_err(|error| or_timeout(error, timeout))?;
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    /// An idle connection on which something arrives has ended, or its server has lost count.
    fn is_open(&mut self) -> bool {
        let is_idle = || {
            self.stream.set_nonblocking(true)?;
            let read = (&*self.stream).read(&mut [0]);
            self.stream.set_nonblocking(false)?;
            let idle = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
            Ok::<_, io::Error>(read.as_ref().err().is_some_and(idle))
        };
        is_idle().unwrap_or(false)
    }
}

/// Sets a timeout of the socket, unless the one that is set is almost the same. What is left of a
/// request's timeout is always a little different.
fn limit(
    current: &mut Option<Duration>,
    timeout: NextTimeout,
    set: impl FnOnce(Option<Duration>) -> io::Result<()>,
) -> Result<(), Error> {
    if timeout.after.is_zero() {
        return Err(Error::Timeout(timeout.reason));
    }
    let wanted = timeout.not_zero().map(|time| *time);
    let close = |current: Duration, wanted: Duration| current.abs_diff(wanted) <= wanted / 50;
    let same = match (*current, wanted) {
        (Some(current), Some(wanted)) => close(current, wanted),
        (None, None) => true,
        _ => false,
    };
    if !same {
        match set(wanted) {
            Ok(()) => *current = wanted,
            // macOS rejects it after the server has closed; what it sent can still be read.
            Err(error)
                if cfg!(target_os = "macos") && error.kind() == io::ErrorKind::InvalidInput => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn or_timeout(error: io::Error, timeout: NextTimeout) -> Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::Timeout(timeout.reason),
        _ => error.into(),
    }
}
