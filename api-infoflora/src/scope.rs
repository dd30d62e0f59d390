//! Scopes: `resource:action:modifier`, an open set.

use std::{borrow::Cow, fmt};

use auth_core::{Error, ErrorKind};

/// What a client may do. Access is what the client's roles, the person's roles and the client's scopes allow together.
///
/// The constants are those of Info Flora's page on scopes, whose end was not at hand: there are more, and
/// [`new`](Self::new) takes them. A client of the client credentials grant gets all of its scopes without asking; a login by
/// code may ask for some of them:
///
/// ```
/// use api_infoflora::Scope;
/// use auth_flows::Login;
///
/// let scopes = Scope::join([Scope::OBSERVATION_READ, Scope::new("user:read")?]);
/// assert_eq!(scopes, "observation:read user:read");
/// let login = Login::browser(|invitation| eprintln!("{invitation}")).scope(scopes);
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
    /// Documented. FlorID is another API, at another host.
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
    /// **Seen in a public client.**
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
    /// A scope by its text.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: it is empty, or is several: scopes are separated by spaces, and league takes a list with commas
    /// for one scope that it does not know.
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
            "give them one by one, such as `observation:read`, and join them with `Scope::join`",
        ))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Several as OAuth writes them: separated by spaces.
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
