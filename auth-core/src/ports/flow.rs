//! Conversations that are pulled, not run: a flow says what it wants next, a driver does it.
//!
//! ```text
//!              Event::Start
//!                   │
//!                   ▼
//!            ┌─► Flow::step ──► Step::Done(output), or an error: the end
//!            │      │
//!            │      ▼
//!            │   Step::Send · Sleep · Turn · Token · Lease · Load · Save
//!            │      │
//!            └──────┘  Event::Response · Slept · Permitted · Token · Leased · Loaded · Saved
//! ```

use std::{sync::Arc, time::Duration};

use super::transport::TransportError;
use crate::{
    error::Error,
    oauth::token::{Token, TokenKind},
    service::token_record::TokenRecord,
    time::Now,
    wire::{body::Request, limits::Limits, response_body::Response},
};

/// A conversation of several steps, without I/O.
///
/// A driver calls [`step`](Self::step) with [`Event::Start`], does what the step says, and calls it again with what came of
/// it, until [`Step::Done`] or an error. It reads both clocks right before each call, so the `now` of the step that sends is
/// the moment of sending. A lease that was granted is held until the flow ends, in whatever way, or asks for a token.
pub trait Flow {
    /// What it ends with.
    type Output;

    /// The next step.
    ///
    /// # Errors
    /// The conversation has failed and is over; nothing more may be sent for it.
    fn step(&mut self, now: Now, event: Event) -> Result<Step<Self::Output>, Error>;
}

/// What a flow wants done. The set is closed: a driver must do each of them.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a step is moved once, and boxing the request would cost each call"
)]
pub enum Step<T> {
    /// Send this request; comes back as [`Event::Response`].
    Send(Request, Limits),
    /// Wait; comes back as [`Event::Slept`].
    Sleep(Duration),
    /// Wait for this request's turn by the service's [`RateLimit`](crate::RateLimit), `media` if its response is a photo or a sound; comes
    /// back as [`Event::Permitted`]. `pause`: the service has just asked everybody to wait for so long.
    Permit {
        /// Its bytes will count.
        media: bool,
        /// Nobody's turn comes before this is over.
        pause: Option<Duration>,
    },
    /// Get a token of the account, renewing it if need be; comes back as [`Event::Token`]. Renewing it takes the lease, so a
    /// lease that this flow holds is given back first: leases never nest.
    Token(TokenKind, TokenRequirement),
    /// Try for the lease of the account; comes back as [`Event::Leased`].
    Lease,
    /// Read the account's record; comes back as [`Event::Loaded`]. Without the lease it may be out of date at once.
    Load,
    /// Keep this record under the lease, an empty one by forgetting it; comes back as [`Event::Saved`].
    Save(TokenRecord),
    /// The end.
    Done(T),
}

/// What came of a step.
#[derive(Debug)]
// Closed: a flow must know what each means in its state.
pub enum Event {
    /// The first event of every flow.
    Start,
    /// The response, or why there is none.
    Response(Result<Response, TransportError>),
    /// The wait is over.
    Slept,
    /// It is this request's turn, or why it will not be soon.
    Permitted(Result<(), Error>),
    /// A token, or why there is none.
    Token(Result<Arc<Token>, Error>),
    /// Whether the lease was granted.
    Leased(bool),
    /// The record as it is stored now, empty where there is none; or why it cannot be read. A login goes on all the same.
    Loaded(Result<TokenRecord, Error>),
    /// The record is safe.
    Saved,
}

/// Which token will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Closed: a driver must meet each.
pub enum TokenRequirement {
    /// Any that serves by its date.
    Any,
    /// One that serves, of a later generation than this: the caller saw this one refused.
    NewerThan(u64),
}

impl TokenRequirement {
    /// Whether a token of this generation will do.
    #[must_use]
    pub fn accepts(self, generation: u64) -> bool {
        match self {
            Self::Any => true,
            Self::NewerThan(refused) => generation > refused,
        }
    }
}
