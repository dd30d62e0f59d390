//! Redirect URIs: how each software compares them, and how to add response parameters.

use std::net::{IpAddr, Ipv6Addr};

/// The out-of-band redirect URI.
pub(crate) const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// Compares redirect URIs as Doorkeeper 5 does (`uri_checker.rb`).
///
/// They match if Ruby's URIs are equal, where an empty path is `/`. Between two loopback IP
/// literals the port is ignored. A URI that was registered without a query matches with any query.
pub(crate) fn doorkeeper_matches(requested: &str, registered: &str) -> bool {
    if requested == OUT_OF_BAND || registered == OUT_OF_BAND {
        return requested == registered;
    }
    let (Some(requested), Some(registered)) = (Parts::of(requested), Parts::of(registered)) else {
        return false;
    };
    let same_query = match registered.query {
        None => true,
        Some(query) => requested.query.is_some_and(|q| sorted(q) == sorted(query)),
    };
    let same_port = requested.port() == registered.port()
        || (requested.loopback_ip().is_some() && registered.loopback_ip().is_some());
    same_query
        && same_port
        && requested.scheme.eq_ignore_ascii_case(registered.scheme)
        && requested.host().eq_ignore_ascii_case(registered.host())
        && requested.path() == registered.path()
}

/// Compares redirect URIs as league does (`RedirectUriValidator`): as texts, except for the port of
/// `http://127.0.0.1` and `http://[::1]`.
pub(crate) fn league_matches(requested: &str, registered: &str) -> bool {
    if requested == registered {
        return true;
    }
    let portless = |uri: &str| {
        let parts = Parts::of(uri)?;
        let host = parts.host();
        let free = parts.scheme == "http" && (host == "127.0.0.1" || host == "[::1]");
        free.then(|| format!("{host}{}?{:?}", parts.path, parts.query))
    };
    portless(requested).is_some_and(|requested| portless(registered) == Some(requested))
}

/// Whether Doorkeeper accepts the URI as a redirect URI (`URIChecker.valid?`).
pub(crate) fn doorkeeper_accepts(uri: &str) -> bool {
    uri == OUT_OF_BAND || Parts::of(uri).is_some_and(|p| !p.is_web() || !p.host().is_empty())
}

/// Adds parameters to the query of a URI.
pub(crate) fn with_query(uri: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let joint = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{uri}{joint}{query}")
}

fn sorted(query: &str) -> Vec<&str> {
    let mut pairs: Vec<_> = query.split('&').collect();
    pairs.sort_unstable();
    pairs
}

/// The parts of a hierarchical URI without a fragment.
struct Parts<'a> {
    scheme: &'a str,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(uri: &'a str) -> Option<Self> {
        let (scheme, rest) = uri.split_once(':')?;
        let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        if !named || !rest.starts_with('/') || rest.contains('#') {
            return None; // relative, opaque, or with a fragment
        }
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                (Some(&rest[..end]), &rest[end..])
            }
            None => (None, rest),
        };
        Some(Self {
            scheme,
            authority,
            path,
            query,
        })
    }

    fn is_web(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("http") || self.scheme.eq_ignore_ascii_case("https")
    }

    fn path(&self) -> &str {
        if self.path.is_empty() && self.is_web() {
            "/"
        } else {
            self.path
        }
    }

    fn split_host(&self) -> (&'a str, Option<&'a str>) {
        let authority = self.authority.unwrap_or_default();
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port)),
            _ => (authority, None),
        }
    }

    /// Everything before the port, user information included.
    fn host(&self) -> &'a str {
        self.split_host().0
    }

    fn port(&self) -> Option<&'a str> {
        let default = match self.scheme {
            "http" => Some("80"),
            "https" => Some("443"),
            _ => None,
        };
        self.split_host().1.filter(|p| !p.is_empty()).or(default)
    }

    fn loopback_ip(&self) -> Option<IpAddr> {
        let host = self.host();
        let ip = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
            Some(v6) => v6.parse::<Ipv6Addr>().ok()?.into(),
            None => host.parse::<IpAddr>().ok()?,
        };
        ip.is_loopback().then_some(ip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doorkeeper_compares_uris() {
        let check = |requested: &str, registered: &str, expect: bool| {
            let found = doorkeeper_accepts(requested) && doorkeeper_matches(requested, registered);
            assert_eq!(found, expect, "{requested} against {registered}");
        };
        check("http://127.0.0.1:8080", "http://127.0.0.1:8080", true);
        check("http://127.0.0.1:41234", "http://127.0.0.1:8080", true);
        check("http://127.0.0.1:41234", "http://127.0.0.1/", true);
        check("http://[::1]:41234/cb", "http://[::1]/cb", true);
        check("http://[::1]:41234/cb", "http://127.0.0.1/cb", false);
        check("http://127.0.0.1:1/other", "http://127.0.0.1/cb", false);
        check("http://localhost:1/cb", "http://localhost:2/cb", false);
        check("http://localhost:2/cb", "http://localhost:2/cb", true);
        check("http://127.0.0.1:1/cb?extra=1", "http://127.0.0.1/cb", true);
        check("https://h/cb?b=2&a=1", "https://h/cb?a=1&b=2", true);
        check("https://h/cb", "https://h/cb?a=1", false);
        check("https://h:443/cb", "https://h/cb", true);
        check("https://h:444/cb", "https://h/cb", false);
        check("http://127.0.0.1@evil/cb", "http://127.0.0.1/cb", false);
        check("com.example.app:/cb", "com.example.app:/cb", true);
        check(
            "urn:ietf:wg:oauth:2.0:oob",
            "urn:ietf:wg:oauth:2.0:oob",
            true,
        );
        check("urn:ietf:wg:oauth:2.0:oob", "http://127.0.0.1/", false);
        check("urn:other", "urn:other", false);
        check("https://h/cb#f", "https://h/cb", false);
        check("", "https://h/cb", false);
    }

    #[test]
    fn league_compares_texts() {
        let check = |requested: &str, registered: &str, expect: bool| {
            assert_eq!(league_matches(requested, registered), expect, "{requested}");
        };
        check("http://127.0.0.1:41234/cb", "http://127.0.0.1/cb", true);
        check("http://127.0.0.1:41234", "http://127.0.0.1:8080", true);
        check("http://127.0.0.1:41234/", "http://127.0.0.1:8080", false);
        check("http://[::1]:41234/cb", "http://[::1]:1/cb", true);
        check("http://127.0.0.1:1/cb?x=1", "http://127.0.0.1/cb", false);
        check("http://localhost:1/cb", "http://localhost:2/cb", false);
        check("https://127.0.0.1:1/cb", "https://127.0.0.1:2/cb", false);
        check("https://h/cb/", "https://h/cb", false);
        check("org.app:/x", "org.app:/x", true);
    }

    #[test]
    fn queries_are_added() {
        let check = |uri: &str, expect: &str| {
            assert_eq!(with_query(uri, &[("code", "a b"), ("state", "&")]), expect);
        };
        check("http://h", "http://h?code=a+b&state=%26");
        check("http://h/?x=1", "http://h/?x=1&code=a+b&state=%26");
        check("app:/cb?", "app:/cb?code=a+b&state=%26");
    }
}
