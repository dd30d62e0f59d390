//! The state of a browser between requests: its cookies and the open page.

use http::{HeaderMap, HeaderValue, header};

use super::exchange::Response;
use super::location::Location;

/// The state between requests.
#[derive(Default)]
pub(super) struct Browser {
    cookies: Vec<Cookie>,
    /// The open page. `None` if its referrer policy forbids to send its URL.
    page: Option<Location>,
}

struct Cookie {
    authority: String,
    path: String,
    name: String,
    value: String,
}

impl Browser {
    /// Closes the page, as if a program opened the next URL: that request has no `Referer`.
    pub(super) fn leave_page(&mut self) {
        self.page = None;
    }

    /// Returns the headers `Cookie` and `Referer` of a request.
    pub(super) fn headers(&self, at: &Location) -> HeaderMap {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .filter(|cookie| cookie.belongs_to(at))
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        // The default of today's browsers, `strict-origin-when-cross-origin`.
        let referrer = self.page.as_ref().map(|page| {
            let is_same = page.authority() == at.authority();
            match is_same {
                true => page.to_string(),
                false => format!("{}/", page.origin()),
            }
        });
        let cookies = (!cookies.is_empty()).then(|| cookies.join("; "));
        let lines = [(header::COOKIE, cookies), (header::REFERER, referrer)];
        let lines = lines.into_iter().filter_map(|(name, text)| {
            let value = HeaderValue::try_from(text?).ok()?;
            Some((name, value))
        });
        lines.collect()
    }

    /// Stores the response's cookies. Unless it is a redirect, it becomes the open page.
    pub(super) fn note(&mut self, at: &Location, response: &Response) {
        for line in response.all("set-cookie") {
            self.set_cookie(at, line);
        }
        if response.redirect().is_none() {
            let secretive = response.header("referrer-policy") == Some("no-referrer");
            self.page = (!secretive).then(|| at.clone());
        }
    }

    /// Stores or deletes a cookie.
    ///
    /// Servers delete one with an empty value, a `Max-Age` of at most 0 or an `Expires` in 1970.
    fn set_cookie(&mut self, at: &Location, line: &str) {
        let mut parts = line.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        let mut path = "/".to_owned();
        let mut ended = value.is_empty();
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            match key.trim().to_ascii_lowercase().as_str() {
                "path" if value.starts_with('/') => path = value.trim().to_owned(),
                "max-age" => ended |= value.trim().parse::<i64>().is_ok_and(|age| age <= 0),
                "expires" => ended |= value.contains("1970"),
                _ => {}
            }
        }
        let new = Cookie {
            authority: at.authority().to_owned(),
            path,
            name,
            value,
        };
        self.cookies.retain(|cookie| !cookie.is_replaced_by(&new));
        if !ended {
            self.cookies.push(new);
        }
    }
}

impl Cookie {
    fn belongs_to(&self, at: &Location) -> bool {
        let below = at.path().strip_prefix(&self.path);
        self.authority == at.authority()
            && below.is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/')
            })
    }

    fn is_replaced_by(&self, new: &Self) -> bool {
        self.authority == new.authority && self.path == new.path && self.name == new.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies() {
        let check = |set: &[(&str, &str)], at: &str, expect: &str| {
            let mut browser = Browser::default();
            for (url, line) in set {
                browser.set_cookie(&location(url), line);
            }
            let headers = browser.headers(&location(at));
            let cookie = headers.get(header::COOKIE).map(HeaderValue::to_str);
            let cookie = cookie.map_or("", |text| text.expect("ASCII"));
            assert_eq!(cookie, expect, "{set:?} {at}");
            assert_eq!(headers.len(), usize::from(!expect.is_empty()));
        };
        let at = "http://127.0.0.1:1/a/b";
        check(&[], at, "");
        check(
            &[(at, "s=1=2; path=/; HttpOnly"), (at, "t=3")],
            at,
            "s=1=2; t=3",
        );
        check(&[(at, "s=1"), (at, "s=2")], at, "s=2");
        check(&[(at, "s=1; Path=/a")], at, "s=1");
        check(&[(at, "s=1; Path=/a")], "http://127.0.0.1:1/ab", "");
        check(&[(at, "s=1")], "http://127.0.0.1:2/a/b", "");
        check(&[(at, "s=1"), (at, "s=2; Max-Age=0")], at, "");
        check(
            &[
                (at, "s=1"),
                (at, "s=x; expires=Thu, 01 Jan 1970 00:00:00 GMT"),
            ],
            at,
            "",
        );
        check(&[(at, "s=1"), (at, "s=; path=/")], at, "");
        check(&[(at, "nonsense")], at, "");
    }

    fn location(url: &str) -> Location {
        Location::parse(url).expect("a loopback URL")
    }
}
