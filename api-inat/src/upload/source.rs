//! The source of a file's bytes, and the reader that counts them while they are sent.

use std::{
    fmt,
    fs::File,
    io::{self, Cursor, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use auth_core::{Error, ErrorKind, Stream};

use super::{Progress, format::BEGINNING};

/// The source of the bytes.
#[derive(Clone)]
pub(super) enum Source {
    Path(PathBuf),
    Bytes(Arc<[u8]>),
    Reader(Stream),
}

impl Source {
    /// Returns the current number of bytes.
    #[inline]
    pub(super) fn len(&self) -> Result<u64, Error> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
            Self::Reader(stream) => Ok(stream.len()),
            Self::Path(path) => match path.metadata() {
                Ok(found) if found.is_file() => Ok(found.len()),
                Ok(_) => Err(self.unreadable(io::ErrorKind::InvalidInput.into())),
                Err(error) => Err(self.unreadable(error)),
            },
        }
    }

    /// Returns its first bytes.
    #[inline]
    pub(super) fn beginning(&self) -> Result<Vec<u8>, Error> {
        let read = || -> io::Result<Vec<u8>> {
            let mut beginning = Vec::with_capacity(BEGINNING);
            self.open()?
                .take(BEGINNING as u64)
                .read_to_end(&mut beginning)?;
            Ok(beginning)
        };
        read().map_err(|error| self.unreadable(error))
    }

    #[inline]
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Bytes(_) | Self::Reader(_) => None,
        }
    }

    /// Returns the counted stream that a transport opens and reads.
    #[inline]
    pub(super) fn sending(&self, len: u64, progress: Option<Arc<Progress>>) -> Stream {
        let source = self.clone();
        Stream::new(len, move || {
            Ok(Box::new(Counted {
                inner: source.open().map_err(|error| source.named(error))?,
                read: 0,
                len,
                progress: progress.clone(),
                source: source.clone(),
            }))
        })
    }

    #[inline]
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Path(path) => Box::new(File::open(path)?),
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Self::Reader(stream) => stream.open()?,
        })
    }

    /// Names the file in an error of the system, which does not.
    #[inline]
    fn named(&self, error: io::Error) -> io::Error {
        match self {
            Self::Path(_) => io::Error::new(error.kind(), format!("{self}: {error}")),
            Self::Bytes(_) | Self::Reader(_) => error,
        }
    }

    #[inline]
    fn unreadable(&self, error: io::Error) -> Error {
        let what = match (self.path(), error.kind()) {
            (Some(path), io::ErrorKind::NotFound) => {
                format!("file `{}` does not exist", path.display())
            }
            (Some(path), io::ErrorKind::InvalidInput) => {
                format!("`{}` is not a file", path.display())
            }
            _ => format!("{self} cannot be read"),
        };
        Error::new(ErrorKind::Usage, what)
            .with_setting("file")
            .with_help("check the path and its permissions")
            .with_source(error)
    }
}

impl fmt::Display for Source {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "`{}`", path.display()),
            Self::Bytes(_) | Self::Reader(_) => f.write_str("the file"),
        }
    }
}

/// Counts the bytes read, and fails if the file changes its length. The rest of the form must not
/// be read as a part of the file.
struct Counted {
    inner: Box<dyn Read + Send>,
    read: u64,
    len: u64,
    progress: Option<Arc<Progress>>,
    source: Source,
}

impl Read for Counted {
    #[inline]
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let source = &self.source;
        let changed = |how| io::Error::other(format!("{source} became {how} while it was sent"));
        let read = self.inner.read(buf).map_err(|error| source.named(error))?;
        let before = self.read;
        self.read += read as u64;
        if self.read > self.len {
            return Err(changed("longer"));
        }
        if read == 0 && self.read < self.len {
            return Err(changed("shorter"));
        }
        if let Some(progress) = self.progress.as_ref().filter(|_| self.read > before) {
            progress(self.read, self.len);
        }
        Ok(read)
    }
}
