//! A request with its outcome, and the observer that receives it.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::Request;

use crate::control::faults::Fault;
use crate::control::request_kind::RequestKind;

/// A request with its outcome, as [`TestServerBuilder::observe`] receives it.
///
/// The observer runs right before the server sends the response or closes the connection. The
/// request is unredacted: it contains its secrets.
///
/// ```
/// use std::sync::mpsc;
/// use auth_testkit::{Dialect, RequestKind, TestServer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (sender, exchanges) = mpsc::channel();
/// let server = TestServer::builder(Dialect::league_9())
///     .observe(move |exchange| {
///         sender.send((exchange.kind, exchange.status)).expect("the test still listens");
///     })
///     .start()?;
/// # let url = format!("{}/nowhere", server.url());
/// # auth_testkit::person::Person::new("alice", "password").visit(&url)?;
/// // … let your program request `/nowhere` …
/// assert_eq!(exchanges.recv()?, (RequestKind::Other, Some(404)));
/// # Ok(())
/// # }
/// ```
///
/// [`TestServerBuilder::observe`]: crate::TestServerBuilder::observe
#[derive(Debug)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// The whole request.
    pub request: &'a Request<Vec<u8>>,
    /// The kind of endpoint that it went to.
    pub kind: RequestKind,
    /// The `grant_type` of a token request.
    pub grant: Option<&'a str>,
    /// When the server had read the whole request.
    pub began: SystemTime,
    /// The fault that the server applied.
    pub fault: Option<&'a Fault>,
    /// Whether the server processed the request as it would have without a fault. `false` if a
    /// fault took the place of the processing.
    pub processed: bool,
    /// The status of the response that the server made, even if a fault then discarded the
    /// response. `None` if it made none.
    pub status: Option<u16>,
    /// The user whose token or password the request carried. `None` if the server does not know the
    /// token; an expired or revoked token still names its user.
    pub user: Option<&'a str>,
    /// The number of the login that the token comes from, or that the response starts.
    pub login: Option<u64>,
    /// The number of the refresh token that the request carried, valid or not.
    pub refresh_token: Option<usize>,
}

/// The function that receives each exchange.
#[derive(Clone)]
pub(crate) struct Observer(Arc<ObserverFn>);

type ObserverFn = dyn Fn(&Exchange<'_>) + Send + Sync;

impl Observer {
    pub(crate) fn new(observe: impl Fn(&Exchange<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(observe))
    }

    pub(crate) fn notify(&self, exchange: &Exchange<'_>) {
        (self.0)(exchange);
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
