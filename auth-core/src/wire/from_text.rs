//! URLs as settings: read by `str::parse`, by a parser of arguments, or by serde's `try_from`;
//! written as text.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use super::{
    redirect::RedirectUri,
    url::{BaseUrl, Endpoint},
};
use crate::error::Error;

macro_rules! from_text {
    ($($Url:ident)+) => {$(
        impl FromStr for $Url {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                Self::parse(text)
            }
        }

        impl TryFrom<&str> for $Url {
            type Error = Error;

            fn try_from(text: &str) -> Result<Self, Error> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $Url {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                Self::parse(&text)
            }
        }

        impl Serialize for $Url {
            /// As text.
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    )+};
}

from_text!(BaseUrl Endpoint RedirectUri);

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T>(fine: &str, wrong: &str)
    where
        T: FromStr<Err = Error> + TryFrom<String, Error = Error> + PartialEq + std::fmt::Debug,
        T: for<'a> TryFrom<&'a str, Error = Error> + Serialize,
    {
        let parsed: T = fine.parse().unwrap();
        let written = serde_json::to_value(&parsed).unwrap();
        assert_eq!(T::try_from(written.as_str().unwrap()).unwrap(), parsed);
        assert_eq!(T::try_from(fine).unwrap(), parsed);
        assert_eq!(T::try_from(fine.to_owned()).unwrap(), parsed);
        for error in [
            wrong.parse::<T>().unwrap_err(),
            T::try_from(wrong).unwrap_err(),
            T::try_from(wrong.to_owned()).unwrap_err(),
        ] {
            assert!(error.is_configuration(), "{error}");
        }
    }

    #[test]
    fn urls_are_read_from_text() {
        check::<BaseUrl>("https://api.example.org/v1", "http://example.org/v1");
        check::<Endpoint>("https://auth.example.org/token", "token");
        check::<RedirectUri>("http://127.0.0.1:8080", "http://example.org/");
    }
}
