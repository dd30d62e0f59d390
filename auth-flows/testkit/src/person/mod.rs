//! A person at a login page, without a browser: logs in, answers the consent page, ends at the
//! redirect.

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
use exchange::{Answer, Request};
use location::Location;
use page::{Form, Page};

/// Pages and redirects one visit may take before it is given up; a login with consent takes five.
const MAX_STEPS: usize = 20;

/// A person who signs in at an authorization server on loopback.
///
/// Reads HTML as server software writes it: a form with a password field is the login page, any
/// other form that is posted is the consent page. Fills in `input` and `button` elements; `select`,
/// `textarea` and scripts are beyond it.
///
/// Cookies are kept between visits, per origin: a second visit finds the person logged in. A new
/// `Person` is a new browser.
///
/// ```no_run
/// use auth_testkit::person::{Outcome, Person};
///
/// let person = Person::new("alice", "password");
/// match person.visit("http://127.0.0.1:4200/oauth/authorize?client_id=app")? {
///     Outcome::Redirected(url) => {
///         let (status, _page) = person.follow(&url)?;
///         assert_eq!(status, 200);
///     }
///     Outcome::Code(code) => println!("a code to paste, {} characters", code.len()),
///     Outcome::Page { status, url, text } => println!("stuck at {url} ({status}): {text}"),
///     _ => println!("the visit ended in another way"),
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Person {
    name: String,
    password: String,
    consents: bool,
    browser: Mutex<Browser>,
}

impl Person {
    /// A person who logs in with this name and password and allows what is asked.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            password: password.into(),
            consents: true,
            browser: Mutex::default(),
        }
    }

    /// The same person, refusing consent.
    ///
    /// A server that does not ask cannot be refused: Doorkeeper 5.5 redirects at once, with a code,
    /// when a confidential client already has a token of this user with these scopes.
    #[must_use]
    pub fn denies(mut self) -> Self {
        self.consents = false;
        self
    }

    /// Opens `url` and does what its pages ask for, until the server sends the person away.
    ///
    /// A password is typed once: a server that asks for it again has refused it, and that page is
    /// the outcome.
    ///
    /// # Errors
    ///
    /// - `InvalidInput`: `url` is not `http` on a loopback address.
    /// - `InvalidData`: a response is not HTTP, a form leads to another server, or the pages go
    ///   round in circles.
    /// - `TimedOut`: the server is silent; otherwise what the connection gives.
    pub fn visit(&self, url: &str) -> io::Result<Outcome> {
        self.go(url, None)
    }

    /// Opens the verification URI of a device login (RFC 8628 section 3.3), types this code where the
    /// page asks for one, and goes on as [`visit`](Self::visit) does.
    ///
    /// Such a login ends on a page of the server's, with words of success or of refusal.
    ///
    /// # Errors
    ///
    /// As [`visit`](Self::visit).
    pub fn visit_with_code(&self, verification_uri: &str, user_code: &str) -> io::Result<Outcome> {
        self.go(verification_uri, Some(user_code))
    }

    fn go(&self, url: &str, mut user_code: Option<&str>) -> io::Result<Outcome> {
        let mut at = Location::parse(url)?;
        let mut request = Request::get();
        let mut password_typed = false;
        self.browser().leave_page();
        for _ in 0..MAX_STEPS {
            let answer = self.send(&request, &at)?;
            if let Some(target) = answer.redirect() {
                let Some(next) = at.resolve(target) else {
                    return Ok(Outcome::Redirected(target.to_owned()));
                };
                if !answer.keeps_method() {
                    request = Request::get();
                }
                at = next;
                continue;
            }
            let page = Page::parse(if answer.is_html() { &answer.body } else { "" });
            if let Some(code) = page.code {
                return Ok(Outcome::Code(code));
            }
            let login = page.forms.iter().find(|form| form.asks_for_password());
            let blank = page.forms.iter().find(|form| form.asks_for_text());
            let action = match (login, blank, user_code) {
                _ if answer.status >= 400 => None,
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
                    form.map(|form| Action::Submit(form, form.as_it_is()))
                }
                _ if self.consents => consent(&page),
                _ => refusal(&page),
            };
            let Some(action) = action else {
                return Ok(Outcome::stuck(&at, &answer, page.text));
            };
            password_typed |= login.is_some();
            (at, request) = action.request(&at)?;
        }
        Err(invalid_data(format!(
            "the login did not end within {MAX_STEPS} pages and redirects; the last was {}",
            at.without_query()
        )))
    }

    /// Does what a browser does with the redirect: asks the callback listener for its page, then
    /// for `/favicon.ico`. Gives the page's status and body.
    ///
    /// Both requests carry a `Referer`, as Chromium sends it: the first names the server's origin,
    /// the second the whole redirect with its code, unless the listener's page forbade that with
    /// `Referrer-Policy: no-referrer`. The second may fail: by then a listener may be gone.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when `redirect_url` is not `http` on a loopback address (nobody here handles
    /// a private-use scheme); otherwise as [`visit`](Self::visit).
    pub fn follow(&self, redirect_url: &str) -> io::Result<(u16, String)> {
        let at = Location::parse(redirect_url)?;
        let answer = self.send(&Request::get(), &at)?;
        if let Some(icon) = at.resolve("/favicon.ico") {
            let headers = self.browser().headers(&icon);
            let _may_be_gone = Request::get().send(&icon, &headers);
        }
        Ok((answer.status, answer.body))
    }

    fn send(&self, request: &Request, at: &Location) -> io::Result<Answer> {
        let headers = self.browser().headers(at);
        let answer = request.send(at, &headers)?;
        self.browser().note(at, &answer);
        Ok(answer)
    }

    fn browser(&self) -> MutexGuard<'_, Browser> {
        // A panic elsewhere cannot leave a browser half changed: each change is one assignment.
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

