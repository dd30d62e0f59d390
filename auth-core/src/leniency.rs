//! What servers do against the RFCs, by name: which of it a server is forgiven, and which a response was.

use std::fmt;

/// Something that the RFCs do not allow, but that real servers do.
///
/// Those in [`Leniency::field_tested`] harm nobody; the others weaken a check, and are forgiven to a server by name only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Releases learn of quirks.
#[non_exhaustive]
pub enum Quirk {
    /// A number of seconds (`expires_in`, `interval`, `exp`) was text.
    LifetimeAsText,
    /// A number of seconds had a fraction, or was written as a float.
    LifetimeAsFloat,
    /// `expires_in` was negative, or no number at all, and was left aside.
    LifetimeUnusable,
    /// `token_type` was missing.
    NoTokenType,
    /// `scope` was a list.
    ScopeAsList,
    /// The status was a success, but not the one the RFC names.
    OtherStatus,
    /// The content type was not JSON's.
    OtherContentType,
    /// `exp` was 0 on an active token and means "never". Doorkeeper before 5.9.1 answers an introspection so.
    NeverAsZero,
    /// `verification_uri` was called `verification_url`: said of early drafts of RFC 8628 and of Google; not verified.
    VerificationUrl,
    /// An error response came without `state`, as league 8 sends `invalid_scope`. Whoever knows the redirect URI could then
    /// end a login with a forged error.
    ErrorWithoutState,
    /// `iss` came from a server whose issuer is not known here. RFC 9207 section 2.4 leaves it to the client; with a single
    /// server per client nothing can be mixed up.
    UnannouncedIssuer,
    /// Its metadata does not say that it knows PKCE, which by RFC 8414 section 2 means that it does not.
    UnannouncedPkce,
}

impl Quirk {
    const ALL: [Self; 12] = [
        Self::LifetimeAsText,
        Self::LifetimeAsFloat,
        Self::LifetimeUnusable,
        Self::NoTokenType,
        Self::ScopeAsList,
        Self::OtherStatus,
        Self::OtherContentType,
        Self::NeverAsZero,
        Self::VerificationUrl,
        Self::ErrorWithoutState,
        Self::UnannouncedIssuer,
        Self::UnannouncedPkce,
    ];

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LifetimeAsText => "a number of seconds is text",
            Self::LifetimeAsFloat => "a number of seconds is a float",
            Self::LifetimeUnusable => "`expires_in` is no number of seconds",
            Self::NoTokenType => "it has no `token_type`",
            Self::ScopeAsList => "`scope` is a list",
            Self::OtherStatus => "its status is not the one that the RFC names",
            Self::OtherContentType => "its content type is not application/json",
            Self::NeverAsZero => "`exp` is 0",
            Self::VerificationUrl => "`verification_uri` is called `verification_url`",
            Self::ErrorWithoutState => "an error came without `state`",
            Self::UnannouncedIssuer => "`iss` came from a server whose issuer is not known",
            Self::UnannouncedPkce => "the metadata does not say that the server knows PKCE",
        })
    }
}

/// Which oddities a server is forgiven: a value on its description.
///
/// ```
/// use auth_core::{Leniency, Quirk};
///
/// let leniency = Leniency::field_tested().without(Quirk::NoTokenType);
/// assert!(leniency.allows(Quirk::LifetimeAsText) && !leniency.allows(Quirk::NoTokenType));
/// assert!(!Leniency::strict().allows(Quirk::LifetimeAsText));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Leniency(u16);

impl Leniency {
    /// Nothing is forgiven: a response that is not as the RFCs have it is an error.
    #[must_use]
    pub const fn strict() -> Self {
        Self(0)
    }

    /// What servers in the field do and what weakens no check. A server has this unless it is described otherwise.
    #[must_use]
    pub const fn field_tested() -> Self {
        let all = (1 << Quirk::ALL.len()) - 1;
        let by_name_only = Quirk::ErrorWithoutState.bit()
            | Quirk::UnannouncedIssuer.bit()
            | Quirk::UnannouncedPkce.bit();
        Self(all & !by_name_only)
    }

    /// This one as well.
    #[must_use]
    pub const fn with(self, oddity: Quirk) -> Self {
        Self(self.0 | oddity.bit())
    }

    /// All of it but this one.
    #[must_use]
    pub const fn without(self, oddity: Quirk) -> Self {
        Self(self.0 & !oddity.bit())
    }

    /// Whether this one is forgiven.
    #[must_use]
    pub const fn allows(self, oddity: Quirk) -> bool {
        self.0 & oddity.bit() != 0
    }

    /// The first oddity that is not forgiven.
    pub(super) fn refuses(self, forgiven: Quirks) -> Option<Quirk> {
        forgiven.iter().find(|oddity| !self.allows(*oddity))
    }
}

impl Default for Leniency {
    fn default() -> Self {
        Self::field_tested()
    }
}

impl fmt::Debug for Leniency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Leniency({:?})", Quirks(self.0))
    }
}

/// The oddities that a response was forgiven.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Quirks(u16);

impl Quirks {
    /// Whether this one was.
    #[must_use]
    pub fn contains(self, oddity: Quirk) -> bool {
        self.0 & oddity.bit() != 0
    }

    /// All that were.
    pub fn iter(self) -> impl Iterator<Item = Quirk> {
        Quirk::ALL
            .into_iter()
            .filter(move |oddity| self.contains(*oddity))
    }

    /// None was.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn add(&mut self, oddity: Quirk) {
        self.0 |= oddity.bit();
    }
}

impl fmt::Debug for Quirks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_weakens_a_check_is_forgiven_by_name_only() {
        let check = |oddity: Quirk, by_default: bool| {
            assert_eq!(
                Leniency::field_tested().allows(oddity),
                by_default,
                "{oddity:?}"
            );
            assert!(!Leniency::strict().allows(oddity), "{oddity:?}");
            let alone = Leniency::strict().with(oddity);
            assert_eq!(
                format!("{alone:?}"),
                format!("Leniency({{{oddity:?}}})"),
                "no bit is shared"
            );
            assert_eq!(alone.without(oddity), Leniency::strict());
        };
        for oddity in Quirk::ALL {
            let weakens = matches!(
                oddity,
                Quirk::ErrorWithoutState | Quirk::UnannouncedIssuer | Quirk::UnannouncedPkce
            );
            check(oddity, !weakens);
        }
    }
}
