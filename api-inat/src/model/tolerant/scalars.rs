//! The conversion of JSON's types into each single value.

use jiff::civil::Date;

use super::{Scalar, dates};
use crate::model::moment::Moment;

impl Scalar for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn from_whole(number: u64) -> Option<Self> {
        Some(number.to_string())
    }

    fn from_negative(number: i64) -> Option<Self> {
        Some(number.to_string())
    }

    fn from_float(number: f64) -> Option<Self> {
        Some(number.to_string())
    }

    fn from_flag(flag: bool) -> Option<Self> {
        Some(flag.to_string())
    }
}

impl Scalar for Box<str> {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }

    fn from_whole(number: u64) -> Option<Self> {
        Some(number.to_string().into())
    }

    fn from_negative(number: i64) -> Option<Self> {
        Some(number.to_string().into())
    }

    fn from_float(number: f64) -> Option<Self> {
        Some(number.to_string().into())
    }

    fn from_flag(flag: bool) -> Option<Self> {
        Some(if flag { "true" } else { "false" }.into())
    }
}

/// Reads a day, `2026-06-01` or `2026/06/01`. Of a moment, reads the day as written.
impl Scalar for Date {
    fn from_text(text: &str) -> Option<Self> {
        dates::day(text)
    }
}

/// Reads a moment with its offset: RFC 3339, or Ruby's notation, `2026-06-01 10:00:00 UTC`.
impl Scalar for Moment {
    fn from_text(text: &str) -> Option<Self> {
        dates::moment(text)
    }
}

/// Integers that are narrower or signed. A value out of range counts as absent.
macro_rules! whole {
    ($($Type:ty),*) => {
        $(impl Scalar for $Type {
            fn from_text(text: &str) -> Option<Self> {
                let text = text.trim();
                let float = || Self::from_float(text.parse().ok()?);
                text.parse().ok().or_else(float)
            }

            fn from_whole(number: u64) -> Option<Self> {
                number.try_into().ok()
            }

            fn from_negative(number: i64) -> Option<Self> {
                number.try_into().ok()
            }

            fn from_float(number: f64) -> Option<Self> {
                match number < 0.0 {
                    true => Self::from_negative(i64::try_from(u64::from_float(-number)?).ok()?.checked_neg()?),
                    false => Self::from_whole(u64::from_float(number)?),
                }
            }
        })*
    };
}

whole!(u8, u16, u32, i64);

impl Scalar for u64 {
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        text.parse()
            .ok()
            .or_else(|| Self::from_float(text.parse().ok()?))
    }

    fn from_whole(number: u64) -> Option<Self> {
        Some(number)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was checked"
    )]
    fn from_float(number: f64) -> Option<Self> {
        (number.fract() == 0.0 && (0.0..1e15).contains(&number)).then_some(number as Self)
    }
}

impl Scalar for f64 {
    fn from_text(text: &str) -> Option<Self> {
        Self::from_float(text.trim().parse().ok()?)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a float is what the field holds"
    )]
    fn from_whole(number: u64) -> Option<Self> {
        Some(number as Self)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a float is what the field holds"
    )]
    fn from_negative(number: i64) -> Option<Self> {
        Some(number as Self)
    }

    fn from_float(number: f64) -> Option<Self> {
        number.is_finite().then_some(number)
    }
}

impl Scalar for bool {
    fn from_text(text: &str) -> Option<Self> {
        match text {
            "true" | "True" | "t" | "1" => Some(true),
            "false" | "False" | "f" | "0" => Some(false),
            _ => None,
        }
    }

    fn from_whole(number: u64) -> Option<Self> {
        (number < 2).then_some(number == 1)
    }

    fn from_flag(flag: bool) -> Option<Self> {
        Some(flag)
    }
}
