//! `Retry-After`: how long a server asks to wait.

use std::time::Duration;

use super::response_body::Response;
use crate::{error::Error, time::http_date};

/// Adds the wait that the response asks for.
pub(crate) fn with_wait(error: Error, response: &Response) -> Error {
    match retry_after(response.headers()) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// Returns the wait of `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date, which is
/// compared to the response's own `Date`. `None` if the header is missing or invalid.
///
/// ```
/// use std::time::Duration;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("retry-after", http::HeaderValue::from_static("120"));
/// assert_eq!(auth_core::retry_after(&headers), Some(Duration::from_secs(120)));
/// ```
#[doc(alias = "rate limit")]
#[doc(alias = "throttle")]
#[doc(alias = "backoff")]
#[must_use]
pub fn retry_after(headers: &http::HeaderMap) -> Option<Duration> {
    let value = headers.get(http::header::RETRY_AFTER)?;
    if let Some(seconds) = value
        .to_str()
        .ok()
        .and_then(|text| text.trim().parse().ok())
    {
        return Some(Duration::from_secs(seconds));
    }
    let date = headers.get(http::header::DATE).and_then(http_date)?;
    Some(http_date(value)?.since(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits() {
        let check = |wait: &str, date: Option<&str>, expect: Option<u64>| {
            let mut headers = http::HeaderMap::new();
            headers.insert("retry-after", wait.parse().expect("a value"));
            if let Some(date) = date {
                headers.insert("date", date.parse().expect("a value"));
            }
            assert_eq!(
                retry_after(&headers).map(|wait| wait.as_secs()),
                expect,
                "{wait}"
            );
        };
        check("120", None, Some(120));
        check(
            "Sun, 06 Nov 1994 08:50:37 GMT",
            Some("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(60),
        );
        check("Sun, 06 Nov 1994 08:50:37 GMT", None, None);
        check("soon", None, None);
    }
}
