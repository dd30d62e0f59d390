//! What the errors of the server mean to a program, and what its operator does about them.

use auth_core::{Error, ErrorKind};
use redis::{ErrorKind as RedisErrorKind, RedisError, ServerErrorKind, Value};

use super::{connection::Connection, scripts::UNSUITED};
use crate::db::system;

/// Returns the error of a command in a script, which Redis 6 has in words only.
pub(super) fn unwrapped(error: RedisError) -> RedisError {
    let of_a_command = error
        .detail()
        .filter(|words| words.contains("Error running script"))
        .and_then(|words| words.split_once(": -"))
        .and_then(|(_, line)| {
            let value = redis::parse_redis_value(format!("-{line}\r\n").as_bytes());
            value.and_then(Value::extract_error).err()
        });
    of_a_command.unwrap_or(error)
}

impl Connection {
    /// Says what to do about an error, with the server's own words in its source.
    pub(super) fn error(&self, error: RedisError) -> Error {
        let error = unwrapped(error);
        let label = self.label();
        let configuration = |what: String, help: &'static str| {
            Error::new(ErrorKind::Configuration, what)
                .with_setting(self.setting().to_owned())
                .with_help(help)
        };
        let not_ready = |help: &'static str| {
            Error::new(ErrorKind::Transport, format!("{label} is not ready")).with_help(help)
        };
        let (code, words) = (
            error.code().unwrap_or_default().to_owned(),
            error.to_string(),
        );
        match (error.kind(), &*code) {
            (_, UNSUITED) => return self.unsuited(error.detail().unwrap_or_default().trim()),
            _ if words.contains("without any password") => configuration(
                format!("{label} has no password for this user"),
                "remove the password from the URL, or set it at the server",
            ),
            (_, "NOAUTH") => configuration(
                format!("{label} requires a password"),
                "put the user and the password into the URL, or the password alone behind a colon \
                 (rediss://:password@host)",
            ),
            (RedisErrorKind::AuthenticationFailed, _) | (_, "WRONGPASS") => configuration(
                format!("{label} refused the user or the password"),
                "correct the user and the password in the URL",
            ),
            (RedisErrorKind::Server(ServerErrorKind::NoPerm), _) => configuration(
                format!("{label} does not permit this user a command"),
                "permit @read, @write, @scripting, @pubsub, info and config|get for the keys \
                 and channels of the namespace, and select for a database other than 0",
            ),
            (RedisErrorKind::Server(ServerErrorKind::ReadOnly), _) => return self.replica(),
            _ if words.contains("DB index is out of range") => configuration(
                format!("{label}: the server does not have this database"),
                "correct the number at the end of the URL; most servers have 0 to 15",
            ),
            _ if words.contains("unknown command") => configuration(
                format!("{label} does not know a command that the store requires"),
                "connect to Redis 6 or newer, and not through a proxy without scripts (EVALSHA)",
            ),
            _ if words.contains("max number of clients") => Error::new(
                ErrorKind::Transport,
                format!("{label} has no free connection"),
            )
            .with_help(
                "try again; if it happens again, raise maxclients, or close connections of other \
                 programs",
            ),
            (_, "WRONGTYPE") => Error::new(
                ErrorKind::Store,
                format!("{label}: another program uses a key of this namespace"),
            )
            .with_help("choose another namespace, or remove that program's keys"),
            (RedisErrorKind::InvalidClientConfig | RedisErrorKind::RESP3NotSupported, _) => {
                configuration(
                    format!("{label}: the server does not know the database or the protocol"),
                    "correct the URL",
                )
            }
            (RedisErrorKind::Server(ServerErrorKind::BusyLoading), _) => not_ready(
                "try again; if it happens again, wait until the server has read its files",
            ),
            (RedisErrorKind::Server(ServerErrorKind::MasterDown), _) => {
                not_ready("try again; if it happens again, connect to the primary")
            }
            (
                RedisErrorKind::Server(ServerErrorKind::ClusterDown | ServerErrorKind::TryAgain),
                _,
            ) => not_ready(
                "try again; if it happens again, connect to a server that is not in cluster mode",
            ),
            (_, "UNKILLABLE" | "BUSY") => not_ready(
                "try again; if it happens again, end the script of another program (SCRIPT KILL)",
            ),
            (_, "NOREPLICAS") => Error::new(
                ErrorKind::Transport,
                format!("{label} has too few replicas"),
            )
            .with_help("try again; if it happens again, start them (min-replicas-to-write)"),
            (
                RedisErrorKind::Server(
                    ServerErrorKind::Moved | ServerErrorKind::Ask | ServerErrorKind::CrossSlot,
                ),
                _,
            ) => return self.cluster(),
            (_, "OOM") => Error::new(ErrorKind::Store, format!("{label} has no room")).with_help(
                "raise maxmemory, and give the server that memory; it must not evict keys",
            ),
            (_, "MISCONF" | "IOERR") => Error::new(
                ErrorKind::Store,
                format!("{label} cannot write to its disk"),
            )
            .with_help(
                "free space on the disk of the server, or enlarge it, and look into its log: it \
                 continues when it can save again",
            ),
            (_, "DENIED") => configuration(
                format!("{label} accepts connections of its own machine only"),
                "set a password at the server, and its address with bind (protected-mode)",
            ),
            _ if error.is_io_error() || error.is_connection_dropped() => {
                let source = std::error::Error::source(&error);
                let source = source.and_then(|source| source.downcast_ref());
                self.out_of_reach(source.and_then(system::help))
            }
            _ => Error::new(ErrorKind::Store, format!("{label} failed"))
                .with_help("look into the log of the server"),
        }
        .with_source(without_arguments(error))
    }
}

