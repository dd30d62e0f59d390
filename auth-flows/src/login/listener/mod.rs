//! The callback: a listener on the loopback IP that waits for one redirect and rejects all other
//! requests (RFC 8252 section 7.3).
//!
//! ```text
//!   bind ──► listen ──┬── our state: code, refusal or a failed check ──► a page for the user, end
//!                     ├── other path, wrong or repeated state, POST, foreign Host, favicon,
//!                     │   not HTTP ──► 4xx, noted, listens on
//!                     ├── prefetch ──► 503, listens on
//!                     ├── timeout ──► an error that says what arrived, or the likely causes, end
//!                     └── dropped, cancelled, or a redirect was pasted ──► end
//!
//!   end: a fixed port is closed, then the outcome is sent; on any free port the page stays a
//!        while for the same state
//! ```

mod arrivals;
mod connections;
mod http;
mod page;
pub(super) mod port;

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use auth_core::{Error, ErrorKind, PendingAuthorization, RedirectUri};

use self::{connections::Host, port::Port};
use crate::login::pending::{PendingLogin, spawn};

// `inline`: compiled in the crate that calls it, as most programs need none of it.

/// Receives the redirect of an authorization request on this machine's loopback IP
/// (RFC 8252 section 7.3).
///
/// [`Login::browser`](crate::Login::browser) uses it. Use it alone in a program that makes the
/// authorization request itself. Bind it before you make the request, so that the redirect URI has
/// its port; [`listen`](Self::listen) then runs on its own thread.
///
/// * The response must be a `GET` of the redirect URI's path, with a query and the listener's own
///   `Host`, and [`PendingAuthorization::accept`] must accept it. A response with the right `state`
///   that fails a later check ends the login with its reason. Every other request gets a 4xx page,
///   and the listener continues; the error of the deadline says what arrived.
/// * An error without `state`, where the server is allowed that quirk, counts only from a browser's
///   navigation (`Sec-Fetch-Dest: document`, or no such field). One from a part of another page
///   does not count.
/// * A browser's prefetch gets 503, so that the response is there for the visit itself.
/// * A fixed port is free when the login has its result. On any free port (0) the page stays 5 s
///   for the same `state`, so that the user can reload it. The program does not wait for that.
/// * It serves several connections at once. Each has 5 s to send its request, so that a slow or
///   silent one does not delay the response. If many are silent, it closes the oldest first.
/// * A request line may have 16 KiB, because some servers' codes are long.
/// * The user sees a page without scripts, with the program's name. The browser does not store it
///   (`Cache-Control: no-store`) or pass on its address, which contains the code
///   (`Referrer-Policy: no-referrer`). No other page can embed it
///   (`Cross-Origin-Resource-Policy: same-origin`).
///
/// ```
/// use std::{net::Ipv4Addr, time::Duration};
/// use auth_core::{AuthorizationRequest, Entropy};
/// use auth_flows::CallbackListener;
/// # use auth_core::{AuthorizationServer, Endpoint, OAuthClient};
/// # use auth_testkit::{Dialect, TestClient, TestServer, person::Person};
/// # let registered = TestClient::public("nightly").redirect_uri("http://127.0.0.1/callback");
/// # let server = TestServer::builder(Dialect::doorkeeper_5()).client(registered)
/// #     .user("alice", "password").start()?;
/// # let at = AuthorizationServer::new(Endpoint::parse(&server.token_endpoint())?)
/// #     .authorization_endpoint(Endpoint::parse(&server.authorization_endpoint())?);
/// # let client = OAuthClient::new(at, "nightly")?;
/// # let open = |url: &str| {
/// #     let alice = Person::new("alice", "password");
/// #     alice.follow(&alice.visit(url)?.into_redirect()?)
/// # };
///
/// // Port 0 is any free port, if the server allows that for a loopback IP.
/// let listener = CallbackListener::bind((Ipv4Addr::LOCALHOST, 0), "/callback")?;
/// let redirect_uri = listener.redirect_uri().clone();
/// let entropy = Entropy::new([7; 64]); // random in a real program
/// let (url, pending) = AuthorizationRequest::new(&client, redirect_uri, entropy).begin()?;
/// let login = listener.listen(pending, "nightly", Duration::from_secs(120))?;
/// open(&url)?; // the user logs in, in their browser
/// let grant = login.wait()?; // in async code: `login.await?`
/// // Next: `TokenRequest::code(client, &grant)`, or `session.complete_login(grant)` for the rest.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[doc(alias = "redirect")]
pub struct CallbackListener {
    socket: TcpListener,
    address: SocketAddr,
    is_fixed: bool,
    redirect_uri: RedirectUri,
}

