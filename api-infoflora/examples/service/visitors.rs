//! Who visits, and which of them have begun to log in.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use auth_core::{
    AuthorizationRequest, CodeGrant, Entropy, Error, ErrorKind, ExposeSecret, PendingAuthorization,
    RedirectUri, SecretBytes, Service,
};
use http::{HeaderValue, Request, header};

/// `__Host-`: a browser takes it from this very host alone, and over https.
const COOKIE: &str = "__Host-visitor";

/// How long a visitor may take to log in.
const PATIENCE: Duration = Duration::from_secs(600);

/// How many logins may be under way at a time.
const MOST: usize = 10_000;

/// A browser, by the secret number in its cookie.
pub(crate) struct Visitor(String);

impl Visitor {
    /// A new one.
    pub(crate) fn new() -> Result<Self, Error> {
        let mut bytes = [0; 16];
        random(&mut bytes)?;
        let mut id = String::new();
        for byte in bytes {
            write!(id, "{byte:02x}").expect("a string takes everything");
        }
        Ok(Self(id))
    }

    /// The one who asks, if they have a cookie of ours.
    pub(crate) fn of<B>(request: &Request<B>) -> Option<Self> {
        let cookies = request.headers().get_all(header::COOKIE).iter();
        let mut pairs = cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(';'));
        let id = pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
        let is_ours = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_ours.then(|| Self(id.to_owned()))
    }

    pub(crate) fn id(&self) -> &str {
        &self.0
    }

    /// `Lax`: it comes along when Info Flora sends the visitor back, and not with what other sites post.
    pub(crate) fn cookie(&self) -> HeaderValue {
        let text = format!(
            "{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax",
            self.0
        );
        HeaderValue::from_str(&text).expect("a number in letters and digits")
    }

    pub(crate) fn no_cookie() -> HeaderValue {
        HeaderValue::from_static(
            "__Host-visitor=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
        )
    }
}

/// Logins under way, by visitor. Each serves once.
#[derive(Default)]
pub(crate) struct Logins(Mutex<HashMap<String, (Instant, SecretBytes)>>);

impl Logins {
    /// Where to send this visitor.
    pub(crate) fn begin(
        &self,
        service: &Service,
        redirect_uri: RedirectUri,
        visitor: &Visitor,
    ) -> Result<String, Error> {
        let mut bytes = [0; 64];
        random(&mut bytes)?;
        let mut request =
            AuthorizationRequest::new(service.client(), redirect_uri, Entropy::new(bytes));
        if let Some(scope) = service.default_scope() {
            request = request.scope(scope);
        }
        let (url, pending) = request.begin()?;
        let mut begun = self.begun();
        begun.retain(|_, (since, _)| since.elapsed() < PATIENCE);
        if begun.len() >= MOST {
            return Err(Error::new(
                ErrorKind::TimedOut,
                "too many logins are under way",
            ));
        }
        begun.insert(
            visitor.0.clone(),
            (Instant::now(), pending.to_secret_text()),
        );
        Ok(url)
    }

    /// Takes the visitor's login out, whatever comes of it, and checks that this address answers it.
    pub(crate) fn end(&self, visitor: &Visitor, redirected: &str) -> Result<CodeGrant, Error> {
        let begun = self.begun().remove(&visitor.0);
        match begun.filter(|(since, _)| since.elapsed() < PATIENCE) {
            Some((_, text)) => {
                PendingAuthorization::from_secret_text(text.expose_secret())?.accept(redirected)
            }
            None => Err(Error::new(
                ErrorKind::CallbackMismatch,
                "this visitor has begun no login",
            )),
        }
    }

    fn begun(&self) -> MutexGuard<'_, HashMap<String, (Instant, SecretBytes)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn random(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|error| {
        Error::new(ErrorKind::Configuration, "the system has no random numbers").with_source(error)
    })
}
