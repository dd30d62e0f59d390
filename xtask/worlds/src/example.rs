//! The example programs of a package, for its tests: their commands, and what a shell does to them.

use std::env::consts::EXE_EXTENSION;
use std::process::Command;

/// The command of an example, which `cargo test` builds beside the tests. Its environment is empty.
///
/// # Panics
///
/// Panics if it is not built.
pub fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("a test has a path");
    let target = test.ancestors().nth(2).expect("two folders above it");
    let path = target.join("examples").join(name);
    let path = path.with_extension(EXE_EXTENSION);
    let shown = path.display();
    assert!(
        path.exists(),
        "{shown} is not built: `cargo test -p PACKAGE` builds it"
    );
    let mut command = Command::new(path);
    // Windows needs it to open a socket.
    let root = std::env::var_os("SystemRoot").map(|folder| ("SystemRoot", folder));
    command.env_clear().envs(root);
    command
}

/// Runs a program that may fail. Returns its exit status and what it said to standard error.
///
/// # Panics
///
/// Panics if it cannot be run, or if it panicked.
pub fn status(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().expect("it runs");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!err.contains("panicked"), "{err}");
    (output.status.code(), err)
}

/// What a POSIX shell does to the output of a program.
#[cfg(target_os = "linux")]
pub mod in_a_shell {
    use std::fs::File;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::process::Stdio;

    /// A pipe whose reader has gone.
    ///
    /// # Panics
    ///
    /// Panics if the system has no more handles.
    pub fn closed() -> Stdio {
        let (writer, _) = UnixStream::pair().expect("a pair");
        OwnedFd::from(writer).into()
    }

    /// A file on a full disk.
    ///
    /// # Panics
    ///
    /// Panics if there is no `/dev/full`.
    pub fn full() -> Stdio {
        let full = File::options().write(true).open("/dev/full");
        full.expect("Linux has it").into()
    }
}
