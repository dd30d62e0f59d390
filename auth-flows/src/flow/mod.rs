//! The conversations of several steps. Each is a state machine that does no I/O, drawn at the top
//! of its file.

pub(crate) mod call;
pub(crate) mod complete_login;
pub(crate) mod device_login;
pub(crate) mod erased;
mod lease_backoff;
pub(crate) mod logout;
pub(crate) mod mark_rejected;
pub(crate) mod renewal;
pub(crate) mod token_message;

use auth_core::{Error, Flow, Message, Quirks, Step};

/// What a flow does next.
type Next<T> = Result<Step<T>, Error>;

/// What a flow learned that its output does not say, for events.
#[derive(Default)]
pub(crate) struct Remarks {
    /// The quirks of the responses.
    pub(crate) quirks: Quirks,
    /// An error that the flow went on in spite of.
    pub(crate) dropped: Option<Error>,
    /// Why the server did not confirm a revocation.
    pub(crate) not_revoked: Option<Error>,
    /// Whether a renewal ended with the old token.
    pub(crate) is_old: bool,
    /// Whether the store, which could not be read, does not have the new token.
    pub(crate) is_unstored: bool,
    /// The login of the record that a renewal ended with.
    pub(crate) login: Option<u64>,
}

/// A flow with remarks.
pub(crate) trait Remarking: Flow {
    /// Takes them, once the flow has ended.
    fn take_remarks(&mut self) -> Remarks {
        Remarks::default()
    }

    /// Takes the error of a response that the flow sleeps for, if its status does not say it.
    fn take_retried(&mut self) -> Option<Error> {
        None
    }

    /// Returns whether the flow saves a login, which replaces an earlier one, and not a renewal of
    /// that.
    fn is_login(&self) -> bool {
        false
    }
}

/// The step that sends a message.
fn send<T>(message: &(impl Message + ?Sized)) -> Next<T> {
    Ok(Step::Send(message.request()?, message.limits()))
}
