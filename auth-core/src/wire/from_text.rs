//! URLs as settings: read by `str::parse`, by a parser of arguments, or by serde's `try_from`.

use std::str::FromStr;

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
    )+};
}

from_text!(BaseUrl Endpoint RedirectUri);

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T>(fine: &str, wrong: &str)
    where
        T: FromStr<Err = Error> + TryFrom<String, Error = Error> + PartialEq + std::fmt::Debug,
        T: for<'a> TryFrom<&'a str, Error = Error>,
    {
        let parsed: T = fine.parse().unwrap();
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
