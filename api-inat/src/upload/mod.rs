//! A photo or a sound that is sent: from a file, from memory or from anything that can be read again from its start.

mod format;
mod multipart;
mod source;

use std::{
    borrow::Cow,
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use auth_core::{Error, ErrorKind, Stream};

use self::{format::Format, source::Source};
pub(crate) use self::{
    format::Medium,
    multipart::{Part, write},
};

/// What a program hears while a file is sent: bytes read so far, and bytes in all.
pub(crate) type Progress = dyn Fn(u64, u64) + Send + Sync;

/// The largest file, in bytes, unless [`Upload::at_most`] says otherwise: 20 MB, which is where pyinaturalist stops. iNaturalist's
/// own limit is not verified.
pub const LARGEST_UPLOAD: u64 = 20_000_000;

/// A photo or a sound to send.
///
/// Before anything is sent it is looked at: a file that is missing, empty, too large, or neither photo nor sound by its first
/// bytes is an error, and nothing leaves. It is read while it is sent, piece by piece, and once more from its start if the request
/// has to be repeated.
///
/// ```
/// use api_inat::{Upload, observation_photos::Create};
/// use auth_core::{BaseUrl, Operation};
///
/// let base = BaseUrl::parse("https://api.inaturalist.org/v1")?;
/// let photo = Upload::bytes("lynx.jpg", *b"\xFF\xD8\xFF\xE0 a very small photo");
/// let request = Create::new(photo, 250_000_001).request(&base)?;
/// assert!(request.headers()["content-type"].to_str().is_ok_and(|kind| kind.starts_with("multipart/form-data")));
///
/// let error = Create::new(Upload::path("/no/such/file.jpg"), 250_000_001).request(&base).expect_err("no file");
/// assert!(error.to_string().contains("/no/such/file.jpg"));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Upload {
    source: Source,
    name: Option<String>,
    content_type: Option<Cow<'static, str>>,
    largest: u64,
    progress: Option<Arc<Progress>>,
}

impl Upload {
    /// A file on disk. It is opened when it is sent, and neither kept open nor held in memory.
    #[must_use]
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::of(Source::Path(path.into()), None)
    }

    /// Bytes in memory, with a name for the file.
    #[must_use]
    pub fn bytes(file_name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes: Arc<[u8]> = bytes.into().into();
        Self::of(Source::Bytes(bytes), Some(file_name.into()))
    }

    /// Anything of `len` bytes that can be opened again from its start, with a name for the file. It is opened once for each
    /// sending; and once before that, for its first bytes, unless [`content_type`](Self::content_type) is given.
    #[inline]
    #[must_use]
    pub fn reader(
        file_name: impl Into<String>,
        len: u64,
        open: impl Fn() -> io::Result<Box<dyn io::Read + Send>> + Send + Sync + 'static,
    ) -> Self {
        let stream = Stream::new(len, open);
        Self::of(Source::Reader(stream), Some(file_name.into()))
    }

    #[inline]
    fn of(source: Source, name: Option<String>) -> Self {
        Self {
            source,
            name,
            content_type: None,
            largest: LARGEST_UPLOAD,
            progress: None,
        }
    }

    /// The name that the service is told, in place of the file's own.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Its media type, such as `image/webp`. Then its first bytes are not looked at, and the service decides whether it takes it.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<Cow<'static, str>>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// The most bytes that it may have: [`LARGEST_UPLOAD`] unless set.
    #[inline]
    #[must_use]
    pub fn at_most(mut self, bytes: u64) -> Self {
        self.largest = bytes;
        self
    }

    /// Called while it is read for sending, with the bytes read so far and the bytes in all. Begins again from 0 with each sending.
    /// What was read is a little ahead of what has arrived. It is called on whatever thread reads: it should return at once.
    #[must_use]
    pub fn on_progress(mut self, progress: impl Fn(u64, u64) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// The file as a part of a form, after every check that can be made here.
    #[inline]
    pub(crate) fn part(&self, part: &str, medium: Medium) -> Result<Part, Error> {
        let len = self.source.len()?;
        let refuse = |what: String, advice: Cow<'static, str>| {
            Err(Error::new(ErrorKind::Usage, what)
                .with_setting("file")
                .with_help(advice))
        };
        if len == 0 {
            return refuse(
                format!("{} is empty", self.source),
                "check whether it was written to its end".into(),
            );
        }
        if len > self.largest {
            return refuse(
                format!(
                    "{} has {len} bytes; {} is the most",
                    self.source, self.largest
                ),
                "send a smaller one, or raise the limit with `at_most`".into(),
            );
        }
        let format = match &self.content_type {
            Some(_) => None,
            None => Some(self.format(medium)?),
        };
        let content_type = match (&self.content_type, format) {
            (Some(content_type), _) => content_type.clone(),
            (None, Some(format)) => format.content_type.into(),
            (None, None) => "application/octet-stream".into(),
        };
        Ok(Part {
            name: part.to_owned(),
            file_name: self.shown_name(format),
            content_type,
            len,
            file: self.source.sending(len, self.progress.clone()),
        })
    }

    /// What its first bytes say, if the service takes such files there.
    #[inline]
    fn format(&self, medium: Medium) -> Result<&'static Format, Error> {
        let refuse = |what: String, advice: String| {
            Err(Error::new(ErrorKind::Usage, what)
                .with_setting("file")
                .with_help(advice))
        };
        match Format::of(&self.source.beginning()?) {
            Some(format) if format.medium == medium && format.taken => Ok(format),
            Some(format) => refuse(
                format!("{} is {}, not {medium}", self.source, format.name),
                format!("send {}", medium.taken()),
            ),
            None => refuse(
                format!("{} is not {medium}, by its first bytes", self.source),
                format!(
                    "send {}; `content_type` sends it without being looked at",
                    medium.taken()
                ),
            ),
        }
    }

    #[inline]
    fn shown_name(&self, format: Option<&Format>) -> String {
        let name = match (&self.name, self.source.path().and_then(Path::file_name)) {
            (Some(name), _) if !name.is_empty() => name.clone(),
            (_, Some(name)) => name.to_string_lossy().into_owned(),
            _ => "file".to_owned(),
        };
        // The Rails application goes by the extension where it stores the file.
        match format {
            Some(format) if Path::new(&name).extension().is_none() => {
                format!("{name}.{}", format.extension)
            }
            _ => name,
        }
    }
}

impl From<&Path> for Upload {
    #[inline]
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<PathBuf> for Upload {
    #[inline]
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl fmt::Debug for Upload {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upload({})", self.source)
    }
}
