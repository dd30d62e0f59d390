//! A bound for the heads of requests, the same for all transports.

use super::transport_error::TransportError;
use crate::wire::body::Request;

/// Maximum length of a header's value, in bytes. Servers take 8 to 64 KiB for the whole head;
/// clients have limits of their own, and words for them that name no header.
const MAX_VALUE: usize = 64 << 10;

/// Checks that no header is longer than 64 KiB. For transports.
///
/// ```
/// use auth_core::{Body, check_head};
///
/// let mut request = http::Request::get("https://api.example.org/me").body(Body::Empty)?;
/// assert!(check_head(&request).is_ok());
/// let token = format!("Bearer {}", "x".repeat(200_000));
/// request.headers_mut().insert("authorization", token.parse()?);
/// let error = check_head(&request).unwrap_err();
/// assert!(error.is_misconfigured());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Returns an error that names the header: the request was not sent, and would not be another time.
pub fn check_head(request: &Request) -> Result<(), TransportError> {
    match request
        .headers()
        .iter()
        .find(|(_, value)| value.len() > MAX_VALUE)
    {
        None => Ok(()),
        Some((name, value)) => Err(TransportError::not_sent(format!(
            "the header `{name}` has {} bytes, more than servers take ({MAX_VALUE})",
            value.len()
        ))
        .misconfigured()
        .with_help("send a shorter value; a token of this length is hardly one")),
    }
}
