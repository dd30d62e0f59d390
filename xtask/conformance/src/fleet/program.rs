//! The programs of the engines: how each is prepared, started and asked by hand.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use support::servers::{
    finished, free_port, give_away, initdb, mortal, postgres_folder, unprivileged,
};

use super::disk;
use super::engine::{EngineKind, PASSWORD};
use super::network::{ENGINE_ADDRESS, SUBNETS};
use crate::report::Failure;

/// A role of PostgreSQL that only TLS admits, with the password of all.
pub(super) const GUARDED: &str = "guarded";
/// The certificate of the authority that signed the server's, in the engine's folder.
pub(super) const AUTHORITY: &str = "authority.pem";
/// The certificate of another authority.
pub(super) const STRANGER: &str = "stranger.pem";
/// How the folders of servers are called.
const FOLDER: &str = "fleet-";
/// What a server's data is in. One of Redis without such a folder writes beside it.
const DATA: &str = "data";
const CERTIFICATE: &str = "server.pem";
const PRIVATE_KEY: &str = "server.key";

/// What a server listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ports {
    pub(super) plain: u16,
    /// PostgreSQL uses one port for both.
    pub(super) tls: u16,
}

impl Ports {
    pub(super) fn free(kind: EngineKind) -> Result<Self, Failure> {
        let plain = free_port()?;
        let tls = match kind.is_redis() {
            true => free_port()?,
            false => plain,
        };
        Ok(Self { plain, tls })
    }
}

/// One of PostgreSQL's programs.
pub(super) fn postgres(program: &str) -> Result<PathBuf, Failure> {
    let folder = postgres_folder().ok_or("PostgreSQL is missing")?;
    Ok(folder.join(program))
}

