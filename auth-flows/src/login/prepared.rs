//! A login that has begun, and what a program shows the person who is to log in.

use std::{fmt, io};

use auth_core::{CodeGrant, Error, ErrorKind, PendingAuthorization, RedirectKind};

use super::{
    Channel, Login, Prompt,
    listener::CallbackListener,
    pending::{PendingLogin, spawn},
};
use crate::clock;

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// A login that has begun: its URL is known and its listener bound, but nobody has been asked yet.
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

    /// Where the person logs in.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the response arrives.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        self.pending.redirect_uri().as_str()
    }

    /// Part two: asks the person and waits for the answer, on a thread of its own.
    ///
    /// # Errors
    /// No thread could be started.
    #[inline]
    pub fn start(self) -> Result<PendingLogin, Error> {
        match (self.login.way, self.listener) {
            (Channel::Browser { show, .. }, Some(listener)) => {
                let waiting = listener.listen(self.pending, self.program, self.login.deadline)?;
                show(&LoginPrompt {
                    url: &self.url,
                    problem: None,
                });
                let (open, url, noted) = (self.login.open, self.url, waiting.problem());
                // A launcher may wait for the browser's end; nobody waits for the launcher.
                let launch = move || {
                    if let Err(problem) = open.go(&url) {
                        // Launchers repeat the URL in their errors.
                        let words = problem.to_string().replace(&url, "the URL");
                        let problem = io::Error::new(problem.kind(), words.clone());
                        let _ = noted.set(words);
                        show(&LoginPrompt {
                            url: &url,
                            problem: Some(&problem),
                        });
                    }
                };
                spawn("login browser", Box::new(launch)).map_err(no_thread)?;
                Ok(waiting)
            }
            (Channel::Prompt { prompt, .. }, _) => {
                let (outcome, waiting) = PendingLogin::new();
                let (url, pending) = (self.url, self.pending);
                let ask = move || outcome.send(ask(&*prompt, &url, &pending));
                spawn("login prompt", Box::new(ask)).map_err(no_thread)?;
                Ok(waiting)
            }
            (Channel::Browser { .. }, None) => Err(Error::out_of_turn()),
        }
    }
}

impl fmt::Debug for PreparedLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL holds `state`, which nobody but the person's browser is to know.
        f.debug_struct("Begun")
            .field("pending", &self.pending)
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

/// What a program shows a person who is to log in: the URL, and that the browser could not be opened, if so.
///
/// `Display` is a sentence that says both.
#[derive(Debug)]
pub struct LoginPrompt<'a> {
    url: &'a str,
    problem: Option<&'a io::Error>,
}

impl LoginPrompt<'_> {
    /// Where to log in. It is meant for the person's eyes and browser, not for a log.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url
    }

    /// Why no browser was opened, if one should have been.
    #[must_use]
    pub fn problem(&self) -> Option<&io::Error> {
        self.problem
    }
}

impl fmt::Display for LoginPrompt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            None => write!(f, "To log in, open {}", self.url),
            Some(problem) => write!(
                f,
                "No browser could be opened ({problem}); to log in, open {}",
                self.url
            ),
        }
    }
}

#[inline]
fn no_thread(error: io::Error) -> Error {
    Error::new(ErrorKind::Configuration, "no thread could be started").with_source(error)
}

#[inline]
fn ask(prompt: &Prompt, url: &str, pending: &PendingAuthorization) -> Result<CodeGrant, Error> {
    let text = prompt(url).map_err(|error| {
        Error::new(ErrorKind::Configuration, "nothing could be asked for").with_source(error)
    })?;
    if text.trim().is_empty() {
        return Err(Error::new(ErrorKind::ConsentDenied, "nothing was entered")
            .with_help("begin the login again"));
    }
    match pending.redirect_uri().kind() {
        RedirectKind::OutOfBand => pending.accept_code(&text),
        _ => pending.accept(&text),
    }
    .map(|grant| grant.with_accepted_at(clock::now()))
}
