//! Every operation, with all of its setters set, through both transports, to a site that records what arrives.
//!
//! A file for each resource adds its operations to one list. Each is sent through ureq and through reqwest; what arrives has to
//! be the same, with a token as the operation's manner says, and the answer has to be read. With `INAT_COVERAGE` naming a file,
//! what was sent is written there: `cargo xtask coverage inat` compares it with the API's description.

mod account;
mod annotations;
mod comments;
mod computer_vision;
mod controlled_terms;
mod flags;
mod identifications;
mod media;
mod messages;
mod observation_field_values;
mod observations;
mod places;
mod posts;
mod project_observations;
mod projects;
mod records;
mod search;
mod sendings;
mod service;
mod site;
mod subscriptions;
mod taxa;
mod tiles;
mod users;
mod v0;
mod v2;
mod votes;

use sendings::Sendings;

/// A line for each resource.
const RESOURCES: &[fn(&mut Sendings)] = &[
    account::all,
    annotations::all,
    comments::all,
    computer_vision::all,
    controlled_terms::all,
    flags::all,
    identifications::all,
    media::all,
    messages::all,
    observation_field_values::all,
    observations::all,
    places::all,
    posts::all,
    project_observations::all,
    projects::all,
    search::all,
    service::all,
    subscriptions::all,
    taxa::all,
    tiles::all,
    users::all,
    v0::all,
    v2::all,
    votes::all,
];

#[test]
fn every_operation_through_both_transports() {
    let mut sendings = Sendings::default();
    for resource in RESOURCES {
        resource(&mut sendings);
    }
    let recorded = sendings.send_all();
    if let Some(file) = std::env::var_os("INAT_COVERAGE") {
        let table = serde_json::json!({"operations": recorded, "records": records::all()});
        std::fs::write(file, table.to_string()).expect("the file can be written");
    }
}
