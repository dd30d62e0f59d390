//! URLs that credentials may be sent to: https, or http to a loopback IP; no user information, no
//! fragment.

use std::{fmt, net::IpAddr};

use bytes::Bytes;
use secrecy::ExposeSecret;

use super::{
    body::{Body, Request, set_header},
    form,
};
use crate::error::{Error, ErrorKind, check::Check, text::presentable};

/// The URL of an endpoint of an authorization server (RFC 6749 section 3).
///
/// ```
/// use auth_core::Endpoint;
///
/// assert!(Endpoint::parse("https://auth.example.org/oauth2/token").is_ok());
/// assert!(Endpoint::parse("http://127.0.0.1:4000/oauth/token").is_ok());
/// let error = Endpoint::parse("http://auth.example.org/oauth2/token").expect_err("in the clear");
/// assert!(error.is_configuration());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint(http::Uri);

impl Endpoint {
    /// Parses an absolute URL.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the text is not an absolute URL of the scheme https, or http
    /// to a loopback IP. Also if it has user information, a fragment, or a credential in its query.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let uri = checked(text)?;
        let found = {
            let mut names = form::parse(uri.query().unwrap_or_default()).map(|(name, _)| name);
            names.find(|name| is_credential(name.expose_secret()))
        };
        match found {
            Some(name) => Err(credential_in_url(name.expose_secret())),
            None => Ok(Self(uri)),
        }
    }

    /// Returns the URI as a type of `http`.
    #[must_use]
    pub fn uri(&self) -> &http::Uri {
        &self.0
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.0)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The base URL of an API: scheme, host, port and the beginning of every path.
///
/// A bearer token is sent only to URLs below its base: see [`covers`](Self::covers).
///
/// ```
/// use auth_core::BaseUrl;
///
/// let base = BaseUrl::parse("https://api.example.org/v1")?;
/// assert_eq!(base.uri("/users/me")?, "https://api.example.org/v1/users/me");
/// assert!(base.covers(&"https://api.example.org/v1/users/me".parse().expect("a URI")));
/// assert!(!base.covers(&"https://evil.example.org/v1/users/me".parse().expect("a URI")));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    text: String,
    origin: usize,
    loopback: bool,
}

impl BaseUrl {
    /// Parses an absolute URL without a query. A slash at its end makes no difference.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] as for [`Endpoint::parse`], and if the URL has a query.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let uri = checked(text)?;
        if uri.query().is_some() {
            return Err(refused(text, "has a query, which a base URL cannot have"));
        }
        let text = text.trim_end_matches('/').to_owned();
        let authority = text.find("://").map_or(0, |at| at + 3);
        let origin = text[authority..]
            .find('/')
            .map_or(text.len(), |at| authority + at);
        let loopback = is_loopback(&uri);
        Ok(Self {
            text,
            origin,
            loopback,
        })
    }

    /// Returns whether the host is a loopback IP, as that of a test server.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Makes a request without a body for `path_and_query` below this base, with `Accept:
    /// application/json`.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the path does not start with a slash, or has a `.` or `..` segment.
    pub fn request(&self, method: http::Method, path_and_query: &str) -> Result<Request, Error> {
        let mut request = Request::new(Body::Empty);
        *request.method_mut() = method;
        *request.uri_mut() = self.uri(path_and_query)?;
        let json = http::HeaderValue::from_static("application/json");
        set_header(request.headers_mut(), http::header::ACCEPT, json);
        Ok(request)
    }

    /// Returns the URI of `path_and_query` below this base.
    ///
    /// # Errors
    /// As for [`request`](Self::request).
    pub fn uri(&self, path_and_query: &str) -> Result<http::Uri, Error> {
        let path = path_and_query.split(['?', '#']).next().unwrap_or_default();
        if !path.starts_with('/') || climbs(path) || path_and_query.contains('#') {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("`{path}` is not a path under the API"),
            )
            .with_help("give a path that starts with one slash and has no `.` or `..` segments"));
        }
        let mut text = String::with_capacity(self.text.len() + path_and_query.len());
        text.push_str(&self.text);
        text.push_str(path_and_query);
        http::Uri::from_maybe_shared(Bytes::from(text)).map_err(|error| {
            Error::new(ErrorKind::Usage, format!("`{path}` makes no URL")).with_source(error)
        })
    }

    /// Returns whether a URI is below this base: the same scheme, host and port, and a path that
    /// starts with all segments of the base.
    #[must_use]
    pub fn covers(&self, uri: &http::Uri) -> bool {
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return false;
        };
        let (origin, prefix) = self.text.split_at(self.origin);
        let same_origin = origin
            .split_at_checked(scheme.len())
            .is_some_and(|(own, rest)| {
                let rest = rest.strip_prefix("://");
                own.eq_ignore_ascii_case(scheme)
                    && rest.is_some_and(|own| own.eq_ignore_ascii_case(authority.as_str()))
            });
        let below = uri
            .path()
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        same_origin && below && !climbs(uri.path())
    }

    /// Returns the URL without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({})", self.text)
    }
}

