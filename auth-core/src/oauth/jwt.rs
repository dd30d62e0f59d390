//! Reads the expiry in a JSON Web Token (RFC 7519 section 4.1.4) without verifying it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{time::UnixTime, wire::secret::SecretBytes};

/// Returns the `exp` of a token that looks like a JWT; `None` if it has none. The signature is
/// **not** checked: use it as a hint for renewing in time, never as proof. Fractions of a second
/// are dropped; some servers write them.
///
/// ```
/// // {"typ":"JWT","alg":"none"} . {"exp":1700000000.5} .
/// let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.eyJleHAiOjE3MDAwMDAwMDAuNX0.";
/// let expiry = auth_core::unverified_expiry(token).expect("it has one");
/// assert_eq!(expiry.as_secs(), 1_700_000_000);
/// assert_eq!(auth_core::unverified_expiry("opaque"), None);
/// ```
#[doc(alias = "jwt")]
#[doc(alias = "expire")]
#[must_use]
pub fn unverified_expiry(token: &str) -> Option<UnixTime> {
    let mut parts = token.split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let payload = SecretBytes::new(URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?);
    let claims = std::str::from_utf8(payload.as_ref()).ok()?;
    let claims: serde_json::Value = serde_json::from_str(claims).ok()?;
    let exp = claims.get("exp")?;
    let seconds = exp.as_u64().or_else(|| whole_seconds(exp.as_f64()?))?;
    Some(UnixTime::from_secs(seconds))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range was checked"
)]
pub(crate) fn whole_seconds(number: f64) -> Option<u64> {
    (number.is_finite() && (0.0..1e18).contains(&number)).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read() {
        let check = |payload: &str, expect: Option<u64>| {
            let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(payload));
            assert_eq!(
                unverified_expiry(&token).map(UnixTime::as_secs),
                expect,
                "{payload}"
            );
        };
        check(r#"{"exp":1700000000}"#, Some(1_700_000_000));
        check(r#"{"exp":1700000000.987,"sub":""}"#, Some(1_700_000_000));
        check(r#"{"exp":-1}"#, None);
        check(r#"{"exp":"soon"}"#, None);
        check(r#"{"user_id":1}"#, None);
        check("[]", None);
        check("not json", None);
        for text in ["", "a.b", "a.b.c.d", "..", "a.!.c"] {
            assert_eq!(unverified_expiry(text), None, "{text}");
        }
    }
}
