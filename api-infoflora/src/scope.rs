//! Scopes: `resource:action:modifier`, an open set.

use std::{borrow::Cow, fmt, str::FromStr};

use auth_core::{Error, ErrorKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A permission of a client. Access requires that the roles of the client, the roles of the user
/// and the scopes of the client all allow it.
///
/// The constants are those of Info Flora's page on scopes, the end of which was not available:
/// there are more, which [`new`](Self::new) accepts. A client of the client credentials grant gets
/// all its scopes without a request for them. A login by code may request some of them:
///
/// ```
/// use api_infoflora::Scope;
/// use auth_flows::Login;
///
/// let scopes = Scope::join([Scope::OBSERVATION_READ, Scope::new("user:read")?]);
/// assert_eq!(scopes, "observation:read user:read");
/// let login = Login::browser(|prompt| eprintln!("{prompt}")).scope(scopes);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope(Cow<'static, str>);

macro_rules! scopes {
    ($($(#[$meta:meta])* $NAME:ident = $text:literal;)*) => {
        impl Scope {
            $($(#[$meta])* pub const $NAME: Self = Self(Cow::Borrowed($text));)*
        }
    };
}

scopes! {
    /// Documented.
    COMMUNITY_READ = "community:read";
    /// Documented.
    COMMUNITY_WRITE = "community:write";
    /// Documented.
    DOCUMENT_READ = "document:read";
    /// Documented.
    DOCUMENT_WRITE = "document:write";
    /// Documented. FlorID is another API, on another host.
    FLORID_READ = "florid:read";
    /// Documented.
    INVITATION_READ = "invitation:read";
    /// Documented.
    INVITATION_WRITE = "invitation:write";
    /// Documented.
    MISSION_READ = "mission:read";
    /// Documented.
    MISSION_WRITE = "mission:write";
    /// Documented.
    OBSERVATION_READ = "observation:read";
    /// **Observed in a public client.**
    OBSERVATION_READ_ALL = "observation:read-all";
    /// Documented.
    OBSERVATION_WRITE = "observation:write";
    /// Documented.
    OBSERVATION_WRITE_FLAGS = "observation:write:flags";
    /// Documented.
    OBSERVATION_VALIDATE = "observation:validate";
    /// Documented.
    OBSERVATION_MODERATE = "observation:moderate";
}

impl Scope {
    /// Creates a scope from its text.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the text is empty or contains several scopes. Scopes are separated
    /// by spaces; league reads a list with commas as one unknown scope.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Result<Self, Error> {
        let text = text.into();
        // RFC 6749 section 3.3, and no comma.
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, ',' | '"' | '\\');
        if !text.is_empty() && text.chars().all(plain) {
            return Ok(Self(text));
        }
        let shown: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
        let what = format!("`{shown}` is not one scope");
        Err(Error::new(ErrorKind::Usage, what).with_setting("scope").with_help(
            "create each scope separately, such as `observation:read`, and join them with `Scope::join`",
        ))
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Joins scopes with spaces, as OAuth requires (RFC 6749 section 3.3).
    pub fn join(scopes: impl IntoIterator<Item = Self>) -> String {
        let texts: Vec<_> = scopes.into_iter().map(|scope| scope.0).collect();
        texts.join(" ")
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Parses as [`new`](Scope::new).
impl FromStr for Scope {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::new(text.to_owned())
    }
}

/// Writes its text.
impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Reads its text.
impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}
