//! One request with its outcome, and the observer that gets it.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::Request;

use crate::control::faults::Fault;
use crate::control::request_kind::RequestKind;

/// One request as it went. It is told right before the response leaves, or the connection is closed.
///
/// The request is as it was sent: its secrets are in it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// The request in full.
    pub request: &'a Request<Vec<u8>>,
    /// What it was for.
    pub kind: RequestKind,
    /// The `grant_type`, of a token request.
    pub grant: Option<&'a str>,
    /// When it had been read in full.
    pub began: SystemTime,
    /// How it was spoilt.
    pub fault: Option<&'a Fault>,
    /// Whether the server did what it was asked, as far as it would have without a fault.
    pub processed: bool,
    /// The status of the response, also where the connection is closed in its place; `None` where there was no answer to lose.
    pub status: Option<u16>,
    /// Whose token or password it carried, if the server knows it, whether it is still good or not.
    pub user: Option<&'a str>,
    /// The number of the login that the token goes back to, or that the response begins.
    pub login: Option<u64>,
    /// The number of the refresh token that it carried, good or not.
    pub refresh_token: Option<usize>,
}

/// What is told of each request.
#[derive(Clone)]
pub(crate) struct Observer(Arc<Told>);

type Told = dyn Fn(&Exchange<'_>) + Send + Sync;

impl Observer {
    pub(crate) fn new(told: impl Fn(&Exchange<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(told))
    }

    pub(crate) fn tell(&self, passage: &Exchange<'_>) {
        (self.0)(passage);
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher")
    }
}
