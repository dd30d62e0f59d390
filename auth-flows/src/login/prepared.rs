//! A login that is ready to start, and what the program then shows to the user.

use std::{fmt, io, sync::Arc};

use auth_core::{CodeGrant, Error, ErrorKind, ExposeSecret, PendingAuthorization, SecretText};

use super::{
    Channel, Explain, Login, Prompt,
    listener::CallbackListener,
    paster::{Paster, is_slip},
    pending::{LoginSender, PendingLogin, spawn},
};
use crate::clock;

// `inline`: compiled in the crate that calls it, as most programs need none of it.

/// A login that is ready to start: it has its URL, and its listener is bound.
///
/// [`Session::begin_login`](crate::Session::begin_login) returns it.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # let (_server, session) = setup::session();
/// use auth_flows::Login;
///
/// let login = Login::browser(|_| {});
/// # let login = login.open(setup::alice);
/// let prepared = session.begin_login(login)?;
/// assert!(prepared.url().contains("code_challenge="));
/// assert!(prepared.redirect_uri().starts_with("http://127.0.0.1:"));
/// let grant = prepared.start()?.wait()?;
/// # Ok::<(), auth_core::Error>(())
/// ```
pub struct PreparedLogin {
    url: String,
    pending: PendingAuthorization,
    listener: Option<CallbackListener>,
    program: String,
    login: Login,
}

impl PreparedLogin {
    #[inline]
    pub(super) fn new(
        url: String,
        pending: PendingAuthorization,
        listener: Option<CallbackListener>,
        program: String,
        login: Login,
    ) -> Self {
        Self {
            url,
            pending,
            listener,
            program,
            login,
        }
    }

    /// Returns the authorization URL, at which the user logs in.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the redirect URI, at which the response arrives.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        self.pending.redirect_uri().as_str()
    }

    /// Starts part two of the login: opens the browser or runs the prompt, each on its own thread.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the operating system cannot start a thread.
    /// [`ErrorKind::Cancelled`] if the login's canceller has cancelled before.
    #[inline]
    pub fn start(self) -> Result<PendingLogin, Error> {
        let canceller = self.login.canceller.unwrap_or_default();
        canceller.check()?;
        match (self.login.channel, self.listener) {
            (Channel::Browser { show, .. }, Some(listener)) => {
                let waiting = listener.listen(self.pending, self.program, self.login.timeout)?;
                let waiting = waiting.cancelled_by(&canceller);
                let obstacle = self.login.open.obstacle().map(io::Error::other);
                show(&LoginPrompt {
                    url: &self.url,
                    problem: obstacle.as_ref(),
                });
                let (open, url, reason) = (self.login.open, self.url, waiting.problem());
                let beside = Beside {
                    prompt: self.login.beside,
                    explain: self.login.explain,
                    paster: waiting.paster(),
                };
                // Some launchers return only when the browser ends, so `start` does not join this
                // thread.
                let launch = move || {
                    let is_open = match obstacle {
                        Some(obstacle) => {
                            let _ = reason.set(obstacle); // a login opens the browser once
                            false
                        }
                        None => open.go(&url).unwrap_or_else(|problem| {
                            let _ = reason.set(without_url(problem, &url));
                            show(&LoginPrompt {
                                url: &url,
                                problem: reason.get(),
                            });
                            false
                        }),
                    };
                    if !is_open {
                        beside.ask(&url);
                    }
                };
                spawn("login browser", Box::new(launch)).map_err(no_thread)?;
                Ok(waiting)
            }
            (Channel::Prompt { prompt, .. }, _) => {
                let (url, pending) = (self.url, Arc::new(self.pending));
                let (outcome, waiting) = PendingLogin::new(Arc::clone(&pending), None);
                let waiting = waiting.cancelled_by(&canceller);
                let explain = self.login.explain;
                let ask = move || {
                    outcome.finish(ask(&*prompt, explain.as_deref(), &url, &pending, &outcome));
                };
                spawn("login prompt", Box::new(ask)).map_err(no_thread)?;
                Ok(waiting)
            }
            (Channel::Browser { .. }, None) => {
                Err(Error::internal("a login by browser has no listener"))
            }
        }
    }
}

