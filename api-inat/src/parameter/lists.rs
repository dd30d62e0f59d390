//! Comma-joined lists: one value or several in one parameter.

use std::{fmt, ops::RangeInclusive};

/// One number or several: `7`, `[7, 8]`, a `Vec` or a slice of them, a range of at most 500.
///
/// ```
/// use api_inat::IdList;
///
/// assert_eq!(IdList::from(7).to_string(), "7");
/// assert_eq!(IdList::from([7, 8]).to_string(), "7,8");
/// assert_eq!(IdList::from(4..=6).to_string(), "4,5,6");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdList {
    all: Vec<u64>,
    /// A range that cannot be sent: the request that it is in is an error.
    unfit: Option<RangeInclusive<u64>>,
}

/// The longest range: as many ids as any operation takes.
const LONGEST: u64 = 500;

impl IdList {
    /// The numbers; none for a range that cannot be sent.
    #[must_use]
    pub fn as_slice(&self) -> &[u64] {
        &self.all
    }

    pub(crate) fn is_unfit(&self) -> bool {
        self.unfit.is_some()
    }

    /// The range in a text that [`IdList`] wrote of one that cannot be sent.
    pub(crate) fn unfit_in(text: &str) -> Option<&str> {
        let (first, last) = text.split_once(UNFIT)?;
        let is_number = |text: &str| text.parse::<u64>().is_ok();
        (is_number(first) && is_number(last)).then_some(text)
    }
}

/// What stands between the ends of a range that cannot be sent; no list of numbers has it.
const UNFIT: &str = "..=";

/// From the first number to the last. A range that runs backwards, or is of more than 500 numbers, does not leave: the request that it
/// is in is an error ([`ErrorKind::Usage`](auth_core::ErrorKind::Usage)).
impl From<RangeInclusive<u64>> for IdList {
    fn from(range: RangeInclusive<u64>) -> Self {
        let (first, last) = (*range.start(), *range.end());
        match last.checked_sub(first) {
            Some(steps) if steps < LONGEST => range.collect(),
            _ => Self {
                all: Vec::new(),
                unfit: Some(range),
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
            unfit: None,
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
        match &self.unfit {
            Some(range) => write!(f, "{}{UNFIT}{}", range.start(), range.end()),
            None => joined(&self.all, f),
        }
    }
}

/// One word or several: `"aves"`, `["aves", "mammalia"]`, a `Vec` of them; numbers where a parameter takes both.
///
/// The API splits at commas and has no way to write one, so a word cannot contain a comma: `"a,b"` is two words.
///
/// ```
/// use api_inat::StringList;
///
/// assert_eq!(StringList::from(["needs_id", "research"]).to_string(), "needs_id,research");
/// assert_eq!(StringList::from(12).to_string(), "12");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StringList(Vec<String>);

impl StringList {
    /// How many words the API reads.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().map(|words| words.split(',').count()).sum()
    }
}

impl From<&str> for StringList {
    fn from(word: &str) -> Self {
        Self(vec![word.to_owned()])
    }
}

/// As records hold their texts.
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
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            f.write_str(",")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}
