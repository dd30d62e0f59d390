//! Every operation, with all of its setters set, through both transports, to a site that records
//! what arrives.
//!
//! A file for each resource, in the folder of its version, adds its operations to one list. Each is
//! sent through ureq and through reqwest; what arrives has to be the same, with a token as the
//! operation's policy says, and the response has to be read, with no value lost. `coverage/`
//! compares what arrived with the API's description.

mod coverage;
mod read_by_the_source;
mod records;
mod round_trip;
mod samples;
mod sendings;
mod site;
mod v0;
mod v1;
mod v2;
mod values;

use std::sync::OnceLock;

use sendings::Sendings;
use serde_json::Value;

#[test]
fn every_operation_through_both_transports() {
    assert!(!recorded().is_empty());
}

/// What arrived, sent once for all tests.
fn recorded() -> &'static [Value] {
    static RECORDED: OnceLock<Vec<Value>> = OnceLock::new();
    RECORDED.get_or_init(|| {
        let mut sendings = Sendings::default();
        for resource in [v0::RESOURCES, v1::RESOURCES, v2::RESOURCES].concat() {
            resource(&mut sendings);
        }
        sendings.send_all()
    })
}
