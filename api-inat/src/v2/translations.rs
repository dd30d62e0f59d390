//! The languages of iNaturalist's pages.

use crate::{
    model::Language,
    operation::operation,
    parameter::fields::Fields,
    v2::{OPTIONAL, selected},
};

operation! {
    /// Lists the languages that iNaturalist's pages are translated into.
    pub Locales: GET "/translations/locales" -> Page<Language>, OPTIONAL;
    preset(fields(Fields::all()));
    shared selected;
}
