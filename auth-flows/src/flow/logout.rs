//! Logs out: revokes the login if the service can, and removes the token record in any case.
//!
//! ```text
//!   Start ─► Lease ─► Load ─┬─(revocable: Send)─────────┬─► Save(nothing) ─► Done
//!              ▲ │          └───────────────────────────┘
//!              └─┴ taken: Sleep
//! ```

use std::sync::Arc;

use auth_core::{
    Error, Event, Flow, Freshness, Message, Now, RevocationRequest, Service, Step, TokenKind,
    TokenRecord, UnixTime,
};

use super::{
    Next, Remarking, Remarks, complete_login::revocation, lease_backoff::LeaseBackoff, send,
};

/// The result of a logout. The stored tokens are removed in any case.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # let (_server, session) = setup::logged_in();
/// let logged_out = session.log_out()?;
/// if let Some(Err(error)) = logged_out.revoked {
///     println!("The service did not confirm the logout: {error:#}");
/// }
/// if let Some(end) = logged_out.derived_lives_until {
///     println!("A copied token works until {end}.");
/// }
/// assert!(!session.status()?.is_logged_in());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoggedOut {
    /// Whether the server revoked the login. `None` if no login was stored, or if the server cannot
    /// revoke.
    pub revoked: Option<Result<(), Error>>,
    /// When the derived token expires. A service cannot revoke it, so a copy is valid until then.
    pub derived_lives_until: Option<UnixTime>,
}

pub(crate) struct Logout {
    service: Arc<Service>,
    state: State,
    logged_out: LoggedOut,
    lease_backoff: LeaseBackoff,
    not_revoked: Option<Error>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Lease,
    LeaseTaken,
    Load,
    Revoke,
    Save,
    Over,
}

impl Logout {
    pub(crate) fn new(service: Arc<Service>) -> Self {
        Self {
            service,
            state: State::Start,
            logged_out: LoggedOut::default(),
            lease_backoff: LeaseBackoff::default(),
            not_revoked: None,
        }
    }

    #[inline]
    fn on_lease(&mut self, now: Now, granted: bool) -> Next<LoggedOut> {
        if granted {
            return self.go(State::Load, Step::Load);
        }
        let wait = self.lease_backoff.wait(now)?;
        self.go(State::LeaseTaken, Step::Sleep(wait))
    }

    #[inline]
    fn on_load(&mut self, now: Now, record: &TokenRecord) -> Next<LoggedOut> {
        self.logged_out.derived_lives_until = record
            .token(TokenKind::Derived)
            .filter(|token| token.freshness(now) != Freshness::Expired)
            .and_then(|token| token.expires_at());
        match record.token(TokenKind::Login) {
            Some(token) if RevocationRequest::is_offered(self.service.client()) => {
                let step = send(&revocation(&self.service, token))?;
                self.go(State::Revoke, step)
            }
            _ => self.go(State::Save, Step::Save(TokenRecord::default())),
        }
    }

    fn go(&mut self, state: State, step: Step<LoggedOut>) -> Next<LoggedOut> {
        self.state = state;
        Ok(step)
    }
}

impl Flow for Logout {
    type Output = LoggedOut;

    #[inline]
    fn step(&mut self, now: Now, event: Event) -> Next<LoggedOut> {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Start, Event::Start) => self.go(State::Lease, Step::Lease),
            (State::Lease, Event::Leased(granted)) => self.on_lease(now, granted?),
            (State::LeaseTaken, Event::Slept) => self.go(State::Lease, Step::Lease),
            // A record that cannot be read is removed all the same; the driver reports the error.
            (State::Load, Event::Loaded(record)) => self.on_load(now, &record.unwrap_or_default()),
            (State::Revoke, Event::Response(response)) => {
                let client = self.service.client();
                let parse = |response| RevocationRequest::access_token(client, "").parse(response);
                let revoked = response.map_err(Error::from).and_then(parse);
                self.not_revoked = revoked.as_ref().err().cloned();
                self.logged_out.revoked = Some(revoked);
                self.go(State::Save, Step::Save(TokenRecord::default()))
            }
            (State::Save, Event::Saved(saved)) => {
                saved?;
                Ok(Step::Done(std::mem::take(&mut self.logged_out)))
            }
            _ => Err(Error::unexpected_event()),
        }
    }
}

impl Remarking for Logout {
    fn take_remarks(&mut self) -> Remarks {
        Remarks {
            not_revoked: self.not_revoked.take(),
            ..Remarks::default()
        }
    }
}
