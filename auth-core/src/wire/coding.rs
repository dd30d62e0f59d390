//! Content codings (RFC 9110 section 8.4): what a request asks for, and what its response has. For
//! transports.

use http::{HeaderMap, HeaderValue, header};

use super::{body::set_header, limits::Limits, response_error::ResponseError};

/// The content codings that a request accepts. For transports.
///
/// With the feature `gzip` it asks for gzip, except for secrets, of which a decoder keeps copies.
/// Media, which are compressed already, and byte ranges are requested without it. A request with an
/// `Accept-Encoding` of its own gets its response as it comes.
///
/// ```
/// use auth_core::{AcceptedCoding, Limits};
///
/// let mut headers = http::HeaderMap::new();
/// AcceptedCoding::request(&Limits::token(), &mut headers);
/// assert_eq!(headers["accept-encoding"], "identity");
/// ```
#[doc(alias = "compression")]
#[doc(alias = "gzip")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedCoding {
    /// Whether the caller set the header, and so wants the response as it comes.
    own: bool,
}

impl AcceptedCoding {
    /// Sets `Accept-Encoding` on a request, unless it has one.
    #[must_use]
    pub fn request(limits: &Limits, headers: &mut HeaderMap) -> Self {
        let own = headers.contains_key(header::ACCEPT_ENCODING);
        if !own {
            let useful =
                !limits.is_secret() && !limits.is_media() && !headers.contains_key(header::RANGE);
            let coding = match useful && cfg!(feature = "gzip") {
                true => "gzip",
                false => "identity",
            };
            set_header(
                headers,
                header::ACCEPT_ENCODING,
                HeaderValue::from_static(coding),
            );
        }
        Self { own }
    }

    /// Returns whether the body of a response with these headers must be decompressed. Then it
    /// removes the headers that describe the compressed body.
    pub(crate) fn is_gzip(self, headers: &mut HeaderMap) -> Result<bool, ResponseError> {
        if self.own || !headers.contains_key(header::CONTENT_ENCODING) {
            return Ok(false);
        }
        let values = headers.get_all(header::CONTENT_ENCODING).iter();
        let list: Vec<_> = values
            .map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase())
            .collect();
        let codings = list.iter().flat_map(|list| list.split(',')).map(str::trim);
        let mut codings = codings.filter(|coding| !matches!(*coding, "" | "identity"));
        match (codings.next(), codings.next()) {
            (None, _) => Ok(false),
            // RFC 9110 section 8.4.1.3: `x-gzip` is the same.
            (Some("gzip" | "x-gzip"), None) if cfg!(feature = "gzip") => {
                headers.remove(header::CONTENT_ENCODING);
                headers.remove(header::CONTENT_LENGTH);
                Ok(true)
            }
            (Some(coding), _) => Err(ResponseError::coding(coding)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str = if cfg!(feature = "gzip") {
        "gzip"
    } else {
        "identity"
    };

    fn map(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn what_is_asked_for() {
        let check = |limits: Limits, headers: &[(&'static str, &'static str)], expect: &str| {
            let mut headers = map(headers);
            let _ = AcceptedCoding::request(&limits, &mut headers);
            assert_eq!(headers["accept-encoding"], expect);
        };
        check(Limits::api(), &[], ASKED);
        check(Limits::token(), &[], "identity");
        check(Limits::api().media(), &[], "identity");
        check(Limits::api(), &[("range", "bytes=10-")], "identity");
        check(Limits::api(), &[("accept-encoding", "br")], "br");
    }

    #[test]
    fn what_a_response_has() {
        let check = |values: &[&'static str], expect: Result<bool, &str>| {
            let mut headers = map(&[("content-length", "7")]);
            for value in values {
                headers.append("content-encoding", HeaderValue::from_static(value));
            }
            let outcome = AcceptedCoding { own: false }.is_gzip(&mut headers);
            match (outcome, expect) {
                (Ok(gzip), Ok(expect)) => {
                    assert_eq!(gzip, expect, "{values:?}");
                    assert_eq!(headers.contains_key("content-length"), !gzip);
                }
                (Err(error), Err(coding)) => {
                    let error = error.to_string();
                    assert!(error.contains(&format!("`{coding}`")), "{error}");
                }
                (outcome, expect) => panic!("{values:?}: {outcome:?}, expected {expect:?}"),
            }
        };
        let gzip = |name| match cfg!(feature = "gzip") {
            true => Ok(true),
            false => Err(name),
        };
        check(&[], Ok(false));
        check(&["identity"], Ok(false));
        check(&["", "identity, "], Ok(false));
        check(&["GZIP"], gzip("gzip"));
        check(&["x-gzip", "identity"], gzip("x-gzip"));
        check(&["br"], Err("br"));
        check(&["deflate"], Err("deflate"));
        check(&["gzip, br"], Err("gzip"));
        check(&["gzip", "gzip"], Err("gzip"));
        check(&["my secret`"], Err("my"));
        let mut headers = map(&[("content-encoding", "br")]);
        let own = AcceptedCoding { own: true }.is_gzip(&mut headers);
        assert!(!own.expect("left as it comes"));
    }
}
