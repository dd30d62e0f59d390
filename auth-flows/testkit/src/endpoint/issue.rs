//! Parts of the token endpoints of all dialects: client credentials, code verifiers, new tokens.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD_INDIFFERENT, URL_SAFE_NO_PAD};
use http::{Request, header};
use sha2::{Digest, Sha256};

use crate::endpoint::software::{Grantee, Software};
use crate::state::context::ServerContext;
use crate::state::settings::Rotation;
use crate::state::{Challenge, State, Token};

/// Makes a token, adds it to the state and returns its index.
pub(crate) fn issue(
    context: &ServerContext,
    software: &dyn Software,
    state: &mut State,
    grantee: Grantee<'_>,
) -> usize {
    let (settings, random, now) = (&context.settings, &context.random, context.clock.now_ms());
    let has_refresh = grantee.refreshable && settings.rotation != Rotation::Off;
    let access = software.access_token(context, state, &grantee, now);
    let refresh = has_refresh.then(|| software.refresh_token(random));
    let refresh_lifetime = settings.refresh_lifetime_ms();
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
        lifetime_ms: settings.access_lifetime_ms(),
        refresh_expires_at: refresh_lifetime.map(|lifetime| now.saturating_add(lifetime)),
        access_revoked: false,
        refresh_revoked: false,
        family,
        replaces: None,
    })
}

/// Whether the verifier belongs to the challenge (RFC 7636 section 4.6).
pub(crate) fn verifier_matches(challenge: &Challenge, verifier: &str) -> bool {
    match challenge.method.as_str() {
        "S256" => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge.value,
        "plain" => verifier == challenge.value,
        _ => false,
    }
}

/// Returns id and secret of a Basic header, split at the first colon and *not* form-decoded:
/// neither Doorkeeper nor league follows RFC 6749 section 2.3.1.
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
