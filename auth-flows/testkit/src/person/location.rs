//! URLs on loopback, and references that lead away from them.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

/// An `http` URL on a loopback address, without a fragment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Location {
    /// Host and port as written.
    authority: String,
    /// Path and query. Begins with a slash.
    target: String,
}

impl Location {
    pub(super) fn parse(url: &str) -> io::Result<Self> {
        let location = Self::split(url).ok_or_else(|| {
            let shown = url.split(['?', '#']).next().unwrap_or_default();
            io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("cannot open {shown}; use an http URL on a loopback address"),
            )
        })?;
        location.addresses()?;
        Ok(location)
    }

    /// Resolves a `Location` header, a link or a form's action. `None` if it leads to another
    /// origin.
    pub(super) fn resolve(&self, reference: &str) -> Option<Self> {
        let reference = reference.trim();
        if has_scheme(reference) {
            let other = Self::split(reference)?;
            return other
                .authority
                .eq_ignore_ascii_case(&self.authority)
                .then_some(other);
        }
        if reference.starts_with("//") {
            return self.resolve(&format!("http:{reference}"));
        }
        let reference = reference.split('#').next().unwrap_or_default();
        let path = self.path();
        let target = match reference.chars().next() {
            None => self.target.clone(),
            Some('/') => reference.to_owned(),
            Some('?') => format!("{path}{reference}"),
            Some(_) => {
                let folder = path.rfind('/').map_or("/", |at| &path[..=at]);
                format!("{folder}{reference}")
            }
        };
        Some(Self {
            authority: self.authority.clone(),
            target,
        })
    }

    pub(super) fn without_query(&self) -> String {
        format!("{}{}", self.origin(), self.path())
    }

    fn split(url: &str) -> Option<Self> {
        let scheme = url.get(..7)?;
        let rest = url[7..].split('#').next()?;
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let slash = if target.starts_with('/') { "" } else { "/" };
        let fine = scheme.eq_ignore_ascii_case("http://")
            && !authority.is_empty()
            && !url.contains(|c: char| c.is_whitespace() || c.is_control());
        fine.then(|| Self {
            authority: authority.to_owned(),
            target: format!("{slash}{target}"),
        })
    }

    /// Returns the addresses of the host. Fails if one is not on loopback; the only name it
    /// resolves is `localhost`. So a test never logs in at a real server.
    fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        let foreign = || {
            let text = format!(
                "{} is not a loopback address; use 127.0.0.1, [::1] or localhost with a port",
                self.authority
            );
            io::Error::new(io::ErrorKind::InvalidInput, text)
        };
        let (host, port) = match self.authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (self.authority.as_str(), "80"),
        };
        let port: u16 = port.parse().map_err(|_| foreign())?;
        if host.eq_ignore_ascii_case("localhost") {
            return Ok(("localhost", port).to_socket_addrs()?.collect());
        }
        let literal = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let ip: IpAddr = literal.unwrap_or(host).parse().map_err(|_| foreign())?;
        ip.is_loopback()
            .then(|| vec![SocketAddr::new(ip, port)])
            .ok_or_else(foreign)
    }

    pub(super) fn connect(&self, timeout: Duration) -> io::Result<TcpStream> {
        let mut last = None;
        for address in self.addresses()? {
            match TcpStream::connect_timeout(&address, timeout) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into()))
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// The path and the query, as a request names them.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.target)
    }
}

fn has_scheme(reference: &str) -> bool {
    let (scheme, rest) = reference.split_at(reference.find([':', '/', '?', '#']).unwrap_or(0));
    rest.starts_with(':')
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_on_loopback() {
        let check = |url: &str, expect: Option<&str>| {
            let found = Location::parse(url).map(|location| location.to_string());
            assert_eq!(found.ok().as_deref(), expect, "{url}");
        };
        check(
            "http://127.0.0.1:1/a?b=c#d",
            Some("http://127.0.0.1:1/a?b=c"),
        );
        check("http://127.0.0.1:1", Some("http://127.0.0.1:1/"));
        check(
            "http://127.0.0.1:1?code=x",
            Some("http://127.0.0.1:1/?code=x"),
        );
        check("HTTP://[::1]/", Some("http://[::1]/"));
        check("http://localhost:1/", Some("http://localhost:1/"));
        check("https://127.0.0.1/", None);
        check("http://127.0.0.1:x/", None);
        check("http://localhost.example.org/", None);
        check("http://192.0.2.1/", None);
        check("http://me@127.0.0.1/", None);
        check("http://127.0.0.1:1/a b", None);
        check("http://127.0.0.1:1/a\r\nX: y", None);
        check("com.example.app:/cb", None);
        check("", None);
    }

    #[test]
    fn references() {
        let check = |reference: &str, expect: Option<&str>| {
            let at = Location::parse("http://127.0.0.1:1/a/b?c=d").expect("a loopback URL");
            let found = at.resolve(reference).map(|location| location.to_string());
            assert_eq!(found.as_deref(), expect, "{reference}");
        };
        check("/login", Some("http://127.0.0.1:1/login"));
        check("", Some("http://127.0.0.1:1/a/b?c=d"));
        check("?x", Some("http://127.0.0.1:1/a/b?x"));
        check("e?f=:", Some("http://127.0.0.1:1/a/e?f=:"));
        check("http://127.0.0.1:1/x#y", Some("http://127.0.0.1:1/x"));
        check("//127.0.0.1:1/x", Some("http://127.0.0.1:1/x"));
        check("http://127.0.0.1:2/x", None);
        check("http://127.0.0.1:1@example.org/", None);
        check("https://127.0.0.1:1/", None);
        check("//example.org/", None);
        check("com.example.app:/cb?code=x", None);
        check("urn:ietf:wg:oauth:2.0:oob?code=x", None);
    }
}
