//! What this crate needs of a keyring: to get, set and delete an entry, and to say plainly why not.

use std::{borrow::Cow, fmt, time::Duration};

use auth_core::{Error, ErrorKind, SecretBytes};

/// A keyring's entries. Blocking; each call is one change or none.
pub(crate) trait Entries {
    /// The secret, or `None` where there is no such entry.
    fn get(&self, name: &Name) -> Result<Option<SecretBytes>, Failure>;

    /// Replaces the secret, or makes the entry. Where several match, one is left.
    fn set(&self, name: &Name, secret: &SecretBytes) -> Result<(), Failure>;

    /// Removes the entry. That there is none is no failure.
    fn delete(&self, name: &Name) -> Result<(), Failure>;
}

/// The name of an entry: every keyring knows it by a service and a user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) service: Cow<'static, str>,
    pub(crate) user: Cow<'static, str>,
    pub(crate) kind: Kind,
}

/// Whose custom an entry follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Bytes of ours, which no other program reads.
    Record,
    /// A password that Python's keyring reads and overwrites as well.
    Password,
}

impl Name {
    /// What a password manager shows a person. For passwords it is what Python's keyring 25 writes.
    pub(crate) fn label(&self) -> String {
        let Self { service, user, .. } = self;
        match self.kind {
            Kind::Record => format!("Tokens of {user} for {service}"),
            Kind::Password => format!("Password for '{user}' on '{service}'"),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.user, self.service)
    }
}

/// Why a keyring did not do it. Holds no secret: texts are the system's own, never an entry's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// There is no session bus to ask.
    NoBus,
    /// There is a bus, and no Secret Service on it.
    NoService,
    /// It stays locked: the prompt was dismissed, or nobody can be asked.
    Locked,
    /// The service has no place for new entries.
    NoCollection,
    /// Several entries match, and none is to be preferred.
    Ambiguous,
    /// No response within this time.
    NoAnswer(Duration),
    /// An entry may not be that large.
    #[cfg_attr(
        all(not(test), unix, not(target_vendor = "apple")),
        expect(dead_code, reason = "keyring-core says it")
    )]
    TooLong,
    /// What lies there is no record, or one of a later version.
    Foreign,
    /// Parts of the record are missing or of another one.
    Torn,
    /// This system has no keyring that we know.
    #[cfg_attr(
        all(not(test), unix, not(target_vendor = "apple")),
        expect(dead_code, reason = "keyring-core says it")
    )]
    Unsupported,
    /// The service failed in another way. Its words, or why there are none.
    Broken(String),
}

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Opening,
    Reading,
    Saving,
    Removing,
}

impl Failure {
    /// As an error: what could not be done, why, and what to do.
    pub(crate) fn into_error(self, doing: Doing, what: impl fmt::Display) -> Error {
        let verb = match doing {
            Doing::Opening => "use",
            Doing::Reading => "read",
            Doing::Saving => "save",
            Doing::Removing => "remove",
        };
        let reason = self.reason();
        let mut advice = self.advice().to_owned();
        if doing == Doing::Saving {
            advice.push_str(match self {
                Self::NoAnswer(_) | Self::Broken(_) => "; the old value or the new one is there",
                _ => "; the old value is still there",
            });
        }
        let error =
            Error::new(self.kind(), format!("cannot {verb} {what}: {reason}")).with_help(advice);
        match self {
            Self::Broken(words) => error.with_server_message(&words),
            _ => error,
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoBus | Self::NoService | Self::NoCollection | Self::Unsupported => {
                ErrorKind::Configuration
            }
            Self::NoAnswer(_) => ErrorKind::TimedOut,
            _ => ErrorKind::Store,
        }
    }

    /// There is no keyring here at all, which is no news on a server.
    pub(crate) fn is_absence(&self) -> bool {
        self.kind() == ErrorKind::Configuration
    }

    /// Why, in a few words.
    pub(crate) fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::NoBus => "there is no session bus, so no keyring can be asked".into(),
            Self::NoService => "no program on the session bus offers a keyring".into(),
            Self::Locked => {
                "the keyring is locked, and nobody answered the prompt to unlock it".into()
            }
            Self::NoCollection => "the keyring has no default collection for new entries".into(),
            Self::Ambiguous => "several entries match, and none is newer than the others".into(),
            Self::NoAnswer(time) => format!(
                "the keyring gave no answer within {} s (does a prompt wait for a person?)",
                time.as_secs_f32()
            )
            .into(),
            Self::TooLong => "it is larger than the keyring allows".into(),
            Self::Foreign => {
                "what lies there is no record of ours, or one of a later version".into()
            }
            Self::Torn => "parts of it are missing, or belong to another record".into(),
            Self::Unsupported => "this system has no keyring that this crate knows".into(),
            Self::Broken(_) => "the keyring failed".into(),
        }
    }

    fn advice(&self) -> &'static str {
        match self {
            Self::NoBus => {
                "run it within a login session (DBUS_SESSION_BUS_ADDRESS names its bus), or use a \
                 file store"
            }
            Self::NoService => {
                "start a keyring such as GNOME Keyring, KWallet or KeePassXC (its Secret Service \
                 integration switched on), or use a file store"
            }
            Self::Locked | Self::NoAnswer(_) => {
                "unlock the keyring, for example by logging in to the desktop or opening the \
                 password manager, and try again"
            }
            Self::NoCollection => {
                "create one in the password manager and make it the default; KeePassXC: expose a \
                 group in the database settings, Secret Service Integration"
            }
            Self::Ambiguous => "delete all but one of them in the password manager",
            Self::TooLong => "use a file store",
            Self::Foreign | Self::Torn => "log in again, which replaces it",
            Self::Unsupported => "use a file store",
            Self::Broken(_) => "look at the keyring's own log, and try again",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_is_an_error_of_its_own_that_says_what_to_do() {
        let all = [
            (Failure::NoBus, ErrorKind::Configuration, "session bus"),
            (Failure::NoService, ErrorKind::Configuration, "KeePassXC"),
            (Failure::Locked, ErrorKind::Store, "unlock the keyring"),
            (Failure::NoCollection, ErrorKind::Configuration, "default"),
            (Failure::Ambiguous, ErrorKind::Store, "all but one"),
            (
                Failure::NoAnswer(Duration::from_secs(5)),
                ErrorKind::TimedOut,
                "within 5 s",
            ),
            (Failure::TooLong, ErrorKind::Store, "file store"),
            (Failure::Foreign, ErrorKind::Store, "log in again"),
            (Failure::Torn, ErrorKind::Store, "parts of it"),
            (
                Failure::Broken("org.example.Odd: no".into()),
                ErrorKind::Store,
                "org.example.Odd",
            ),
        ];
        let mut seen = std::collections::HashSet::new();
        for (failure, kind, words) in all {
            let unknown = matches!(failure, Failure::NoAnswer(_) | Failure::Broken(_));
            for doing in [
                Doing::Opening,
                Doing::Reading,
                Doing::Saving,
                Doing::Removing,
            ] {
                let error = failure.clone().into_error(doing, "the record of a/b/c");
                assert_eq!(error.kind(), kind);
                let text = error.to_string();
                assert!(
                    text.contains(words) && text.contains("the record of a/b/c"),
                    "{text}"
                );
                assert!(seen.insert(text.clone()), "{text}");
                let saving = doing == Doing::Saving;
                assert_eq!(
                    text.contains("old value is still there"),
                    saving && !unknown
                );
                assert_eq!(text.contains("or the new one"), saving && unknown);
            }
        }
    }
}
