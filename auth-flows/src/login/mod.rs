//! Logging a person in, in three parts: begin (values), wait (for the person), complete (a flow).

pub(crate) mod listener;
pub(crate) mod pending;
pub(crate) mod prepared;

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use auth_core::{AuthorizationRequest, Error, RedirectUri, Service};

use self::{
    listener::CallbackListener,
    prepared::{LoginPrompt, PreparedLogin},
};
use crate::clock;

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// How a person logs in. Made by one of its three constructors, given to a session's `log_in` or `begin`.
///
/// ```
/// use std::time::Duration;
/// use auth_flows::Login;
///
/// // Browser and callback on this machine: any free port, or the one that is registered.
/// let login = Login::browser(|invitation| eprintln!("{invitation}")).port(8080).timeout(Duration::from_secs(300));
/// // No browser on this machine: the service shows a code, the person types it in.
/// let login = Login::out_of_band(|url| {
///     eprintln!("Open {url} and enter the code:");
///     std::io::read_to_string(std::io::stdin())
/// });
/// ```
#[derive(Clone)]
pub struct Login {
    way: Channel,
    open: Open,
    program: Option<String>,
    scope: Option<String>,
    parameters: Vec<(String, String)>,
    deadline: Duration,
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

type Opener = dyn Fn(&str) -> io::Result<()> + Send + Sync;
type Prompt = dyn Fn(&str) -> io::Result<String> + Send + Sync;

#[derive(Clone)]
enum Open {
    /// The default browser, where the feature `browser` is on.
    Default,
    /// The program's own way.
    With(Arc<Opener>),
    /// The person opens it.
    Not,
}

impl Login {
    /// By browser, with a [`CallbackListener`] on 127.0.0.1 for the response: any free port and an empty path, unless set
    /// otherwise.
    ///
    /// `show` is handed the URL before the browser is opened, and once more if it could not be.
    #[must_use]
    pub fn browser(show: impl Fn(&LoginPrompt<'_>) + Send + Sync + 'static) -> Self {
        Self::new(Channel::Browser {
            show: Arc::new(show),
            ip: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            path: String::new(),
        })
    }

    /// The service shows a code instead of redirecting (`urn:ietf:wg:oauth:2.0:oob`); `prompt` shows the URL and asks for it.
    #[must_use]
    pub fn out_of_band(
        prompt: impl Fn(&str) -> io::Result<String> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Channel::Prompt {
            redirect_uri: RedirectUri::OUT_OF_BAND.to_owned(),
            prompt: Arc::new(prompt),
        })
    }

    /// Nobody listens at the redirect URI: `prompt` shows the URL and asks for the whole address that the browser ended at.
    /// For a machine without a browser, or a private-use scheme.
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

    /// Listens on `[::1]` instead of 127.0.0.1, for a client that is registered so.
    #[must_use]
    pub fn ipv6(mut self) -> Self {
        if let Channel::Browser { ip, .. } = &mut self.way {
            *ip = Ipv6Addr::LOCALHOST.into();
        }
        self
    }

    /// The listener's port, as registered: 0 is any free one, which Doorkeeper and league allow for 127.0.0.1.
    #[must_use]
    pub fn port(mut self, number: u16) -> Self {
        if let Channel::Browser { port, .. } = &mut self.way {
            *port = number;
        }
        self
    }

    /// The path of the listener's redirect URI, as registered, such as `/callback`. Empty unless set.
    #[must_use]
    pub fn path(mut self, text: impl Into<String>) -> Self {
        if let Channel::Browser { path, .. } = &mut self.way {
            *path = text.into();
        }
        self
    }

    /// Opens the URL in the program's own way instead of the default browser. It runs on a thread of its own and may block; where
    /// it fails, `show` is told, and so is whoever waits if nobody comes.
    ///
    /// In a test, a person without a browser does:
    ///
    /// ```
    /// use auth_flows::Login;
    /// use auth_testkit::person::Person;
    ///
    /// let login = Login::browser(|_| {}).open(|url| {
    ///     let person = Person::new("alice", "password");
    ///     let back = person.visit(url)?.into_redirect()?; // logs in and consents
    ///     person.follow(&back).map(|_| ()) // what the browser does next
    /// });
    /// ```
    #[must_use]
    pub fn open(mut self, open: impl Fn(&str) -> io::Result<()> + Send + Sync + 'static) -> Self {
        self.open = Open::With(Arc::new(open));
        self
    }

    /// Opens nothing: the person does it.
    #[must_use]
    pub fn no_browser(mut self) -> Self {
        self.open = Open::Not;
        self
    }

    /// The program's name, for the page in the browser. The beginning of the service's user agent unless set.
    #[must_use]
    pub fn program_name(mut self, name: impl Into<String>) -> Self {
        self.program = Some(name.into());
        self
    }

    /// The scopes to ask for, separated by spaces; the service's own unless set.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// A further parameter of the authorization request, such as a locale.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// How long the listener waits: 120 s unless set. A prompt has no deadline but the program's own.
    #[must_use]
    pub fn timeout(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How long it may take until the person has answered.
    pub(crate) fn until(&self) -> Duration {
        self.deadline
    }

    fn new(way: Channel) -> Self {
        Self {
            way,
            open: Open::Default,
            program: None,
            scope: None,
            parameters: Vec::new(),
            deadline: Duration::from_secs(120),
        }
    }

    /// Part one: values, and the bound listener.
    #[inline]
    pub(crate) fn begin(self, service: &Service) -> Result<PreparedLogin, Error> {
        let (listener, redirect_uri) = match &self.way {
            Channel::Browser { ip, port, path, .. } => {
                let listener = CallbackListener::bind((*ip, *port), path)?;
                let uri = listener.redirect_uri().clone();
                (Some(listener), uri)
            }
            Channel::Prompt { redirect_uri, .. } => (None, RedirectUri::parse(redirect_uri)?),
        };
        let mut request =
            AuthorizationRequest::new(service.client(), redirect_uri, clock::entropy()?);
        if let Some(scope) = self.scope.as_deref().or(service.default_scope()) {
            request = request.scope(scope);
        }
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

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Login");
        match &self.way {
            Channel::Browser { ip, port, path, .. } => {
                out.field("ip", ip).field("port", port).field("path", path)
            }
            Channel::Prompt { redirect_uri, .. } => out.field("redirect_uri", redirect_uri),
        };
        out.field("scope", &self.scope)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl Open {
    #[inline]
    fn go(&self, url: &str) -> io::Result<()> {
        match self {
            Self::Not => Ok(()),
            Self::With(open) => open(url),
            #[cfg(feature = "browser")]
            Self::Default => open::that(url),
            #[cfg(not(feature = "browser"))]
            Self::Default => Err(io::Error::other(
                "this program was built without the feature `browser`",
            )),
        }
    }
}
