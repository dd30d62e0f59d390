//! One connection to the server, opened when it is needed and again when it was lost.

use std::{
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    pin::pin,
    sync::Arc,
    time::Duration,
};

use auth_core::{Error, ErrorKind};
use futures_core::Stream as _;
use redis::{
    AsyncConnectionConfig, ConnectionAddr, ConnectionInfo, ErrorKind as RedisErrorKind,
    RedisConnectionInfo, RedisError, ServerErrorKind,
    aio::{MultiplexedConnection, PubSub},
};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::mpsc,
    time::{error::Elapsed, timeout},
};
use tokio_rustls::TlsConnector;

use super::{errors::unwrapped, scripts::VERSION};
use crate::db::{
    limits::Limits,
    listener::{EndsTask, MESSAGES, Messages},
    slot::{Slot, first},
    system, tls,
};

const SILENT: &str = "try again; if it happens again, look whether the server runs, has TLS at this \
                      port if the URL says so, and whether a firewall drops its packets";

/// A stream of either kind.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

pub(super) struct Connection {
    info: ConnectionInfo,
    tls: Option<ClientConfig>,
    label: String,
    /// What errors name: the variable of the URL, if it came from one.
    setting: String,
    open: Slot<MultiplexedConnection>,
    /// How long opening a connection may take.
    limit: Duration,
}

impl Connection {
    pub(super) fn new(
        info: ConnectionInfo,
        tls: Option<ClientConfig>,
        label: String,
        setting: &str,
    ) -> Self {
        Self {
            info,
            tls,
            label,
            setting: setting.to_owned(),
            open: Slot::new(),
            limit: Limits::default().open,
        }
    }

    pub(super) fn within(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn setting(&self) -> &str {
        &self.setting
    }

    #[cfg(test)]
    pub(super) fn password(&self) -> Option<&str> {
        self.info.redis_settings().password()
    }

    /// Returns the open connection, or opens one. Callers send over it at the same time, and each
    /// gets its own responses.
    pub(super) async fn open(&self) -> Result<MultiplexedConnection, Error> {
        let open =
            || self.first(|address| async move { self.greet(self.connect(address).await?).await });
        self.open.get(|_| true, open).await
    }

    /// Opens another connection, which is subscribed to this channel.
    pub(super) async fn listen(&self, channel: &str) -> Result<Messages, Error> {
        let failed = |error| self.error(error);
        let subscribe = |address| async move {
            let (settings, stream) = (self.info.redis_settings(), self.connect(address).await?);
            let opened = PubSub::new(settings, stream).await.map_err(failed)?;
            let (mut sink, stream) = opened.split();
            sink.subscribe(channel).await.map_err(failed)?;
            Ok((sink, stream))
        };
        let (sink, stream) = self.first(subscribe).await?;
        let (sender, words) = mpsc::channel(MESSAGES);
        let task = tokio::spawn(async move {
            let mut stream = pin!(stream);
            while let Some(heard) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
                let word = String::from_utf8_lossy(heard.get_payload_bytes()).into_owned();
                if sender.send(word).await.is_err() {
                    return;
                }
            }
        });
        // The stream is the connection, and is the task's.
        Ok(Messages::new(words, (sink, EndsTask(task))))
    }

    /// Opens something at the first address that responds.
    async fn first<T, F: Future<Output = Result<T, Error>>>(
        &self,
        open: impl Fn(Option<SocketAddr>) -> F,
    ) -> Result<T, Error> {
        let opening = async {
            let addresses = match self.info.addr() {
                ConnectionAddr::Tcp(host, port) => {
                    let found = tokio::net::lookup_host((&**host, *port)).await;
                    let found = found.map_err(|error| self.unreachable(error))?;
                    found.map(Some).collect()
                }
                _ => vec![None],
            };
            // A little before the one around it, which says less.
            first(addresses, Vec::new(), self.limit * 9 / 10, open, || {
                self.silent()
            })
            .await
        };
        match timeout(self.limit, opening).await {
            Ok(opened) => opened,
            Err(_) => Err(self.silent()),
        }
    }

