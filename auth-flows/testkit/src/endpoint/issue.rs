//! What the token endpoints of all dialects share: client credentials, code verifiers, new tokens.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD_INDIFFERENT, URL_SAFE_NO_PAD};
use http::{Request, header};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::dialect::Software;
use crate::http::reply::object;
use crate::server::Shared;
use crate::state::clock::millis;
use crate::state::settings::Rotation;
use crate::state::{Challenge, State, Token};

/// Who gets a token.
pub(crate) struct Grantee<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) user: Option<u64>,
    pub(crate) scope: &'a str,
    /// The login it goes back to, if there was one before.
    pub(crate) family: Option<u64>,
    /// Whether a refresh token comes with it, if the server has such.
    pub(crate) refreshable: bool,
}

/// Makes a token and remembers it; gives its place.
pub(crate) fn issue(shared: &Shared, state: &mut State, grantee: Grantee<'_>) -> usize {
    let (config, random, now) = (&shared.config, &shared.random, shared.clock.now_ms());
    let refresh = grantee.refreshable && config.rotation != Rotation::Off;
    let lifetime_ms = lifetime_ms(config.access_lifetime);
    let (access, refresh) = match config.dialect.software {
        Software::Doorkeeper5 => (random.url_safe(32), refresh.then(|| random.url_safe(32))),
        Software::League8 | Software::League9 => (
            league_access_token(shared, state, &grantee, now, lifetime_ms),
            refresh.then(|| random.hex(744)),
        ),
    };
    let family = match grantee.family {
        Some(family) => family,
        None => state.new_family(),
    };
    state.add(Token {
        access,
        refresh,
        client_id: grantee.client_id.to_owned(),
        user: grantee.user,
        scope: grantee.scope.to_owned(),
        created_at: now,
        lifetime_ms,
        refresh_expires_at: lifetime_ms_from(now, lifetime_ms_of_refresh(shared)),
        access_revoked: false,
        refresh_revoked: false,
        family,
        replaces: None,
    })
}

/// A lifetime in milliseconds.
fn lifetime_ms(lifetime: Option<Duration>) -> Option<u64> {
    lifetime.map(millis)
}

fn lifetime_ms_of_refresh(shared: &Shared) -> Option<u64> {
    lifetime_ms(shared.config.refresh_lifetime)
}

fn lifetime_ms_from(now: u64, lifetime_ms: Option<u64>) -> Option<u64> {
    lifetime_ms.map(|lifetime| now.saturating_add(lifetime))
}

/// A text of the shape and length of league's RS256 access tokens: `iat`, `nbf` and `exp` are fractional, `aud` is a string,
/// and for a token of the client itself `sub` is empty (8) or the client's id (9).
fn league_access_token(
    shared: &Shared,
    state: &State,
    grantee: &Grantee<'_>,
    now: u64,
    lifetime_ms: Option<u64>,
) -> String {
    let user = grantee.user.and_then(|id| state.user(id));
    let sub = match (user, shared.config.dialect.software) {
        (Some(user), _) => user.name.clone(),
        (None, Software::League8) => String::new(),
        (None, _) => grantee.client_id.to_owned(),
    };
    let fractional = |ms: u64| json!(ms as f64 / 1000.0 + 0.000_321);
    let scopes: Vec<_> = grantee.scope.split_whitespace().collect();
    let mut claims = vec![
        ("aud", json!(grantee.client_id)),
        ("jti", json!(shared.random.hex(80))),
        ("iat", fractional(now)),
        ("nbf", fractional(now)),
    ];
    if let Some(lifetime) = lifetime_ms {
        claims.push(("exp", fractional(now.saturating_add(lifetime))));
    }
    claims.push(("sub", json!(sub)));
    claims.push(("scopes", json!(scopes)));
    let header = r#"{"typ":"JWT","alg":"RS256"}"#;
    shared.random.jwt(header, &object(&claims), 256)
}

/// Does the verifier belong to the challenge (RFC 7636 section 4.6)?
pub(crate) fn verifier_matches(challenge: &Challenge, verifier: &str) -> bool {
    match challenge.method.as_str() {
        "S256" => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge.value,
        "plain" => verifier == challenge.value,
        _ => false,
    }
}

/// Id and secret of a Basic header, split at the first colon and *not* form-decoded: neither Doorkeeper nor league does
/// what RFC 6749 section 2.3.1 says.
pub(crate) fn basic(request: &Request<Vec<u8>>, any_case: bool) -> Option<(String, String)> {
    let value = request.headers().get(header::AUTHORIZATION)?;
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    let is_basic = scheme == "Basic" || (any_case && scheme.eq_ignore_ascii_case("basic"));
    if !is_basic {
        return None;
    }
    let decoded = STANDARD_NO_PAD_INDIFFERENT.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verifiers_are_checked() {
        let check = |method: &str, value: &str, verifier: &str, expect: bool| {
            let challenge = Challenge {
                value: value.to_owned(),
                method: method.to_owned(),
            };
            assert_eq!(verifier_matches(&challenge, verifier), expect);
        };
        // RFC 7636 appendix B
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let s256 = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        check("S256", s256, verifier, true);
        check(
            "S256",
            s256,
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl",
            false,
        );
        check("S256", verifier, verifier, false);
        check("plain", verifier, verifier, true);
        check("plain", s256, verifier, false);
        check("", verifier, verifier, false);
    }

    #[test]
    fn basic_credentials_are_raw() {
        let check = |value: &str, any_case: bool, expect: Option<(&str, &str)>| {
            let request = Request::builder()
                .header("authorization", value)
                .body(Vec::new())
                .unwrap();
            let found = basic(&request, any_case);
            let expect = expect.map(|(id, secret)| (id.to_owned(), secret.to_owned()));
            assert_eq!(found, expect, "{value}");
        };
        check("Basic YTpiOmM=", false, Some(("a", "b:c")));
        check("Basic YTpiOmM", false, Some(("a", "b:c")));
        check("Basic YSUyMDpi", false, Some(("a%20", "b")));
        check("basic YTpi", false, None);
        check("basic YTpi", true, Some(("a", "b")));
        check("Basic !!", false, None);
        check("Bearer YTpi", true, None);
    }
}
