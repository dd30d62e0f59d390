//! A person in front of a browser for a login, who remembers how the visit ended.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
};

use auth_flows::Login;
use auth_testkit::person::{Outcome, Person};

use crate::scene::PATIENCE;

/// A person at a new browser.
pub(super) struct ScriptedUser {
    person: Arc<Person>,
    ended: (Sender<Outcome>, Mutex<Receiver<Outcome>>),
}

pub(super) fn alice() -> ScriptedUser {
    ScriptedUser::new(Person::new("alice", "password"))
}

/// Bob, who consents to nothing.
pub(super) fn bob_denies() -> ScriptedUser {
    ScriptedUser::new(Person::new("bob", "hunter2").denies())
}

impl ScriptedUser {
    fn new(person: Person) -> Self {
        let (sender, receiver) = mpsc::channel();
        let (person, ended) = (Arc::new(person), (sender, Mutex::new(receiver)));
        Self { person, ended }
    }

    /// A login in this person's browser, with the callback listener.
    pub(super) fn browser(&self) -> Login {
        let (person, visit) = (Arc::clone(&self.person), self.visiting());
        let open = move |url: &str| match visit(url)? {
            Outcome::Redirected(back) => person.follow(&back).map(drop),
            _ => Ok(()),
        };
        Login::browser(|_| {}).open(open).timeout(PATIENCE)
    }

    /// A login without a listener: the person pastes the address that the browser ended at.
    pub(super) fn pasted_redirect(&self, redirect_uri: &str) -> Login {
        let visit = self.visiting();
        Login::pasted_redirect(redirect_uri, move |url| visit(url)?.into_redirect())
    }

    /// Follows `url` up to the redirect.
    pub(super) fn visit(&self, url: &str) -> io::Result<Outcome> {
        self.visiting()(url)
    }

    /// Waits for the end of the last visit.
    pub(super) fn ended(&self) -> Result<Outcome, String> {
        let ended = self.ended.1.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = ended.recv_timeout(PATIENCE);
        ended.map_err(|_| "the visit has not ended".to_owned())
    }

    fn visiting(&self) -> impl Fn(&str) -> io::Result<Outcome> + Send + Sync + 'static {
        let (person, sender) = (Arc::clone(&self.person), self.ended.0.clone());
        move |url| {
            let outcome = person.visit(url)?;
            let _user_gone = sender.send(outcome.clone());
            Ok(outcome)
        }
    }
}
