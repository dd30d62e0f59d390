//! A user's login in three parts: prepare (values), wait (for the user), complete (a flow).

pub(crate) mod canceller;
mod ending;
pub(crate) mod listener;
mod opener;
pub(crate) mod paster;
pub(crate) mod pending;
pub(crate) mod prepared;

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use auth_core::{AuthorizationRequest, Error, PendingAuthorization, RedirectUri, Service};

use self::{
    canceller::Canceller,
    listener::CallbackListener,
    opener::Open,
    prepared::{LoginPrompt, PreparedLogin},
};
use crate::clock;

// `inline`: compiled in the crate that calls it, as most programs need none of it.

/// Describes how the user logs in: by browser, by a code, or by a pasted redirect.
///
/// Create it with one of the three constructors, then pass it to
/// [`Session::log_in`](crate::Session::log_in), [`begin_login`](crate::Session::begin_login) or
/// [`with_login`](crate::Session::with_login).
///
/// ```
/// use std::time::Duration;
/// use auth_flows::Login;
///
/// let login = Login::browser(|prompt| eprintln!("{prompt}"))
///     .port(8080) // as registered; any free port by default
///     .timeout(Duration::from_secs(300));
/// ```
#[doc(alias = "sign in")]
#[doc(alias = "authorization code")]
#[derive(Clone)]
pub struct Login {
    channel: Channel,
    open: Open,
    program: Option<String>,
    scope: Option<String>,
    parameters: Vec<(String, String)>,
    timeout: Duration,
    explain: Option<Arc<Explain>>,
    allows_localhost: bool,
    canceller: Option<Canceller>,
    /// Asks for a pasted redirect beside the listener.
    beside: Option<Arc<Prompt>>,
}

#[derive(Clone)]
enum Channel {
    Browser {
        show: Arc<dyn Fn(&LoginPrompt<'_>) + Send + Sync>,
        ip: IpAddr,
        port: u16,
        path: String,
    },
    Prompt {
        redirect_uri: String,
        prompt: Arc<Prompt>,
    },
}

type Explain = dyn Fn(&Error) + Send + Sync;
type Prompt = dyn Fn(&str) -> io::Result<String> + Send + Sync;

impl Login {
    /// Logs in by browser and receives the redirect with a [`CallbackListener`] on 127.0.0.1.
    ///
    /// The listener's default is any free port and an empty path. `show` receives the URL before
    /// the browser opens, and a second time, with the reason, if the browser did not open.
    ///
    /// The default browser does not open in a session over SSH (`SSH_CONNECTION`, `SSH_TTY`) or, on
    /// Linux, without a display (`DISPLAY`, `WAYLAND_DISPLAY`). It would open before another user
    /// or none. `show` then receives the URL once, with that reason. Add
    /// [`or_pasted`](Self::or_pasted) for such a user, or [`force_browser`](Self::force_browser).
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::session();
    /// use auth_flows::Login;
    ///
    /// let login = Login::browser(|prompt| eprintln!("{prompt}"));
    /// # let login = login.open(setup::alice);
    /// session.log_in(login)?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn browser(show: impl Fn(&LoginPrompt<'_>) + Send + Sync + 'static) -> Self {
        Self::new(Channel::Browser {
            show: Arc::new(show),
            ip: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            path: String::new(),
        })
    }

