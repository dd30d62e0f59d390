//! Comma-separated lists: one value or several in one parameter.

use std::{fmt, ops::RangeInclusive};

/// One id or several, as a value of a parameter or path.
///
/// Setters take it as `impl Into<IdList>`: pass `7`, `[7, 8]`, a `Vec`, a slice or a range of at
/// most 500 ids.
///
/// ```
/// use api_inat::IdList;
///
/// assert_eq!(IdList::from(7).to_string(), "7");
/// assert_eq!(IdList::from([7, 8]).to_string(), "7,8");
/// assert_eq!(IdList::from(4..=6).to_string(), "4,5,6");
///
/// let spring = api_inat::observations::Search::new().taxon_id(47_126).month(4..=6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct IdList {
    all: Vec<u64>,
    /// A range that cannot be sent: its request fails.
    invalid: Option<RangeInclusive<u64>>,
}

/// The longest range: as many ids as any operation accepts.
const LONGEST: u64 = 500;

impl IdList {
    /// Returns the ids. Empty for a range that cannot be sent.
    #[must_use]
    pub fn as_slice(&self) -> &[u64] {
        &self.all
    }

    pub(crate) fn is_invalid(&self) -> bool {
        self.invalid.is_some()
    }

    /// Finds a range that cannot be sent in the text that [`IdList`] writes for it.
    pub(crate) fn invalid_in(text: &str) -> Option<&str> {
        let (first, last) = text.split_once(INVALID_RANGE)?;
        let is_number = |text: &str| text.parse::<u64>().is_ok();
        (is_number(first) && is_number(last)).then_some(text)
    }
}

/// The separator in the text of a range that cannot be sent. No list of ids contains it.
const INVALID_RANGE: &str = "..=";

/// Contains all ids of the range. A reversed range, or one of more than 500 ids, is not sent: its
/// request fails with [`ErrorKind::Usage`](auth_core::ErrorKind::Usage).
impl From<RangeInclusive<u64>> for IdList {
    fn from(range: RangeInclusive<u64>) -> Self {
        let (first, last) = (*range.start(), *range.end());
        match last.checked_sub(first) {
            Some(steps) if steps < LONGEST => range.collect(),
            _ => Self {
                all: Vec::new(),
                invalid: Some(range),
            },
        }
    }
}

impl From<u64> for IdList {
    fn from(id: u64) -> Self {
        Self::from_iter([id])
    }
}

impl<const N: usize> From<[u64; N]> for IdList {
    fn from(ids: [u64; N]) -> Self {
        Self::from_iter(ids)
    }
}

impl From<Vec<u64>> for IdList {
    fn from(ids: Vec<u64>) -> Self {
        Self {
            all: ids,
            invalid: None,
        }
    }
}

impl From<&[u64]> for IdList {
    fn from(ids: &[u64]) -> Self {
        Self::from(ids.to_vec())
    }
}

impl FromIterator<u64> for IdList {
    fn from_iter<I: IntoIterator<Item = u64>>(ids: I) -> Self {
        Self::from(Vec::from_iter(ids))
    }
}

impl fmt::Display for IdList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.invalid {
            Some(range) => write!(f, "{}{INVALID_RANGE}{}", range.start(), range.end()),
            None => joined(&self.all, f),
        }
    }
}

/// One text or several, as a value of a parameter or path.
///
/// Setters take it as `impl Into<StringList>`: pass `"aves"`, `["aves", "mammalia"]` or a `Vec`,
/// and numbers, as for an [`IdList`], where a parameter accepts both.
///
/// The API splits at commas and cannot escape one, so `"a,b"` is two texts.
///
/// ```
/// use api_inat::StringList;
///
/// assert_eq!(StringList::from(["needs_id", "research"]).to_string(), "needs_id,research");
/// assert_eq!(StringList::from(12).to_string(), "12");
/// assert_eq!(StringList::from([12, 13]).to_string(), "12,13");
///
/// let birds = api_inat::observations::Search::new().iconic_taxa("Aves").user_id(["alice", "bob"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StringList(Vec<String>);

impl StringList {
    /// Returns the number of texts that the API reads.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().map(|text| text.split(',').count()).sum()
    }
}

impl From<&str> for StringList {
    fn from(word: &str) -> Self {
        Self(vec![word.to_owned()])
    }
}

/// Converts the text of a record.
impl From<Box<str>> for StringList {
    fn from(word: Box<str>) -> Self {
        Self(vec![word.into()])
    }
}

impl From<String> for StringList {
    fn from(word: String) -> Self {
        Self(vec![word])
    }
}

impl From<u64> for StringList {
    fn from(number: u64) -> Self {
        Self(vec![number.to_string()])
    }
}

impl From<IdList> for StringList {
    fn from(ids: IdList) -> Self {
        match ids.is_invalid() {
            // As it is written, so that its request fails.
            true => Self(vec![ids.to_string()]),
            false => ids.all.iter().map(u64::to_string).collect(),
        }
    }
}

macro_rules! numbers {
    ($($Type:ty),*) => {
        $(impl From<$Type> for StringList {
            fn from(numbers: $Type) -> Self {
                IdList::from(numbers).into()
            }
        })*
    };
}

numbers!(Vec<u64>, &[u64], RangeInclusive<u64>);

impl<const N: usize> From<[u64; N]> for StringList {
    fn from(numbers: [u64; N]) -> Self {
        IdList::from(numbers).into()
    }
}

impl<const N: usize> From<[&str; N]> for StringList {
    fn from(words: [&str; N]) -> Self {
        words.into_iter().collect()
    }
}

impl From<Vec<String>> for StringList {
    fn from(words: Vec<String>) -> Self {
        Self(words)
    }
}

impl<S: Into<String>> FromIterator<S> for StringList {
    fn from_iter<I: IntoIterator<Item = S>>(words: I) -> Self {
        Self(words.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for StringList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        joined(&self.0, f)
    }
}

fn joined(items: &[impl fmt::Display], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(",")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}
