//! The interface of a keyring: get, set and delete an entry, and the failures.

use std::{borrow::Cow, fmt, time::Duration};

use auth_core::{Error, ErrorKind, SecretBytes};

/// The entries of a keyring. Calls block; each makes one change or none.
pub(crate) trait Entries {
    /// Returns the secret. `None` if there is no such entry.
    fn get(&self, name: &Name) -> Result<Option<SecretBytes>, Failure>;

    /// Replaces the secret, or creates the entry. Of several matching entries one remains.
    fn set(&self, name: &Name, secret: &SecretBytes) -> Result<(), Failure>;

    /// Removes the entry. Succeeds if there is none.
    fn delete(&self, name: &Name) -> Result<(), Failure>;
}

/// The name of an entry: every keyring identifies it by a service and a user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) service: Cow<'static, str>,
    pub(crate) user: Cow<'static, str>,
    pub(crate) kind: EntryKind,
}

/// The format of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum EntryKind {
    /// Bytes of a token record, which no other program reads.
    TokenRecord,
    /// A password that Python's keyring reads and overwrites as well.
    Password,
}

impl Name {
    /// Returns the label that a password manager shows. For passwords it is Python's keyring 25's.
    #[cfg_attr(
        all(not(test), any(windows, target_vendor = "apple")),
        expect(dead_code, reason = "only the Secret Service has labels")
    )]
    pub(crate) fn label(&self) -> String {
        let Self { service, user, .. } = self;
        match self.kind {
            EntryKind::TokenRecord => format!("Tokens of {user} for {service}"),
            EntryKind::Password => format!("Password for '{user}' on '{service}'"),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.user, self.service)
    }
}

/// Why a keyring call failed. Contains no secret: its texts are the system's, never an entry's
/// content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// There is no session bus.
    #[cfg_attr(
        all(not(test), any(windows, target_vendor = "apple")),
        expect(dead_code, reason = "the Secret Service says it")
    )]
    NoBus,
    /// There is a session bus, but no Secret Service on it.
    #[cfg_attr(
        all(not(test), any(windows, target_vendor = "apple")),
        expect(dead_code, reason = "the Secret Service says it")
    )]
    NoService,
    /// The keyring stays locked: the user dismissed the prompt, or no prompt can be shown.
    Locked,
    /// The service has no default collection for new entries.
    #[cfg_attr(
        all(not(test), any(windows, target_vendor = "apple")),
        expect(dead_code, reason = "the Secret Service says it")
    )]
    NoCollection,
    /// Several entries match, and none is newer than the others.
    Ambiguous,
    /// No response within this time.
    NoResponse(Duration),
    /// The secret is larger than an entry may be.
    #[cfg_attr(
        all(not(test), unix, not(target_vendor = "apple")),
        expect(dead_code, reason = "keyring-core says it")
    )]
    TooLong,
    /// The entry is not a token record, or one of a later version.
    Foreign,
    /// Parts of the token record are missing, or belong to another one.
    Torn,
    /// This system has no keyring that this crate supports.
    #[cfg_attr(
        all(not(test), unix, not(target_vendor = "apple")),
        expect(dead_code, reason = "keyring-core says it")
    )]
    Unsupported,
    /// The service failed in another way. Contains its message, or the reason if it sent none.
    Broken(String),
}

/// The action that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Opening,
    Reading,
    Saving,
    Removing,
}

impl Failure {
    /// Converts to an error: the action, the reason, and what to do.
    pub(crate) fn into_error(self, doing: Doing, what: impl fmt::Display) -> Error {
        let verb = match doing {
            Doing::Opening => "use",
            Doing::Reading => "read",
            Doing::Saving => "save",
            Doing::Removing => "remove",
        };
        let reason = self.reason();
        let mut help = self.help().to_owned();
        if doing == Doing::Saving {
            help.push_str(match self {
                Self::NoResponse(_) | Self::Broken(_) => {
                    "; the keyring has the previous value or the new one"
                }
                _ => "; the previous value is unchanged",
            });
        }
        let error =
            Error::new(self.kind(), format!("cannot {verb} {what}: {reason}")).with_help(help);
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
            Self::NoResponse(_) => ErrorKind::TimedOut,
            _ => ErrorKind::Store,
        }
    }

    /// Whether this machine has no keyring at all, as is usual on a server.
    pub(crate) fn is_unavailable(&self) -> bool {
        self.kind() == ErrorKind::Configuration
    }

    /// Returns the reason in a few words.
    pub(crate) fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::NoBus => "there is no session bus, which a keyring requires".into(),
            Self::NoService => "no program on the session bus offers a keyring".into(),
            Self::Locked => "the keyring is locked, and its unlock prompt was not answered".into(),
            Self::NoCollection => "the keyring has no default collection for new entries".into(),
            Self::Ambiguous => "several entries match, and none is newer than the others".into(),
            Self::NoResponse(time) => format!(
                "the keyring did not respond within {} s",
                time.as_secs_f32()
            )
            .into(),
            Self::TooLong => "it is larger than the keyring allows".into(),
            Self::Foreign => "the entry is not a token record, or one of a later version".into(),
            Self::Torn => "parts of it are missing, or belong to another token record".into(),
            Self::Unsupported => "this system has no keyring that this crate supports".into(),
            Self::Broken(_) => "the keyring failed".into(),
        }
    }

    fn help(&self) -> &'static str {
        match self {
            Self::NoBus => {
                "run the program in a login session (DBUS_SESSION_BUS_ADDRESS names its bus), or use \
                 a file store"
            }
            Self::NoService => {
                "start a keyring such as GNOME Keyring, KWallet or KeePassXC (with its Secret \
                 Service integration enabled), or use a file store"
            }
            Self::NoResponse(_) => {
                "answer its unlock prompt, or unlock the keyring by logging in to the desktop or \
                 opening the password manager, and try again"
            }
            Self::Locked => {
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
            Self::Broken(_) => "check the keyring's own log, and try again",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_has_its_own_error_that_says_what_to_do() {
        let all = [
            (Failure::NoBus, ErrorKind::Configuration, "session bus"),
            (Failure::NoService, ErrorKind::Configuration, "KeePassXC"),
            (Failure::Locked, ErrorKind::Store, "unlock the keyring"),
            (Failure::NoCollection, ErrorKind::Configuration, "default"),
            (Failure::Ambiguous, ErrorKind::Store, "all but one"),
            (
                Failure::NoResponse(Duration::from_secs(5)),
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
        let mut texts = std::collections::HashSet::new();
        for (failure, kind, words) in all {
            let unknown = matches!(failure, Failure::NoResponse(_) | Failure::Broken(_));
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
                assert!(texts.insert(text.clone()), "{text}");
                let saving = doing == Doing::Saving;
                assert_eq!(
                    text.contains("previous value is unchanged"),
                    saving && !unknown
                );
                assert_eq!(text.contains("or the new one"), saving && unknown);
            }
        }
    }
}
