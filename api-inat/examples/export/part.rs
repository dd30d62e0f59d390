//! The unfinished part of an export, and the cursor to resume from.

use std::{
    error::Error,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use api_inat::observations::Search;
use fs4::{FileExt, TryLockError};
use serde_json::Value;

use crate::{file::at, support::wrong};

/// Fails for a path at which something else than a file is: [`Part::finish`] would replace it.
pub(crate) fn check(target: &Path) -> Result<(), Box<dyn Error>> {
    match fs::metadata(target) {
        Ok(found) if !found.is_file() => {
            Err(wrong(format_args!("{} is not a file", target.display())))
        }
        _ => Ok(()),
    }
}

/// A file that grows page by page, and a note beside it: its list, its valid length and the cursor
/// to resume from.
pub(crate) struct Part {
    file: BufWriter<File>,
    path: PathBuf,
    note: PathBuf,
    list: String,
    pub(crate) length: u64,
    pub(crate) saved: u64,
}

impl Part {
    /// Opens the unfinished part of this list, cut to its valid length, and returns the rest of the
    /// list. Without one, creates an empty file and returns the whole list. Locks the file: the
    /// system releases the lock even if the program is killed.
    pub(crate) fn open(target: &Path, whole: &Search) -> Result<(Self, Search), Box<dyn Error>> {
        let (path, note) = (beside(target, ".part"), beside(target, ".place"));
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(at(&path))?;
        FileExt::try_lock(&file).map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::other("another export to this file is running"),
            TryLockError::Error(error) => at(&path)(error),
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
                saved: 0,
            },
            search,
        ))
    }

    pub(crate) fn save(&mut self, page: &[Value]) -> io::Result<()> {
        let saved = self.write(page);
        saved.map_err(at(&self.path))
    }

    fn write(&mut self, page: &[Value]) -> io::Result<()> {
        for observation in page {
            let line = format!("{observation}\n");
            self.file.write_all(line.as_bytes())?;
            self.length += line.len() as u64;
            self.saved += 1;
        }
        self.file.flush()?;
        self.file.get_ref().sync_data()
    }

    /// Stores the cursor atomically, after the records before it are on the disk.
    pub(crate) fn mark(&self, cursor: &str) -> io::Result<()> {
        let new = beside(&self.note, ".new");
        fs::write(&new, format!("{}\n{}\n{cursor}\n", self.list, self.length))
            .and_then(|()| fs::rename(new, &self.note))
            .map_err(at(&self.note))
    }

    pub(crate) fn finish(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target).map_err(at(target))?;
        match fs::remove_file(&self.note) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(&self.note)(error)),
            _ => Ok(()),
        }
    }
}

/// Reads the valid length and the cursor from a note about this list.
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
