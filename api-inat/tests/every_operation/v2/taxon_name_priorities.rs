//! Preferred languages of common names.

use api_inat::v2::taxon_name_priorities::{Create, Delete, Update};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let german = page(json!([{"id": 5, "lexicon": "German", "position": 0}]));
    list.add(
        Create::new("German").place_id(7).fields("lexicon"),
        german.clone(),
        |priority| assert_eq!(priority.position, Some(0)),
    );
    list.add(Update::new(5, 1).fields("lexicon"), german, |priority| {
        assert_eq!(priority.id, 5);
    });
    list.done(Delete::new(5));
}
