//! Setters that several endpoints share.

/// Pages by number.
macro_rules! pages {
    () => {
        auth_core::parameters! {
            /// Sets the number of the page, from 1. Following a list sets it itself.
            page(u64);
            /// Sets the number of records on a page. With 0 the response has only the total. A
            /// larger number than the service allows is sent as the largest.
            per_page(u64);
        }
    };
}
pub(crate) use pages;

/// The language and the place of common names.
macro_rules! names {
    () => {
        auth_core::parameters! {
            /// Sets the language of common names, such as `de`.
            locale(into String);
            /// Sets the place whose common names are preferred.
            preferred_place_id(u64);
        }
    };
}
pub(crate) use names;
