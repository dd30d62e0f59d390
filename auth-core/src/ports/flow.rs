//! Sans-I/O flows: a flow returns the next step, and a driver performs it.
//!
//! ```text
//!              Event::Start
//!                   │
//!                   ▼
//!            ┌─► Flow::step ──► Step::Done(output), or an error: the end
//!            │      │
//!            │      ▼
//!            │   Step::Send · Sleep · Permit · Pause · Token · Lease · Load · Reserve · Save
//!            │      │
//!            └──────┘  Event::Response · Slept · Permitted · Paused · Token · Leased · Loaded
//!                      · Reserved · Saved
//! ```

use std::{sync::Arc, time::Duration};

use super::transport_error::TransportError;
use crate::{
    error::Error,
    oauth::token::{Token, TokenKind},
    service::token_record::TokenRecord,
    time::Now,
    wire::{body::Request, limits::Limits, response_body::Response},
};

/// A sequence of requests, waits and store accesses, as a state machine without I/O.
///
/// A driver calls [`step`](Self::step) with [`Event::Start`], performs the returned step, and calls
/// it again with the resulting event. It repeats this until [`Step::Done`] or an error. It reads
/// both clocks right before each call, so the `now` of a step that sends is the time of sending.
/// The driver holds a granted lease until the flow ends, successfully or not, or requests a token.
///
/// ```
/// use std::time::Duration;
/// use auth_core::{
///     BaseUrl, Error, ErrorKind, Event, Flow, Limits, Now, Request, Response, ResponseBody, Step,
///     UnixTime,
/// };
///
/// /// Sends one request and returns the status of the response.
/// struct Ping(Option<Request>);
///
/// impl Flow for Ping {
///     type Output = http::StatusCode;
///
///     fn step(&mut self, _now: Now, event: Event) -> Result<Step<http::StatusCode>, Error> {
///         match (event, self.0.take()) {
///             (Event::Start, Some(request)) => Ok(Step::Send(request, Limits::api())),
///             (Event::Response(response), None) => Ok(Step::Done(response?.status())),
///             _ => Err(Error::new(ErrorKind::Usage, "unexpected event")),
///         }
///     }
/// }
///
/// /// The loop of a driver, as far as this flow needs it. `send` is the HTTP client.
/// fn drive<F: Flow>(mut flow: F, send: impl Fn(Request) -> Response) -> Result<F::Output, Error> {
///     let mut event = Event::Start;
///     loop {
///         # let now = Now { wall: UnixTime::from_secs(0), monotonic: Duration::ZERO };
///         event = match flow.step(now, event)? { // `now`: both clocks, read here
///             Step::Send(request, _limits) => Event::Response(Ok(send(request))),
///             Step::Sleep(wait) => {
///                 std::thread::sleep(wait);
///                 Event::Slept
///             }
///             Step::Done(output) => return Ok(output),
///             _ => return Err(Error::new(ErrorKind::Usage, "this driver has no store")),
///         };
///     }
/// }
///
/// let base = BaseUrl::parse("https://api.example.org/v1")?;
/// let ping = Ping(Some(base.request(http::Method::GET, "/ping")?));
/// let status = drive(ping, |_request| http::Response::new(ResponseBody::default()))?;
/// assert_eq!(status, http::StatusCode::OK);
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "state machine")]
#[doc(alias = "sans-io")]
pub trait Flow {
    /// What the flow returns when it is done.
    type Output;

    /// Returns the next step, given the time and what the last step resulted in.
    ///
    /// # Errors
    /// Fails if the flow failed. The flow is then over; the driver must not call it or send for it
    /// again.
    fn step(&mut self, now: Now, event: Event) -> Result<Step<Self::Output>, Error>;
}

