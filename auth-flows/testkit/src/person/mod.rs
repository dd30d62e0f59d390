//! A scripted user at a login page, without a browser: logs in, consents, ends at the redirect.

mod browser;
mod exchange;
mod html;
mod location;
mod page;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use browser::Browser;
use exchange::{Request, Response};
use location::Location;
use page::{Form, Page};

/// Maximum number of pages and redirects of a visit. A login with consent takes five.
const MAX_STEPS: usize = 20;

/// A scripted user who logs in at an authorization server on loopback.
///
/// It reads HTML as server software writes it. A form with a password field is the login page, any
/// other form with the method POST is the consent page. It fills in `input` and `button` elements,
/// and ignores `select`, `textarea` and scripts.
///
/// It keeps cookies between visits, per origin, so a second visit finds the user logged in. A new
/// `Person` is a new browser.
///
/// ```
/// use auth_testkit::person::{Outcome, Person};
/// use auth_testkit::{Dialect, TestClient, TestServer};
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::doorkeeper_5())
///     .client(TestClient::public("app").redirect_uri("urn:ietf:wg:oauth:2.0:oob"))
///     .user("alice", "password")
///     .start()?;
/// let url = format!(
///     "{}?client_id=app&response_type=code&redirect_uri=urn:ietf:wg:oauth:2.0:oob",
///     server.authorization_endpoint(),
/// );
/// match Person::new("alice", "password").visit(&url)? {
///     Outcome::Redirected(url) => println!("back at the program: {url}"),
///     Outcome::Code(code) => println!("a code to paste, {} characters", code.len()),
///     Outcome::Page { status, url, text } => panic!("stuck at {url} ({status}): {text}"),
///     other => panic!("the visit ended otherwise: {other:?}"),
/// }
/// let denied = Person::new("alice", "password").denies().visit(&url)?;
/// assert!(matches!(denied, Outcome::Page { status: 400, .. }));
/// # Ok(())
/// # }
/// ```
pub struct Person {
    name: String,
    password: String,
    consents: bool,
    browser: Mutex<Browser>,
}

