//! Stores a user's public observations as one JSON object a line (NDJSON), and reads them again.
//!
//! ```sh
//! cargo run -p api-inat --example inat-to-ndjson -- --local alice observations.ndjson
//! CONTACT=me@my-garden.example cargo run -p api-inat --features http-ureq/rustls --example inat-to-ndjson -- --live LOGIN FILE
//! ```
//!
//! With `--local` it reads the users `alice` and `bob` of a test server in this process. The file
//! has the fields of [`Observation`] under the API's own names. `inat-export` stores all fields of
//! the response, and resumes after an interruption.

#[path = "support/file.rs"]
mod file;
#[path = "support/public.rs"]
mod public;

use std::{
    collections::BTreeMap,
    error::Error,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, IntoInnerError, Write},
    path::Path,
    process::ExitCode,
};

use api_inat::{model::Observation, observations::Search};

fn main() -> ExitCode {
    public::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let (public, [login, path]) = public::open("inat-to-ndjson", "LOGIN FILE")?;
    let (login, path) = (login.to_string_lossy().into_owned(), Path::new(&path));
    let at = file::at(path);
    let mut file = BufWriter::new(File::create(path).map_err(&at)?);
    for observation in public
        .session
        .items(Search::new().user_login(login).per_page(200))
    {
        let written = serde_json::to_writer(&mut file, &observation?).map_err(io::Error::from);
        written.and_then(|()| file.write_all(b"\n")).map_err(&at)?;
    }
    let file = file.into_inner().map_err(IntoInnerError::into_error);
    file.and_then(|file| file.sync_all()).map_err(&at)?;

    // Later, perhaps in another program: the same records, without a request.
    let mut hours = BTreeMap::<i8, u32>::new();
    for line in BufReader::new(File::open(path).map_err(&at)?).lines() {
        let observation: Observation = serde_json::from_str(&line.map_err(&at)?)?;
        if let Some(moment) = observation.time_observed_at {
            *hours.entry(moment.datetime().hour()).or_default() += 1;
        }
    }
    let mut out = io::stdout().lock();
    for (hour, count) in hours {
        writeln!(out, "{hour:02}:00  {count}")?;
    }
    Ok(())
}
