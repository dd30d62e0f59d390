//! How an example ends: with what it has to say, and a status that a script can act on.
//!
//! | status | meaning |
//! | --- | --- |
//! | 0 | done; also if the reader of a pipe has all that it wanted, as `head` |
//! | 1 | any other failure, such as a suspended account, which only the service can lift |
//! | 2 | wrong usage or settings: a human must change them |
//! | 3 | a login is required, or was refused |
//! | 74 | a file, the store or the output cannot be read or written |
//! | 75 | try later: the network or the service failed |

use std::{
    error::Error,
    fmt,
    io::{self, Write as _},
    iter,
    process::ExitCode,
};

use auth_core::ErrorKind;

/// Ends the program.
pub(crate) fn end(result: Result<(), Box<dyn Error>>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    let status = status(&*error);
    if status != 0 {
        say(&format!("{error:#}"));
    }
    ExitCode::from(status)
}

/// Writes a line to standard error, if that is open.
pub(crate) fn say(words: &str) {
    // A line that cannot be shown is no reason to end, and `eprintln` would panic.
    let _ = writeln!(io::stderr(), "{words}");
}

/// Makes an error in the arguments or settings of the program.
pub(crate) fn wrong(what: impl fmt::Display) -> Box<dyn Error> {
    Box::new(Wrong(what.to_string()))
}

#[derive(Debug)]
struct Wrong(String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Wrong {}

fn status(error: &(dyn Error + 'static)) -> u8 {
    let known = |cause: &(dyn Error + 'static)| {
        if let Some(error) = cause.downcast_ref::<auth_core::Error>() {
            return Some(match error.kind() {
                ErrorKind::NeedsLogin | ErrorKind::ConsentDenied | ErrorKind::BadCredentials => 3,
                ErrorKind::Configuration | ErrorKind::Usage => 2,
                ErrorKind::Store => 74,
                _ if error.is_retryable() => 75,
                _ => 1,
            });
        }
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            let closed = error.kind() == io::ErrorKind::BrokenPipe;
            return Some(if closed { 0 } else { 74 });
        }
        cause.is::<Wrong>().then_some(2)
    };
    let mut causes = iter::successors(Some(error), |&cause| cause.source());
    causes.find_map(known).unwrap_or(1)
}