impl Person {
    /// Returns a user who logs in with this name and password and grants consent.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            password: password.into(),
            consents: true,
            browser: Mutex::default(),
        }
    }

    /// Lets the user deny consent.
    ///
    /// Has no effect if the server shows no consent form. Doorkeeper 5.5 redirects at once, with a
    /// code, if a confidential client already has a token of this user with these scopes.
    #[must_use]
    pub fn denies(mut self) -> Self {
        self.consents = false;
        self
    }

    /// Opens `url` and fills in the forms of its pages, until the server redirects to another
    /// origin.
    ///
    /// The user types the password once. A second login form means that the server refused it, so
    /// that page is the outcome.
    ///
    /// ```
    /// use auth_testkit::person::Person;
    /// use auth_testkit::{Dialect, TestClient, TestServer};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let server = TestServer::builder(Dialect::doorkeeper_5())
    ///     .client(TestClient::public("app").redirect_uri("http://127.0.0.1:8080"))
    ///     .user("alice", "password")
    ///     .start()?;
    /// let url = format!(
    ///     "{}?client_id=app&response_type=code&redirect_uri=http://127.0.0.1:8080&state=xyz",
    ///     server.authorization_endpoint(),
    /// );
    /// let redirect = Person::new("alice", "password").visit(&url)?.into_redirect()?;
    /// assert!(redirect.ends_with("&state=xyz"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - `InvalidInput` if `url` is not `http` on a loopback address.
    /// - `InvalidData` if a response is not HTTP, if a form leads to another server, or if the
    ///   visit takes more than 20 pages and redirects.
    /// - `TimedOut` if a response takes more than 30 s.
    /// - Any other error of the connection.
    pub fn visit(&self, url: &str) -> io::Result<Outcome> {
        self.go(url, None)
    }

    /// Opens the verification URI of a device login (RFC 8628 section 3.3), types this code into
    /// the form for it, and continues like [`visit`](Self::visit).
    ///
    /// Such a login ends on a page of the server that shows success or refusal.
    ///
    /// # Errors
    ///
    /// Like [`visit`](Self::visit).
    pub fn visit_with_code(&self, verification_uri: &str, user_code: &str) -> io::Result<Outcome> {
        self.go(verification_uri, Some(user_code))
    }

    fn go(&self, url: &str, mut user_code: Option<&str>) -> io::Result<Outcome> {
        let mut at = Location::parse(url)?;
        let mut request = Request::get();
        let mut password_typed = false;
        self.browser().leave_page();
        for _ in 0..MAX_STEPS {
            let response = self.send(&request, &at)?;
            if let Some(target) = response.redirect() {
                let Some(next) = at.resolve(target) else {
                    return Ok(Outcome::Redirected(target.to_owned()));
                };
                if !response.keeps_method() {
                    request = Request::get();
                }
                at = next;
                continue;
            }
            let page = Page::parse(if response.is_html() {
                &response.body
            } else {
                ""
            });
            if let Some(code) = page.code {
                return Ok(Outcome::Code(code));
            }
            let login = page.forms.iter().find(|form| form.has_password_field());
            let blank = page.forms.iter().find(|form| form.has_text_field());
            let action = match (login, blank, user_code) {
                _ if response.status >= 400 => None,
                (Some(_), ..) if password_typed => None,
                (Some(form), ..) => {
                    let fields = form.login(&self.name, &self.password);
                    Some(Action::Submit(form, fields))
                }
                (None, Some(form), Some(code)) => {
                    user_code = None;
                    Some(Action::Submit(form, form.typed(code)))
                }
                _ if page.submits_itself => {
                    let form = page.forms.first();
                    form.map(|form| Action::Submit(form, form.unchanged()))
                }
                _ if self.consents => consent(&page),
                _ => refusal(&page),
            };
            let Some(action) = action else {
                return Ok(Outcome::stuck(&at, &response, page.text));
            };
            password_typed |= login.is_some();
            (at, request) = action.request(&at)?;
        }
        Err(invalid_data(format!(
            "the login did not end within {MAX_STEPS} pages and redirects; the last was {}",
            at.without_query()
        )))
    }

    /// Follows the redirect like a browser: requests the page of the callback listener, then
    /// `/favicon.ico`. Returns the status and the body of the page.
    ///
    /// Both requests have a `Referer`, as Chromium sends it. The first names the server's origin.
    /// The second names the whole redirect with its code, unless the listener's page forbids that
    /// with `Referrer-Policy: no-referrer`. The second may fail, because a listener may be gone by
    /// then.
    ///
    /// ```
    /// use auth_testkit::person::Person;
    /// use auth_testkit::raw::{RawServer, ScriptStep};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let page = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nDone.";
    /// let listener = RawServer::start(|_| vec![ScriptStep::respond(page)]);
    /// let redirect = listener.url("/?code=c1&state=s").to_string();
    /// let (status, body) = Person::new("alice", "password").follow(&redirect)?;
    /// assert_eq!((status, body.as_str()), (200, "Done."));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - `InvalidInput` if `redirect_url` is not `http` on a loopback address, for example if it
    ///   has a private-use scheme.
    /// - Otherwise like [`visit`](Self::visit).
    pub fn follow(&self, redirect_url: &str) -> io::Result<(u16, String)> {
        let at = Location::parse(redirect_url)?;
        let response = self.send(&Request::get(), &at)?;
        if let Some(icon) = at.resolve("/favicon.ico") {
            let headers = self.browser().headers(&icon);
            let _may_be_gone = Request::get().send(&icon, headers);
        }
        Ok((response.status, response.body))
    }

    fn send(&self, request: &Request, at: &Location) -> io::Result<Response> {
        let headers = self.browser().headers(at);
        let response = request.send(at, headers)?;
        self.browser().note(at, &response);
        Ok(response)
    }

    fn browser(&self) -> MutexGuard<'_, Browser> {
        // A panic cannot leave a browser half changed: each change is one assignment.
        self.browser.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows the name, never the password or the cookies.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("name", &self.name)
            .field("consents", &self.consents)
            .finish_non_exhaustive()
    }
}

