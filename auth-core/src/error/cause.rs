//! The cause of a failure: what the system reported, kept as a value; any other error, kept as
//! text.

use std::{
    error::Error as StdError,
    fmt, io,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use super::{Error, text::holds};

/// What made a request or a store fail, where a program may want to act on it.
///
/// ```
/// use std::io;
/// use auth_core::{Cause, Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::Store, "cannot save the token record to /data/me.json")
///     .with_source(io::Error::from(io::ErrorKind::StorageFull));
/// assert_eq!(error.cause(), Some(Cause::DiskFull));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// A release may tell more causes apart.
#[non_exhaustive]
pub enum Cause {
    /// The host's name could not be resolved: it does not exist, or the name servers are silent.
    NameLookup,
    /// The host has no program that listens on the port.
    ConnectionRefused,
    /// The server's certificate was rejected: its issuer is unknown, or it is for another host or
    /// another time.
    Certificate,
    /// The system denies this user the access to a file or directory.
    PermissionDenied,
    /// The disk is full, or the user's quota of it.
    DiskFull,
    /// This program, or the system, has as many files and connections open as it may.
    TooManyOpenFiles,
    /// Another program has held the lease of the account for too long.
    LeaseHeld,
    /// The file system of the store cannot lock a file, so the store gives no leases.
    LocksUnsupported,
}

/// The help for [`Cause::TooManyOpenFiles`].
const RAISE_THE_LIMIT: &str = "raise the limit of open files (`ulimit -n`; `LimitNOFILE` of a systemd service; \
     `sysctl fs.file-max` of the machine), or do fewer things at once";

impl Cause {
    /// Returns what to do about it, where the cause alone tells that, whatever failed.
    ///
    /// Stores and transports, also those outside this project, give it as the help of their errors.
    ///
    /// ```
    /// use auth_core::Cause;
    ///
    /// let help = Cause::TooManyOpenFiles.help();
    /// assert!(help.is_some_and(|help| help.contains("ulimit -n")));
    /// assert_eq!(Cause::DiskFull.help(), None); // depends on what is on the disk
    /// ```
    #[must_use]
    pub fn help(self) -> Option<&'static str> {
        (self == Self::TooManyOpenFiles).then_some(RAISE_THE_LIMIT)
    }

    /// Returns the cause that an error of the system tells. `None` if it is not one of those that
    /// are told apart.
    ///
    /// ```
    /// use std::io;
    /// use auth_core::Cause;
    ///
    /// let error = io::Error::from(io::ErrorKind::QuotaExceeded);
    /// assert_eq!(Cause::of(&error), Some(Cause::DiskFull));
    /// ```
    #[must_use]
    pub fn of(system: &io::Error) -> Option<Self> {
        use io::ErrorKind as Io;
        match system.kind() {
            _ if has_too_many_open(system) => Some(Self::TooManyOpenFiles),
            Io::ConnectionRefused => Some(Self::ConnectionRefused),
            Io::PermissionDenied => Some(Self::PermissionDenied),
            Io::StorageFull | Io::QuotaExceeded => Some(Self::DiskFull),
            _ => None,
        }
    }
}

/// Whether no file or socket can be opened. The standard library has no kind for it.
fn has_too_many_open(system: &io::Error) -> bool {
    // ENFILE and EMFILE; ERROR_TOO_MANY_OPEN_FILES and WSAEMFILE
    let codes: &[i32] = match () {
        () if cfg!(unix) => &[23, 24],
        () if cfg!(windows) => &[4, 10024],
        () => &[],
    };
    system
        .raw_os_error()
        .is_some_and(|code| codes.contains(&code))
}

/// What is kept of an error that caused another.
///
/// A foreign error may show a URL, a header or a body. So its type is not kept, but its text, which
/// its maker vouches for, and the system's error below it, which holds a number only.
#[derive(Clone, Default)]
pub(crate) struct Origin {
    /// The words of all that is above the system's error.
    words: String,
    system: Option<Arc<io::Error>>,
    cause: Option<Cause>,
}

// The system's error has nothing inside that a panic could leave half changed, as another
// `io::Error` may have: so errors, and what has one, cross `catch_unwind`.
impl UnwindSafe for Origin {}
impl RefUnwindSafe for Origin {}

