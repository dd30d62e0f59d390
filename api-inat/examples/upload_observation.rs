//! Creates an observation with photos and values of observation fields. Started again after a
//! failure, it resumes without duplicates. Blocking, or async with `--async`.
//!
//! ```sh
//! export INAT_APP_ID=… INAT_APP_SECRET=… CONTACT=me@my-garden.example
//! cargo run -p api-inat --features http-ureq/rustls --example inat-upload -- --live --browser \
//!     --name Edelweiss --date 2026-06-01 --at 46.02,7.75 --accuracy 12 --fields 297=dry,311=3 front.jpg back.jpg
//! ```
//!
//! The UUIDs of the observation and its photos are generated before the first request and stored in
//! `front.jpg.upload`. For a known UUID iNaturalist creates no second record. Photos are checked
//! before anything is sent. See `support/mod.rs` for the other options and variables. Not run
//! against the real service.

#[path = "support/file.rs"]
mod file;
mod support;
#[path = "support/world.rs"]
mod world;

use std::{
    error::Error,
    ffi::OsString,
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    str::FromStr,
};

use api_inat::{Upload, observation_photos, observations};
use auth_core::{BaseUrl, Operation};
use support::{Args, say, wrong};
use world::World;

fn main() -> ExitCode {
    support::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let usage = "--name TEXT --date DATE --at LATITUDE,LONGITUDE --accuracy METRES --fields ID=VALUE,… PHOTO...";
    let (args, photos) = Args::read(usage)?;
    let (service, store) = support::open("inat-upload", &args)?;
    let base = service.api("v1")?.base_url().clone();
    let note = Note::of(&photos)?;
    let observation = observation(&args)?.uuid(note.observation());
    let uploads = photos.iter().zip(note.photos()).map(|(path, uuid)| {
        let upload = Upload::path(path).on_progress(progress(path));
        move |id| observation_photos::Create::new(upload.clone(), id).uuid(uuid)
    });
    let uploads: Vec<_> = uploads.collect();
    // Check everything before the first request: a location off Earth, a file that is not a photo.
    observation.request(&base)?;
    uploads
        .iter()
        .try_for_each(|upload| can_be_sent(&upload(1), &base))?;

    let world = World::of(service, store, &args)?;
    note.keep()?;
    let again = || say("start again to resume, without duplicates");
    let made = world.send(observation).inspect_err(|_| again())?;
    for (place, upload) in uploads.iter().enumerate() {
        world.send(upload(made.id)).inspect_err(|_| {
            let (id, all) = (made.id, uploads.len());
            say(&format!("observation {id} has {place} of {all} photos"));
            again();
        })?;
    }
    let (id, photos) = (made.id, uploads.len());
    writeln!(io::stdout(), "observation {id} with {photos} photos")?;
    Ok(())
}

fn can_be_sent(operation: &impl Operation, base: &BaseUrl) -> Result<(), auth_core::Error> {
    operation.request(base).map(|_| ())
}

/// The observation that the options describe.
fn observation(args: &Args) -> Result<observations::Create, Box<dyn Error>> {
    let mut create = observations::Create::new();
    if let Some(name) = args.value("--name") {
        create = create.species_guess(name);
    }
    if let Some(date) = args.value("--date") {
        create = create.observed_on_string(date);
    }
    if let Some(at) = args.value("--at") {
        let (latitude, longitude) = at
            .split_once(',')
            .ok_or_else(|| wrong("--at must be LATITUDE,LONGITUDE"))?;
        create = create
            .latitude(number("--at", latitude)?)
            .longitude(number("--at", longitude)?);
    }
    if let Some(metres) = args.value("--accuracy") {
        create = create.positional_accuracy(number("--accuracy", metres)?);
    }
    for field in args
        .value("--fields")
        .unwrap_or_default()
        .split(',')
        .filter(|field| !field.is_empty())
    {
        let (id, value) = field
            .split_once('=')
            .ok_or_else(|| wrong("--fields must be ID=VALUE, separated by commas"))?;
        create = create.field_value(number("--fields", id)?, value);
    }
    Ok(create)
}

/// Parses a number of this option.
fn number<T: FromStr<Err: fmt::Display>>(option: &str, text: &str) -> Result<T, Box<dyn Error>> {
    let number = text.trim().parse();
    number.map_err(|error| wrong(format_args!("{option}: {error}")))
}

fn progress(path: &Path) -> impl Fn(u64, u64) + Send + Sync + 'static {
    let name = path.display().to_string();
    move |sent, total| {
        if sent == total {
            say(&format!("{name}: {total} bytes"));
        }
    }
}

/// The UUIDs of an upload, one a line: the observation's, then each photo's. The file is beside the
/// first photo.
struct Note {
    path: PathBuf,
    uuids: Vec<String>,
}

impl Note {
    /// Reads the note of these photos, or creates a new one.
    fn of(photos: &[PathBuf]) -> Result<Self, Box<dyn Error>> {
        let mut path = OsString::from(
            (photos.first()).ok_or_else(|| wrong("no photo given; name at least one"))?,
        );
        path.push(".upload");
        let path = PathBuf::from(path);
        let uuids: Vec<String> = match fs::read_to_string(&path) {
            Ok(text) => text.lines().map(str::to_owned).collect(),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file::at(&path)(error).into());
            }
            Err(_) => (0..=photos.len())
                .map(|_| uuid())
                .collect::<Result<_, _>>()?,
        };
        match uuids.len() == photos.len() + 1 {
            true => Ok(Self { path, uuids }),
            false => Err(format!(
                "{} belongs to another number of photos; remove it to start anew",
                path.display()
            )
            .into()),
        }
    }

    fn observation(&self) -> &str {
        &self.uuids[0]
    }

    fn photos(&self) -> impl Iterator<Item = &str> {
        self.uuids[1..].iter().map(String::as_str)
    }

    /// Writes it atomically.
    fn keep(&self) -> std::io::Result<()> {
        let mut new = self.path.clone().into_os_string();
        new.push(".new");
        fs::write(&new, self.uuids.join("\n") + "\n")
            .and_then(|()| fs::rename(new, &self.path))
            .map_err(file::at(&self.path))
    }
}

/// Returns a UUID of version 4 (RFC 9562 section 5.4).
fn uuid() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let (a, b, c, d, e) = (
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    );
    Ok(format!("{a}-{b}-{c}-{d}-{e}"))
}
