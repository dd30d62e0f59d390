//! Downloads all observations of a project, one JSON object a line (NDJSON). What breaks off goes on at the next start. Blocking.
//!
//! ```sh
//! export INFOFLORA_CLIENT_ID=… INFOFLORA_CLIENT_SECRET=…
//! cargo run -p api-infoflora --features http-ureq/rustls --example infoflora-download -- 17 observations.ndjson
//! ```
//!
//! Until it is complete it grows in `observations.ndjson.part`; yesterday's file stays until then. `INFOFLORA_ORIGIN` names another
//! server, such as one of auth-testkit's.
//!
//! Whether the list keeps its order while others write to it is not known. So the last record that is there is asked for once
//! more: where another one stands in its place, the download begins anew.
#![expect(clippy::print_stderr, reason = "a program for a terminal")]

use std::{
    env,
    error::Error,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use api_infoflora::observations::List;
use auth_flows::{Client, Session};
use http_ureq::Ureq;
use keystore::Memory;
use serde_json::Value;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut args = env::args_os().skip(1);
    let (Some(project), Some(path), None) = (args.next(), args.next(), args.next()) else {
        return Err("usage: download PROJECT FILE".into());
    };
    let project = project.to_str().ok_or("the project is a number")?;
    let variable = |name: &str| env::var(name).map_err(|_| format!("set {name}"));
    let mut service = api_infoflora::service(variable("INFOFLORA_CLIENT_ID")?)
        .secret(variable("INFOFLORA_CLIENT_SECRET")?)
        .user_agent("download/0.1 (mail@example.org)");
    if let Ok(origin) = env::var("INFOFLORA_ORIGIN") {
        service = service.at(&origin);
    }
    let client = Client::new(service.build()?, Ureq::default(), Memory::new());

    let path = PathBuf::from(path);
    let mut part = Part::open(&path)?;
    let list = List::new().projects(project).limit(1000).of::<Value>();
    download(&client.daemon(), list, &mut part).map_err(|error| {
        let count = part.count;
        format!("{error}\n{count} observations are kept: start again to go on")
    })?;
    eprintln!("{} observations in {}", part.count, path.display());
    part.finish(&path)?;
    Ok(())
}

fn download(session: &Session, list: List<Value>, part: &mut Part) -> Result<(), Box<dyn Error>> {
    // One step back: the record that is there already has to come again.
    let mut overlap = part.last.take();
    let offset = part.count.saturating_sub(u64::from(overlap.is_some()));
    for page in session.pages(list.clone().offset(offset)) {
        let mut page = page?;
        if let Some(last) = overlap.take() {
            if page.first().map(id) != Some(id(&last)) {
                eprintln!("the list has changed: from the beginning");
                part.clear()?;
                return download(session, list, part);
            }
            page.remove(0);
        }
        part.add(&page)?;
        eprintln!("{} observations", part.count);
    }
    match overlap {
        // Nothing came where something was.
        Some(_) => {
            part.clear()?;
            download(session, list, part)
        }
        None => Ok(()),
    }
}

/// V4's number of an observation, or the whole record where it has none.
fn id(record: &Value) -> &Value {
    record.get("obs_id").unwrap_or(record)
}

/// What has been downloaded so far: whole lines only.
struct Part {
    path: PathBuf,
    file: BufWriter<File>,
    count: u64,
    last: Option<Value>,
}

impl Part {
    /// Opens what an earlier start left, without a line that was torn.
    fn open(whole: &Path) -> io::Result<Self> {
        let mut path = OsString::from(whole);
        path.push(".part");
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        let (mut good, mut count, mut last) = (0, 0, None);
        let mut lines = BufReader::new(&file);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            let Ok(record) = serde_json::from_slice(&line) else {
                break;
            };
            if line.last() != Some(&b'\n') {
                break;
            }
            good += line.len() as u64;
            count += 1;
            last = Some(record);
            line.clear();
        }
        drop(lines);
        file.set_len(good)?;
        let mut file = BufWriter::new(file);
        file.seek(SeekFrom::Start(good))?;
        Ok(Self {
            path: path.into(),
            file,
            count,
            last,
        })
    }

    fn add(&mut self, records: &[Value]) -> io::Result<()> {
        for record in records {
            writeln!(self.file, "{record}")?;
        }
        self.file.flush()?;
        self.count += records.len() as u64;
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.file.get_ref().set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        (self.count, self.last) = (0, None);
        Ok(())
    }

    /// Puts it in the place of yesterday's.
    fn finish(self, whole: &Path) -> io::Result<()> {
        self.file.get_ref().sync_all()?;
        fs::rename(&self.path, whole)
    }
}
