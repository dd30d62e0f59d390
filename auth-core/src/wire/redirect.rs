//! Redirect URIs: a loopback IP, a web service's https address, a private-use scheme, or out of
//! band.

use std::{fmt, sync::Arc};

use super::url::{checked, refused};
use crate::error::Error;

/// The URI that the authorization server redirects the user's browser to (RFC 6749 section 3.1.2,
/// RFC 8252 section 7).
///
/// ```
/// use auth_core::{RedirectKind, RedirectUri};
///
/// let uri = RedirectUri::parse("http://127.0.0.1:8080/callback")?;
/// assert_eq!(uri.kind(), RedirectKind::Loopback);
/// let uri = RedirectUri::parse("com.example.app:/callback")?;
/// assert_eq!(uri.kind(), RedirectKind::PrivateUse);
/// assert!(RedirectUri::parse("http://app.example.com/callback").is_err()); // http, not loopback
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RedirectUri {
    text: Arc<str>,
    kind: RedirectKind,
}

/// How a redirect reaches the program.
///
/// ```
/// use auth_core::{RedirectKind, RedirectUri};
///
/// let uri = RedirectUri::out_of_band();
/// assert_eq!(uri.kind(), RedirectKind::OutOfBand); // the user copies the code
/// let uri = RedirectUri::parse("https://app.example.org/callback")?;
/// assert_eq!(uri.kind(), RedirectKind::Https);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Platforms may add a way back to the program.
#[non_exhaustive]
pub enum RedirectKind {
    /// A listener on a loopback IP (RFC 8252 section 7.3).
    Loopback,
    /// A web service's own https address.
    Https,
    /// A private-use URI scheme such as `com.example.app:/callback`, which the operating system
    /// passes to the program (RFC 8252 section 7.1).
    PrivateUse,
    /// No redirect: the server shows the code, and the user copies it into the program.
    OutOfBand,
}

impl RedirectUri {
    /// The URI that makes a server show the code instead of redirecting. Doorkeeper, and so
    /// iNaturalist, supports it.
    pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

    /// Parses a redirect URI. Pass it exactly as registered: servers compare the text.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the URI has a fragment or
    /// user information, or is http to a host that is not a loopback IP. Also if its scheme is
    /// neither https nor private-use (with a dot in it).
    #[inline]
    pub fn parse(text: &str) -> Result<Self, Error> {
        Ok(Self {
            kind: redirect_kind(text)?,
            text: text.into(),
        })
    }

    /// Parses a redirect URI with the **name** `localhost`, `http://localhost:PORT/path`, for a
    /// client that is registered so and cannot be registered anew.
    ///
    /// Prefer [`parse`](Self::parse) and `http://127.0.0.1`: servers allow any port only there, and
    /// what the name resolves to is up to the machine (RFC 8252 section 8.3). The port is exactly
    /// the registered one. Nothing in this workspace listens at the name: the program receives the
    /// redirect itself, or the user pastes it.
    ///
    /// ```
    /// use auth_core::RedirectUri;
    ///
    /// assert!(RedirectUri::parse("http://localhost:8080/callback").is_err());
    /// let uri = RedirectUri::localhost("http://localhost:8080/callback")?;
    /// assert_eq!(uri.as_str(), "http://localhost:8080/callback");
    /// assert!(RedirectUri::localhost("http://localhost.evil.example").is_err());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the host is another, or as
    /// for [`parse`](Self::parse).
    #[inline]
    pub fn localhost(text: &str) -> Result<Self, Error> {
        let Some(rest) = after_localhost(text) else {
            let what = "is not an address that starts with http://localhost";
            return Err(refused(text, what).with_setting("redirect_uri"));
        };
        Ok(Self {
            kind: redirect_kind(&format!("http://127.0.0.1{rest}"))?,
            text: text.into(),
        })
    }

    /// Parses a redirect URI that was accepted before, with whichever constructor.
    pub(crate) fn restored(text: &str) -> Result<Self, Error> {
        match after_localhost(text) {
            Some(_) => Self::localhost(text),
            None => Self::parse(text),
        }
    }

    /// Returns the out-of-band URI, [`OUT_OF_BAND`](Self::OUT_OF_BAND).
    #[must_use]
    pub fn out_of_band() -> Self {
        Self {
            text: Self::OUT_OF_BAND.into(),
            kind: RedirectKind::OutOfBand,
        }
    }

    /// Returns the text, as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns how the redirect reaches the program.
    #[must_use]
    pub fn kind(&self) -> RedirectKind {
        self.kind
    }

