//! Uploads of a photo or a sound: from a file, from memory or from a reader that can be reopened.

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

/// The callback of a program: bytes read so far, and bytes in total.
pub(crate) type Progress = dyn Fn(u64, u64) + Send + Sync;

/// The default of [`Upload::at_most`]: 20 MB, pyinaturalist's limit. iNaturalist's own limit is not
/// verified.
pub const LARGEST_UPLOAD: u64 = 20_000_000;

/// A photo or a sound to upload.
///
/// The file is checked before anything is sent. The request fails if the file is missing, empty,
/// too large, or by its first bytes not of the required medium. It is read while it is sent, never
/// whole in memory, and again from its start if the request is repeated.
///
/// ```
/// use api_inat::{Upload, observation_photos::Create};
/// use auth_core::{BaseUrl, Operation};
///
/// let base = BaseUrl::parse("https://api.inaturalist.org/v1")?;
/// let photo = Upload::bytes("lynx.jpg", *b"\xFF\xD8\xFF\xE0 a very small photo");
/// let request = Create::new(photo, 250_000_001).request(&base)?;
/// let content_type = request.headers()["content-type"].to_str()?;
/// assert!(content_type.starts_with("multipart/form-data"));
///
/// let missing = Create::new(Upload::path("/no/such/file.jpg"), 250_000_001);
/// let error = missing.request(&base).expect_err("no file");
/// assert!(error.to_string().contains("/no/such/file.jpg"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "photo")]
#[doc(alias = "sound")]
#[doc(alias = "multipart")]
#[derive(Clone)]
pub struct Upload {
    source: Source,
    name: Option<String>,
    content_type: Option<Cow<'static, str>>,
    largest: u64,
    progress: Option<Arc<Progress>>,
}

impl Upload {
    /// Uploads a file on disk. It is opened when it is sent, and neither stays open nor is held in
    /// memory.
    #[must_use]
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::of(Source::Path(path.into()), None)
    }

    /// Uploads bytes from memory, under this file name.
    #[must_use]
    pub fn bytes(file_name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes: Arc<[u8]> = bytes.into().into();
        Self::of(Source::Bytes(bytes), Some(file_name.into()))
    }

    /// Uploads `len` bytes from a reader, under this file name. `open` is called for each sending,
    /// and once before for the first bytes, unless [`content_type`](Self::content_type) is set.
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

    /// Sets the file name that is sent, in place of the file's own.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the media type, such as `image/webp`. Skips the check of the first bytes: the service
    /// decides whether it accepts the file.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<Cow<'static, str>>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sets the largest allowed size in bytes. Default: [`LARGEST_UPLOAD`].
    #[inline]
    #[must_use]
    pub fn at_most(mut self, bytes: u64) -> Self {
        self.largest = bytes;
        self
    }

    /// Sets a callback for progress, as `|sent, total| println!("{sent} of {total} bytes")`: the
    /// bytes read so far, and the bytes in total. Each sending begins again from 0. Bytes read are
    /// slightly ahead of bytes delivered. It is called on the thread that reads, so it must return
    /// quickly.
    #[must_use]
    pub fn on_progress(mut self, progress: impl Fn(u64, u64) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Checks the file and makes it a part of a form.
    #[inline]
    pub(crate) fn part(&self, part: &str, medium: Medium) -> Result<Part, Error> {
        let len = self.source.len()?;
        let refuse = |what: String, help: Cow<'static, str>| {
            Err(Error::new(ErrorKind::Usage, what)
                .with_setting("file")
                .with_help(help))
        };
        if len == 0 {
            return refuse(
                format!("{} is empty", self.source),
                "check whether it was written completely".into(),
            );
        }
        if len > self.largest {
            return refuse(
                format!(
                    "{} has {len} bytes; at most {} are allowed",
                    self.source, self.largest
                ),
                "send a smaller file, or raise the limit with `at_most`".into(),
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

    /// Detects the format by the first bytes. Fails unless the service accepts it for this medium.
    #[inline]
    fn format(&self, medium: Medium) -> Result<&'static Format, Error> {
        let refuse = |what: String, help: String| {
            Err(Error::new(ErrorKind::Usage, what)
                .with_setting("file")
                .with_help(help))
        };
        match Format::of(&self.source.beginning()?) {
            Some(format) if format.medium == medium && format.accepted => Ok(format),
            Some(format) => refuse(
                format!("{} is {}, not {medium}", self.source, format.name),
                format!("send {}", medium.accepted()),
            ),
            None => refuse(
                format!("{} is not {medium}, by its first bytes", self.source),
                format!(
                    "send {}, or set `content_type` to skip this check",
                    medium.accepted()
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
        // The Rails application stores the file by its extension.
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