/// Secret parameters. They are sent in a body, never in a URL, because logs and browsers store
/// URLs.
const CREDENTIALS: [&str; 14] = [
    "access_token",
    "actor_token",
    "api_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "jwt",
    "password",
    "refresh_token",
    "subject_token",
    "token",
];

/// Returns whether a parameter of this name is a credential.
pub(crate) fn is_credential(name: &str) -> bool {
    CREDENTIALS
        .iter()
        .any(|credential| name.eq_ignore_ascii_case(credential))
}

/// The error for a credential in a URL. It does not repeat the value.
pub(crate) fn credential_in_url(name: &str) -> Error {
    let name = presentable(name, 40);
    Error::new(
        ErrorKind::Configuration,
        format!("`{name}` would be in a URL's query, where logs and browsers keep it"),
    )
    .with_check(Check::CredentialInUrl)
    .with_help("take it out; credentials have settings of their own and travel in the body")
}

/// Checks that a URL may receive credentials. Every endpoint, base URL and redirect URI passes
/// here.
pub(crate) fn checked(text: &str) -> Result<http::Uri, Error> {
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(refused(
            text,
            "has a space, a control character or a letter outside ASCII in it",
        ));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(refused(text, "is not an absolute URL"));
    };
    // `http::Uri` silently drops a fragment and accepts user information, so check the text first.
    if text.contains('#') {
        return Err(refused(text, "has a fragment"));
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(refused("it", "has user information in it")
            .with_help("put the client id and secret into their own settings"));
    }
    let uri: http::Uri = text
        .parse()
        .map_err(|error| refused(text, "is not a URL").with_source(error))?;
    let host = uri.host().unwrap_or_default();
    let port_fits = uri
        .authority()
        .is_some_and(|a| a.port().is_none() == (a.as_str().len() == host.len()));
    if host.is_empty() || !port_fits || (uri.port().is_some() && uri.port_u16().is_none()) {
        return Err(refused(text, "has no valid host and port"));
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok(uri),
        "http" if is_loopback(&uri) => Ok(uri),
        "http" => Err(refused(text, "is http to a host that is not a loopback IP")
            .with_help("use https; http is only for 127.0.0.1 and [::1]")),
        other => {
            let problem = format!("has the scheme `{other}`");
            Err(refused(text, &problem).with_help("use https"))
        }
    }
}

/// Returns whether the host of a URI is a loopback IP: 127.0.0.0/8 or `[::1]`. A name is not, not
/// even `localhost`.
#[must_use]
pub fn is_loopback(uri: &http::Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>()
        .is_ok_and(|ip| ip.is_loopback())
}

/// Returns whether a path has a `.` or `..` segment, percent-encoded or with backslashes included.
fn climbs(path: &str) -> bool {
    path.split(['/', '\\']).any(is_dots)
        || path.contains('%') && {
            let mut windows = path.as_bytes().windows(5);
            windows.any(|window| window.eq_ignore_ascii_case(b"%2f.."))
        }
}