    /// Opens a stream to the server, encrypted if the URL says so.
    async fn connect(&self, address: Option<SocketAddr>) -> Result<Box<dyn Stream>, Error> {
        let opened: Box<dyn Stream> = match (self.info.addr(), address) {
            (ConnectionAddr::Tcp(host, _), Some(address)) => {
                let stream = TcpStream::connect(address).await;
                let stream = stream.map_err(|error| self.unreachable(error))?;
                stream
                    .set_nodelay(true)
                    .map_err(|error| self.unreachable(error))?;
                match &self.tls {
                    None => Box::new(stream),
                    Some(tls) => {
                        let name = ServerName::try_from(host.clone());
                        let name = name.map_err(|source| self.unknown_host(source))?;
                        let connector = TlsConnector::from(Arc::new(tls.clone()));
                        let stream = connector.connect(name, stream);
                        let stream = timeout(self.limit * 3 / 4, stream).await;
                        let stream = stream.map_err(|error| self.unanswered(error))?;
                        Box::new(stream.map_err(|error| self.untrusted(error))?)
                    }
                }
            }
            #[cfg(unix)]
            (ConnectionAddr::Unix(path), _) => {
                let stream = tokio::net::UnixStream::connect(path).await;
                Box::new(stream.map_err(|error| self.unreachable(error))?)
            }
            _ => {
                let what = format!("{}: this kind of address is unknown here", self.label);
                return Err(Error::new(ErrorKind::Configuration, what));
            }
        };
        Ok(opened)
    }

    /// Logs in and chooses the database. The client would do both, and keep the words of a refusal.
    async fn greet(&self, stream: Box<dyn Stream>) -> Result<MultiplexedConnection, Error> {
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let (settings, plain) = (
            self.info.redis_settings(),
            RedisConnectionInfo::default().set_skip_set_lib_name(),
        );
        let failed = |error| self.error(error);
        let opened = MultiplexedConnection::new_with_config(&plain, stream, config).await;
        let (mut connection, driver) = opened.map_err(failed)?;
        tokio::spawn(driver);
        if let Some(password) = settings.password() {
            let mut auth = redis::cmd("AUTH");
            auth.arg(settings.username()).arg(password);
            let done: Result<(), _> = auth.query_async(&mut connection).await;
            done.map_err(failed)?;
        }
        if settings.db() != 0 {
            let mut select = redis::cmd("SELECT");
            select.arg(settings.db());
            let done: Result<(), _> = select.query_async(&mut connection).await;
            done.map_err(failed)?;
        }
        Ok(connection)
    }

    pub(super) fn reset(&self) {
        self.open.clear();
    }

    /// Says what to do about an error, and drops a connection that was lost. Also one to a server that
    /// became a replica: its address may be that of another primary by now, and a save is repeated.
    pub(super) fn failed(&self, error: RedisError) -> Error {
        let error = unwrapped(error);
        let is_replica = error.kind() == RedisErrorKind::Server(ServerErrorKind::ReadOnly);
        if is_replica || error.is_unrecoverable_error() || error.is_io_error() {
            self.reset();
        }
        match is_replica {
            true => {
                let what = format!("{} cannot be written: it became a replica", self.label);
                Error::new(ErrorKind::Transport, what)
                    .with_help("try again; if it happens again, connect to the primary")
                    .with_source(error)
            }
            false => self.error(error),
        }
    }

    fn silent(&self) -> Error {
        let what = format!("{} did not respond while connecting", self.label);
        Error::new(ErrorKind::TimedOut, what).with_help(SILENT)
    }

    fn unreachable(&self, source: io::Error) -> Error {
        self.out_of_reach(system::help(&source)).with_source(source)
    }

