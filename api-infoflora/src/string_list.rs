//! Lists with commas: several values in one parameter.

use std::fmt;

/// One or more values of a parameter, separated by commas: from `7`, `[7, 8]`, `"7,8"` or a `Vec`
/// of numbers.
///
/// ```
/// use api_infoflora::StringList;
///
/// assert_eq!(StringList::from(7).to_string(), "7");
/// assert_eq!(StringList::from([3, 5]).to_string(), "3,5");
/// assert_eq!(StringList::from("3,5").to_string(), "3,5");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StringList(String);

impl From<u64> for StringList {
    fn from(number: u64) -> Self {
        [number].into()
    }
}

impl<const N: usize> From<[u64; N]> for StringList {
    fn from(numbers: [u64; N]) -> Self {
        numbers.as_slice().into()
    }
}

impl From<Vec<u64>> for StringList {
    fn from(numbers: Vec<u64>) -> Self {
        numbers.as_slice().into()
    }
}

impl From<&[u64]> for StringList {
    fn from(numbers: &[u64]) -> Self {
        let texts: Vec<String> = numbers.iter().map(u64::to_string).collect();
        Self(texts.join(","))
    }
}

impl From<&str> for StringList {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for StringList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
