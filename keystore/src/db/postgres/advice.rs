//! What the codes of the server mean to a program, and what its operator does about them.

use auth_core::ErrorKind;

const CREDENTIALS: &str = "correct the user and the password in the URL";
const DATABASE: &str = "correct the database in the URL, or create it";
const LOG: &str = "look into the log of the server";
const AGAIN: &str = "try again";

/// Returns the kind of an error, and its help. `Transport` is what may pass by itself. `could_be_tls`
/// is whether the connection is one without TLS that could have it.
pub(super) fn advice(code: &str, message: &str, could_be_tls: bool) -> (ErrorKind, &'static str) {
    use ErrorKind::{Configuration, Store, Transport};
    let says = |words: &[&str]| words.iter().any(|words| message.contains(words));
    match (code, code.get(..2).unwrap_or_default()) {
        // PgBouncer has one code for what it refuses and for what may pass.
        ("08P01", _) if says(&["no such database"]) => (Configuration, DATABASE),
        ("08P01", _) if says(&["no such user", "authentication failed", "auth failed"]) => {
            (Configuration, CREDENTIALS)
        }
        ("08P01", _) if says(&["SSL required"]) => {
            (Configuration, "add sslmode=require to the URL")
        }
        ("08P01", _) if says(&["unsupported startup parameter"]) => (
            Configuration,
            "remove what the message names from the URL, or add it to ignore_startup_parameters of \
             PgBouncer",
        ),
        ("08P01", _) if says(&["max_client_conn"]) => (
            Transport,
            "try again; if it happens again, raise max_client_conn of PgBouncer",
        ),
        // The server has no rule for this connection.
        ("28000", _) if could_be_tls => (
            Configuration,
            "add sslmode=require to the URL if the server requires TLS; otherwise correct the user \
             and the database in the URL, or pg_hba.conf",
        ),
        ("28000", _) => (
            Configuration,
            "correct the user and the database in the URL, or add a line for them and the address of \
             this host to pg_hba.conf",
        ),
        (_, "28") => (Configuration, CREDENTIALS),
        (_, "3D") => (Configuration, DATABASE),
        ("42501", _) => (
            Configuration,
            "grant this user USAGE on the schema, SELECT on auth_meta, and SELECT, INSERT, UPDATE on \
             auth_record, auth_lease, auth_note; to migrate, CREATE on the database",
        ),
        // The only word in a statement that is not always the same.
        ("42601", _) => (
            Configuration,
            "choose another namespace, such as atlas: this one is a word of SQL",
        ),
        (_, "42") => (Configuration, "call migrate once, or run the SQL of schema"),
        ("53100", _) => (
            Store,
            "free space on the disk of the server, or enlarge it: it then goes on by itself",
        ),
        ("53200", _) => (
            Transport,
            "try again; if it happens again, give the server more memory",
        ),
        ("53300", _) => (
            Transport,
            "try again; if it happens again, raise max_connections, or the CONNECTION LIMIT of the role \
             or the database, or put PgBouncer in front of the server",
        ),
        ("58030", _) => (
            Store,
            "look at the disk of the server and into its log: a file could not be read or written",
        ),
        // A row or a database that another transaction has locked.
        ("55P03" | "55006", _) => (
            Transport,
            "try again; if it happens again, look in pg_stat_activity for a session that holds a lock",
        ),
        ("55000", _) => (
            Configuration,
            "let the database accept connections (ALTER DATABASE … ALLOW_CONNECTIONS), or look into \
             the log of the server",
        ),
        ("57014", _) => (
            Transport,
            "try again; if it happens again, raise the statement_timeout of this user",
        ),
        ("57P01" | "57P02" | "57P03", _) => (
            Transport,
            "try again; if it happens again, look into the log of the server, which ends, starts or \
             recovers",
        ),
        ("57P04", _) => (Configuration, DATABASE),
        // The end of a transaction or session by a limit of the server.
        ("25P03" | "25P04", _) => (Transport, AGAIN),
        (_, "08" | "40" | "53" | "57") => (Transport, AGAIN),
        _ => (Store, LOG),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_kind_and_help() {
        use ErrorKind::{Configuration, Store, Transport};
        let check = |code: &str, message: &str, kind: ErrorKind, words: &str| {
            let (found, help) = advice(code, message, true);
            assert_eq!(found, kind, "{code} {message}");
            assert!(help.contains(words), "{code} {message}: {help}");
        };
        for (code, kind, words) in [
            // The server ends, has ended, begins.
            ("57P01", Transport, "try again"),
            ("57P02", Transport, "try again"),
            ("57P03", Transport, "try again"),
            ("57P05", Transport, "try again"),
            ("57014", Transport, "statement_timeout"),
            ("57P04", Configuration, "database"),
            ("08006", Transport, "try again"),
            ("08P01", Transport, "try again"),
            ("40001", Transport, "try again"),
            ("40P01", Transport, "try again"),
            ("55P03", Transport, "try again"),
            ("25P03", Transport, "try again"),
            // It has no room.
            ("53000", Transport, "try again"),
            ("53100", Store, "disk"),
            ("53200", Transport, "memory"),
            ("53300", Transport, "max_connections"),
            ("58030", Store, "disk"),
            // It refuses.
            ("28P01", Configuration, "password"),
            ("28000", Configuration, "sslmode=require"),
            ("3D000", Configuration, "database"),
            ("42501", Configuration, "grant"),
            ("42601", Configuration, "another namespace"),
            ("42703", Configuration, "migrate"),
            ("55000", Configuration, "ALLOW_CONNECTIONS"),
            ("XX001", Store, "log"),
            ("22P05", Store, "log"),
            ("", Store, "log"),
        ] {
            check(code, "words of the server", kind, words);
        }
        for (message, words) in [
            ("no such database: atlas", "database"),
            ("no such user: atlas", "password"),
            ("SASL authentication failed", "password"),
        ] {
            check("08P01", message, Configuration, words);
        }
        for (message, kind, words) in [
            ("SSL required", Configuration, "sslmode=require"),
            (
                "unsupported startup parameter: options",
                Configuration,
                "ignore_startup_parameters",
            ),
            (
                "no more connections allowed (max_client_conn)",
                Transport,
                "max_client_conn",
            ),
        ] {
            check("08P01", message, kind, words);
        }
        // With TLS, or over a socket, which has none.
        let (kind, help) = advice("28000", "no pg_hba.conf entry", false);
        assert_eq!(kind, Configuration);
        assert!(
            help.contains("pg_hba.conf") && !help.contains("sslmode"),
            "{help}"
        );
    }
}
