//! What all sides share: one client, one server, the same responses.

use std::sync::LazyLock;

/// The authorization endpoint.
pub const AUTHORIZE: &str = "https://auth.example.org/oauth/authorize";
/// The token endpoint.
pub const TOKEN: &str = "https://auth.example.org/oauth/token";
/// The client id.
pub const ID: &str = "33f27dc63bdf27f4ca6cd95dd9dcd5df91fdcd5f";
/// The client secret.
pub const SECRET: &str = "bbce628be722bfe2abd5fc566ba83d4ff32a9a1a";
/// The redirect URI.
pub const REDIRECT: &str = "http://127.0.0.1:8080/callback";
/// The requested scope.
pub const SCOPE: &str = "write login";
/// The refresh token of the token requests: as long as Doorkeeper's.
pub const REFRESH: &str = "tGzv3JOkF0XG5Qx2TlKWIAbbce628be722bfe2abd5f";

/// A response of 400 bytes, as Doorkeeper words it.
pub static RESPONSE_400: LazyLock<String> = LazyLock::new(|| response(400, 180));

/// A response of 4 KB, like league's: a JWT and a long refresh token.
pub static RESPONSE_4K: LazyLock<String> = LazyLock::new(|| response(4096, 2600));

/// An error response.
pub const REFUSAL: &str = r#"{"error":"invalid_grant","error_description":"The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."}"#;

/// A response of `len` bytes with an access token of `access` bytes.
fn response(len: usize, access: usize) -> String {
    let text = |letter: &str, len: usize| letter.repeat(len);
    let of = |refresh: usize| {
        format!(
            r#"{{"token_type":"Bearer","expires_in":7200,"access_token":"{}","refresh_token":"{}","scope":"write login","created_at":1790000000}}"#,
            text("a", access),
            text("r", refresh)
        )
    };
    of(len - of(0).len())
}

/// The head of the in-memory response, which is in every side's figures: with the body it takes 4
/// allocations.
#[must_use]
pub fn head(status: u16) -> http::response::Parts {
    let mut response = http::Response::new(());
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    let headers = response.headers_mut();
    let json = http::HeaderValue::from_static("application/json; charset=utf-8");
    headers.insert(http::header::CONTENT_TYPE, json);
    let date = http::HeaderValue::from_bytes(b"Sun, 06 Nov 1994 08:49:37 GMT");
    headers.insert(http::header::DATE, date.expect("visible ASCII"));
    response.into_parts().0
}