/// Returns an error without what was sent, a password among it, which an unknown command shows.
fn without_arguments(error: RedisError) -> Box<dyn std::error::Error + Send + Sync> {
    match error.to_string().split_once(", with args") {
        Some((before, _)) => before.into(),
        None => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Redis;

    /// A save is repeated then, over a new connection.
    #[test]
    fn a_server_that_became_a_replica_is_tried_again() {
        let connection = Redis::builder("redis://127.0.0.1:1/0")
            .connection()
            .unwrap();
        let lines = [
            "READONLY You can't write against a read only replica.",
            "ERR Error running script (call to f_1): @user_script:3: -READONLY You can't write.",
        ];
        for line in lines {
            let value = redis::parse_redis_value(format!("-{line}\r\n").as_bytes());
            let error = value.and_then(Value::extract_error).unwrap_err();
            let error = connection.failed(error);
            assert!(error.is_retryable(), "{error:?}");
            assert!(error.to_string().contains("replica"), "{error}");
        }
    }

    /// Lines of real servers.
    #[test]
    fn each_error_of_the_server_has_its_kind_and_help() {
        use ErrorKind::{Configuration, Store, Transport};
        let url = "redis://atlas:marked-password@127.0.0.1:1/0";
        let connection = Redis::builder(url).connection().unwrap();
        let misconf = "MISCONF Errors writing to the AOF file: No space left on device";
        let snapshot = "MISCONF Redis is configured to save RDB snapshots, but it's currently unable \
                        to persist to disk. Commands that may modify the data set are disabled";
        let in_a_script = "ERR Error running script (call to f_1): @user_script:3: -READONLY You \
                           can't write against a read only replica.";
        for (line, kind, words) in [
            (misconf, Store, "disk"),
            (snapshot, Store, "disk"),
            (
                "OOM command not allowed when used memory > 'maxmemory'.",
                Store,
                "maxmemory",
            ),
            (
                "READONLY You can't write against a read only replica.",
                Configuration,
                "primary",
            ),
            (in_a_script, Configuration, "primary"),
            (
                "LOADING Redis is loading the dataset in memory",
                Transport,
                "try again",
            ),
            (
                "BUSY Redis is busy running a script.",
                Transport,
                "try again",
            ),
            ("CLUSTERDOWN The cluster is down", Transport, "try again"),
            (
                "MASTERDOWN Link with MASTER is down",
                Transport,
                "try again",
            ),
            (
                "TRYAGAIN Multiple keys request during rehashing of slot",
                Transport,
                "try again",
            ),
            (
                "NOREPLICAS Not enough good replicas to write.",
                Transport,
                "min-replicas-to-write",
            ),
            ("ERR max number of clients reached", Transport, "maxclients"),
            ("MOVED 3999 127.0.0.1:6381", Configuration, "cluster"),
            ("ASK 3999 127.0.0.1:6381", Configuration, "cluster"),
            (
                "CROSSSLOT Keys in request don't hash to the same slot",
                Configuration,
                "cluster",
            ),
            ("NOAUTH Authentication required.", Configuration, "password"),
            (
                "WRONGPASS invalid username-password pair or user is disabled.",
                Configuration,
                "password",
            ),
            (
                "NOPERM this user has no permissions to run the 'get' command",
                Configuration,
                "permit",
            ),
            (
                "DENIED Redis is running in protected mode",
                Configuration,
                "password",
            ),
            (
                "ERR unknown command 'EVALSHA'",
                Configuration,
                "Redis 6 or newer",
            ),
            (
                "ERR DB index is out of range",
                Configuration,
                "number at the end",
            ),
            (
                "WRONGTYPE Operation against a key holding the wrong kind of value",
                Store,
                "namespace",
            ),
            ("VERSIONS 2", Configuration, "update this program"),
            ("ERR something else", Store, "log"),
        ] {
            let value = redis::parse_redis_value(format!("-{line}\r\n").as_bytes());
            let found = value.and_then(redis::Value::extract_error).unwrap_err();
            let error = connection.error(found);
            let text = format!("{error:#}");
            assert_eq!(error.kind(), kind, "{line}: {text}");
            assert!(error.help().unwrap().contains(words), "{line}: {text}");
            assert_eq!(error.is_retryable(), kind == Transport, "{line}: {text}");
            let is_named = error.setting() == Some("Redis");
            assert_eq!(is_named, kind == Configuration, "{line}: {text}");
            assert!(!format!("{text} {error:?}").contains("marked-"), "{line}");
        }
    }

    /// A server that is full says so to the first command, which is AUTH.
    #[test]
    fn what_a_server_says_to_a_login_is_not_taken_for_a_wrong_password() {
        use ErrorKind::{Configuration, Transport};
        use std::io::{Read as _, Write as _};
        for (line, kind, words) in [
            ("ERR max number of clients reached", Transport, "maxclients"),
            (
                "LOADING Redis is loading the dataset in memory",
                Transport,
                "try again",
            ),
            (
                "DENIED Redis is running in protected mode",
                Configuration,
                "protected-mode",
            ),
            (
                "WRONGPASS invalid username-password pair",
                Configuration,
                "correct the user",
            ),
            (
                "ERR AUTH <password> called without any password configured for the default user",
                Configuration,
                "remove the password",
            ),
            (
                "ERR unknown command 'AUTH', with args beginning with: 'marked-user' 'marked-pass'",
                Configuration,
                "Redis 6 or newer",
            ),
        ] {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let server = std::thread::spawn(move || {
                // A request that may pass is sent twice.
                for _ in 0..if kind == Transport { 2 } else { 1 } {
                    let (mut stream, _) = listener.accept().unwrap();
                    let _command = stream.read(&mut [0; 1024]).unwrap();
                    stream.write_all(format!("-{line}\r\n").as_bytes()).unwrap();
                    stream.shutdown(std::net::Shutdown::Write).unwrap();
                    let _until_closed = stream.read_to_end(&mut Vec::new());
                }
            });
            let url = format!("redis://marked-user:marked-pass@{address}/0");
            let error = Redis::builder(url).open_unsealed().unwrap_err();
            let text = format!("{error:#} {error:?}");
            assert_eq!(error.kind(), kind, "{line}: {text}");
            assert!(error.help().unwrap().contains(words), "{line}: {text}");
            assert!(!text.contains("marked-"), "{line}: {text}");
            server.join().unwrap();
        }
    }
}