/// The end of a [visit](Person::visit).
///
/// ```
/// use auth_testkit::{Dialect, TestServer, person::{Outcome, Person}};
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::doorkeeper_5()).start()?;
/// let outcome = Person::new("alice", "password").visit(&server.url())?;
/// assert!(matches!(outcome, Outcome::Page { status: 404, .. }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
// A server may end a visit in another way, such as a second factor.
#[non_exhaustive]
pub enum Outcome {
    /// The server redirected to another origin: a loopback listener or a private-use scheme. The
    /// URL is exactly as the server wrote it.
    Redirected(String),
    /// A page shows the code to copy: the text of `<code id="authorization_code">`, as Doorkeeper 5
    /// shows it for the out-of-band redirect URI.
    Code(String),
    /// A page without a next step: an error, a refused login, no form.
    Page {
        /// The HTTP status.
        status: u16,
        /// The page's URL, without its query.
        url: String,
        /// The words on the page, or the whole body if it is not HTML.
        text: String,
    },
}

impl Outcome {
    /// Returns the URL of the redirect.
    ///
    /// # Errors
    ///
    /// `InvalidData` if the visit ended otherwise. The message says how.
    pub fn into_redirect(self) -> io::Result<String> {
        match self {
            Self::Redirected(url) => Ok(url),
            other => Err(invalid_data(format!("expected a redirect, got {other:?}"))),
        }
    }

    /// Returns the code on the page.
    ///
    /// # Errors
    ///
    /// `InvalidData` if the visit ended otherwise. The message says how.
    pub fn into_code(self) -> io::Result<String> {
        match self {
            Self::Code(code) => Ok(code),
            other => Err(invalid_data(format!(
                "expected a page with a code, got {other:?}"
            ))),
        }
    }

    fn stuck(at: &Location, response: &Response, text: String) -> Self {
        let text = if response.is_html() {
            text
        } else {
            response.body.clone()
        };
        Self::Page {
            status: response.status,
            url: at.without_query(),
            text,
        }
    }
}

/// Hides the code and the values of the redirect's query, except those of its error.
impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirected(url) => {
                let (bare, query) = url.split_once('?').unwrap_or((url, ""));
                let shown: Vec<_> = query.split('&').map(shown_parameter).collect();
                write!(f, "Redirected({bare}?{})", shown.join("&"))
            }
            Self::Code(code) => write!(f, "Code({} characters)", code.len()),
            Self::Page { status, url, text } => f
                .debug_struct("Page")
                .field("status", status)
                .field("url", url)
                .field("text", text)
                .finish(),
        }
    }
}

fn shown_parameter(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) if !name.starts_with("error") => format!("{name}=…"),
        _ => pair.to_owned(),
    }
}

/// What the user does on a page.
enum Action<'p> {
    Open(&'p str),
    Submit(&'p Form, Vec<(String, String)>),
}

impl Action<'_> {
    fn request(self, at: &Location) -> io::Result<(Location, Request)> {
        let target = match &self {
            Self::Open(target) => target,
            Self::Submit(form, _) => form.action.as_str(),
        };
        let next = at.resolve(target).ok_or_else(|| {
            invalid_data(format!(
                "{} sends a form to another server: {target}",
                at.without_query()
            ))
        })?;
        Ok(match self {
            Self::Open(_) => (next, Request::get()),
            Self::Submit(_, fields) => (next, Request::post(&fields)),
        })
    }
}

fn consent(page: &Page) -> Option<Action<'_>> {
    let form = page.forms.iter().find(|form| !form.deletes())?;
    Some(Action::Submit(form, form.consent()))
}

/// Rails has a second form that deletes the request. Other software has a link or a second button.
fn refusal(page: &Page) -> Option<Action<'_>> {
    let submit = |form| Action::Submit(form, Form::refusal(form));
    let link = || page.refusing_link.as_deref().map(Action::Open);
    page.forms
        .iter()
        .find(|form| form.deletes())
        .map(submit)
        .or_else(link)
        .or_else(|| {
            page.forms
                .iter()
                .find(|form| form.can_be_refused())
                .map(submit)
        })
}

fn invalid_data(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}
