//! The versions of the API. Each operation has its own, so that a program can migrate call by call.

use std::{fmt, str::FromStr};

use auth_core::{Error, ErrorKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A version of the API, which is part of the path.
///
/// V4 is the default, as on Info Flora's page on authentication; it is not known when it will end.
/// V5 exists since January 2025 (Info Flora's migration guide).
///
/// ```
/// use api_infoflora::{Version, observations::List};
/// use auth_core::{BaseUrl, Operation};
///
/// let base = BaseUrl::parse("https://obs.infoflora.ch/rest")?;
/// let list = List::new().version(Version::V5);
/// assert_eq!(list.request(&base)?.uri().path(), "/rest/v5/observations");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
// V6 gets a name once its envelope is known.
#[non_exhaustive]
pub enum Version {
    /// `/v4`: responses are wrapped in `{"success": true, "data": …}`.
    #[default]
    V4,
    /// `/v5`: responses are wrapped in `{"data": …}`, and only the status says whether they
    /// succeeded.
    V5,
    /// Another version, by its number.
    Other(u16),
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4 => f.write_str("v4"),
            Self::V5 => f.write_str("v5"),
            Self::Other(number) => write!(f, "v{number}"),
        }
    }
}

impl FromStr for Version {
    type Err = Error;

    /// Parses a setting: `v4`, `V5`, `6`.
    ///
    /// ```
    /// use api_infoflora::Version;
    ///
    /// assert_eq!("v5".parse::<Version>()?, Version::V5);
    /// assert_eq!("6".parse::<Version>()?, Version::Other(6));
    /// assert!("latest".parse::<Version>().is_err());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    fn from_str(text: &str) -> Result<Self, Error> {
        let digits = text.trim().trim_start_matches(['v', 'V']);
        match digits.parse() {
            Ok(4) => Ok(Self::V4),
            Ok(5) => Ok(Self::V5),
            Ok(number) => Ok(Self::Other(number)),
            Err(_) => {
                let shown: String = text.chars().filter(|c| !c.is_control()).take(20).collect();
                let what = format!("`{shown}` is not a version of the API");
                Err(Error::new(ErrorKind::Configuration, what)
                    .with_setting("version")
                    .with_help("use `v4`, `v5`, or the number of a later version"))
            }
        }
    }
}

/// Writes its text.
impl Serialize for Version {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Reads its text.
impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}
