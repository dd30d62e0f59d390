//! Writes a user's public observations as a table (CSV) to standard output.
//!
//! ```sh
//! cargo run -p api-inat --example inat-to-csv -- --local alice > observations.csv
//! CONTACT=me@my-garden.example cargo run -p api-inat --features http-ureq/rustls --example inat-to-csv -- --live LOGIN
//! ```
//!
//! With `--local` it reads the users `alice` and `bob` of a test server in this process.

#[path = "support/public.rs"]
mod public;

use std::{error::Error, io, process::ExitCode};

use api_inat::{
    model::{Location, Moment, Observation, QualityGrade},
    observations::Search,
};
use serde::Serialize;

/// One line of the table: fields of the record, by reference, under the names of the columns.
#[derive(Serialize)]
struct Row<'a> {
    id: u64,
    scientific_name: Option<&'a str>,
    common_name: Option<&'a str>,
    observed_on: Option<String>,
    /// With the offset, so that the hour is the observer's.
    time_observed_at: Option<Moment>,
    location: Option<Location>,
    positional_accuracy: Option<f64>,
    quality_grade: Option<&'a QualityGrade>,
    observer: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(observation: &'a Observation) -> Self {
        let taxon = observation.taxon.as_deref();
        Self {
            id: observation.id,
            scientific_name: taxon.and_then(|taxon| taxon.name.as_deref()),
            common_name: taxon.and_then(|taxon| taxon.preferred_common_name.as_deref()),
            observed_on: observation.observed_on.map(|day| day.to_string()),
            time_observed_at: observation.time_observed_at,
            location: observation.best_location(),
            positional_accuracy: observation.positional_accuracy,
            quality_grade: observation.quality_grade.as_ref(),
            observer: observation
                .user
                .as_deref()
                .and_then(|user| user.login.as_deref()),
        }
    }
}

fn main() -> ExitCode {
    public::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let (public, [login]) = public::open("inat-to-csv", "LOGIN")?;
    let login = login.to_string_lossy().into_owned();
    let mut table = csv::Writer::from_writer(io::stdout().lock());
    for observation in public
        .session
        .items(Search::new().user_login(login).per_page(200))
    {
        table.serialize(Row::of(&observation?)).map_err(cause)?;
    }
    table.flush()?;
    Ok(())
}

/// Returns the cause of an error, which csv keeps to itself: that of a closed pipe is a good end.
fn cause(error: csv::Error) -> Box<dyn Error> {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        kind => format!("cannot write a row: {kind:?}").into(),
    }
}
