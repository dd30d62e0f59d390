//! Comma-joined lists: one value or several in one parameter.

use std::fmt;

/// One number or several: `7`, `[7, 8]`, a `Vec` or a slice of them.
///
/// ```
/// use api_inat::Ids;
///
/// assert_eq!(Ids::from(7).to_string(), "7");
/// assert_eq!(Ids::from([7, 8]).to_string(), "7,8");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids(Vec<u64>);

impl Ids {
    /// The numbers.
    #[must_use]
    pub fn as_slice(&self) -> &[u64] {
        &self.0
    }
}

impl From<u64> for Ids {
    fn from(id: u64) -> Self {
        Self(vec![id])
    }
}

impl<const N: usize> From<[u64; N]> for Ids {
    fn from(ids: [u64; N]) -> Self {
        Self(ids.to_vec())
    }
}

impl From<Vec<u64>> for Ids {
    fn from(ids: Vec<u64>) -> Self {
        Self(ids)
    }
}

impl From<&[u64]> for Ids {
    fn from(ids: &[u64]) -> Self {
        Self(ids.to_vec())
    }
}

impl FromIterator<u64> for Ids {
    fn from_iter<I: IntoIterator<Item = u64>>(ids: I) -> Self {
        Self(ids.into_iter().collect())
    }
}

impl fmt::Display for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        joined(&self.0, f)
    }
}

/// One word or several: `"aves"`, `["aves", "mammalia"]`, a `Vec` of them; numbers where a parameter takes both.
///
/// The API splits at commas and has no way to write one, so a word cannot contain a comma: `"a,b"` is two words.
///
/// ```
/// use api_inat::Words;
///
/// assert_eq!(Words::from(["needs_id", "research"]).to_string(), "needs_id,research");
/// assert_eq!(Words::from(12).to_string(), "12");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// How many words the API reads.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().map(|words| words.split(',').count()).sum()
    }
}

impl From<&str> for Words {
    fn from(word: &str) -> Self {
        Self(vec![word.to_owned()])
    }
}

/// As records hold their texts.
impl From<Box<str>> for Words {
    fn from(word: Box<str>) -> Self {
        Self(vec![word.into()])
    }
}

impl From<String> for Words {
    fn from(word: String) -> Self {
        Self(vec![word])
    }
}

impl From<u64> for Words {
    fn from(number: u64) -> Self {
        Self(vec![number.to_string()])
    }
}

impl<const N: usize> From<[&str; N]> for Words {
    fn from(words: [&str; N]) -> Self {
        words.into_iter().collect()
    }
}

impl From<Vec<String>> for Words {
    fn from(words: Vec<String>) -> Self {
        Self(words)
    }
}

impl<S: Into<String>> FromIterator<S> for Words {
    fn from_iter<I: IntoIterator<Item = S>>(words: I) -> Self {
        Self(words.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        joined(&self.0, f)
    }
}

fn joined(items: &[impl fmt::Display], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            f.write_str(",")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}
