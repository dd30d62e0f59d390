//! Spans and events for the crate `tracing`. The names of fields are those of OpenTelemetry's
//! semantic conventions, where it has one.

use auth_core::{AccountKey, Error, Request, Response, TokenKind, TransportError};
use tracing::{
    Instrument, Level,
    field::{Empty, display},
    instrument::Instrumented,
    level_filters::LevelFilter,
    span::Entered,
};

use crate::client::event::{ClientEvent, token_name};

/// What a filter of a subscriber names.
const TARGET: &str = "auth_flows";

/// Returns whether there is a subscriber that wants anything at all: one load.
#[inline]
pub(in crate::client) fn is_on() -> bool {
    LevelFilter::current() != LevelFilter::OFF
}

/// Returns the name of an operation: its type.
pub(in crate::client) fn operation_name<O>() -> &'static str {
    std::any::type_name::<O>()
}

/// Leaves out the parameters of a type.
fn short(operation: &'static str) -> &'static str {
    operation.split('<').next().unwrap_or(operation)
}

/// Reports an event.
pub(in crate::client) fn event(event: &ClientEvent<'_>) {
    // Each level is a place of its own, which a subscriber can switch on and off.
    macro_rules! at {
        ($level:ident) => {
            tracing::event!(
                target: TARGET,
                Level::$level,
                event.name = event.name(),
                account = event.account().map(display),
                token = event.token().map(token_name),
                generation = event.generation(),
                duration_ms = event.took().map(millis),
                wait_ms = event.wait().map(millis),
                http.response.status_code = status(event),
                "error.type" = event.error().map(|error| display(ErrorType(error))),
                cause = event.cause().map(token_name),
                "{}", event
            )
        };
    }
    match level(event) {
        Level::ERROR => at!(ERROR),
        Level::WARN => at!(WARN),
        Level::INFO => at!(INFO),
        _ => at!(DEBUG),
    }
}

fn level(event: &ClientEvent<'_>) -> Level {
    match event {
        // Lost at the end of the program.
        ClientEvent::NotSaved { .. } => Level::ERROR,
        ClientEvent::RenewalFailed { .. }
        | ClientEvent::RenewalRefused { .. }
        | ClientEvent::Paused { .. }
        | ClientEvent::StoreSlow { .. }
        | ClientEvent::StoreFailed { .. }
        | ClientEvent::NoteNotWritten { .. }
        | ClientEvent::NotRevoked { .. }
        | ClientEvent::LoginReplaced { .. }
        | ClientEvent::LoginFailed { .. } => Level::WARN,
        ClientEvent::RenewalStarted { .. }
        | ClientEvent::RenewalFinished { requests: 0, .. }
        | ClientEvent::RenewalYielded { .. }
        | ClientEvent::Waiting { .. }
        | ClientEvent::QuirksAllowed { .. } => Level::DEBUG,
        _ => Level::INFO,
    }
}

fn status(event: &ClientEvent<'_>) -> Option<u16> {
    match event {
        ClientEvent::Retrying { status, .. } => status.map(|status| status.as_u16()),
        _ => None,
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The kind of an error, as the word of its variant: few values, as `error.type` requires.
struct ErrorType<'a>(&'a Error);

impl std::fmt::Display for ErrorType<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0.kind())
    }
}

/// A span of a call or of a renewal. The default is none.
#[derive(Clone, Debug)]
pub(in crate::client) struct Span(tracing::Span);

impl Default for Span {
    fn default() -> Self {
        Self(tracing::Span::none())
    }
}

impl Span {
    pub(in crate::client) fn call(account: Option<&AccountKey>, operation: &'static str) -> Self {
        Self(tracing::info_span!(
            target: TARGET,
            "call",
            account = account.map(display),
            operation = short(operation), // evaluated if a subscriber wants the span
            http.request.method = Empty,
            server.address = Empty,
            server.port = Empty,
            http.response.status_code = Empty,
            "error.type" = Empty,
        ))
    }

    /// Is inside the span of the call that started the renewal, also where it outlives that call.
    pub(in crate::client) fn renewal(account: Option<&AccountKey>, token: TokenKind) -> Self {
        Self(tracing::info_span!(
            target: TARGET,
            "renewal",
            account = account.map(display),
            token = token_name(token),
            http.request.method = Empty,
            server.address = Empty,
            server.port = Empty,
            http.response.status_code = Empty,
            "error.type" = Empty,
        ))
    }

    /// The span that the calling task is in, to take it along to another thread.
    pub(in crate::client) fn current() -> Self {
        match is_on() {
            true => Self(tracing::Span::current()),
            false => Self::default(),
        }
    }

    pub(in crate::client) fn enter(&self) -> Entered<'_> {
        self.0.enter()
    }

    pub(in crate::client) fn within<F: Future>(self, future: F) -> Instrumented<F> {
        future.instrument(self.0)
    }

    /// Records where a request goes: no path and no parameter, which may be personal.
    pub(in crate::client) fn request(&self, request: &Request) {
        if self.0.is_disabled() {
            return;
        }
        let uri = request.uri();
        self.0
            .record("http.request.method", request.method().as_str());
        self.0.record("server.address", uri.host());
        self.0.record("server.port", uri.port_u16());
    }

    /// Records the status of the last response.
    pub(in crate::client) fn response(&self, response: &Result<Response, TransportError>) {
        if let (false, Ok(response)) = (self.0.is_disabled(), response) {
            let status = response.status().as_u16();
            self.0.record("http.response.status_code", status);
        }
    }

    /// Records the error that it ends with.
    pub(in crate::client) fn end<T>(&self, result: &Result<T, Error>) {
        if let (false, Err(error)) = (self.0.is_disabled(), result) {
            self.0.record("error.type", display(ErrorType(error)));
        }
    }
}