impl Origin {
    #[cold]
    pub(crate) fn new(source: &(dyn StdError + 'static)) -> Self {
        let mut origin = Self::default();
        let mut next = Some(source);
        // HTTP clients wrap the useful cause in errors that repeat it, so each text is kept once.
        while let Some(error) = next {
            let words = error.to_string();
            if let Some(system) = error.downcast_ref().and_then(system_error) {
                let system_words = system.to_string();
                if !holds(&words, &system_words) {
                    origin.add(&words);
                }
                origin.leave_out(&system_words);
                origin.system = Some(Arc::new(system));
                break;
            }
            origin.add(&words);
            next = error.source();
        }
        origin
    }

    fn add(&mut self, words: &str) {
        if !holds(&self.words, words) {
            let link = if self.words.is_empty() { "" } else { ": " };
            self.words.push_str(link);
            self.words.push_str(words);
        }
    }

    /// Removes what the system's error says itself.
    fn leave_out(&mut self, system_words: &str) {
        if let Some(rest) = self.words.strip_suffix(system_words) {
            let rest = rest.trim_end_matches([':', ' ']).len();
            self.words.truncate(rest);
        }
    }

    pub(crate) fn set_cause(&mut self, cause: Cause) {
        self.cause = Some(cause);
    }

    pub(crate) fn cause(&self) -> Option<Cause> {
        self.cause.or_else(|| Cause::of(self.system.as_deref()?))
    }

    pub(crate) fn io_kind(&self) -> Option<io::ErrorKind> {
        self.system.as_ref().map(|system| system.kind())
    }

    pub(crate) fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.system.as_deref().map(|system| system as _)
    }

    /// Changes the words, to redact them.
    pub(crate) fn words_mut(&mut self) -> &mut String {
        &mut self.words
    }

    /// Returns this without its words, which are part of another text by now.
    pub(crate) fn said(mut self) -> Self {
        self.words.clear();
        self
    }

    /// Adds the cause to a message; with the system's error if the format has `#`.
    pub(crate) fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.words.is_empty() {
            write!(f, ": {}", self.words)?;
        }
        match &self.system {
            Some(system) if f.alternate() => write!(f, ": {system}"),
            _ => Ok(()),
        }
    }
}

/// Returns the system's error without anything that a program has put into it. `None` if it is the
/// program's own.
fn system_error(error: &io::Error) -> Option<io::Error> {
    match (error.raw_os_error(), error.get_ref()) {
        (Some(code), _) => Some(io::Error::from_raw_os_error(code)),
        (None, Some(inner)) => inner.downcast_ref().and_then(system_error),
        (None, None) => Some(error.kind().into()),
    }
}

