//! What has been exported so far, and where to go on.

use std::{
    error::Error,
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use api_inat::observations::Search;
use serde_json::Value;

/// A file that grows page by page, and the note beside it: which list it is of, how many bytes are good, and the place to go on from.
pub(crate) struct Part {
    file: BufWriter<File>,
    path: PathBuf,
    note: PathBuf,
    list: String,
    pub(crate) length: u64,
    pub(crate) kept: u64,
}

impl Part {
    /// What was begun of this list, cut to what is good of it, and the rest of the list; or an empty file and all of it. One program
    /// at a time: the system takes the lock back however it ends.
    pub(crate) fn open(target: &Path, whole: &Search) -> Result<(Self, Search), Box<dyn Error>> {
        let (path, note) = (beside(target, ".part"), beside(target, ".place"));
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::other("another export of it is under way"),
            TryLockError::Error(error) => error,
        })?;
        let list = whole.to_text();
        let begun = fs::read_to_string(&note)
            .ok()
            .and_then(|note| place(&note, &list));
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

    pub(crate) fn keep(&mut self, page: &[Value]) -> io::Result<()> {
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
    pub(crate) fn mark(&self, cursor: &str) -> io::Result<()> {
        let new = beside(&self.note, ".new");
        fs::write(&new, format!("{}\n{}\n{cursor}\n", self.list, self.length))?;
        fs::rename(new, &self.note)
    }

    pub(crate) fn finish(self, target: &Path) -> io::Result<()> {
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
