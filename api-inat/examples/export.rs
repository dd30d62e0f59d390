//! Exports all of one's observations, private places too, one JSON object a line (NDJSON): for a nightly job. What breaks off goes on
//! at the next start. Blocking.
//!
//! ```sh
//! export INAT_APP_ID=… INAT_APP_SECRET=…
//! cargo run -p api-inat --features http-ureq/rustls --example inat-export -- --live --browser observations.ndjson
//! ```
//!
//! Until it is complete it grows in `observations.ndjson.part`, and `observations.ndjson.place` says how far it is good and where to go
//! on; the last complete export stays until then. `--user LOGIN` exports somebody else's, as far as it is public. The other options and
//! variables stand in `support/mod.rs`. Not run against the real service.

mod support;

use std::{
    error::Error,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use api_inat::{observations::Search, users::Me};
use auth_flows::{Client, Session};
use http_ureq::Ureq;
use serde_json::Value;
use support::{Args, LogsIn, say};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (args, operands) = Args::read("--user LOGIN FILE")?;
    let [path] = &operands[..] else {
        return Err("which file?".into());
    };
    let (service, store) = support::open("inat-export", &args)?;
    let session = Client::new(service, Ureq::default(), store)
        .account("me")
        .told_by(&args)?;
    let user = match args.value("--user") {
        Some(user) => user.to_owned(),
        None => {
            let me = session.send(Me::new())?;
            me.login
                .ok_or("iNaturalist did not say who this is")?
                .into()
        }
    };

    let whole = Search::new().user_login(user).per_page(200);
    let (mut part, search) = Part::open(path, &whole)?;
    if part.length > 0 {
        say(&format!("going on: {}", search.progress()));
    }
    export(&session, search, &mut part).map_err(|error| {
        format!(
            "{error}\n{} observations are kept: start again to go on",
            part.kept
        )
    })?;
    say(&format!("{} observations in {}", part.kept, path.display()));
    part.finish(path)?;
    Ok(())
}

fn export(session: &Session, search: Search, part: &mut Part) -> Result<(), Box<dyn Error>> {
    part.kept = search.progress().received;
    // Kept as they come: whatever an observation has beside what we know is in the file, too.
    let mut pages = session.pages(search.of::<Value>());
    while let Some(page) = pages.next() {
        part.keep(&page?)?;
        if let Some(next) = pages.cursor() {
            part.mark(&next.to_text())?;
            say(&next.progress().to_string());
        }
    }
    Ok(())
}

/// A file that grows page by page, and the note beside it: which list it is of, how many bytes are good, and the place to go on from.
struct Part {
    file: BufWriter<File>,
    path: PathBuf,
    note: PathBuf,
    list: String,
    length: u64,
    kept: u64,
}

impl Part {
    /// What was begun of this list, cut to what is good of it, and the rest of the list; or an empty file and all of it.
    fn open(target: &Path, whole: &Search) -> Result<(Self, Search), Box<dyn Error>> {
        let (path, note) = (beside(target, ".part"), beside(target, ".place"));
        let list = whole.to_text();
        let begun = fs::read_to_string(&note)
            .ok()
            .and_then(|note| place(&note, &list));
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)?;
        let begun =
            begun.filter(|(length, _)| file.metadata().is_ok_and(|file| file.len() >= *length));
        let (length, search) = begun.unwrap_or_else(|| (0, whole.clone()));
        file.set_len(length)?;
        file.seek(SeekFrom::End(0))?;
        let file = BufWriter::new(file);
        Ok((
            Self {
                file,
                path,
                note,
                list,
                length,
                kept: 0,
            },
            search,
        ))
    }

    fn keep(&mut self, page: &[Value]) -> io::Result<()> {
        for observation in page {
            let line = format!("{observation}\n");
            self.file.write_all(line.as_bytes())?;
            self.length += line.len() as u64;
            self.kept += 1;
        }
        self.file.flush()?;
        self.file.get_ref().sync_data()
    }

    /// Notes the place once what came before it is on the disk; whole or not at all.
    fn mark(&self, cursor: &str) -> io::Result<()> {
        let new = beside(&self.note, ".new");
        fs::write(&new, format!("{}\n{}\n{cursor}\n", self.list, self.length))?;
        fs::rename(new, &self.note)
    }

    fn finish(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        match fs::remove_file(&self.note) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The good length and the place, from a note about this list.
fn place(note: &str, list: &str) -> Option<(u64, Search)> {
    let mut lines = note.lines();
    if lines.next()? != list {
        return None;
    }
    let length = lines.next()?.parse().ok()?;
    Some((length, Search::from_text(lines.next()?).ok()?))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}
