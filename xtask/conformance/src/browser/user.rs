//! A person in front of the real browser: reads the pages, types, clicks, and ends at the listener
//! or at a code.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use auth_flows::Login;
use serde_json::json;

use super::chromium::Chromium;
use crate::report::Failure;

/// The user of the login, at every server.
pub(super) const NAME: &str = "alice";
pub(super) const PASSWORD: &str = "password";

/// The most pages of a visit: a login with consent takes two.
const PAGES: usize = 12;
/// How long a case waits for the end of a visit.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// One browser, for one person after the other.
pub(super) type Shared = Arc<Mutex<Chromium>>;

/// A person at the browser, and their decision.
pub(super) struct BrowserUser {
    browser: Shared,
    consents: bool,
    tell: Sender<Result<End, String>>,
    result: Receiver<Result<End, String>>,
}

/// Where a visit ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// At a page of the program's listener.
    Back { url: String, text: String },
    /// At a code to copy.
    Code(String),
}

impl BrowserUser {
    /// A new person, without a login in the browser.
    pub(super) fn new(browser: &Shared) -> Result<Self, Failure> {
        lock(browser).forget()?;
        let (tell, result) = mpsc::channel();
        Ok(Self {
            browser: Arc::clone(browser),
            consents: true,
            tell,
            result,
        })
    }

    pub(super) fn denies(mut self) -> Self {
        self.consents = false;
        self
    }

    /// The login of a program that opens this browser; `before` runs in the browser first.
    pub(super) fn login(
        &self,
        before: impl Fn(&Chromium, &str) -> Result<(), Failure> + Send + Sync + 'static,
    ) -> Login {
        let (browser, tell) = (Arc::clone(&self.browser), self.tell.clone());
        let (consents, before) = (self.consents, Arc::new(before));
        Login::browser(|_| {}).timeout(MAX_WAIT).open(move |url| {
            let browser = lock(&browser);
            let end = before(&browser, url).and_then(|()| visit(&browser, url, consents));
            let end = end.map_err(|error| error.to_string());
            // This fails only if the receiver has given up.
            let _late = tell.send(end);
            Ok(())
        })
    }

    /// A login by a code that the server shows.
    pub(super) fn out_of_band(&self) -> Login {
        let (browser, consents) = (Arc::clone(&self.browser), self.consents);
        Login::out_of_band(move |url| {
            let end = visit(&lock(&browser), url, consents);
            match end.map_err(|error| io::Error::other(error.to_string()))? {
                End::Code(code) => Ok(code),
                other => Err(io::Error::other(format!("no code, but {other:?}"))),
            }
        })
    }

    /// Waits for the end of the visit.
    pub(super) fn ended(&self) -> Result<End, Failure> {
        Ok(self.result.recv_timeout(MAX_WAIT)??)
    }

    /// The listener's page at which the visit ended: its address and its text.
    pub(super) fn back(&self) -> Result<(String, String), Failure> {
        match self.ended()? {
            End::Back { url, text } => Ok((url, text)),
            other => Err(format!("the visit ended at {other:?}").into()),
        }
    }

    /// The browser, to inspect what it shows.
    pub(super) fn browser(&self) -> MutexGuard<'_, Chromium> {
        lock(&self.browser)
    }
}

pub(super) fn lock(browser: &Shared) -> MutexGuard<'_, Chromium> {
    // After a panic the browser is still usable for the next case.
    browser.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Scheme, host and port of an address.
pub(super) fn origin(url: &str) -> &str {
    let after = url.find("://").map_or(0, |at| at + 3);
    let end = url[after..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |at| after + at);
    &url[..end]
}

/// Follows the pages until the server redirects the person away or shows a code.
fn visit(browser: &Chromium, url: &str, consents: bool) -> Result<End, Failure> {
    browser.open(url)?;
    for _ in 0..PAGES {
        let here = browser.url()?;
        if origin(&here) != origin(url) {
            let text = browser.text()?;
            return Ok(End::Back { url: here, text });
        }
        let found = browser.script(FIND, json!([consents]))?;
        if let Some(code) = found["code"].as_str() {
            return Ok(End::Code(code.to_owned()));
        }
        if found["password"].is_object() {
            browser.type_into(&found["name"], NAME)?;
            browser.type_into(&found["password"], PASSWORD)?;
        }
        if found["click"].is_null() {
            return Err(format!("stuck at {here}: {:?}", browser.text()?).into());
        }
        browser.click(&found["click"])?;
    }
    Err(format!("after {PAGES} pages still at {}", browser.url()?).into())
}

/// What the page offers: a code; or a form with a password; or what to click, by whether the person
/// consents. Rails has two forms, one of which deletes the request; others have one form with two
/// buttons.
const FIND: &str = "
    const code = document.querySelector('#authorization_code');
    if (code) return { code: code.textContent.trim() };
    const buttons = form => [...form.querySelectorAll('[type=submit]')];
    const password = document.querySelector('input[type=password]');
    if (password) {
        const name = password.form.querySelector('input[name=login], input[name=username], input[type=text]');
        return { name, password, click: buttons(password.form)[0] };
    }
    const forms = [...document.forms];
    const deletes = form => /delete/i.test(form.querySelector('input[name=_method]')?.value ?? '');
    const refuses = button => deletes(button.form) || /deny|cancel/i.test(button.name + button.value + button.textContent);
    const click = forms.flatMap(buttons).find(button => refuses(button) !== arguments[0]);
    return { click: click ?? null };
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        let check = |url: &str, expect: &str| assert_eq!(origin(url), expect);
        check(
            "http://127.0.0.1:4200/oauth/authorize?x=/",
            "http://127.0.0.1:4200",
        );
        check("http://[::1]:8080?code=1", "http://[::1]:8080");
        check("http://127.0.0.1:8080", "http://127.0.0.1:8080");
        check("data:,", "data:,");
    }
}
