//! The records, and their fields that are read.

use serde_json::{Map, Value};

/// The names of the fields of every record, by the record's name.
pub(crate) fn all() -> Value {
    let mut found = Map::new();
    for shape in api_inat::model::SHAPES {
        let plain = |field: &&str| Value::from(field.trim_start_matches("r#"));
        let fields: Vec<Value> = shape.fields.iter().map(plain).collect();
        found.insert(shape.name.to_owned(), fields.into());
    }
    // The envelope is not a record: it is generic over the type of the records.
    let envelope = [
        "total_results",
        "page",
        "per_page",
        "total_bounds",
        "results",
    ];
    found.insert("Page".to_owned(), envelope.to_vec().into());
    found.into()
}
