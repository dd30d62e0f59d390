//! The languages of common names.

use api_inat::v1::taxon_name_priorities::{Create, Delete, Update};
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    let priority = json!({"id": 17, "lexicon": "german", "position": 1});
    list.add(
        Create::new().lexicon("german").place_id(7),
        priority.clone(),
        |priority| assert_eq!(priority.lexicon.as_deref(), Some("german")),
    );
    list.add(Update::new(17, 1), priority, |priority| {
        assert_eq!(priority.position, Some(1))
    });
    list.done(Delete::new(17));
}