    /// The error for a server that is not there, or whose connection was lost.
    pub(super) fn out_of_reach(&self, help: Option<&'static str>) -> Error {
        let what = format!("{} is out of reach", self.label);
        let reasons = match &self.tls {
            None => {
                "try again; if it happens again, look whether the server runs at this host and port, \
                 has a free connection (maxclients), and requires TLS (rediss://)"
            }
            Some(_) => {
                "try again; if it happens again, look whether the server runs at this host and port, \
                 has TLS there, and a free connection (maxclients)"
            }
        };
        Error::new(ErrorKind::Transport, what).with_help(help.unwrap_or(reasons))
    }

    /// A server without TLS waits for the end of a line.
    fn unanswered(&self, source: Elapsed) -> Error {
        Error::new(
            ErrorKind::TimedOut,
            format!("{}: TLS failed: no response", self.label),
        )
        .with_help("try again; if it happens again, look whether the server has TLS at this port")
        .with_source(source)
    }

    fn unknown_host(&self, source: impl std::error::Error + Send + Sync + 'static) -> Error {
        let what = format!("{}: the host cannot be one of a certificate", self.label);
        Error::new(ErrorKind::Configuration, what)
            .with_setting(self.setting.clone())
            .with_help("correct the host in the URL")
            .with_source(source)
    }

    pub(super) fn replica(&self) -> Error {
        let what = format!("{} cannot be written: it is a replica", self.label);
        Error::new(ErrorKind::Configuration, what)
            .with_setting(self.setting.clone())
            .with_help("connect to the primary")
    }

    /// A script over the leases of several accounts cannot run there.
    pub(super) fn cluster(&self) -> Error {
        let what = format!("{} is a node of a cluster", self.label);
        Error::new(ErrorKind::Configuration, what)
            .with_setting(self.setting.clone())
            .with_help("connect to a server that is not in cluster mode")
    }

    /// The error for keys of another version, by the text of the versions that they suit.
    pub(super) fn unsuited(&self, versions: &str) -> Error {
        let newest = versions
            .split(' ')
            .max_by_key(|word| word.parse::<u32>().ok());
        let own: u32 = VERSION.parse().unwrap_or_default();
        let (label, found) = (&self.label, newest.unwrap_or_default());
        let (what, help) = match found.parse::<u32>() {
            Ok(found) if found > own => (
                format!("{label}: its keys have version {found}, newer than {VERSION}"),
                "update this program",
            ),
            Ok(found) => (
                format!("{label}: its keys have version {found}, older than {VERSION}"),
                "start the version of this program that wrote them, or choose another namespace",
            ),
            Err(_) => (
                format!("{label}: its keys have no version that can be read"),
                "update this program; if another one uses this namespace, choose another one",
            ),
        };
        Error::new(ErrorKind::Configuration, what)
            .with_setting(self.setting.clone())
            .with_help(help)
    }

    /// Says which commands the user may not send, or not for these keys.
    pub(super) fn lacks(&self, namespace: &str, commands: &[String]) -> Error {
        let (label, user) = (&self.label, self.user());
        let what = format!(
            "{label} does not permit the user {user}: {}",
            commands.join(", ")
        );
        Error::new(ErrorKind::Configuration, what)
            .with_setting(self.setting.clone())
            .with_help(format!(
                "run ACL SETUSER {user} ~{namespace}:* +{}",
                commands.join(" +")
            ))
    }

    /// Says what a user misses that may not send or get messages.
    pub(super) fn quiet(&self, channel: &str, commands: &[String]) -> String {
        let (label, user) = (&self.label, self.user());
        format!(
            "{label} does not permit the user {user}: {}. A caller that waits for another host \
             looks again after 20 to 250 ms; to wake it sooner, run ACL SETUSER {user} &{channel} +{}",
            commands.join(", "),
            commands.join(" +")
        )
    }

    fn user(&self) -> &str {
        self.info.redis_settings().username().unwrap_or("default")
    }

    fn untrusted(&self, source: io::Error) -> Error {
        match tls::refusal(&source) {
            Some(why) => tls::refused(&self.label, &self.setting, why).with_source(source),
            None => self.unreachable(source),
        }
    }
}
