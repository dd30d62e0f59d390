//! The callback: a listener on the loopback IP that waits for one redirect and survives everything else (RFC 8252 section 7.3).
//!
//! ```text
//!   bind ──► listen ──┬── ours: code or refusal ──► the end, with a page that a person can read
//!                     ├── a stranger: other path, wrong or repeated state, POST, foreign Host, favicon, noise ──► 4xx, go on
//!                     ├── the deadline ──► an error that lists the likely causes
//!                     └── dropped ──► the end
//! ```

mod connections;
mod http;
mod page;

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use auth_core::{Error, ErrorKind, PendingAuthorization, RedirectUri};

use self::connections::Host;
use crate::login::pending::{PendingLogin, spawn};

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// Receives the redirect of an authorization request on this machine's loopback IP (RFC 8252 section 7.3).
///
/// [`Login::browser`](crate::Login::browser) is made of it; a program that handles the authorization request itself uses it alone.
/// It is bound before the request is made, so that the redirect URI has its port, and listens on a thread of its own afterwards.
///
/// * Only `GET` on the redirect URI's own path, with a query, under its own name (`Host`) can be the response, and only if
///   [`PendingAuthorization::accept`] takes it. Whatever else comes is sent away with a 4xx page, and the listener goes on.
/// * Several visitors are served at once. One who is slow or silent is given 5 s and holds up nobody; when many are silent, the
///   oldest go first.
/// * A request line may have 16 KiB: some servers' codes are long.
/// * The person sees a page without scripts, with the program's name on it. It is not stored (`Cache-Control: no-store`) and
///   passes its address, which has the code in it, on to nobody (`Referrer-Policy: no-referrer`).
///
/// ```
/// use std::{net::Ipv4Addr, time::Duration};
/// use auth_core::{AuthorizationRequest, Entropy};
/// use auth_flows::CallbackListener;
/// # use auth_core::{AuthorizationServer, Endpoint, OAuthClient};
/// # use auth_testkit::{Dialect, TestClient, TestServer, person::Person};
/// # let registered = TestClient::public("nightly").redirect_uri("http://127.0.0.1/callback");
/// # let server = TestServer::builder(Dialect::doorkeeper_5()).client(registered).user("alice", "password").start()?;
/// # let at = AuthorizationServer::new(Endpoint::parse(&server.token_endpoint())?)
/// #     .authorization_endpoint(Endpoint::parse(&server.authorization_endpoint())?);
/// # let client = OAuthClient::new(at, "nightly")?;
/// # let open = |url: &str| { let alice = Person::new("alice", "password"); alice.follow(&alice.visit(url)?.into_redirect()?) };
///
/// // Port 0 is any free one, where the server allows that for a loopback IP.
/// let listener = CallbackListener::bind((Ipv4Addr::LOCALHOST, 0), "/callback")?;
/// let entropy = Entropy::new([7; 64]); // random in a real program
/// let (url, pending) = AuthorizationRequest::new(&client, listener.redirect_uri().clone(), entropy).begin()?;
/// let waiting = listener.listen(pending, "nightly", Duration::from_secs(120))?;
/// open(&url)?; // the person logs in, in their browser
/// let grant = waiting.wait()?; // or `waiting.await?`, with any executor
/// // `TokenRequest::code(grant)` is the next message, `session.complete_login(grant)` the whole rest of a login.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CallbackListener {
    socket: TcpListener,
    address: SocketAddr,
    redirect_uri: RedirectUri,
}

/// How long the listener sleeps when nobody came.
const NAP: Duration = Duration::from_millis(10);

impl CallbackListener {
    /// Binds 127.0.0.1 or `[::1]` and a port, 0 for any free one.
    ///
    /// `path` is the redirect URI's, as registered: empty, or something that starts with a slash, such as `/callback`.
    ///
    /// # Errors
    /// [`is_configuration`](Error::is_configuration): the port is taken, the machine has no such address, the address is
    /// another one than these two, or the path is no path.
    pub fn bind(at: impl Into<SocketAddr>, path: &str) -> Result<Self, Error> {
        let at = at.into();
        if at.ip() != Ipv4Addr::LOCALHOST && at.ip() != Ipv6Addr::LOCALHOST {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("{} is not a loopback address", at.ip()),
            )
            .with_setting("address")
            .with_help("listen on 127.0.0.1 or [::1]: nobody else can reach these"));
        }
        check_path(path)?;
        let socket = TcpListener::bind(at).map_err(|error| cannot_listen(at, error))?;
        let address = socket.local_addr().and_then(|address| {
            socket.set_nonblocking(true)?;
            Ok(address)
        });
        let address = address.map_err(|error| cannot_listen(at, error))?;
        Ok(Self {
            redirect_uri: RedirectUri::parse(&format!("http://{address}{path}"))?,
            address,
            socket,
        })
    }

    /// The redirect URI that arrives here, with the port that was bound.
    #[must_use]
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Listens, on a thread of its own, until the answer to `pending` arrives, the deadline passes, or what this returns is
    /// dropped; then the port is free again.
    ///
    /// `program` is the name on the page in the browser.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: the authorization request has another redirect URI, so that its response cannot arrive here.
    /// [`is_configuration`](Error::is_configuration): no thread could be started.
    pub fn listen(
        self,
        pending: PendingAuthorization,
        program: impl Into<String>,
        deadline: Duration,
    ) -> Result<PendingLogin, Error> {
        if *pending.redirect_uri() != self.redirect_uri {
            let what = format!(
                "the response goes to {}, but this listener is {}",
                pending.redirect_uri(),
                self.redirect_uri
            );
            return Err(Error::new(ErrorKind::Usage, what)
                .with_help("make the authorization request with the listener's redirect URI"));
        }
        let (outcome, waiting) = PendingLogin::new();
        let host = Arc::new(Host::new(self.address, pending, program.into(), outcome));
        let end = Instant::now().checked_add(deadline);
        let socket = self.socket;
        let listen = move || {
            while !host.is_over() {
                if end.is_some_and(|end| Instant::now() >= end) {
                    host.nobody_came(deadline);
                    return;
                }
                match socket.accept() {
                    Ok((stream, _)) => host.admit(stream),
                    Err(_) => thread::sleep(NAP),
                }
            }
        };
        spawn("login listener", Box::new(listen)).map_err(|error| {
            Error::new(
                ErrorKind::Configuration,
                "no thread could be started to listen on",
            )
            .with_source(error)
        })?;
        Ok(waiting)
    }
}

#[inline]
fn check_path(path: &str) -> Result<(), Error> {
    let problem = if !path.is_empty() && !path.starts_with('/') {
        "does not start with a slash"
    } else if path.contains(['?', '#']) {
        "has a query or a fragment in it"
    } else if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        "has characters that a URL cannot have"
    } else {
        return Ok(());
    };
    Err(Error::new(
        ErrorKind::Configuration,
        format!("the callback path `{}` {problem}", path.escape_debug()),
    )
    .with_setting("path"))
}

#[inline]
fn cannot_listen(at: SocketAddr, error: io::Error) -> Error {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program has this port: close it, choose another port, or use any free one (port 0) where the service allows it"
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have that address: listen on the other one of 127.0.0.1 and [::1]"
        }
        _ => "choose another port, or paste the redirected URL instead",
    };
    Error::new(ErrorKind::Configuration, format!("cannot listen on {at}"))
        .with_setting("port")
        .with_source(error)
        .with_help(advice)
}

#[cfg(test)]
mod tests;
