//! Hands over a redirect that the user copied, beside a listener that waits for it.

use std::{fmt, sync::Arc};

use auth_core::{Check, Error, ErrorKind, ExposeSecret, PendingAuthorization, SecretText};

use super::ending::Ending;
use crate::clock;

// `inline`: compiled in the crate that calls it, as most programs need none of it.

/// Hands over the address at which the user's browser arrived, for a login that also listens. If
/// the user reached the machine over SSH, the browser runs elsewhere, and its redirect cannot
/// arrive. Cheap to clone, and may be sent to the thread that reads the user's input.
///
/// [`PendingLogin::paster`](crate::PendingLogin::paster) returns it. The first response ends the
/// login: a redirect at the listener, or a pasted text.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # let (_server, session, login) = setup::login();
/// # let login = login.no_browser();
/// let prepared = session.begin_login(login)?;
/// let url = prepared.url().to_owned();
/// let pending = prepared.start()?;
/// let paster = pending.paster();
/// std::thread::spawn(move || {
/// #   let read_line = || setup::person().visit(&url).and_then(|outcome| outcome.into_redirect());
///     while let Ok(text) = read_line() {
///         match paster.paste(text) {
///             Ok(()) => break,
///             Err(reason) => eprintln!("{reason}"), // the login continues
///         }
///     }
/// });
/// session.complete_login(pending.wait()?)?;
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Paster {
    ending: Arc<Ending>,
    authorization: Arc<PendingAuthorization>,
}

impl Paster {
    #[inline]
    pub(super) fn new(ending: Arc<Ending>, authorization: Arc<PendingAuthorization>) -> Self {
        Self {
            ending,
            authorization,
        }
    }

    /// Ends the login with a text that the user pasted, which
    /// [`PendingAuthorization::accept_pasted`] reads. Does nothing if the login is over. The login
    /// also ends if the text says that the user or the service refused.
    ///
    /// # Errors
    /// [`ErrorKind::CallbackMismatch`] or [`ErrorKind::Malformed`] if the text is not the response
    /// to this login. The login continues: show the reason and ask again.
    #[inline]
    pub fn paste(&self, text: impl Into<SecretText>) -> Result<(), Error> {
        if self.ending.is_over() {
            return Ok(());
        }
        let text = text.into();
        let outcome = self.authorization.accept_pasted(text.expose_secret());
        match outcome {
            Err(error) if is_slip(&error) => Err(error),
            outcome => {
                let outcome = outcome.map(|grant| grant.with_accepted_at(clock::now()));
                self.ending.finish(outcome);
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Paster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paster")
            .field("authorization", &self.authorization)
            .finish_non_exhaustive()
    }
}

/// Returns whether a person may have copied too little, too much, or something else.
pub(super) fn is_slip(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Malformed => true,
        ErrorKind::CallbackMismatch => {
            !matches!(error.check(), Some(Check::Issuer | Check::ResponseType))
        }
        _ => false,
    }
}
