//! The visitors of the web service: browsers that log in and look at their page.

use auth_core::{Body, Limits, Request, Transport};
use auth_testkit::person::Person;
use http::{HeaderValue, Method, header};
use http_ureq::Ureq;

use crate::expect::ensure;
use crate::report::{CheckResult, Failure};

/// Where the visitors' proxy is.
pub(super) const PUBLIC: &str = "https://my-app.example";
pub(super) const USERS: [(&str, &str); 3] = [
    ("alice", "password"),
    ("bob", "hunter2"),
    ("carol", "swordfish"),
];

/// A user's browser, which has logged in.
pub(super) struct Visitor {
    pub(super) cookie: String,
    number: usize,
}

impl Visitor {
    pub(super) fn log_in(host: &str, user: &str, password: &str) -> Result<Self, Failure> {
        let (status, location, cookie, text) = get(host, "/login", "none=1")?;
        ensure(
            status == 303,
            format!("/login responds with {status}: {text}"),
        )?;
        let outcome = Person::new(user, password).visit(&location)?;
        let redirect = outcome.into_redirect()?;
        let path = redirect.strip_prefix(PUBLIC).ok_or("a foreign redirect")?;
        let (status, _, _, text) = get(host, path, &cookie)?;
        ensure(
            status == 303,
            format!("the login ends with {status}: {text}"),
        )?;
        let number = USERS.iter().position(|(name, _)| *name == user);
        Ok(Self {
            cookie,
            number: number.ok_or("an unknown user")? + 1,
        })
    }

    /// Fails unless the visitor sees the own observation.
    pub(super) fn home(&self, host: &str) -> CheckResult {
        let (status, _, _, text) = get(host, "/", &self.cookie)?;
        let own = format!("the first is {}.", self.number);
        ensure(
            status == 200 && text.contains(&own),
            format!("{host} responds with {status}: {text}"),
        )
    }
}

/// Returns the status, where to go, the new cookie and the text.
pub(super) fn get(
    host: &str,
    path: &str,
    cookie: &str,
) -> Result<(u16, String, String, String), Failure> {
    let mut request = Request::new(Body::Empty);
    *request.method_mut() = Method::GET;
    *request.uri_mut() = format!("{host}{path}").parse()?;
    let cookie = HeaderValue::from_str(cookie)?;
    request.headers_mut().insert(header::COOKIE, cookie);
    let response = Transport::send(&Ureq::default(), request, &Limits::api())?;
    let header = |name| {
        let value = response.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let cookie = header(header::SET_COOKIE).split(';').next();
    let cookie = cookie.unwrap_or_default().to_owned();
    let location = header(header::LOCATION).to_owned();
    let text = String::from_utf8_lossy(response.body().as_bytes()).into_owned();
    Ok((response.status().as_u16(), location, cookie, text))
}