impl Error {
    /// Sets the underlying error: its text becomes part of the message, so it must not show
    /// secrets. An [`io::Error`] of the system among its sources becomes the
    /// [`source`](StdError::source) instead, and decides the [`cause`](Self::cause).
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.caused_by(source.into())
    }

    /// Sets the cause, where no error of the system tells it.
    #[must_use]
    pub fn with_cause(mut self, cause: Cause) -> Self {
        self.inner().origin.set_cause(cause);
        self
    }

    /// Returns what made the request or the store fail. `None` if it is not one of the causes that
    /// are told apart; see also [`io_kind`](Self::io_kind).
    #[doc(alias("dns", "certificate", "disk full", "permission"))]
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.0.origin.cause()
    }

    /// Returns the kind of the system's error that caused this one: the
    /// [`source`](StdError::source).
    ///
    /// ```
    /// use std::io;
    /// use auth_core::{Error, TransportError};
    ///
    /// let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
    /// let error = Error::from(TransportError::not_sent(refused));
    /// assert_eq!(error.io_kind(), Some(io::ErrorKind::ConnectionRefused));
    /// ```
    #[must_use]
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        self.0.origin.io_kind()
    }

    #[cold]
    fn caused_by(mut self, source: Box<dyn StdError + Send + Sync>) -> Self {
        let cause = self.0.origin.cause;
        let origin = Origin::new(&*source);
        self.inner().origin = Origin { cause, ..origin };
        self
    }

    pub(crate) fn with_origin(mut self, origin: Origin) -> Self {
        self.inner().origin = origin;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    /// An error that wraps another, as those of HTTP clients do.
    #[derive(Debug)]
    struct Wrapper(&'static str, Box<dyn StdError + Send + Sync>);

    impl fmt::Display for Wrapper {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl StdError for Wrapper {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&*self.1)
        }
    }

    fn system(kind: io::ErrorKind) -> io::Error {
        kind.into()
    }

    fn made(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        Error::new(ErrorKind::Store, "it failed")
            .with_source(source)
            .with_help("help")
    }

    #[test]
    fn the_system_s_error_is_the_source_and_anything_else_is_text() {
        let check = |error: Error, shown: &str, source: Option<&str>, whole: &str| {
            assert_eq!(error.to_string(), shown);
            assert_eq!(error.source().map(ToString::to_string).as_deref(), source);
            assert_eq!(format!("{error:#}"), whole);
            assert_eq!(format!("{error:?}"), whole);
            let found = error.source().map(|source| source.is::<io::Error>());
            assert_eq!(found, source.map(|_| true));
        };
        let refused = || system(io::ErrorKind::ConnectionRefused);
        let (short, whole) = ("it failed; help", "it failed: connection refused; help");
        let source = Some("connection refused");
        check(made(refused()), short, source, whole);
        check(made(io::Error::other(refused())), short, source, whole);
        check(
            made(Wrapper("cannot connect", Box::new(refused()))),
            "it failed: cannot connect; help",
            source,
            "it failed: cannot connect: connection refused; help",
        );
        check(
            made(Wrapper("io: connection refused", Box::new(refused()))),
            "it failed: io; help",
            source,
            "it failed: io: connection refused; help",
        );
        for own in ["reset", "the certificate is invalid"] {
            let text = format!("it failed: {own}; help");
            check(made(own), &text, None, &text);
            check(made(io::Error::other(own)), &text, None, &text);
            let wrapped = Wrapper(own, own.into());
            check(made(wrapped), &text, None, &text);
        }
    }

    #[test]
    fn what_a_program_put_into_the_system_s_error_is_left_out() {
        let error = io::Error::from_raw_os_error(13);
        let kept = made(io::Error::other(Wrapper("opening", Box::new(error))));
        let kept = kept.source().and_then(|source| source.downcast_ref());
        assert_eq!(kept.and_then(io::Error::raw_os_error), Some(13));
    }

    #[test]
    fn an_error_crosses_catch_unwind() {
        let error = made(system(io::ErrorKind::StorageFull));
        let shown = std::panic::catch_unwind(|| error.to_string());
        assert_eq!(shown.ok().as_deref(), Some("it failed; help"));
        fn check<T: UnwindSafe + RefUnwindSafe>() {}
        check::<Error>();
        check::<crate::TransportError>();
    }

    #[test]
    fn causes_are_values() {
        use io::ErrorKind as Io;
        let check = |error: Error, cause: Option<Cause>| assert_eq!(error.cause(), cause);
        check(made(system(Io::StorageFull)), Some(Cause::DiskFull));
        check(made(system(Io::QuotaExceeded)), Some(Cause::DiskFull));
        let denied = system(Io::PermissionDenied);
        check(made(denied), Some(Cause::PermissionDenied));
        check(made(system(Io::NotFound)), None);
        #[cfg(unix)]
        for code in [23, 24] {
            let error = made(io::Error::from_raw_os_error(code));
            check(error, Some(Cause::TooManyOpenFiles));
        }
        check(made("text"), None);
        check(
            made("text").with_cause(Cause::Certificate),
            Some(Cause::Certificate),
        );
        let said = Error::new(ErrorKind::Store, "x").with_cause(Cause::LocksUnsupported);
        let said = said.with_source(system(Io::Unsupported));
        check(said.clone(), Some(Cause::LocksUnsupported));
        assert_eq!(said.io_kind(), Some(Io::Unsupported));
    }

    #[test]
    fn the_words_of_a_cause_are_redacted() {
        let error = made("the key 0123456789abcdef is wrong").redacted(&["0123456789abcdef"]);
        assert!(
            !format!("{error} {error:?}").contains("0123456789"),
            "{error}"
        );
    }
}
