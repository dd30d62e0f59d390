//! The examples that write records: as CSV and as NDJSON.

use std::fs;

use api_inat::{model::Observation, testkit::OF_EACH_USER};

use crate::{bare, run};

#[test]
fn a_table_of_observations() {
    let (table, _) = run(bare("to-csv").args(["--local", "alice"]), true);
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some(
            "id,scientific_name,common_name,observed_on,time_observed_at,location,positional_accuracy,quality_grade,observer"
        )
    );
    let rows: Vec<_> = lines.collect();
    assert_eq!(rows.len() as u64, OF_EACH_USER);
    assert!(
        rows[1].contains(
            ",Rhododendron ferrugineum,Alpenrose,2026-06-03,2026-06-03T10:00:00+02:00,\"46.0042,7.0068\",12.0,research,alice"
        ),
        "{}",
        rows[1]
    );
    run(bare("to-csv").arg("alice"), false);
}

#[test]
fn records_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("observations.ndjson");
    let (hours, _) = run(bare("to-ndjson").args(["--local", "bob"]).arg(&file), true);
    assert_eq!(hours, format!("10:00  {OF_EACH_USER}\n"));
    let text = fs::read_to_string(&file).expect("the file");
    let read: Result<Vec<Observation>, _> = text.lines().map(serde_json::from_str).collect();
    let read = read.expect("records");
    assert_eq!(read.len() as u64, OF_EACH_USER);
    let bob = read.iter().all(|one| {
        let user = one.user.as_ref();
        user.is_some_and(|user| user.login.as_deref() == Some("bob"))
    });
    assert!(bob);
    // A folder that does not exist is an error, and no panic.
    let nowhere = folder.path().join("nowhere").join("file");
    run(
        bare("to-ndjson").args(["--local", "bob"]).arg(nowhere),
        false,
    );
}