    /// Logs in with a code that the service shows instead of redirecting
    /// (`urn:ietf:wg:oauth:2.0:oob`).
    ///
    /// `prompt` shows the URL to the user and returns the code that the user enters. It runs on its
    /// own thread, and again, up to 3 times, if the text cannot be a code; an empty text ends the
    /// login.
    /// [`PendingAuthorization::accept_pasted`](auth_core::PendingAuthorization::accept_pasted)
    /// reads the text and repairs accidents of copying.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::session();
    /// use auth_flows::Login;
    ///
    /// let login = Login::out_of_band(|url| {
    ///     eprintln!("Open {url} and enter the code:");
    ///     let mut code = String::new();
    ///     std::io::stdin().read_line(&mut code).map(|_| code)
    /// });
    /// # let login = Login::out_of_band(|url| setup::person().visit(url)?.into_code());
    /// session.log_in(login)?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[doc(alias = "oob")]
    #[must_use]
    pub fn out_of_band(
        prompt: impl Fn(&str) -> io::Result<String> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Channel::Prompt {
            redirect_uri: RedirectUri::OUT_OF_BAND.to_owned(),
            prompt: Arc::new(prompt),
        })
    }

    /// Logs in with a redirect that the user copies from the browser's address bar.
    ///
    /// For a machine without a browser, or a redirect URI with a private-use scheme: the program
    /// does not listen at `redirect_uri`. `prompt` shows the URL to the user and returns the
    /// complete address at which the browser arrived. It runs again as for
    /// [`out_of_band`](Self::out_of_band).
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::session();
    /// use auth_flows::Login;
    ///
    /// let uri = "http://127.0.0.1:8080";
    /// let login = Login::pasted_redirect(uri, |url| {
    ///     eprintln!("Open {url}, then paste the address at which your browser arrived:");
    ///     let mut address = String::new();
    ///     std::io::stdin().read_line(&mut address).map(|_| address)
    /// });
    /// # let login = Login::pasted_redirect(uri, |url| setup::person().visit(url)?.into_redirect());
    /// session.log_in(login)?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn pasted_redirect(
        redirect_uri: impl Into<String>,
        prompt: impl Fn(&str) -> io::Result<String> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Channel::Prompt {
            redirect_uri: redirect_uri.into(),
            prompt: Arc::new(prompt),
        })
    }

    /// Listens on `[::1]` instead of 127.0.0.1. Use it if the client is registered with `[::1]`.
    #[must_use]
    pub fn ipv6(mut self) -> Self {
        if let Channel::Browser { ip, .. } = &mut self.channel {
            *ip = Ipv6Addr::LOCALHOST.into();
        }
        self
    }

    /// Sets the listener's port, as registered. The default is 0, any free port, which Doorkeeper
    /// and league allow for 127.0.0.1.
    #[must_use]
    pub fn port(mut self, number: u16) -> Self {
        if let Channel::Browser { port, .. } = &mut self.channel {
            *port = number;
        }
        self
    }

    /// Sets the path of the listener's redirect URI, as registered, e.g. `/callback`. The default
    /// is empty.
    #[must_use]
    pub fn path(mut self, text: impl Into<String>) -> Self {
        if let Channel::Browser { path, .. } = &mut self.channel {
            *path = text.into();
        }
        self
    }

    /// Opens the URL with `open` instead of the default browser.
    ///
    /// `open` runs on its own thread and may block. If it fails, `show` receives the reason; a
    /// later timeout also has it as its source.
    ///
    /// In a test, auth-testkit's `Person` takes the place of the user and the browser:
    ///
    /// ```
    /// use auth_flows::Login;
    /// use auth_testkit::person::Person;
    ///
    /// let login = Login::browser(|_| {}).open(|url| {
    ///     let person = Person::new("alice", "password");
    ///     let redirect = person.visit(url)?.into_redirect()?; // logs in and consents
    ///     person.follow(&redirect).map(|_| ()) // as a browser does next
    /// });
    /// ```
    #[must_use]
    pub fn open(mut self, open: impl Fn(&str) -> io::Result<()> + Send + Sync + 'static) -> Self {
        self.open = Open::With(Arc::new(open));
        self
    }

    /// Opens the default browser also in a session over SSH or without a display.
    #[must_use]
    pub fn force_browser(mut self) -> Self {
        self.open = Open::Forced;
        self
    }

    /// Asks the user for the redirected address, beside the listener, if no browser opens on this
    /// machine. Over SSH the user's browser runs elsewhere and cannot reach the listener. It then
    /// shows an error page whose address has the response. The first response ends the login.
    ///
    /// `prompt` runs on its own thread, and again, up to 3 times in all, if the text is not the
    /// response; [`explain`](Self::explain) gets the reason. If the listener is first, that thread
    /// ends when `prompt` returns: one that reads standard input takes one more line of it.
    ///
    /// If a browser opens, `prompt` is not called. To accept an address in that case too, or to
    /// have a cancel button beside the input, use
    /// [`PendingLogin::paster`](crate::PendingLogin::paster).
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::session();
    /// use auth_flows::Login;
    ///
    /// let login = Login::browser(|prompt| eprintln!("{prompt}")).or_pasted(|_url| {
    ///     eprintln!("If that ends at an error page, paste its address here:");
    ///     let mut address = String::new();
    ///     std::io::stdin().read_line(&mut address).map(|_| address)
    /// });
    /// # let login = login.no_browser().or_pasted(|url| setup::person().visit(url)?.into_redirect());
    /// session.log_in(login)?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[doc(alias = "ssh")]
    #[must_use]
    pub fn or_pasted(
        mut self,
        prompt: impl Fn(&str) -> io::Result<String> + Send + Sync + 'static,
    ) -> Self {
        self.beside = Some(Arc::new(prompt));
        self
    }

    /// Opens no browser. The user opens the URL that `show` received.
    #[must_use]
    pub fn no_browser(mut self) -> Self {
        self.open = Open::Not;
        self
    }

    /// Sets the program's name for the page in the browser. The default is the start of the
    /// service's user agent, up to the first slash or space.
    #[must_use]
    pub fn program_name(mut self, name: impl Into<String>) -> Self {
        self.program = Some(name.into());
        self
    }

    /// Sets the scopes to request, separated by spaces. The default is the service's.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Adds a parameter to the authorization request, e.g. a locale.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Sets how long the listener waits for the redirect. The default is 120 s. It does not limit a
    /// prompt, which returns when the program's function does.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Calls `explain` with the reason when the text that the user entered cannot be used, before
    /// the prompt asks again. It asks up to 3 times; the default is to ask again without a word.
    /// Also called if the prompt of [`or_pasted`](Self::or_pasted) fails, which leaves the
    /// listener.
    ///
    /// ```
    /// use auth_flows::Login;
    ///
    /// # let read_line = |_: &str| Ok(String::new());
    /// let login = Login::out_of_band(read_line).explain(|reason| eprintln!("{reason}"));
    /// ```
    #[must_use]
    pub fn explain(mut self, explain: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.explain = Some(Arc::new(explain));
        self
    }

    /// Allows a pasted redirect whose redirect URI has the *name* `localhost`, because it is
    /// registered so: see [`RedirectUri::localhost`]. No listener is ever bound to it.
    ///
    /// ```
    /// use auth_flows::Login;
    ///
    /// # let read_line = |_: &str| Ok(String::new());
    /// let login = Login::pasted_redirect("http://localhost:8080/cb", read_line).allow_localhost();
    /// ```
    #[must_use]
    pub fn allow_localhost(mut self) -> Self {
        self.allows_localhost = true;
        self
    }

    /// Makes `canceller` end this login, also while [`Session::log_in`](crate::Session::log_in)
    /// blocks: it then fails with [`ErrorKind::Cancelled`](auth_core::ErrorKind::Cancelled). If it
    /// has cancelled before, the login does not start.
    ///
    /// A prompt cannot be interrupted: its thread ends when the program's function returns, and
    /// what that returns is discarded.
    #[must_use]
    pub fn canceller(mut self, canceller: &Canceller) -> Self {
        self.canceller = Some(canceller.clone());
        self
    }

    /// Returns how long the user may take.
    pub(crate) fn until(&self) -> Duration {
        self.timeout
    }

    fn new(channel: Channel) -> Self {
        Self {
            channel,
            open: Open::Default,
            program: None,
            scope: None,
            parameters: Vec::new(),
            timeout: Duration::from_secs(120),
            explain: None,
            allows_localhost: false,
            canceller: None,
            beside: None,
        }
    }

    /// Part one: makes the URL and binds the listener. Sends nothing.
    #[inline]
    pub(crate) fn begin(self, service: &Service) -> Result<PreparedLogin, Error> {
        let (listener, redirect_uri) = match &self.channel {
            Channel::Browser { ip, port, path, .. } => {
                let listener = CallbackListener::bind((*ip, *port), path)?;
                let uri = listener.redirect_uri().clone();
                (Some(listener), uri)
            }
            Channel::Prompt { redirect_uri, .. } if self.allows_localhost => {
                (None, RedirectUri::localhost(redirect_uri)?)
            }
            Channel::Prompt { redirect_uri, .. } => (None, RedirectUri::parse(redirect_uri)?),
        };
        let mut request = request_at(service, redirect_uri, self.scope.as_deref())?;
        for (name, value) in &self.parameters {
            request = request.param(name, value)?;
        }
        let (url, pending) = request.begin()?;
        let program = self.program.clone().unwrap_or_else(|| {
            let agent = service.user_agent().to_str().unwrap_or_default();
            agent
                .split(['/', ' '])
                .next()
                .unwrap_or_default()
                .to_owned()
        });
        Ok(PreparedLogin::new(url, pending, listener, program, self))
    }
}

/// Makes the authorization request of a login whose response the program receives itself.
#[inline]
pub(crate) fn begin_at(
    service: &Service,
    redirect_uri: RedirectUri,
) -> Result<(String, PendingAuthorization), Error> {
    request_at(service, redirect_uri, None)?.begin()
}

#[inline]
fn request_at<'a>(
    service: &'a Service,
    redirect_uri: RedirectUri,
    scope: Option<&'a str>,
) -> Result<AuthorizationRequest<'a>, Error> {
    let request = AuthorizationRequest::new(service.client(), redirect_uri, clock::entropy()?);
    Ok(match scope.or(service.default_scope()) {
        Some(scope) => request.scope(scope),
        None => request,
    })
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Login");
        match &self.channel {
            Channel::Browser { ip, port, path, .. } => {
                out.field("ip", ip).field("port", port).field("path", path)
            }
            Channel::Prompt { redirect_uri, .. } => out.field("redirect_uri", redirect_uri),
        };
        out.field("scope", &self.scope)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
