//! The visitors, and their pending logins.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use auth_core::{
    CodeGrant, Error, ErrorKind, ExposeSecret, PendingAuthorization, RedirectUri, SecretBytes,
};
use auth_flows::AsyncSession;
use http::{HeaderValue, Request, header};
use sha2::{Digest, Sha256};

/// `__Host-`: a browser accepts it from this host only, over https only.
const COOKIE: &str = "__Host-visitor";

/// The time that a visitor has to log in.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(600);

/// The maximum number of pending logins.
const MOST: usize = 10_000;

/// A browser, identified by the secret number in its cookie.
pub(crate) struct Visitor(String);

impl Visitor {
    /// Creates a visitor with a new number.
    pub(crate) fn new() -> Result<Self, Error> {
        let mut bytes = [0; 16];
        random(&mut bytes)?;
        Ok(Self(hex(&bytes)))
    }

    /// Returns the visitor of a request. `None` without a valid cookie.
    pub(crate) fn of<B>(request: &Request<B>) -> Option<Self> {
        let cookies = request.headers().get_all(header::COOKIE).iter();
        let mut pairs = cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(';'));
        let id = pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
        let is_ours = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_ours.then(|| Self(id.to_owned()))
    }

    /// The name of the account in the store. It is a digest, because a reader of the store or of a
    /// log could use the number itself as a cookie.
    pub(crate) fn account(&self) -> String {
        hex(&Sha256::digest(&self.0))
    }

    /// `Lax`: the browser sends it with Info Flora's redirect, but not with posts of other sites.
    pub(crate) fn cookie(&self) -> HeaderValue {
        let text = format!(
            "{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax",
            self.0
        );
        HeaderValue::from_str(&text).expect("hexadecimal digits")
    }

    pub(crate) fn no_cookie() -> HeaderValue {
        HeaderValue::from_static(
            "__Host-visitor=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
        )
    }
}

/// The pending logins by visitor. Each is valid once.
#[derive(Default)]
pub(crate) struct Logins(Mutex<HashMap<String, (Instant, SecretBytes)>>);

impl Logins {
    /// Starts a login. Returns the URL to redirect the visitor to.
    pub(crate) async fn begin(
        &self,
        session: &AsyncSession,
        redirect_uri: RedirectUri,
        visitor: &Visitor,
    ) -> Result<String, Error> {
        let (url, pending) = session.begin_at(redirect_uri).await?;
        let mut logins = self.pending();
        logins.retain(|_, (since, _)| since.elapsed() < LOGIN_TIMEOUT);
        if logins.len() >= MOST {
            return Err(Error::new(
                ErrorKind::TimedOut,
                "too many logins are pending",
            ));
        }
        logins.insert(
            visitor.0.clone(),
            (Instant::now(), pending.to_secret_text()),
        );
        Ok(url)
    }

    /// Removes the visitor's pending login in any case, and checks that the redirect belongs to it.
    pub(crate) fn complete(&self, visitor: &Visitor, redirected: &str) -> Result<CodeGrant, Error> {
        let login = self.pending().remove(&visitor.0);
        match login.filter(|(since, _)| since.elapsed() < LOGIN_TIMEOUT) {
            Some((_, text)) => {
                PendingAuthorization::from_secret_text(text.expose_secret())?.accept(redirected)
            }
            None => Err(Error::new(
                ErrorKind::CallbackMismatch,
                "this visitor has no pending login",
            )),
        }
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<String, (Instant, SecretBytes)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string never fails");
    }
    text
}

fn random(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|error| {
        Error::new(
            ErrorKind::Configuration,
            "the system returned no random bytes",
        )
        .with_source(error)
    })
}
