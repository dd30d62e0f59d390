//! What starting PostgreSQL and Redis takes: a command that ends with its task, the user that
//! PostgreSQL runs as, a port.

use std::error::Error;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Returns the folder with PostgreSQL's programs. Debian keeps them outside of the search path.
#[must_use]
pub fn postgres_folder() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let folders = versions.map(|version| version.path().join("bin"));
    let is_it = |folder: &PathBuf| {
        ["postgres", "initdb"]
            .iter()
            .all(|it| folder.join(it).exists())
    };
    folders.filter(is_it).max()
}

/// The first of the ports for servers.
const FIRST_PORT: u32 = 10_000;

/// Returns a port of 127.0.0.1 that is free, for a server that binds it later. It is below those that
/// the kernel gives to connections and to listeners at port 0: among many of these, such a port may
/// be taken before the server has started.
///
/// # Errors
///
/// If there is none.
pub fn free_port() -> Done<u16> {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")?;
    let end: u32 = range
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .parse()?;
    let count = end.saturating_sub(FIRST_PORT).max(1);
    for _ in 0..count {
        // Another process begins elsewhere.
        let number = process::id()
            .wrapping_mul(101)
            .wrapping_add(LAST.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(FIRST_PORT + number % count)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(format!("no port from {FIRST_PORT} to {end} is free").into())
}

/// Returns a command without input and output that ends with the thread that starts it, also where the whole
/// task is killed.
#[must_use]
pub fn mortal(program: impl AsRef<Path>) -> Command {
    command(program.as_ref(), &[])
}

/// The same as the user `postgres`: PostgreSQL's programs refuse to run as root.
#[must_use]
pub fn unprivileged(program: &Path) -> Command {
    match is_root() {
        true => command(
            program,
            &["--reuid=postgres", "--regid=postgres", "--clear-groups"],
        ),
        false => mortal(program),
    }
}

fn command(program: &Path, user: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).args(user);
    command.arg("--").arg(program);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Makes a file or a folder that of the user `postgres` alone, if this task is root's.
///
/// # Errors
///
/// If the file or the user does not exist.
pub fn give_away(path: &Path, mode: u32) -> Done<()> {
    let id = |option: &str| -> Done<u32> {
        Ok(finished(Command::new("id").args([option, "postgres"]))?
            .trim()
            .parse()?)
    };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    if is_root() {
        chown(path, Some(id("-u")?), Some(id("-g")?))?;
    }
    Ok(())
}

/// Makes the files of a PostgreSQL in this folder, whose users have this password.
///
/// # Errors
///
/// With what `initdb` says.
pub fn initdb(programs: &Path, data: &Path, password: &str) -> Done<()> {
    fs::create_dir_all(data)?;
    give_away(data, 0o700)?;
    let file = data.with_file_name("password");
    fs::write(&file, password)?;
    give_away(&file, 0o600)?;
    let mut initdb = unprivileged(&programs.join("initdb"));
    initdb.args(["-U", "postgres", "-A", "scram-sha-256", "--no-sync"]);
    initdb.arg("--pwfile").arg(&file).arg("-D").arg(data);
    finished(initdb.current_dir("/"))?;
    Ok(fs::remove_file(&file)?)
}

/// Runs a command to its end and returns what it wrote.
///
/// # Errors
///
/// With what it wrote to standard error, if it fails.
pub fn finished(command: &mut Command) -> Done<String> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let program = command.get_program().to_string_lossy().into_owned();
    Err(format!("{program} failed: {}", words.trim()).into())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_is_given_to_nobody_else() {
        let mut ports: Vec<_> = (0..100).map(|_| free_port().expect("a port")).collect();
        let by_kernel = TcpListener::bind(("127.0.0.1", 0)).and_then(|it| it.local_addr());
        let by_kernel = by_kernel.expect("a port").port();
        assert!(ports.iter().all(|port| *port < by_kernel), "{ports:?}");
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 100);
    }
}