/// How long [`CallbackListener::bind`] tries a port that is in use: an earlier login of this or
/// another program may be about to free it.
const BIND_MAX_WAIT: Duration = Duration::from_millis(150);
/// How long the page stays on any free port.
const PAGE_STAYS: Duration = Duration::from_secs(5);
/// Maximum number of listeners in this process whose page stays. One more closes the oldest.
const MAX_STAYING: usize = 32;
/// How many pages have stayed so far; numbers them.
static STAYED: AtomicUsize = AtomicUsize::new(0);

/// How long the listener sleeps between two looks for a connection; also how late it may notice
/// that the login was dropped.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

impl CallbackListener {
    /// Binds 127.0.0.1 or `[::1]` and a port; 0 is any free port.
    ///
    /// `path` is the redirect URI's path, as registered: empty, or with a slash at its start, e.g.
    /// `/callback`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the port is in use, or the address is not one of these two
    /// or not of this machine. Also if the path is not valid.
    pub fn bind(at: impl Into<SocketAddr>, path: &str) -> Result<Self, Error> {
        let at = at.into();
        if at.ip() != Ipv4Addr::LOCALHOST && at.ip() != Ipv6Addr::LOCALHOST {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("{} is not a loopback address", at.ip()),
            )
            .with_setting("address")
            .with_help("listen on 127.0.0.1 or [::1], which other machines cannot reach"));
        }
        check_path(path)?;
        let socket = bind(at).map_err(|error| cannot_listen(at, error))?;
        let address = socket.local_addr().and_then(|address| {
            socket.set_nonblocking(true)?;
            Ok(address)
        });
        let address = address.map_err(|error| cannot_listen(at, error))?;
        Ok(Self {
            redirect_uri: RedirectUri::parse(&format!("http://{address}{path}"))?,
            address,
            is_fixed: at.port() != 0,
            socket,
        })
    }

    /// Returns the redirect URI of this listener, with the bound port.
    #[must_use]
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Listens on its own thread until the response to `pending` arrives, `timeout` passes, or the
    /// program ends the returned [`PendingLogin`]: it cancels it, hands over a pasted redirect, or
    /// drops it. A fixed port is free again before the result is there.
    ///
    /// `program` is the name on the page in the browser.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the authorization request has another redirect URI, so that its
    /// response cannot arrive here. [`ErrorKind::Configuration`] if the operating system cannot
    /// start a thread.
    pub fn listen(
        self,
        pending: PendingAuthorization,
        program: impl Into<String>,
        timeout: Duration,
    ) -> Result<PendingLogin, Error> {
        if *pending.redirect_uri() != self.redirect_uri {
            let what = format!(
                "the redirect URI of the authorization request is {}, but the listener's is {}",
                pending.redirect_uri(),
                self.redirect_uri
            );
            return Err(Error::new(ErrorKind::Usage, what)
                .with_help("make the authorization request with the listener's redirect URI"));
        }
        let port = Arc::new(Port::new(self.socket, self.is_fixed));
        let pending = Arc::new(pending);
        let (outcome, waiting) = PendingLogin::new(Arc::clone(&pending), Some(Arc::clone(&port)));
        let program = program.into();
        let host = Arc::new(Host::new(self.address, port, pending, program, outcome));
        let end = Instant::now().checked_add(timeout);
        let listen = move || {
            if host.listen(end) {
                host.time_out(timeout);
            } else if host.has_ended() {
                let number = STAYED.fetch_add(1, Ordering::Relaxed);
                let newer = || STAYED.load(Ordering::Relaxed).wrapping_sub(number);
                host.stay(Instant::now() + PAGE_STAYS, || newer() <= MAX_STAYING);
            }
            host.close();
        };
        spawn("login listener", Box::new(listen)).map_err(|error| {
            Error::new(
                ErrorKind::Configuration,
                "cannot start a thread for the callback listener",
            )
            .with_source(error)
        })?;
        Ok(waiting)
    }
}

/// Binds the address; tries again for a moment if it is in use.
fn bind(at: SocketAddr) -> io::Result<TcpListener> {
    let end = Instant::now() + BIND_MAX_WAIT;
    loop {
        match TcpListener::bind(at) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && Instant::now() < end => {
                thread::sleep(POLL_INTERVAL);
            }
            outcome => return outcome,
        }
    }
}

#[inline]
fn check_path(path: &str) -> Result<(), Error> {
    let problem = if !path.is_empty() && !path.starts_with('/') {
        "does not start with a slash"
    } else if path.contains(['?', '#']) {
        "contains a query or a fragment"
    } else if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        "has characters that are not allowed in a URL"
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
    let help = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program uses this port: close it, choose another port, or use any free one (port 0) if the service allows it"
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have the address: listen on the other one of 127.0.0.1 and [::1]"
        }
        _ => "choose another port, or log in with a pasted redirect",
    };
    Error::new(ErrorKind::Configuration, format!("cannot listen on {at}"))
        .with_setting("port")
        .with_source(error)
        .with_help(help)
}

#[cfg(test)]
mod tests;
