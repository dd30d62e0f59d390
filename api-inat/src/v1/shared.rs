//! Setters that several endpoints take.

/// Pages by number.
macro_rules! pages {
    () => {
        auth_core::parameters! {
            /// The number of the page, from 1. Following a list counts by itself.
            page(u64);
            /// How many records a page has; with 0 the response has the total alone.
            per_page(u64);
        }
    };
}
pub(crate) use pages;

/// The language and the place that common names are chosen for.
macro_rules! names {
    () => {
        auth_core::parameters! {
            /// The language of common names, such as `de`.
            locale(into String);
            /// The place whose common names are preferred.
            preferred_place_id(u64);
        }
    };
}
pub(crate) use names;
