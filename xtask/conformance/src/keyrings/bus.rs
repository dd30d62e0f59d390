//! A session bus and a home for one case, and the processes in it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::report::Failure;

/// The longest start of a service; KeePassXC takes 2 s on an idle machine.
const START_TIME: Duration = Duration::from_secs(30);
/// From the request to end until a process is killed.
const END_TIME: Duration = Duration::from_secs(5);
const GLANCE: Duration = Duration::from_millis(20);

/// The bus itself starts no service, so only the case's own services are on it.
const CONFIGURATION: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=RUN</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"#;

/// A bus without services.
pub(super) struct Bus {
    /// The daemon ends before its folder is removed.
    _daemon: Running,
    address: String,
    home: TempDir,
}

impl Bus {
    pub(super) fn start() -> Result<Self, Failure> {
        let home = TempDir::with_prefix("keyring-")?;
        let configuration = home.path().join("bus.conf");
        let run = home.path().display().to_string();
        fs::write(&configuration, CONFIGURATION.replace("RUN", &run))?;
        let mut command = Command::new("dbus-daemon");
        command
            .arg("--config-file")
            .arg(&configuration)
            .args(["--nofork", "--print-address"])
            .stdout(Stdio::piped());
        let mut daemon = Running::start(command, &home.path().join("bus.log"))?;
        let mut address = String::new();
        if let Some(stdout) = daemon.0.stdout.take() {
            BufReader::new(stdout).read_line(&mut address)?;
        }
        let address = address.trim().to_owned();
        match address.is_empty() {
            true => Err(last_words(
                "dbus-daemon printed no address",
                &home.path().join("bus.log"),
            )),
            false => Ok(Self {
                _daemon: daemon,
                address,
                home,
            }),
        }
    }

    pub(super) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// A command in this home, on this bus.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = at_home(program, self.home());
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    /// Starts a service, which gets `input`, and waits until `ready` returns true.
    pub(super) fn serve(
        &self,
        name: &str,
        command: Command,
        input: &str,
        ready: impl FnMut() -> bool,
    ) -> Result<Running, Failure> {
        self.serve_while(name, command, Some(input), ready)
    }

    /// As `serve`, with an input that stays open and empty: the service ends with it.
    pub(super) fn serve_holding_input(
        &self,
        name: &str,
        command: Command,
        ready: impl FnMut() -> bool,
    ) -> Result<Running, Failure> {
        self.serve_while(name, command, None, ready)
    }

    fn serve_while(
        &self,
        name: &str,
        mut command: Command,
        input: Option<&str>,
        mut ready: impl FnMut() -> bool,
    ) -> Result<Running, Failure> {
        let log = self.home().join(format!("{name}.log"));
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut service = Running::start(command, &log)?;
        if let (Some(input), Some(mut stdin)) =
            (input, service.0.stdin.take_if(|_| input.is_some()))
        {
            stdin.write_all(input.as_bytes())?;
        }
        let deadline = Instant::now() + START_TIME;
        while !ready() {
            if let Some(status) = service.0.try_wait()? {
                return Err(last_words(&format!("{name} exited with {status}"), &log));
            }
            if Instant::now() > deadline {
                return Err(last_words(&format!("{name} was not ready in time"), &log));
            }
            thread::sleep(GLANCE);
        }
        Ok(service)
    }

    /// Calls the Secret Service on this bus. Returns its response as text, or that of an error.
    pub(super) fn ask(&self, object: &str, method: &str, arguments: &[&str]) -> String {
        let output = self
            .command("dbus-send")
            .args(["--session", "--print-reply", "--reply-timeout=5000"])
            .args(["--dest=org.freedesktop.secrets", object, method])
            .args(arguments)
            .output();
        match output {
            Ok(output) if output.status.success() => {
                String::from_utf8_lossy(&output.stdout).into_owned()
            }
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        }
    }

    /// Whether there is a default collection, and it is unlocked.
    pub(super) fn is_unlocked(&self) -> bool {
        let response = self.ask(
            "/org/freedesktop/secrets/aliases/default",
            "org.freedesktop.DBus.Properties.Get",
            &["string:org.freedesktop.Secret.Collection", "string:Locked"],
        );
        response.contains("boolean false")
    }

    pub(super) fn lock(&self) -> String {
        self.ask(
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            &["array:objpath:/org/freedesktop/secrets/aliases/default"],
        )
    }
}

/// A command without a bus and without a screen, in this home.
pub(super) fn at_home(program: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    let below = |name: &str| -> PathBuf { home.join(name) };
    command
        .current_dir(home)
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_DATA_HOME", below("data"))
        .env("XDG_CONFIG_HOME", below("config"))
        .env("XDG_CACHE_HOME", below("cache"))
        .stdin(Stdio::null());
    let elsewhere = ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"];
    let credentials = ["USERNAME", "PASSWORD", "APP_ID", "APP_SECRET"];
    for variable in elsewhere {
        command.env_remove(variable);
    }
    for name in credentials {
        command.env_remove(format!("INAT_{name}"));
    }
    command
}

/// A process that ends on drop: by a request, then by a kill.
pub(super) struct Running(pub(super) Child);

impl Running {
    fn start(mut command: Command, log: &Path) -> Result<Self, Failure> {
        let name = command.get_program().to_owned();
        let started = command.stderr(File::create(log)?).spawn();
        started
            .map(Self)
            .map_err(|error| format!("cannot run {}: {error}", name.display()).into())
    }

    /// Kills it at once.
    pub(super) fn kill(&mut self) {
        // Both fail only if it has already ended.
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let id = self.0.id().to_string();
        if let Ok(None) = self.0.try_wait() {
            // If the signal cannot be sent, the process is killed below.
            let _asked = Command::new("kill").arg(id).status();
        }
        let deadline = Instant::now() + END_TIME;
        while Instant::now() < deadline {
            match self.0.try_wait() {
                Ok(None) => thread::sleep(GLANCE),
                _ => return,
            }
        }
        self.kill();
    }
}

fn last_words(what: &str, log: &Path) -> Failure {
    let words = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = words.lines().collect();
    let last = lines[lines.len().saturating_sub(5)..].join(" | ");
    format!("{what}: {last}").into()
}
