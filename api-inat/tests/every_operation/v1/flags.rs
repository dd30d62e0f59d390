//! Flags.

use api_inat::v1::flags::{Create, Delete, FlaggableType, Reason, Update};
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    let flag = json!({"id": 6, "flag": "spam", "resolved": true});
    list.add(
        Create::new(FlaggableType::Comment, 5, Reason::Spam).flag_explanation("It sells shoes"),
        flag.clone(),
        |flag| assert_eq!(flag.flag.as_deref(), Some("spam")),
    );
    list.add(Update::new(6, true), flag, |flag| {
        assert_eq!(flag.resolved, Some(true));
    });
    list.done(Delete::new(6));
}
