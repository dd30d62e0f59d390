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
mod token_message;

use auth_core::{Error, Message, Step};

/// What a flow does next.
type Next<T> = Result<Step<T>, Error>;

/// The step that sends a message.
fn send<T>(message: &(impl Message + ?Sized)) -> Next<T> {
    Ok(Step::Send(message.request()?, message.limits()))
}
