//! Values of paths and JSON bodies.

use jiff::civil::Date;
use serde_json::Value;

use crate::parameter::{
    date_or_time::DateOrTime,
    lists::{IdList, StringList},
};

/// A value for a brace in a path.
pub(crate) trait Segment {
    fn text(&self) -> String;

    /// Returns the number of records that it names.
    fn count(&self) -> usize {
        1
    }
}

impl Segment for u64 {
    fn text(&self) -> String {
        self.to_string()
    }
}

impl Segment for String {
    fn text(&self) -> String {
        self.clone()
    }
}

impl Segment for IdList {
    fn text(&self) -> String {
        self.to_string()
    }

    fn count(&self) -> usize {
        match self.is_invalid() {
            true => usize::MAX,
            false => self.as_slice().len(),
        }
    }
}

impl Segment for StringList {
    fn text(&self) -> String {
        self.to_string()
    }

    fn count(&self) -> usize {
        StringList::count(self)
    }
}

/// A value for a field of a JSON body.
pub(crate) trait Field {
    fn json(self) -> Value;
}

macro_rules! fields {
    ($($Type:ty),*) => {
        $(impl Field for $Type {
            fn json(self) -> Value {
                self.into()
            }
        })*
    };
}

fields!(bool, u64, i64, String, Value);

impl Field for f64 {
    /// NaN and infinity become text, so that the service refuses them: `null` would empty the
    /// field.
    fn json(self) -> Value {
        match self.is_finite() {
            true => self.into(),
            false => self.to_string().into(),
        }
    }
}

/// Written as one text with commas, as the API expects tags.
impl Field for StringList {
    fn json(self) -> Value {
        self.to_string().into()
    }
}

impl Field for Date {
    fn json(self) -> Value {
        self.to_string().into()
    }
}

impl Field for DateOrTime {
    fn json(self) -> Value {
        self.to_string().into()
    }
}

/// Returns a new UUID of version 4 (RFC 9562 section 5.4). Empty if the operating system returns no
/// random bytes: then the service chooses the UUID, and the request is not repeated.
#[inline]
pub(crate) fn fresh_uuid() -> String {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        return String::new();
    }
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let text = format!("{number:032x}");
    [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ]
    .join("-")
}
