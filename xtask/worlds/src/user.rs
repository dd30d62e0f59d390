//! A person in front of a browser for a login: follows redirects, and stores how the visit ended.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use auth_flows::Login;
use auth_testkit::person::{Outcome, Person};

/// How long a test waits for the end of a visit.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Clones are the same person at the same browser.
#[derive(Clone, Debug)]
pub struct ScriptedUser(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    person: Person,
    ended: Mutex<Option<Result<Outcome, String>>>,
    changed: Condvar,
}

impl ScriptedUser {
    /// This person, who has not visited anything.
    pub fn new(person: Person) -> Self {
        Self(Arc::new(Inner {
            person,
            ended: Mutex::new(None),
            changed: Condvar::new(),
        }))
    }

    /// A login in this person's browser, with the callback listener.
    pub fn browser(&self) -> Login {
        self.browser_at(|url| url.to_owned())
    }

    /// A login by a person who changes the address before opening it.
    pub fn browser_at(&self, change: impl Fn(&str) -> String + Send + Sync + 'static) -> Login {
        let user = self.clone();
        Login::browser(|_| {})
            .open(move |url| user.follow(&change(url)))
            .timeout(MAX_WAIT)
    }

    /// A login without a listener: the person pastes the address that the browser ended at.
    pub fn pasted_redirect(&self, redirect_uri: &str) -> Login {
        let user = self.clone();
        Login::pasted_redirect(redirect_uri, move |url| user.visit(url)?.into_redirect())
    }

    /// A login by the code that the server shows.
    pub fn out_of_band(&self) -> Login {
        let user = self.clone();
        Login::out_of_band(move |url| user.visit(url)?.into_code())
    }

    /// Follows `url` up to the redirect.
    ///
    /// # Errors
    ///
    /// Those of [`Person::visit`].
    pub fn visit(&self, url: &str) -> io::Result<Outcome> {
        let outcome = self.0.person.visit(url);
        self.note(
            outcome
                .as_ref()
                .map(Clone::clone)
                .map_err(ToString::to_string),
        );
        outcome
    }

    /// Types a code at the verification address.
    ///
    /// # Errors
    ///
    /// Those of [`Person::visit_with_code`].
    pub fn type_in(&self, verification_uri: &str, user_code: &str) -> io::Result<Outcome> {
        self.0.person.visit_with_code(verification_uri, user_code)
    }

    /// Waits for the end of the last visit.
    ///
    /// # Errors
    ///
    /// The words of the visit's own error, or that it has not ended.
    pub fn ended(&self) -> Result<Outcome, String> {
        let (ended, _) = self
            .0
            .changed
            .wait_timeout_while(self.lock(), MAX_WAIT, |ended| ended.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        ended
            .clone()
            .unwrap_or_else(|| Err("the visit has not ended".to_owned()))
    }

    /// Follows `url` up to the listener.
    fn follow(&self, url: &str) -> io::Result<()> {
        if let Outcome::Redirected(url) = self.visit(url)? {
            let (status, page) = self.0.person.follow(&url)?;
            if status != 200 {
                self.note(Err(format!("the listener responded with {status}: {page}")));
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
