//! What the processes tell each other: one JSON object a line.
//!
//! | a line has | it is |
//! | --- | --- |
//! | `reply` | the end of an order |
//! | `passed` | a request as the server saw it go |
//! | `failed` | an error as a worker saw it |
//! | `healed` | a new login after one was lost |
//! | `hurried` | a worker wanted a newer login token than there was |
//! | `wrong` | what must not be, found on the spot |

use auth_core::{Error, ErrorKind};
use serde_json::{Value, json};

use super::fault_class::FaultClass;
use super::tested_service::TestedService;

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Door {
    /// The token endpoint, with a refresh token.
    Renewal,
    /// The token endpoint, with a password.
    Login,
    /// The endpoint of second tokens.
    Derived,
    Api,
    Other,
}

impl Door {
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

    /// It gives a token.
    pub(super) fn gives_a_token(self) -> bool {
        matches!(self, Self::Renewal | Self::Login | Self::Derived)
    }
}

/// A request as the server saw it go.
#[derive(Clone, Debug)]
pub(super) struct Passed {
    pub(super) place: TestedService,
    pub(super) door: Door,
    /// The program that sent it.
    pub(super) by: String,
    pub(super) user: Option<String>,
    /// The numbers that the server knows the login and the refresh token by.
    pub(super) login: Option<u64>,
    pub(super) refresh_token: Option<u64>,
    pub(super) call: Option<u64>,
    pub(super) is_write: bool,
    pub(super) spoilt: Option<FaultClass>,
    pub(super) processed: bool,
    pub(super) status: Option<u64>,
    /// By its own date the server answered after the end that the token states, which is in whole seconds.
    pub(super) is_late: bool,
    pub(super) began: u64,
    pub(super) ended: u64,
}

impl Passed {
    /// It was answered as nobody's, or as good as that.
    pub(super) fn is_refused(&self) -> bool {
        self.status == Some(401) || self.is_late
    }

    /// The response never arrived, or not as one.
    pub(super) fn is_lost(&self) -> bool {
        self.spoilt.is_some_and(FaultClass::loses_the_response)
    }

    pub(super) fn line(&self) -> Value {
        json!({ "passed": {
            "place": self.place.word(),
            "door": self.door.word(),
            "by": self.by,
            "user": self.user,
            "login": self.login,
            "refresh_token": self.refresh_token,
            "call": self.call,
            "write": self.is_write,
            "spoilt": self.spoilt.map(FaultClass::word),
            "processed": self.processed,
            "status": self.status,
            "late": self.is_late,
            "began": self.began,
            "ended": self.ended,
        }})
    }

    pub(super) fn read(value: &Value) -> Option<Self> {
        let door = value["door"].as_str()?;
        Some(Self {
            place: TestedService::of_word(value["place"].as_str()?)?,
            door: Door::ALL.into_iter().find(|known| known.word() == door)?,
            by: value["by"].as_str()?.to_owned(),
            user: value["user"].as_str().map(str::to_owned),
            login: value["login"].as_u64(),
            refresh_token: value["refresh_token"].as_u64(),
            call: value["call"].as_u64(),
            is_write: value["write"].as_bool()?,
            spoilt: value["spoilt"].as_str().and_then(FaultClass::of_word),
            processed: value["processed"].as_bool()?,
            status: value["status"].as_u64(),
            is_late: value["late"].as_bool()?,
            began: value["began"].as_u64()?,
            ended: value["ended"].as_u64()?,
        })
    }
}

/// An error as a worker saw it.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    pub(super) place: TestedService,
    pub(super) user: String,
    pub(super) by: String,
    /// What the worker did.
    pub(super) act: String,
    /// Any token that serves was good enough for it.
    pub(super) is_plain: bool,
    pub(super) call: u64,
    pub(super) began: u64,
    pub(super) ended: u64,
    pub(super) kind: String,
    pub(super) status: Option<u64>,
    pub(super) needs_login: bool,
    pub(super) is_configuration: bool,
    pub(super) is_retryable: bool,
    pub(super) may_have_arrived: bool,
    pub(super) text: String,
}

impl Failed {
    /// How this error answers each question.
    pub(super) fn with(mut self, error: &Error) -> Self {
        self.kind = kind(error.kind()).to_owned();
        self.status = error.status().map(|status| status.as_u16().into());
        self.needs_login = error.needs_login();
        self.is_configuration = error.is_configuration();
        self.is_retryable = error.is_retryable();
        self.may_have_arrived = error.may_have_been_delivered();
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
            "arrived": self.may_have_arrived,
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
            may_have_arrived: value["arrived"].as_bool()?,
            text: text("text")?,
        })
    }
}

/// The word for a kind of error.
fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Configuration => "configuration",
        ErrorKind::NeedsLogin => "needs login",
        ErrorKind::ConsentDenied => "consent denied",
        ErrorKind::BadCredentials => "bad credentials",
        ErrorKind::AccountSuspended => "account suspended",
        ErrorKind::CallbackMismatch => "foreign response",
        ErrorKind::Refused => "refused",
        ErrorKind::Transport => "transport",
        ErrorKind::Malformed => "malformed",
        ErrorKind::TimedOut => "timed out",
        ErrorKind::Store => "store",
        ErrorKind::Internal => "internal",
        ErrorKind::Usage => "usage",
        _ => "another",
    }
}

#[cfg(test)]
impl Passed {
    /// One that went well: of `shared-0` at Info Flora, sent by the tasks of the first process.
    pub(super) fn example(door: Door, (began, ended): (u64, u64)) -> Self {
        Self {
            place: TestedService::InfoFlora,
            door,
            by: "soak-0/tasks".to_owned(),
            user: Some("shared-0".to_owned()),
            login: Some(1),
            refresh_token: (door == Door::Renewal).then_some(1),
            call: (door == Door::Api).then_some(7),
            is_write: false,
            spoilt: None,
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
            may_have_arrived: true,
            text: "it failed".to_owned(),
        }
    }
}
