//! Opens the authorization URL: with the default browser, with the program's function, or not.

use std::{io, sync::Arc};

// `inline`: compiled in the crate that calls it, as most programs need none of it.

/// How a login opens the authorization URL.
#[derive(Clone)]
pub(super) enum Open {
    /// Opens the default browser, if it would open before the user; fails without the feature
    /// `browser`.
    Default,
    /// Opens the default browser in any case.
    Forced,
    /// Calls the program's function.
    With(Arc<Opener>),
    /// Opens nothing.
    Not,
}

pub(super) type Opener = dyn Fn(&str) -> io::Result<()> + Send + Sync;

/// Whether a browser needs an X or Wayland display on this system.
const NEEDS_DISPLAY: bool = cfg!(all(
    unix,
    not(any(
        target_os = "macos",
        target_os = "ios",
        target_os = "android"
    ))
));

impl Open {
    /// Returns why the browser would not open before the user. `None` if it may.
    #[inline]
    pub(super) fn obstacle(&self) -> Option<&'static str> {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            Self::Default => obstacle(NEEDS_DISPLAY, is_set),
            _ => None,
        }
    }

    /// Opens the URL. Returns false if nothing is to be opened.
    #[inline]
    pub(super) fn go(&self, url: &str) -> io::Result<bool> {
        match self {
            Self::Not => Ok(false),
            Self::With(open) => open(url).map(|()| true),
            #[cfg(feature = "browser")]
            Self::Default | Self::Forced => open::that(url).map(|()| true).map_err(readable),
            #[cfg(not(feature = "browser"))]
            Self::Default | Self::Forced => Err(io::Error::other(
                "auth-flows was built without the feature `browser`",
            )),
        }
    }
}

/// Replaces the words of `open` for a launcher that failed or is missing. These are its command
/// line and the `Debug` of a status, such as `ExitStatus(unix_wait_status(256))`, or "No such
/// file".
#[cfg(feature = "browser")]
fn readable(problem: io::Error) -> io::Error {
    match problem.kind() {
        io::ErrorKind::Other => {
            io::Error::other("the system's program that opens web pages failed")
        }
        kind @ io::ErrorKind::NotFound => {
            io::Error::new(kind, "the system has no program that opens web pages")
        }
        _ => problem,
    }
}

/// Returns why a browser would not open before the user, by the variables that are set.
fn obstacle(needs_display: bool, is_set: impl Fn(&str) -> bool) -> Option<&'static str> {
    // Over SSH a browser opens on the remote machine, on its screen or, with a forwarded display,
    // slowly and without the user's own logins.
    if is_set("SSH_CONNECTION") || is_set("SSH_TTY") {
        return Some("this is a session over SSH");
    }
    // In WSL the browser is the one of Windows.
    let displays = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"];
    (needs_display && !displays.into_iter().any(is_set))
        .then_some("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "browser")]
    #[test]
    fn a_failed_or_missing_launcher_reads_as_a_sentence() {
        let words =
            r#"Launcher "xdg-open" "https://x" failed with ExitStatus(unix_wait_status(256))"#;
        let failed = readable(io::Error::other(words));
        assert_eq!(
            failed.to_string(),
            "the system's program that opens web pages failed"
        );
        let missing = readable(io::Error::from_raw_os_error(2)); // on each system
        assert_eq!(
            missing.to_string(),
            "the system has no program that opens web pages"
        );
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_browser_opens_before_the_user_or_not_at_all() {
        let check = |variables: &[&str], with_display: Option<&str>, without: Option<&str>| {
            for (needs_display, expect) in [(true, with_display), (false, without)] {
                let found = obstacle(needs_display, |name| variables.contains(&name));
                let words = found.unwrap_or_default();
                match expect {
                    None => assert_eq!(found, None, "{variables:?}"),
                    Some(word) => assert!(words.contains(word), "{variables:?}: {words}"),
                }
            }
        };
        check(&[], Some("display"), None);
        check(&["DISPLAY"], None, None);
        check(&["WAYLAND_DISPLAY"], None, None);
        check(&["WSL_DISTRO_NAME"], None, None);
        check(&["SSH_CONNECTION"], Some("SSH"), Some("SSH"));
        check(&["SSH_TTY", "DISPLAY"], Some("SSH"), Some("SSH"));
    }

    #[test]
    fn what_the_program_opens_itself_has_no_obstacle() {
        for open in [Open::Forced, Open::Not, Open::With(Arc::new(|_| Ok(())))] {
            assert_eq!(open.obstacle(), None);
        }
    }
}