/// Where a [visit](Person::visit) ended.
#[derive(Clone, PartialEq, Eq)]
// A server may end a visit in another way, such as a second factor.
#[non_exhaustive]
pub enum Outcome {
    /// The server redirected away from itself: to a loopback listener or to a private-use scheme.
    /// The URL is exactly as the server wrote it.
    Redirected(String),
    /// A page shows the code to copy: the text of `<code id="authorization_code">`, as Doorkeeper 5
    /// shows it for the out-of-band redirect URI.
    Code(String),
    /// A page the person can do nothing with: an error, a refused login, no form.
    Page {
        /// The HTTP status.
        status: u16,
        /// The page's URL, without its query.
        url: String,
        /// The words on the page; the whole body where it is not HTML.
        text: String,
    },
}

impl Outcome {
    /// The redirect's URL.
    ///
    /// # Errors
    ///
    /// `InvalidData`, saying where the visit ended instead.
    pub fn into_redirect(self) -> io::Result<String> {
        match self {
            Self::Redirected(url) => Ok(url),
            other => Err(invalid_data(format!("expected a redirect, got {other:?}"))),
        }
    }

    /// The code shown on the page.
    ///
    /// # Errors
    ///
    /// `InvalidData`, saying where the visit ended instead.
    pub fn into_code(self) -> io::Result<String> {
        match self {
            Self::Code(code) => Ok(code),
            other => Err(invalid_data(format!(
                "expected a page with a code, got {other:?}"
            ))),
        }
    }

    fn stuck(at: &Location, answer: &Answer, words: String) -> Self {
        let text = if answer.is_html() {
            words
        } else {
            answer.body.clone()
        };
        Self::Page {
            status: answer.status,
            url: at.without_query(),
            text,
        }
    }
}

/// Shows neither a code nor any other value of the redirect's query, except for its error.
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

/// What a person does on a page.
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

/// Rails has a second form that deletes the request, others a link or a second button.
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
