//! The hosts that requests went to, as reqwest's parser of URLs reads them: that of a later request
//! reads only its path.

use std::sync::{PoisonError, RwLock};

use http::{
    Uri,
    request::Parts,
    uri::{Authority, Scheme},
};
use reqwest::{Body, Request, Url};

/// The most hosts that are kept. A program has those of the login, of the API and of its media.
const MOST: usize = 8;

/// Hosts that passed the checks of a transport, which depend on nothing else.
#[derive(Default)]
pub(crate) struct Hosts(RwLock<Vec<Host>>);

struct Host {
    scheme: Scheme,
    authority: Authority,
    /// Its URL with an empty path.
    root: Url,
}

impl Hosts {
    /// Returns the URL of a request to a host that is known.
    pub(crate) fn url(&self, uri: &Uri) -> Option<Url> {
        let (scheme, authority) = (uri.scheme()?, uri.authority()?.as_str());
        let path = uri.path_and_query()?.as_str();
        // With two slashes, of either kind, it would name a host.
        if path.strip_prefix('/')?.starts_with(['/', '\\']) {
            return None;
        }
        let hosts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_it = |host: &&Host| host.authority.as_str() == authority && host.scheme == *scheme;
        hosts.iter().find(is_it)?.root.join(path).ok()
    }

    /// Makes a request of its parts, whose URL is this one if the host is known.
    pub(crate) fn request(
        &self,
        head: Parts,
        body: Body,
        url: Option<Url>,
    ) -> Result<Request, reqwest::Error> {
        let Some(url) = url else {
            let uri = head.uri.clone();
            let request = Request::try_from(http::Request::from_parts(head, body))?;
            self.note(&uri, request.url());
            return Ok(request);
        };
        let mut request = Request::new(head.method, url);
        *request.headers_mut() = head.headers;
        *request.version_mut() = head.version;
        *request.body_mut() = Some(body);
        Ok(request)
    }

    fn note(&self, uri: &Uri, url: &Url) {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return;
        };
        if authority.as_str().contains('@') {
            return; // a password is not kept
        }
        let mut root = url.clone();
        root.set_path("/");
        root.set_query(None);
        let (scheme, authority) = (scheme.clone(), authority.clone());
        let mut hosts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MOST {
            hosts.remove(0);
        }
        hosts.push(Host {
            scheme,
            authority,
            root,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(hosts: &Hosts, uri: &Uri) -> Request {
        let (head, ()) = http::Request::get(uri).body(()).unwrap().into_parts();
        hosts
            .request(head, Body::default(), hosts.url(uri))
            .unwrap()
    }

    #[test]
    fn a_known_host_changes_no_url() {
        for authority in [
            "a.example",
            "A.Example",
            "a.example:443",
            "a.example:8443",
            "127.0.0.1:9",
            "127.1",
            "[::1]:9",
            "xn--bcher-kva.example",
        ] {
            let hosts = Hosts::default();
            for path in [
                "",
                "/",
                "/a/b",
                "?q",
                "/?q",
                "/a?",
                "/a?x=1&y=%20",
                "/a?x=//b",
                "/a?x='y'",
                "/a/../b",
                "/a/./b",
                "/%2e%2E/b",
                "/..",
                "/a//b",
                "//b/c",
                "/\\b/c",
                "/a\\b",
                "/a|b",
                "/C|/x",
                "/a:b",
                "/:b",
                "/;b",
                "/@b",
                "/a%zz",
                "/é?é",
                "/{b}?{c}",
                "/\"b\"",
                "/a?b#c",
            ] {
                for scheme in ["https", "http"] {
                    let Ok(uri) = format!("{scheme}://{authority}{path}").parse::<Uri>() else {
                        continue; // no request has it
                    };
                    let expect = Url::parse(&uri.to_string()).unwrap();
                    for _ in 0..2 {
                        assert_eq!(*request(&hosts, &uri).url(), expect, "{uri}");
                    }
                }
            }
        }
    }

    #[test]
    fn hosts_are_few_and_without_passwords() {
        let hosts = Hosts::default();
        let known = |text: &str| hosts.url(&text.parse().unwrap()).is_some();
        request(&hosts, &"https://me:hunter2@a.example/".parse().unwrap());
        assert!(!known("https://me:hunter2@a.example/"));
        for number in 0..20 {
            let uri = format!("https://{number}.example/x").parse().unwrap();
            request(&hosts, &uri);
            request(&hosts, &uri);
        }
        let left = (0..20).filter(|number| known(&format!("https://{number}.example/y")));
        assert_eq!(left.collect::<Vec<_>>(), (12..20).collect::<Vec<_>>());
        assert!(!known("http://19.example/y"));
    }
}
