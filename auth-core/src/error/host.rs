//! The server that a message is about: scheme, host and port of a URL, and nothing else of it.

use std::fmt;

use http::uri::{Authority, Scheme, Uri};

use super::Error;

/// The scheme, host and port of a URL. User information is not shown.
#[derive(Clone)]
pub(crate) struct Host {
    scheme: Option<Scheme>,
    authority: Authority,
}

impl Host {
    /// Returns the host of a URL. `None` if it has none.
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        Some(Self {
            scheme: uri.scheme().cloned(),
            authority: uri.authority()?.clone(),
        })
    }
}

impl Error {
    /// Sets the host that a response came from, which the message says beside the status.
    pub(crate) fn with_host(mut self, host: Option<&Host>) -> Self {
        self.inner().host = host.cloned();
        self
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = &self.scheme {
            write!(f, "{scheme}://")?;
        }
        f.write_str(self.authority.host())?;
        match self.authority.port() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_no_user_path_or_query() {
        let check = |uri: &str, expect: Option<&str>| {
            let host = Host::of(&uri.parse().expect(uri));
            assert_eq!(host.map(|host| host.to_string()).as_deref(), expect);
        };
        check(
            "https://me:marked@a.example/marked?marked",
            Some("https://a.example"),
        );
        check("http://[::1]:9/marked", Some("http://[::1]:9"));
        check("a.example:443", Some("a.example:443"));
        check("/marked", None);
    }
}
