//! Flags.

use api_inat::{
    v1::flags::{FlaggableType, Reason},
    v2::flags::{Create, Delete, Update},
};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let flag = page(json!([{"id": 5, "flag": "spam", "resolved": false}]));
    list.add(
        Create::new(FlaggableType::Comment, 7, Reason::Spam)
            .flag_explanation("An advertisement")
            .fields("flag"),
        flag.clone(),
        |flag| assert_eq!(flag.resolved, Some(false)),
    );
    list.add(Update::new(5, true).fields("flag"), flag, |flag| {
        assert_eq!(flag.id, 5);
    });
    list.done(Delete::new(5));
}
