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

use auth_core::{Error, ErrorKind};
use serde_json::{Value, json};

use super::fault_class::FaultClass;
use super::tested_service::TestedService;

/// The purpose of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
#[derive(Clone, Debug)]
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

    pub(super) fn line(&self) -> Value {
        json!({ "passed": {
            "place": self.place.word(),
            "purpose": self.purpose.word(),
            "by": self.by,
            "user": self.user,
            "login": self.login,
            "refresh_token": self.refresh_token,
            "call": self.call,
            "write": self.is_write,
            "fault": self.fault.map(FaultClass::word),
            "processed": self.processed,
            "status": self.status,
            "late": self.is_late,
            "began": self.began,
            "ended": self.ended,
        }})
    }

    pub(super) fn read(value: &Value) -> Option<Self> {
        let purpose = value["purpose"].as_str()?;
        Some(Self {
            place: TestedService::of_word(value["place"].as_str()?)?,
            purpose: Purpose::ALL
                .into_iter()
                .find(|known| known.word() == purpose)?,
            by: value["by"].as_str()?.to_owned(),
            user: value["user"].as_str().map(str::to_owned),
            login: value["login"].as_u64(),
            refresh_token: value["refresh_token"].as_u64(),
            call: value["call"].as_u64(),
            is_write: value["write"].as_bool()?,
            fault: value["fault"].as_str().and_then(FaultClass::of_word),
            processed: value["processed"].as_bool()?,
            status: value["status"].as_u64(),
            is_late: value["late"].as_bool()?,
            began: value["began"].as_u64()?,
            ended: value["ended"].as_u64()?,
        })
    }
}

/// An error, as a worker got it.
#[derive(Clone, Debug)]
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
    /// Adds what the error's methods return.
    pub(super) fn with(mut self, error: &Error) -> Self {
        self.kind = kind(error.kind()).to_owned();
        self.status = error.status().map(|status| status.as_u16().into());
        self.needs_login = error.needs_login();
        self.is_configuration = error.is_configuration();
        self.is_retryable = error.is_retryable();
        self.may_have_been_delivered = error.may_have_been_delivered();
        self.text = error.to_string();
        self
    }

    pub(super) fn line(&self) -> Value {
        json!({ "failed": {
            "place": self.place.word(),
            "user": self.user,
            "by": self.by,
            "act": self.act,
            "plain": self.is_plain,
            "call": self.call,
            "began": self.began,
            "ended": self.ended,
            "kind": self.kind,
            "status": self.status,
            "needs_login": self.needs_login,
            "configuration": self.is_configuration,
            "retryable": self.is_retryable,
            "arrived": self.may_have_been_delivered,
            "text": self.text,
        }})
    }

    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Some(Self {
            place: TestedService::of_word(value["place"].as_str()?)?,
            user: text("user")?,
            by: text("by")?,
            act: text("act")?,
            is_plain: value["plain"].as_bool()?,
            call: value["call"].as_u64()?,
            began: value["began"].as_u64()?,
            ended: value["ended"].as_u64()?,
            kind: text("kind")?,
            status: value["status"].as_u64(),
            needs_login: value["needs_login"].as_bool()?,
            is_configuration: value["configuration"].as_bool()?,
            is_retryable: value["retryable"].as_bool()?,
            may_have_been_delivered: value["arrived"].as_bool()?,
            text: text("text")?,
        })
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
