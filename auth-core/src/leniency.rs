//! Known deviations of servers from the RFCs, by name: which are allowed, and which a response
//! showed.

use std::{fmt, ops::BitOr};

/// A known deviation of real servers from the RFCs.
///
/// The quirks in [`Leniency::field_tested`] weaken no check. The others weaken one, and are allowed
/// for a server by name only.
///
/// ```
/// use auth_core::{AuthorizationServer, Endpoint, Quirk};
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?)
///     .allow(Quirk::ErrorWithoutState); // league 8 sends `invalid_scope` so
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "deviation")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Releases learn of quirks.
#[non_exhaustive]
pub enum Quirk {
    /// A number of seconds (`expires_in`, `interval`, `exp`) was text.
    LifetimeAsText,
    /// A number of seconds had a fraction, or was written as a float.
    LifetimeAsFloat,
    /// `expires_in` was negative or not a number, and was ignored.
    LifetimeUnusable,
    /// `token_type` was missing.
    NoTokenType,
    /// `scope` was a list.
    ScopeAsList,
    /// The status was 2xx, but another one than the RFC names.
    OtherStatus,
    /// The content type was not `application/json`.
    OtherContentType,
    /// `exp` was 0 on an active token, which means "never". Doorkeeper before 5.9.1 sends this in
    /// introspection responses.
    NeverAsZero,
    /// `verification_uri` was called `verification_url`. Reported of early drafts of RFC 8628 and
    /// of Google; not verified.
    VerificationUrl,
    /// An error response came without `state`, as league 8 sends `invalid_scope`. If allowed,
    /// another party that knows the redirect URI can end a login with a forged error.
    ErrorWithoutState,
    /// `iss` came from a server whose issuer the program does not know. RFC 9207 section 2.4 leaves
    /// the decision to the client. With one server per client, no mix-up attack is possible.
    UnannouncedIssuer,
    /// The server's metadata do not announce PKCE. By RFC 8414 section 2 this means that the server
    /// does not support it.
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
            Self::UnannouncedPkce => "the metadata does not announce PKCE",
        })
    }
}

/// The set of quirks that a server's responses may show: a value on its description.
///
/// A response with another quirk fails with [`Check::Leniency`](crate::Check::Leniency).
///
/// ```
/// use auth_core::{Leniency, Quirk};
///
/// let leniency = Leniency::field_tested().without(Quirk::NoTokenType);
/// assert!(leniency.allows(Quirk::LifetimeAsText) && !leniency.allows(Quirk::NoTokenType));
/// assert!(!Leniency::strict().allows(Quirk::LifetimeAsText));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Leniency(u16);

impl Leniency {
    /// Allows no quirk: a response that deviates from the RFCs is an error.
    #[must_use]
    pub const fn strict() -> Self {
        Self(0)
    }

    /// Allows what real servers do and what weakens no check. The default of a server.
    #[must_use]
    pub const fn field_tested() -> Self {
        let all = (1 << Quirk::ALL.len()) - 1;
        let by_name_only = Quirk::ErrorWithoutState.bit()
            | Quirk::UnannouncedIssuer.bit()
            | Quirk::UnannouncedPkce.bit();
        Self(all & !by_name_only)
    }

    /// Allows this quirk too.
    #[must_use]
    pub const fn with(self, quirk: Quirk) -> Self {
        Self(self.0 | quirk.bit())
    }

    /// Disallows this quirk.
    #[must_use]
    pub const fn without(self, quirk: Quirk) -> Self {
        Self(self.0 & !quirk.bit())
    }

    /// Returns whether this quirk is allowed.
    #[must_use]
    pub const fn allows(self, quirk: Quirk) -> bool {
        self.0 & quirk.bit() != 0
    }

    /// The first of `quirks` that is not allowed.
    pub(super) fn refuses(self, quirks: Quirks) -> Option<Quirk> {
        quirks.iter().find(|quirk| !self.allows(*quirk))
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

/// The quirks that a response showed and that were allowed.
///
/// ```
/// use auth_core::{
///     AuthorizationServer, Endpoint, Message, OAuthClient, Quirk, ResponseBody, SecretText,
///     TokenRequest,
/// };
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?);
/// let client = OAuthClient::new(server, "my-client-id")?;
/// let refresh_token = SecretText::from("tGzv3JOkF0XG5Qx2TlKWIA");
/// let body = br#"{"access_token":"2YotnFZFEj","token_type":"Bearer","expires_in":"3600"}"#;
/// # let response = http::Response::builder()
/// #     .header("content-type", "application/json")
/// #     .body(ResponseBody::secret(body.to_vec()))
/// #     .expect("a response");
/// let token = TokenRequest::refresh(&client, &refresh_token).parse(response)?;
/// assert!(token.quirks().contains(Quirk::LifetimeAsText));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Quirks(u16);

impl Quirks {
    /// Returns whether the response showed this quirk.
    #[must_use]
    pub fn contains(self, quirk: Quirk) -> bool {
        self.0 & quirk.bit() != 0
    }

    /// Iterates over the quirks that the response showed.
    pub fn iter(self) -> impl Iterator<Item = Quirk> {
        Quirk::ALL
            .into_iter()
            .filter(move |quirk| self.contains(*quirk))
    }

    /// Returns whether the response showed none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn add(&mut self, quirk: Quirk) {
        self.0 |= quirk.bit();
    }
}

impl BitOr for Quirks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
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
    fn what_weakens_a_check_is_allowed_by_name_only() {
        let check = |quirk: Quirk, by_default: bool| {
            assert_eq!(
                Leniency::field_tested().allows(quirk),
                by_default,
                "{quirk:?}"
            );
            assert!(!Leniency::strict().allows(quirk), "{quirk:?}");
            let alone = Leniency::strict().with(quirk);
            assert_eq!(
                format!("{alone:?}"),
                format!("Leniency({{{quirk:?}}})"),
                "no bit is shared"
            );
            assert_eq!(alone.without(quirk), Leniency::strict());
        };
        for quirk in Quirk::ALL {
            let weakens = matches!(
                quirk,
                Quirk::ErrorWithoutState | Quirk::UnannouncedIssuer | Quirk::UnannouncedPkce
            );
            check(quirk, !weakens);
        }
    }
}
