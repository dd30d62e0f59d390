//! The messages between the processes: one JSON object a line.
//!
//! | a line has | it is |
//! | --- | --- |
//! | `reply` | the end of an order |
//! | `passed` | a request, as the server received it |
//! | `failed` | an error, as a worker got it |
//! | `healed` | a new login after one was lost |
//! | `hurried` | a worker required a newer login token than the stored one |
//! | `wrong` | a broken promise, found on the spot |

use std::fmt;

use auth_core::{Error, ErrorKind};
use serde::{Deserialize, Serialize};

use super::fault_class::FaultClass;
use super::tested_service::TestedService;

/// A line, except the end of an order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    Passed(Passed),
    Failed(Failed),
    Healed(Act),
    Hurried(Act),
    Wrong(String),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// What a worker did with an account, and when.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Act {
    pub(super) place: TestedService,
    pub(super) user: String,
    pub(super) began: u64,
    pub(super) ended: u64,
}

/// The purpose of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// The token endpoint, with a refresh token.
    Renewal,
    /// The token endpoint, with a password.
    Login,
    /// The endpoint of derived tokens.
    Derived,
    Api,
    Other,
}

impl Purpose {
    pub(super) const ALL: [Self; 5] = [
        Self::Renewal,
        Self::Login,
        Self::Derived,
        Self::Api,
        Self::Other,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Renewal => "renewal",
            Self::Login => "login",
            Self::Derived => "API token",
            Self::Api => "API",
            Self::Other => "other",
        }
    }

    /// Whether its response contains a token.
    pub(super) fn gives_a_token(self) -> bool {
        matches!(self, Self::Renewal | Self::Login | Self::Derived)
    }
}

/// A request, as the server received it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Passed {
    pub(super) place: TestedService,
    pub(super) purpose: Purpose,
    /// The program that sent it.
    pub(super) by: String,
    pub(super) user: Option<String>,
    /// The server's numbers for the login and the refresh token.
    pub(super) login: Option<u64>,
    pub(super) refresh_token: Option<u64>,
    pub(super) call: Option<u64>,
    pub(super) is_write: bool,
    pub(super) fault: Option<FaultClass>,
    pub(super) processed: bool,
    pub(super) status: Option<u64>,
    /// Whether the server's date is past the expiry that the token states in whole seconds.
    pub(super) is_late: bool,
    pub(super) began: u64,
    pub(super) ended: u64,
}

impl Passed {
    /// Whether the response was anonymous or rejected the token.
    pub(super) fn is_refused(&self) -> bool {
        self.status == Some(401) || self.is_late
    }

    /// Whether the response was lost or incomplete.
    pub(super) fn is_lost(&self) -> bool {
        self.fault.is_some_and(FaultClass::loses_the_response)
    }
}

/// An error, as a worker got it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Failed {
    pub(super) place: TestedService,
    pub(super) user: String,
    pub(super) by: String,
    /// What the worker did.
    pub(super) act: String,
    /// Whether any valid token was good enough for it.
    pub(super) is_plain: bool,
    pub(super) call: u64,
    pub(super) began: u64,
    pub(super) ended: u64,
    pub(super) kind: String,
    pub(super) status: Option<u64>,
    pub(super) needs_login: bool,
    pub(super) is_configuration: bool,
    pub(super) is_retryable: bool,
    pub(super) may_have_been_delivered: bool,
    pub(super) text: String,
}

impl Failed {
    /// Takes what the error's methods return.
    pub(super) fn of(
        error: &Error,
        act: Act,
        [by, what]: [&str; 2],
        call: u64,
        is_plain: bool,
    ) -> Self {
        Self {
            place: act.place,
            user: act.user,
            by: by.to_owned(),
            act: what.to_owned(),
            is_plain,
            call,
            began: act.began,
            ended: act.ended,
            kind: kind(error.kind()).to_owned(),
            status: error.status().map(|status| status.as_u16().into()),
            needs_login: error.needs_login(),
            is_configuration: error.is_configuration(),
            is_retryable: error.is_retryable(),
            may_have_been_delivered: error.may_have_been_delivered(),
            text: error.to_string(),
        }
    }
}

/// The name of an error's kind.
fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Configuration => "configuration",
        ErrorKind::NeedsLogin => "needs login",
        ErrorKind::ConsentDenied => "consent denied",
        ErrorKind::BadCredentials => "bad credentials",
        ErrorKind::AccountSuspended => "account suspended",
        ErrorKind::CallbackMismatch => "callback mismatch",
        ErrorKind::Refused => "refused",
        ErrorKind::Transport => "transport",
        ErrorKind::Malformed => "malformed",
        ErrorKind::TimedOut => "timed out",
        ErrorKind::Cancelled => "cancelled",
        ErrorKind::Store => "store",
        ErrorKind::Internal => "internal",
        ErrorKind::Usage => "usage",
        _ => "another",
    }
}

#[cfg(test)]
impl Passed {
    /// A request that succeeded: of `shared-0` at Info Flora, sent by the tasks of the first
    /// process.
    pub(super) fn example(purpose: Purpose, (began, ended): (u64, u64)) -> Self {
        Self {
            place: TestedService::InfoFlora,
            purpose,
            by: "soak-0/tasks".to_owned(),
            user: Some("shared-0".to_owned()),
            login: Some(1),
            refresh_token: (purpose == Purpose::Renewal).then_some(1),
            call: (purpose == Purpose::Api).then_some(7),
            is_write: false,
            fault: None,
            processed: true,
            status: Some(200),
            is_late: false,
            began,
            ended,
        }
    }
}

#[cfg(test)]
impl Failed {
    /// An error of a read: of `shared-0` at Info Flora, by the tasks of the first process.
    pub(super) fn example(kind: &str, status: Option<u64>, (began, ended): (u64, u64)) -> Self {
        Self {
            place: TestedService::InfoFlora,
            user: "shared-0".to_owned(),
            by: "soak-0/tasks".to_owned(),
            act: "a read".to_owned(),
            is_plain: true,
            call: 7,
            began,
            ended,
            kind: kind.to_owned(),
            status,
            needs_login: kind == "needs login",
            is_configuration: kind == "configuration",
            is_retryable: kind == "transport" || status.is_some_and(|status| status > 401),
            may_have_been_delivered: true,
            text: "it failed".to_owned(),
        }
    }
}
