//! Annotates observations from a CSV file: one line for each, with three numbers. Skips existing
//! annotations, so after an interruption you start it again. Blocking, or async with `--async`.
//!
//! ```text
//! observation_id,attribute_id,value_id
//! 250000001,1,2
//! ```
//!
//! ```sh
//! export INAT_APP_ID=… INAT_APP_SECRET=… CONTACT=me@my-garden.example
//! cargo run -p api-inat --features http-ureq/rustls --example inat-annotate -- --live --browser annotations.csv
//! ```
//!
//! The ids of terms and values are those of <https://api.inaturalist.org/v1/controlled_terms>. The
//! whole file is read before anything is sent. See `support/mod.rs` for the other options and
//! variables. Not run against the real service.

#[path = "support/file.rs"]
mod file;
mod support;
#[path = "support/world.rs"]
mod world;

use std::{
    collections::{BTreeSet, HashSet},
    error::Error,
    fmt, fs,
    io::{self, Write as _},
    process::ExitCode,
};

use api_inat::{
    annotations::{Create, ResourceType},
    observations::Get,
};
use support::{Args, say, wrong};
use world::World;

fn main() -> ExitCode {
    support::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let (args, operands) = Args::read("FILE.csv")?;
    let [path] = &operands[..] else {
        return Err(wrong("no file given; name the CSV file"));
    };
    let rows = rows(&fs::read_to_string(path).map_err(file::at(path))?).map_err(wrong)?;
    let (service, store) = support::open("inat-annotate", &args)?;
    let world = World::of(service, store, &args)?;

    let mut done = Done {
        rows: rows.len(),
        ..Done::default()
    };
    let outcome = rows
        .chunks(200)
        .try_for_each(|some| annotate(&world, some, &mut done));
    writeln!(io::stdout(), "{done}")?;
    outcome.inspect_err(|_| say("finished lines stay: start again to resume"))?;
    match done.refused {
        0 => Ok(()),
        refused => Err(format!("{refused} lines were refused").into()),
    }
}

/// A line of the file: its number, the observation, the term, the value.
type Row = (usize, u64, u64, u64);

/// The results of the rows.
#[derive(Default)]
struct Done {
    rows: usize,
    annotated: usize,
    there: usize,
    refused: usize,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rows,
            annotated,
            there,
            refused,
        } = self;
        let left = rows - annotated - there - refused;
        write!(
            f,
            "{annotated} annotated, {there} already there, {refused} refused, {left} not tried"
        )
    }
}

/// Annotates up to 200 observations. An error ends the list; a row that iNaturalist refuses does
/// not.
fn annotate(world: &World, rows: &[Row], done: &mut Done) -> Result<(), auth_core::Error> {
    let ids: BTreeSet<u64> = rows.iter().map(|(_, id, ..)| *id).collect();
    // The current state, not a cached one.
    let now = world.send(Get::new(ids.into_iter().collect::<Vec<_>>()).param("ttl", -1))?;
    let known: HashSet<u64> = now
        .results
        .iter()
        .map(|observation| observation.id)
        .collect();
    let mut there: HashSet<(u64, u64, u64)> = HashSet::new();
    for observation in &now.results {
        there.extend(observation.annotations.iter().filter_map(|known| {
            Some((
                observation.id,
                known.controlled_attribute_id?,
                known.controlled_value_id?,
            ))
        }));
    }
    for &(line, id, attribute, value) in rows {
        if !known.contains(&id) {
            say(&format!("line {line}: iNaturalist has no observation {id}"));
            done.refused += 1;
            continue;
        }
        if !there.insert((id, attribute, value)) {
            done.there += 1;
            continue;
        }
        match world.send(Create::new(ResourceType::Observation, id, attribute, value)) {
            Ok(_) => done.annotated += 1,
            Err(error) if is_about_this_row(&error) => {
                say(&format!("line {line}: {error:#}"));
                done.refused += 1;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The server refused this annotation; the next may still be accepted.
fn is_about_this_row(error: &auth_core::Error) -> bool {
    let status = error.status().map(|status| status.as_u16());
    matches!(status, Some(403 | 404 | 410 | 422))
}

/// Reads all rows. Fails at the first invalid one.
fn rows(text: &str) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for (place, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let cells: Vec<&str> = line
            .split([',', ';'])
            .map(|cell| cell.trim().trim_matches('"'))
            .collect();
        let is_head = place == 0 && cells[0].parse::<u64>().is_err();
        if is_head || line.trim().is_empty() {
            continue;
        }
        let numbers: Result<Vec<u64>, _> = cells.iter().map(|cell| cell.parse()).collect();
        match numbers.as_deref() {
            Ok(&[id, attribute, value]) => rows.push((place + 1, id, attribute, value)),
            _ => {
                return Err(format!(
                    "line {}: `{line}` is not three numbers (observation, attribute, value); nothing was sent",
                    place + 1
                ));
            }
        }
    }
    Ok(rows)
}