    /// Returns the query of `redirected` if it is this URI with a query that the server added. An
    /// empty path and `/` are equal.
    #[inline]
    pub(crate) fn query_of<'a>(&self, redirected: &'a str) -> Option<&'a str> {
        let redirected = redirected.split('#').next().unwrap_or_default();
        let (place, query) = redirected.split_once('?')?;
        let own = self.text.split('?').next().unwrap_or_default();
        (without_slash(place) == without_slash(own)).then_some(query)
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[inline]
fn redirect_kind(text: &str) -> Result<RedirectKind, Error> {
    let named = |error: Error| error.with_setting("redirect_uri");
    if text == RedirectUri::OUT_OF_BAND {
        return Ok(RedirectKind::OutOfBand);
    }
    if text.contains('#') {
        return Err(named(refused(
            text,
            "has a fragment, which a redirect URI cannot have",
        )));
    }
    let scheme = text.split(':').next().unwrap_or_default();
    let plain = text.bytes().all(|b| b.is_ascii_graphic());
    if plain && scheme.contains('.') && scheme.len() < text.len() {
        return Ok(RedirectKind::PrivateUse);
    }
    if after_localhost(text).is_some() {
        return Err(named(
            refused(
                text,
                "names localhost, which servers do not treat as a loopback address",
            )
            .with_help("register and use http://127.0.0.1 instead: then any free port will do; or, if the registration cannot change, allow the name: `RedirectUri::localhost`, `Login::allow_localhost`"),
        ));
    }
    let uri = checked(text).map_err(named)?;
    Ok(if uri.scheme_str() == Some("https") {
        RedirectKind::Https
    } else {
        RedirectKind::Loopback
    })
}

/// Returns what follows the host, if it is the name `localhost`.
#[inline]
fn after_localhost(text: &str) -> Option<&str> {
    const PREFIX: &str = "http://localhost";
    let (prefix, rest) = text.split_at_checked(PREFIX.len())?;
    (prefix.eq_ignore_ascii_case(PREFIX) && (rest.is_empty() || rest.starts_with([':', '/', '?'])))
        .then_some(rest)
}

#[inline]
fn without_slash(place: &str) -> &str {
    let after = place.find("://").map_or(0, |at| at + 3);
    match place[after..].find('/') {
        Some(at) if after + at + 1 == place.len() => &place[..place.len() - 1],
        _ => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris() {
        let check = |text: &str, expect: Result<RedirectKind, &str>| match (
            RedirectUri::parse(text),
            expect,
        ) {
            (Ok(uri), Ok(kind)) => assert_eq!(uri.kind(), kind),
            (Err(error), Err(words)) => {
                assert!(error.to_string().contains(words), "{text}: {error}")
            }
            (got, _) => panic!("{text}: {got:?}"),
        };
        check("http://127.0.0.1:8080", Ok(RedirectKind::Loopback));
        check("http://[::1]:8080/callback", Ok(RedirectKind::Loopback));
        check("https://my-app.com/oauth2redirect", Ok(RedirectKind::Https));
        check(
            "org.myorganisation.myapp:/oauth2redirect",
            Ok(RedirectKind::PrivateUse),
        );
        check("urn:ietf:wg:oauth:2.0:oob", Ok(RedirectKind::OutOfBand));
        check("http://localhost:8080", Err("localhost"));
        check("http://my-app.com/cb", Err("not a loopback IP"));
        check("https://my-app.com/cb#x", Err("fragment"));
        check("javascript:alert(1)", Err("not an absolute URL"));
    }

    #[test]
    fn a_redirected_url_is_recognised() {
        let check = |own: &str, redirected: &str, expect: Option<&str>| {
            let own = RedirectUri::parse(own).expect("a redirect URI");
            assert_eq!(own.query_of(redirected), expect, "{redirected}");
        };
        // A path that differs in its last letter, or by one more, is another one.
        for other in ["callbacj", "callbac", "callback2", "callback/x", "Callback"] {
            let redirected = format!("http://127.0.0.1:8080/{other}?code=1");
            check("http://127.0.0.1:8080/callback", &redirected, None);
        }
        check(
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080/?code=1",
            Some("code=1"),
        );
        check(
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080?code=1#x",
            Some("code=1"),
        );
        check(
            "http://127.0.0.1:8080/",
            "http://127.0.0.1:8080?code=1",
            Some("code=1"),
        );
        check(
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8081/?code=1",
            None,
        );
        check(
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080/favicon.ico?code=1",
            None,
        );
        check(
            "com.example.app:/cb",
            "com.example.app:/cb?code=1",
            Some("code=1"),
        );
        check("https://a.example/cb", "https://a.example/cb", None);
    }
}