impl fmt::Debug for PreparedLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the URL: it holds `state`, which only the user's browser may learn.
        f.debug_struct("PreparedLogin")
            .field("pending", &self.pending)
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

/// The URL to show to the user and, if the browser did not open, the reason.
///
/// `Display` writes both as one sentence.
///
/// ```
/// use auth_flows::Login;
///
/// let login = Login::browser(|prompt| match prompt.problem() {
///     None => eprintln!("Your browser opens {}", prompt.url()),
///     Some(_) => eprintln!("{prompt}"),
/// });
/// ```
pub struct LoginPrompt<'a> {
    url: &'a str,
    problem: Option<&'a io::Error>,
}

impl LoginPrompt<'_> {
    /// Returns the authorization URL. Show it to the user, but do not log it: it contains `state`.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url
    }

    /// Returns why the browser did not open. `None` if it opened, or was not opened yet.
    #[must_use]
    pub fn problem(&self) -> Option<&io::Error> {
        self.problem
    }
}

impl fmt::Debug for LoginPrompt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the URL: it is for the user's eyes, not for a log.
        f.debug_struct("LoginPrompt")
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for LoginPrompt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            None => write!(f, "To log in, open {}", self.url),
            Some(problem) => write!(
                f,
                "The browser did not open ({problem}); to log in, open {}",
                self.url
            ),
        }
    }
}

/// Leaves the URL out of an error of a launcher, which repeats it, because it holds `state`.
#[inline]
fn without_url(problem: io::Error, url: &str) -> io::Error {
    match problem.raw_os_error() {
        Some(_) => problem,
        None => io::Error::new(problem.kind(), problem.to_string().replace(url, "the URL")),
    }
}

#[inline]
fn no_thread(error: io::Error) -> Error {
    Error::new(
        ErrorKind::Configuration,
        "cannot start a thread for the login",
    )
    .with_source(error)
}

/// Maximum number of times that the prompt is run.
const MAX_PROMPTS: u32 = 3;

/// Asks for the response, and asks again if it cannot be this login's.
#[inline]
fn ask(
    prompt: &Prompt,
    explain: Option<&Explain>,
    url: &str,
    pending: &PendingAuthorization,
    outcome: &LoginSender,
) -> Result<CodeGrant, Error> {
    for number in 1.. {
        let text = prompt(url).map(SecretText::from).map_err(prompt_failed)?;
        if text.is_blank() {
            return Err(Error::new(
                ErrorKind::ConsentDenied,
                "the answer to the login prompt is empty",
            )
            .with_help("start the login again"));
        }
        match pending.accept_pasted(text.expose_secret()) {
            Ok(grant) => return Ok(grant.with_accepted_at(clock::now())),
            // Of a cancelled login the user is not asked again.
            Err(error) if number == MAX_PROMPTS || !is_slip(&error) || outcome.is_over() => {
                return Err(error);
            }
            Err(error) => {
                if let Some(explain) = explain {
                    explain(&error);
                }
            }
        }
    }
    Err(Error::internal("the login prompt ran too often"))
}

fn prompt_failed(error: io::Error) -> Error {
    Error::new(ErrorKind::Configuration, "the login prompt failed").with_source(error)
}

/// Asks for a pasted redirect while a listener waits for one.
struct Beside {
    prompt: Option<Arc<Prompt>>,
    explain: Option<Arc<Explain>>,
    paster: Paster,
}

impl Beside {
    /// Asks until the login is over, a few times at most. Then the listener continues alone.
    #[inline]
    fn ask(&self, url: &str) {
        let Some(prompt) = &self.prompt else { return };
        for _ in 0..MAX_PROMPTS {
            let text = prompt(url).map(SecretText::from).map_err(prompt_failed);
            let has_failed = text.is_err();
            match (text.and_then(|text| self.paster.paste(text)), &self.explain) {
                (Ok(()), _) => return,
                (Err(error), Some(explain)) => explain(&error),
                (Err(_), None) => {} // the listener goes on, and its error reaches the program
            }
            if has_failed {
                return;
            }
        }
    }
}
