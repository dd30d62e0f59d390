//! A person in front of a browser, as a login needs one: goes where it is sent, and remembers how that ended.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use auth_flows::Login;
use auth_testkit::person::{Outcome, Person};

/// How long a visit may take before the one who waits for its end gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Clones are the same person at the same browser.
#[derive(Clone, Debug)]
pub(crate) struct ScriptedUser(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    person: Person,
    ended: Mutex<Option<Result<Outcome, String>>>,
    changed: Condvar,
}

impl ScriptedUser {
    pub(crate) fn new(person: Person) -> Self {
        Self(Arc::new(Inner {
            person,
            ended: Mutex::new(None),
            changed: Condvar::new(),
        }))
    }

    /// A login in this person's browser, with the callback listener and all.
    pub(crate) fn browser(&self) -> Login {
        self.browser_at(|url| url.to_owned())
    }

    /// The same, by a person who changes the address before opening it.
    pub(crate) fn browser_at(
        &self,
        change: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Login {
        let visitor = self.clone();
        Login::browser(|_| {})
            .open(move |url| visitor.follow(&change(url)))
            .timeout(PATIENCE)
    }

    /// A login without a listener: the person brings the address that the browser ended at.
    pub(crate) fn paste(&self, redirect_uri: &str) -> Login {
        let visitor = self.clone();
        Login::pasted_redirect(redirect_uri, move |url| visitor.visit(url)?.into_redirect())
    }

    /// A login by the code that the server shows.
    pub(crate) fn out_of_band(&self) -> Login {
        let visitor = self.clone();
        Login::out_of_band(move |url| visitor.visit(url)?.into_code())
    }

    /// Goes where `url` leads, up to the redirect.
    pub(crate) fn visit(&self, url: &str) -> io::Result<Outcome> {
        let outcome = self.0.person.visit(url);
        self.note(
            outcome
                .as_ref()
                .map(Clone::clone)
                .map_err(ToString::to_string),
        );
        outcome
    }

    /// Types a code in where another device said so.
    pub(crate) fn type_in(&self, verification_uri: &str, user_code: &str) -> io::Result<Outcome> {
        self.0.person.visit_with_code(verification_uri, user_code)
    }

    /// How the last visit ended; waits for it.
    pub(crate) fn ended(&self) -> Result<Outcome, String> {
        let (ended, _) = self
            .0
            .changed
            .wait_timeout_while(self.lock(), PATIENCE, |ended| ended.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        ended
            .clone()
            .unwrap_or_else(|| Err("the visit has not ended".to_owned()))
    }

    /// Goes where `url` leads, and on to the listener.
    fn follow(&self, url: &str) -> io::Result<()> {
        if let Outcome::Redirected(url) = self.visit(url)? {
            let (status, page) = self.0.person.follow(&url)?;
            if status != 200 {
                self.note(Err(format!("the listener answered {status}: {page}")));
            }
        }
        Ok(())
    }

    fn note(&self, ended: Result<Outcome, String>) {
        *self.lock() = Some(ended);
        self.0.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Result<Outcome, String>>> {
        self.0.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
