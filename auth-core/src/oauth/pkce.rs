//! Proof Key for Code Exchange, RFC 7636. S256 only: `plain` is not supported.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use crate::{wipe::wipe, wire::secret::SecretText};

/// A code verifier and its S256 code challenge (RFC 7636 sections 4.1 and 4.2).
///
/// [`AuthorizationRequest`](crate::AuthorizationRequest) makes one by itself. Use this type for an
/// authorization request that you build in another way.
///
/// ```
/// use auth_core::{Pkce, PkceStyle};
///
/// let pkce = Pkce::new(&[7; 32], PkceStyle::Rfc7636); // 32 random bytes in a real program
/// assert_eq!(pkce.challenge().len(), 43);
/// ```
#[doc(alias = "code verifier")]
#[doc(alias = "code challenge")]
#[doc(alias = "s256")]
#[derive(Clone, Debug)]
pub struct Pkce {
    verifier: SecretText,
    challenge: [u8; CHALLENGE],
}

/// The length of a SHA-256 digest as base64url, in characters.
const CHALLENGE: usize = 43;

/// How a code verifier is chosen. RFC 7636 allows both styles.
///
/// ```
/// use auth_core::PkceStyle;
///
/// assert_eq!(PkceStyle::default(), PkceStyle::Rfc7636);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
// Another server may need another style.
#[non_exhaustive]
pub enum PkceStyle {
    /// 43 characters of base64url, from 32 random bytes.
    #[default]
    Rfc7636,
    /// The same, but drawn again until the challenge has letters and digits only. For a server that
    /// may compare base64 instead of base64url: both encodings of such a challenge are equal. Costs
    /// less than 2 of 256 bits.
    AlphanumericChallenge,
}

impl Pkce {
    /// Makes a verifier and its challenge from 32 bytes of the operating system's random number
    /// generator.
    #[must_use]
    pub fn new(entropy: &[u8; 32], style: PkceStyle) -> Self {
        let first = Self::from_verifier(base64url(entropy).into());
        match style {
            PkceStyle::Rfc7636 => first,
            PkceStyle::AlphanumericChallenge => Self::alphanumeric(first, entropy),
        }
    }

    /// Computes the challenge of a stored verifier.
    pub(crate) fn from_verifier(verifier: SecretText) -> Self {
        let digest = Sha256::digest(verifier.expose_secret().as_bytes());
        let mut challenge = [0; CHALLENGE];
        let written = URL_SAFE_NO_PAD.encode_slice(digest, &mut challenge);
        debug_assert_eq!(written, Ok(CHALLENGE));
        Self {
            verifier,
            challenge,
        }
    }

    /// Returns the verifier: the secret that is sent with the code.
    #[must_use]
    pub fn verifier(&self) -> &SecretText {
        &self.verifier
    }

    /// Returns the challenge that is sent with the authorization request, as `S256`.
    #[must_use]
    #[inline]
    pub fn challenge(&self) -> &str {
        std::str::from_utf8(&self.challenge).expect("base64url is ASCII")
    }

    pub(crate) fn into_verifier(self) -> SecretText {
        self.verifier
    }

    /// One draw in 3.8 has such a challenge. Further draws hash the entropy and a counter, so they
    /// are as random as the entropy.
    fn alphanumeric(first: Self, entropy: &[u8; 32]) -> Self {
        let mut drawn = first;
        let mut count = 0u64;
        while !drawn.challenge.iter().all(u8::is_ascii_alphanumeric) {
            let seed = Sha256::new()
                .chain_update(entropy)
                .chain_update(count.to_be_bytes());
            drawn = Self::from_verifier(base64url(&seed.finalize().into()).into());
            count += 1;
        }
        drawn
    }
}

/// Encodes 32 secret bytes as base64url. Wipes the copy on the stack.
pub(super) fn base64url(bytes: &[u8; 32]) -> String {
    let mut text = [0; CHALLENGE];
    let written = URL_SAFE_NO_PAD.encode_slice(bytes, &mut text);
    debug_assert_eq!(written, Ok(CHALLENGE));
    let owned = std::str::from_utf8(&text)
        .expect("base64url is ASCII")
        .to_owned();
    wipe(&mut text);
    owned
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    #[test]
    fn the_vector_of_the_rfc() {
        let octets = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212,
            37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let pkce = Pkce::new(&octets, PkceStyle::Rfc7636);
        assert_eq!(
            pkce.verifier().expose_secret(),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
        assert_eq!(
            pkce.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn an_alphanumeric_challenge_is_still_a_challenge() {
        for seed in 0..64 {
            let pkce = Pkce::new(&[seed; 32], PkceStyle::AlphanumericChallenge);
            assert!(
                pkce.challenge()
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric())
            );
            assert_eq!(pkce.verifier().expose_secret().len(), 43);
            assert_eq!(
                Pkce::from_verifier(pkce.verifier().clone()).challenge(),
                pkce.challenge()
            );
        }
    }

    #[test]
    fn debug_hides_the_verifier() {
        let pkce = Pkce::new(&[1; 32], PkceStyle::Rfc7636);
        assert!(!format!("{pkce:?}").contains(pkce.verifier().expose_secret()));
    }
}
