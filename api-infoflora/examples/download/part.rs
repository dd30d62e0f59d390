//! The partial download: whole lines only, and how the next page continues them.

use std::{
    error::Error,
    ffi::OsString,
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use fs4::{FileExt, TryLockError};
use serde_json::Value;

use crate::{
    file::at,
    support::end::{say, wrong},
};

pub(crate) struct Part {
    path: PathBuf,
    file: BufWriter<File>,
    count: u64,
    /// The last record of an earlier start, which the next page must start with.
    last: Option<Value>,
}

impl Part {
    /// Opens the partial download of an earlier start, without an incomplete last line. Fails while
    /// another program has it open; the system releases that lock however the program ends.
    pub(crate) fn open(whole: &Path) -> Result<Self, Box<dyn Error>> {
        // The end replaces it, which would cost a device its name and fail for a directory.
        if fs::metadata(whole).is_ok_and(|found| !found.is_file()) {
            return Err(wrong(format_args!("{} is not a file", whole.display())));
        }
        let mut path = OsString::from(whole);
        path.push(".part");
        let mut options = File::options();
        let file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(at(path.as_ref()))?;
        FileExt::try_lock(&file).map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::other("another download of it is running"),
            TryLockError::Error(error) => at(path.as_ref())(error),
        })?;
        let (mut good, mut count, mut last) = (0, 0, None);
        let mut lines = BufReader::new(&file);
        let mut line = Vec::new();
        while (lines.read_until(b'\n', &mut line)).map_err(at(path.as_ref()))? > 0 {
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

    /// Returns the number of records.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Returns the offset to resume from: that of the last record, if there is one.
    pub(crate) fn begin(&self) -> u64 {
        self.count - u64::from(self.last.is_some())
    }

    /// Adds a page. Returns false if it does not continue the existing records.
    pub(crate) fn add(&mut self, mut page: Vec<Value>) -> io::Result<bool> {
        if let Some(last) = &self.last {
            if page.first().map(id) != Some(id(last)) {
                return Ok(false);
            }
            self.last = None;
            page.remove(0);
        }
        let mut records = page.iter();
        let written = records.try_for_each(|record| writeln!(self.file, "{record}"));
        written
            .and_then(|()| self.file.flush())
            .map_err(at(&self.path))?;
        self.count += page.len() as u64;
        say(&format!("{} observations", self.count));
        Ok(true)
    }

    /// Returns whether the pages continued the existing records. If not, removes all records.
    pub(crate) fn fits(&mut self) -> io::Result<bool> {
        if self.last.take().is_none() {
            return Ok(true);
        }
        say("the list has changed: starting from the beginning");
        self.file.get_ref().set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.count = 0;
        Ok(false)
    }

    /// Replaces yesterday's file.
    pub(crate) fn finish(self, whole: &Path) -> io::Result<()> {
        let whole_on_disk = self.file.get_ref().sync_all();
        whole_on_disk
            .and_then(|()| fs::rename(&self.path, whole))
            .map_err(at(whole))
    }
}

/// Returns V4's number of an observation, or the whole record if it has none.
fn id(record: &Value) -> &Value {
    record.get("obs_id").unwrap_or(record)
}