/// Removes the folders of runs that were killed.
pub(super) fn clean_up() -> Result<(), Failure> {
    for entry in fs::read_dir(std::env::temp_dir())? {
        let entry = entry?;
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| {
            let (owner, _) = name.strip_prefix(FOLDER)?.split_once('-')?;
            owner.parse::<u32>().ok()
        });
        if owner.is_some_and(|owner| !Path::new(&format!("/proc/{owner}")).exists()) {
            disk::unmount(&entry.path().join(DATA));
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// A folder for a server, by the name of this process.
pub(super) fn folder() -> Result<tempfile::TempDir, Failure> {
    let prefix = format!("{FOLDER}{}-", std::process::id());
    let folder = tempfile::Builder::new().prefix(&prefix).tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

/// Makes an empty folder for the data of a server, or prepares the one that is there.
pub(super) fn data_folder(around: &Path) -> Result<PathBuf, Failure> {
    let data = around.join(DATA);
    if !data.exists() {
        fs::create_dir(&data)?;
    }
    give_away(&data, 0o700)?;
    Ok(data)
}

pub(super) fn prepare_postgres(around: &Path) -> Result<(), Failure> {
    let data = around.join(DATA);
    let programs = postgres_folder().ok_or("PostgreSQL is missing")?;
    initdb(&programs, &data, PASSWORD)?;
    // The first line that matches counts.
    let rules = data.join("pg_hba.conf");
    let found = fs::read_to_string(&rules)?;
    let own = format!("hostnossl all {GUARDED} all reject\n");
    Ok(fs::write(&rules, own + &found)?)
}

/// Sets what a server does without where only its failover is of interest, and its standby too: waits
/// for the disk, because the kernel keeps what a killed program has written, and passwords, which
/// cost each process of a crowd a tenth of a second.
pub(super) fn make_hasty(around: &Path) -> Result<(), Failure> {
    let data = around.join(DATA);
    let settings = data.join("postgresql.conf");
    let mut settings = fs::OpenOptions::new().append(true).open(settings)?;
    writeln!(settings, "fsync = off")?;
    let mut rules = String::new();
    for (who, from) in [
        ("all", "127.0.0.0/8"),
        ("all", SUBNETS),
        ("replication", "127.0.0.1/32"),
    ] {
        rules += &format!("host {who} all {from} trust\n");
    }
    Ok(fs::write(data.join("pg_hba.conf"), rules)?)
}

/// Makes a certificate for 127.0.0.1, that of its authority, and that of another one.
pub(super) fn make_certificates(around: &Path) -> Result<(), Failure> {
    let openssl = |args: &[&str]| {
        let mut command = Command::new("openssl");
        finished(command.args(args).current_dir(around)).map(drop)
    };
    let begin = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ];
    for authority in [AUTHORITY, STRANGER] {
        let key = format!("{authority}.key");
        let name = format!("/CN={authority}");
        let own = ["-subj", &name, "-keyout", &key, "-out", authority];
        openssl(&[&begin[..], &own].concat())?;
    }
    let key = format!("{AUTHORITY}.key");
    let own = [
        "-subj",
        "/CN=server",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-CA",
        AUTHORITY,
        "-CAkey",
        &key,
        "-keyout",
        PRIVATE_KEY,
        "-out",
        CERTIFICATE,
    ];
    openssl(&[&begin[..], &own].concat())?;
    let key = around.join(PRIVATE_KEY);
    give_away(&key, 0o600)
}

/// Copies the data of a PostgreSQL server that runs, for a standby of it.
pub(super) fn copy_postgres(around: &Path, primary: &str) -> Result<(), Failure> {
    let mut copy = unprivileged(&postgres("pg_basebackup")?);
    copy.arg("-D").arg(data_folder(around)?);
    copy.args([
        "-R",
        "-X",
        "stream",
        "-c",
        "fast",
        "--no-sync",
        "-d",
        primary,
    ]);
    finished(copy.current_dir("/")).map(drop)
}

pub(super) fn spawn(kind: EngineKind, around: &Path, ports: Ports) -> Result<Child, Failure> {
    let port = ports.plain.to_string();
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(around.join("server.log"))?;
    let [certificate, key] = [CERTIFICATE, PRIVATE_KEY].map(|name| around.join(name));
    let with_tls = certificate.exists() && kind != EngineKind::Valkey;
    if kind.is_redis() {
        let data = around.join(DATA);
        let folder = if data.exists() { &data } else { around };
        let mut command = mortal(kind.redis_server());
        command
            .args(["--port", &port, "--bind", "127.0.0.1", ENGINE_ADDRESS])
            .args(["--save", "", "--appendonly", "yes"])
            .args(["--appendfsync", "always"])
            .args(["--maxmemory-policy", "noeviction"])
            .args(["--requirepass", PASSWORD, "--masterauth", PASSWORD])
            .args(["--repl-diskless-sync-delay", "0"])
            .arg("--dir")
            .arg(folder);
        if with_tls {
            command
                .args(["--tls-port", &ports.tls.to_string()])
                .args(["--tls-auth-clients", "no", "--tls-cert-file"])
                .arg(&certificate)
                .arg("--tls-key-file")
                .arg(&key);
        }
        return Ok(command.stdout(log).spawn()?);
    }
    let mut command = unprivileged(&postgres("postgres")?);
    let mut set = |name: &str, value: &str| {
        command.arg("-c").arg(format!("{name}={value}"));
    };
    set("listen_addresses", &format!("127.0.0.1,{ENGINE_ADDRESS}"));
    set("unix_socket_directories", "");
    set("max_connections", "100");
    if with_tls {
        set("ssl", "on");
        set("ssl_cert_file", &certificate.display().to_string());
        set("ssl_key_file", &key.display().to_string());
    }
    command.arg("-D").arg(around.join(DATA)).args(["-p", &port]);
    Ok(command.current_dir("/").stderr(log).spawn()?)
}

/// Starts PgBouncer in this pool mode, and returns its port too.
pub(super) fn pooler(around: &Path, server: u16, mode: &str) -> Result<(Child, u16), Failure> {
    let port = free_port()?;
    let settings = around.join(format!("pgbouncer-{mode}.ini"));
    let users = around.join("users.txt");
    let mut file = fs::File::create(&settings)?;
    write!(
        file,
        "[databases]\n\
         postgres = host=127.0.0.1 port={server} user=postgres password={PASSWORD}\n\
         [pgbouncer]\n\
         listen_addr = 127.0.0.1\n\
         listen_port = {port}\n\
         unix_socket_dir =\n\
         auth_type = plain\n\
         auth_file = {}\n\
         pool_mode = {mode}\n\
         default_pool_size = 8\n\
         max_client_conn = 200\n",
        users.display()
    )?;
    fs::write(&users, format!("\"postgres\" \"{PASSWORD}\"\n"))?;
    let log = fs::File::create(around.join(format!("pgbouncer-{mode}.log")))?;
    let found = Path::new("/usr/sbin/pgbouncer");
    let program = if found.exists() {
        found
    } else {
        Path::new("pgbouncer")
    };
    let child = unprivileged(program).arg(&settings).stderr(log).spawn()?;
    Ok((child, port))
}