/// Returns whether a segment is exactly one or two dots, percent-encoded included.
fn is_dots(segment: &str) -> bool {
    let mut rest = segment.as_bytes();
    for dots in 0..3 {
        rest = match rest {
            [] => return dots > 0,
            [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => rest,
            _ => return false,
        };
    }
    false
}

pub(super) fn refused(text: &str, problem: &str) -> Error {
    let shown = match text {
        "" => "the URL (which is empty)".to_owned(),
        "it" => "the URL".to_owned(),
        text => format!("`{}`", presentable(text, 120)),
    };
    Error::new(ErrorKind::Configuration, format!("{shown} {problem}")).with_check(Check::Url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints() {
        let check = |text: &str, expect: Result<(), &str>| match (Endpoint::parse(text), expect) {
            (Ok(_), Ok(())) => {}
            (Err(error), Err(words)) => {
                assert!(error.is_configuration());
                assert!(error.to_string().contains(words), "{text}: {error}");
            }
            (got, _) => panic!("{text}: {got:?}"),
        };
        check("https://auth.infoflora.ch/oauth2/token", Ok(()));
        check("https://auth.infoflora.ch/oauth2/token?x=1", Ok(()));
        check("HTTPS://auth.infoflora.ch", Ok(()));
        check("http://127.0.0.1:1/x", Ok(()));
        check("http://127.9.9.9/x", Ok(()));
        check("http://[::1]:8080/x", Ok(()));
        check(
            "http://auth.infoflora.ch/oauth2/token",
            Err("is http to a host"),
        );
        check("http://localhost:3000/", Err("is http to a host"));
        check("http://127.0.0.1.example.org/", Err("is http to a host"));
        check("https://user:pw@example.org/", Err("user information"));
        check("https://example.org/#x", Err("fragment"));
        check("ftp://example.org/", Err("scheme `ftp`"));
        check("example.org/token", Err("not an absolute URL"));
        check("", Err("empty"));
        check("https://", Err("not a URL"));
        check("https://example.org:99999/", Err("host and port"));
        check("https://exa mple.org/", Err("a space"));
        check("https://exämple.org/", Err("outside ASCII"));
    }

    #[test]
    fn the_shortest_hosts() {
        let check = |base: &str, uri: &str, expect: bool| {
            let base = BaseUrl::parse(base).expect("a base");
            let uri = uri.parse().expect("a URI");
            assert_eq!(base.covers(&uri), expect, "{base:?} {uri}");
        };
        check("https://a", "https://a/x", true);
        check("https://a/", "https://a", true);
        check("https://a", "https://b/x", false);
        check("https://a/v1", "https://a/v1/x", true);
        check("https://a/v1", "https://a/v2/x", false);
        check("https://a/v1", "https://a/v1x", false);
        check("https://a.b/v1/x", "https://a.b/v1/x/y", true);
        check("https://a.b/v1/x", "https://a.b/v1/y", false);
    }

    #[test]
    fn credentials_stay_out_of_queries() {
        for name in CREDENTIALS
            .into_iter()
            .chain(["Client_Secret", "client%5Fsecret"])
        {
            let text = format!("https://example.org/authorize?tenant=1&{name}=hunter2");
            let error = Endpoint::parse(&text).expect_err(name);
            assert_eq!(
                error.check(),
                Some(Check::CredentialInUrl),
                "{name}: {error}"
            );
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn user_information_is_not_repeated() {
        let error = Endpoint::parse("https://user:hunter2@example.org/").expect_err("refused");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn a_base_covers_what_is_under_it() {
        let base = BaseUrl::parse("https://api.example.org/v1/").expect("a base");
        let check = |uri: &str, expect: bool| {
            assert_eq!(base.covers(&uri.parse().expect("a URI")), expect, "{uri}");
        };
        check("https://api.example.org/v1", true);
        check("https://API.example.org/v1/users/me?x=1", true);
        check("https://api.example.org/v10/users", false);
        check("https://api.example.org/", false);
        check("https://api.example.org:444/v1/x", false);
        check("http://api.example.org/v1/x", false);
        check("https://evil.example.org/v1/x", false);
        check("https://api.example.org/v1/../admin", false);
        check("https://api.example.org/v1/%2E%2e/admin", false);
        check("/v1/x", false);
        assert!(BaseUrl::parse("https://api.example.org/?q").is_err());
    }

    #[test]
    fn paths_stay_below_the_base() {
        let base = BaseUrl::parse("http://127.0.0.1:9/rest").expect("a base");
        let check = |path: &str, expect: Option<&str>| {
            assert_eq!(
                base.uri(path).ok().map(|uri| uri.to_string()).as_deref(),
                expect,
                "{path}"
            );
        };
        check(
            "/v4/observations?limit=1",
            Some("http://127.0.0.1:9/rest/v4/observations?limit=1"),
        );
        check(
            "//evil.example.org/x",
            Some("http://127.0.0.1:9/rest//evil.example.org/x"),
        );
        check("v4", None);
        check("https://evil.example.org/", None);
        check("/../x", None);
        check("/a/%2e./x", None);
        check("/a\\%2E%2e/x", None);
        check("/a%2F../x", None);
        check("/x#y", None);
        check("/.../x", Some("http://127.0.0.1:9/rest/.../x"));
        check("/%2E%2e%2e", Some("http://127.0.0.1:9/rest/%2E%2e%2e"));
        check("@evil.example.org/", None);
    }
}
