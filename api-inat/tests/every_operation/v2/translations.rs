//! Languages.

use api_inat::v2::translations::Locales;
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Locales::new().fields("locale"),
        page(json!([{"locale": "de", "language_in_locale": "Deutsch"}])),
        |page| assert_eq!(page.results[0].locale.as_deref(), Some("de")),
    );
}
