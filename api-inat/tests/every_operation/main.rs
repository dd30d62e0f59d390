//! Every operation, with all of its setters set, through both transports, to a site that records
//! what arrives.
//!
//! A file for each resource, in the folder of its version, adds its operations to one list. Each is
//! sent through ureq and through reqwest; what arrives has to be the same, with a token as the
//! operation's policy says, and the response has to be read, with no value lost. With `INAT_COVERAGE` naming a file,
//! what was sent is written there: `cargo xtask coverage inat` compares it with the API's
//! description.

mod records;
mod round_trip;
mod samples;
mod sendings;
mod site;
mod v0;
mod v1;
mod v2;
mod values;

use sendings::Sendings;

#[test]
fn every_operation_through_both_transports() {
    let mut sendings = Sendings::default();
    for resource in [v0::RESOURCES, v1::RESOURCES, v2::RESOURCES].concat() {
        resource(&mut sendings);
    }
    let recorded = sendings.send_all();
    if let Some(file) = std::env::var_os("INAT_COVERAGE") {
        let table = serde_json::json!({"operations": recorded, "records": records::all()});
        std::fs::write(file, table.to_string()).expect("the file can be written");
    }
}