/// What the driver must do next. The set is closed: a driver must perform each step. [`Flow`] has
/// an example.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a step is moved once, and boxing the request would cost each call"
)]
pub enum Step<T> {
    /// Send this request. The next event is [`Event::Response`].
    Send(Request, Limits),
    /// Wait for this long. The next event is [`Event::Slept`].
    Sleep(Duration),
    /// Wait for a permit of the service's [`RateLimit`](crate::RateLimit). The next event is
    /// [`Event::Permitted`].
    #[doc(alias = "rate limit")]
    #[doc(alias = "throttle")]
    Permit(PermitKind),
    /// Note that the service has responded 429: no request of any program that shares the rate
    /// limit is sent for this long. `None` if the response named no time: the rate limiter then
    /// uses [`pause_after_429`](crate::RateLimit::pause_after_429). The next event is
    /// [`Event::Paused`].
    Pause(Option<Duration>),
    /// Get a token of the account, renewed if necessary. The next event is [`Event::Token`]. The
    /// renewal takes the lease, so the driver first releases a lease that this flow holds: leases
    /// never nest.
    Token(TokenKind, TokenRequirement),
    /// Try to take the lease of the account. The next event is [`Event::Leased`].
    Lease,
    /// Load the account's token record. The next event is [`Event::Loaded`]. Without the lease, the
    /// token record may be outdated at once.
    Load,
    /// Reserve room in the store for a token record of this many bytes, under the lease
    /// ([`Store::reserve`](crate::Store::reserve)). The next event is [`Event::Reserved`].
    Reserve(usize),
    /// Save this token record under the lease; if it is empty, remove the stored one. A driver that
    /// cannot save it keeps it in memory, for every flow of the account, and tries again. The next
    /// event is [`Event::Saved`]; or [`Event::Loaded`] with the record of another program, which has
    /// replaced the login while this one hung, and stays.
    Save(TokenRecord),
    /// The flow is done.
    Done(T),
}

/// What a permit of the service's [`RateLimit`](crate::RateLimit) is for.
///
/// ```
/// use auth_core::{PermitKind, Step};
///
/// let step = Step::<()>::Permit(PermitKind::Media);
/// assert!(matches!(step, Step::Permit(PermitKind::Media))); // its bytes count, too
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Closed: a rate limiter must know how each counts.
pub enum PermitKind {
    /// An API call.
    Call,
    /// An API call whose response is a photo or a sound, whose bytes count towards the media
    /// windows.
    Media,
    /// A token request. It counts like a call, but does not queue with the calls, which wait for
    /// its token. It waits at most some seconds for the end of a pause.
    Token,
}

/// The result of a step. [`Flow`] has an example.
#[derive(Debug)]
// Closed: a flow must know what each means in its state.
pub enum Event {
    /// The first event of every flow.
    Start,
    /// The response, or why none came.
    Response(Result<Response, TransportError>),
    /// The wait is over.
    Slept,
    /// The rate limiter gave a permit, or an error: the wait would be too long.
    Permitted(Result<(), Error>),
    /// The pause is noted.
    Paused,
    /// A token, or why there is none.
    Token(Result<Arc<Token>, Error>),
    /// Whether the lease was granted, or why the store cannot grant one.
    Leased(Result<bool, Error>),
    /// The stored token record, empty if there is none; or why it cannot be read. A login continues
    /// in spite of such an error, because it replaces the token record.
    Loaded(Result<TokenRecord, Error>),
    /// The room is reserved, or why a token record could not be saved.
    Reserved(Result<(), Error>),
    /// The token record is saved, or why it is in memory only.
    Saved(Result<(), Error>),
}

/// The minimum requirement on a token.
///
/// ```
/// use auth_core::TokenRequirement;
///
/// let newer = TokenRequirement::NewerThan(7); // the service rejected the token of generation 7
/// assert!(newer.accepts(8) && !newer.accepts(7));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Closed: a driver must meet each.
pub enum TokenRequirement {
    /// Any token that is valid by its expiry.
    Any,
    /// A valid token of a later generation than this one, which the service rejected.
    NewerThan(u64),
}

impl TokenRequirement {
    /// Returns whether a token of this generation meets the requirement.
    #[must_use]
    pub fn accepts(self, generation: u64) -> bool {
        match self {
            Self::Any => true,
            Self::NewerThan(refused) => generation > refused,
        }
    }
}
