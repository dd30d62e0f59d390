//! `docs/PERFORMANCE.md`: every goal with its figure, its source, how each was measured, and on
//! which machine.

use support::generated_doc::Document;
use support::table::{Column, Table};

use super::goals::{self, Row};
use super::labels::{COMMANDS, COSTS, HEAD, HOW, NOT_MEASURED, TRIED};
use super::machine::Machine;
use super::measured::{Measured, shown};

pub(super) const DOCUMENT: Document = Document {
    path: "docs/PERFORMANCE.md",
    command: "cargo xtask bench",
};

/// The whole text.
pub(super) fn text(rows: &[Row], measured: &Measured, machine: &Machine) -> String {
    let mut text = HEAD.to_owned();
    let mut add = |part: &str| text.push_str(part);
    add(&format!("\n## Goals\n\n{}.\n\n", goals::summary(rows)));
    let mut table = Table::new(&[
        Column::Text("group"),
        Column::Text("goal"),
        Column::Number("figure"),
        Column::Number("at most"),
        Column::Text(""),
        Column::Text("from"),
    ]);
    for row in rows {
        let verdict = match row.is_met() {
            true => "met".to_owned(),
            false => format!("**{}**", row.verdict().to_lowercase()),
        };
        let (figure, most) = (row.figure(), row.most());
        table.row([
            row.goal.group,
            row.goal.what,
            &figure,
            &most,
            &verdict,
            &row.from,
        ]);
    }
    add(&table.to_string());
    add("\n## Side by side\n\n![Ours beside the peers](performance.svg)\n");
    for side in SIDES {
        add(&side.text(measured));
    }
    add("\n## How it was measured\n");
    add(HOW);
    add("\n## Machine and versions\n\n");
    let mut table = Table::new(&["", ""].map(Column::Text));
    for (name, words) in machine.facts.iter().chain(&machine.packages) {
        table.row([name, words.as_str()]);
    }
    add(&table.to_string());
    add("\n## Repeat it\n");
    add(COMMANDS);
    add("\n## What a promise costs\n");
    add(COSTS);
    add("\n## What was tried\n");
    add(TRIED);
    add("\n## What is not measured\n");
    add(NOT_MEASURED);
    text
}

/// A table whose rows are works and whose columns are figures of different sides.
struct Side {
    title: &'static str,
    columns: &'static [&'static str],
    rows: &'static [(&'static str, &'static [&'static str])],
}

impl Side {
    fn text(&self, measured: &Measured) -> String {
        let numbers = self.columns.iter().copied().map(Column::Number);
        let columns: Vec<_> = [Column::Text(self.title)]
            .into_iter()
            .chain(numbers)
            .collect();
        let mut table = Table::new(&columns);
        for (what, names) in self.rows {
            let figure = |name: &&str| measured.get(name).map_or_else(|| "–".to_owned(), shown);
            let mut cells = vec![(*what).to_owned()];
            cells.extend(names.iter().map(figure));
            cells.resize(columns.len(), "–".to_owned());
            table.row(cells);
        }
        format!("\n{table}")
    }
}

/// The tables of the section "Side by side".
#[rustfmt::skip]
const SIDES: &[Side] = &[
    Side {
        title: "instructions of one",
        columns: &["ours", "floor", "oauth2 5"],
        rows: &[
            ("start a login", &["instructions/ours-login", "instructions/floor-login", "instructions/oauth2-login"]),
            ("build a token request", &["instructions/ours-request", "instructions/floor-request", "instructions/oauth2-request"]),
            ("request + parse a 400-byte response", &["instructions/ours-parse-400", "instructions/floor-parse-400", "instructions/oauth2-parse-400"]),
            ("request + parse a 4 KB response", &["instructions/ours-parse-4k", "instructions/floor-parse-4k", "instructions/oauth2-parse-4k"]),
            ("request + parse an error response", &["instructions/ours-error", "instructions/floor-error", "instructions/oauth2-error"]),
        ],
    },
    Side {
        title: "allocations of one",
        columns: &["ours", "floor", "oauth2 5"],
        rows: &[
            ("start a login", &["allocations/ours-login", "allocations/floor-login", "allocations/oauth2-login"]),
            ("build a token request", &["allocations/ours-request", "allocations/floor-request", "allocations/oauth2-request"]),
            ("request + parse a 400-byte response, 4 of them the response's", &["allocations/ours-parse-400", "allocations/floor-parse-400", "allocations/oauth2-parse-400"]),
            ("request + parse a 4 KB response, 4 of them the response's", &["allocations/ours-parse-4k", "allocations/floor-parse-4k", "allocations/oauth2-parse-4k"]),
            ("request + parse an error response, 4 of them the response's", &["allocations/ours-error", "allocations/floor-error", "allocations/oauth2-error"]),
        ],
    },
    Side {
        title: "nanoseconds of one, wall",
        columns: &["ours", "oauth2 5", "median ratio"],
        rows: &[
            ("start a login", &["nanoseconds/ours-login", "nanoseconds/oauth2-login", "wall/login"]),
            ("build a token request", &["nanoseconds/ours-request", "nanoseconds/oauth2-request", "wall/request"]),
            ("request + parse a 400-byte response", &["nanoseconds/ours-parse-400", "nanoseconds/oauth2-parse-400", "wall/parse-400"]),
            ("request + parse a 4 KB response", &["nanoseconds/ours-parse-4k", "nanoseconds/oauth2-parse-4k", "wall/parse-4k"]),
            ("request + parse an error response", &["nanoseconds/ours-error", "nanoseconds/oauth2-error", "wall/error"]),
        ],
    },
    Side {
        title: "instructions of one exchange over loopback",
        columns: &["ours", "bare client", "bare client with a time limit", "oauth2 5", "bare client of its version"],
        rows: &[
            ("ureq 3; oauth2: ureq 2", &["instructions/exchange-ours-ureq", "instructions/exchange-bare-ureq", "instructions/exchange-bare-ureq-limited", "instructions/exchange-oauth2-ureq", "instructions/exchange-bare-ureq2"]),
            ("reqwest 0.13; oauth2: reqwest 0.12", &["instructions/exchange-ours-reqwest", "instructions/exchange-bare-reqwest", "", "instructions/exchange-oauth2-reqwest", "instructions/exchange-bare-reqwest12"]),
        ],
    },
    Side {
        title: "one `session.send`",
        columns: &["ours, ureq", "bare ureq", "ours, reqwest", "bare reqwest"],
        rows: &[
            ("instructions", &["instructions/send-ours-ureq", "instructions/send-bare-ureq", "instructions/send-ours-reqwest", "instructions/send-bare-reqwest"]),
            ("system calls", &["system-calls/send-ours-ureq", "system-calls/send-bare-ureq", "system-calls/send-ours-reqwest", "system-calls/send-bare-reqwest"]),
            ("processor time in µs, 1 caller", &["microseconds/send-ours-ureq-http-1", "microseconds/send-bare-ureq-http-1", "microseconds/send-ours-reqwest-http-1", "microseconds/send-bare-reqwest-http-1"]),
            ("… 64 callers", &["microseconds/send-ours-ureq-http-64", "microseconds/send-bare-ureq-http-64", "microseconds/send-ours-reqwest-http-64", "microseconds/send-bare-reqwest-http-64"]),
            ("… 1,000 callers", &["", "", "microseconds/send-ours-reqwest-http-1000", "microseconds/send-bare-reqwest-http-1000"]),
            ("… 1 caller, https", &["microseconds/send-ours-ureq-https-1", "microseconds/send-bare-ureq-https-1", "microseconds/send-ours-reqwest-https-1", "microseconds/send-bare-reqwest-https-1"]),
            ("… 64 callers, https", &["microseconds/send-ours-ureq-https-64", "microseconds/send-bare-ureq-https-64", "microseconds/send-ours-reqwest-https-64", "microseconds/send-bare-reqwest-https-64"]),
            ("… 1,000 callers, https", &["", "", "microseconds/send-ours-reqwest-https-1000", "microseconds/send-bare-reqwest-https-1000"]),
            ("connections, 64 callers", &["connections/send-ours-ureq-http-64", "connections/send-bare-ureq-http-64", "connections/send-ours-reqwest-http-64", "connections/send-bare-reqwest-http-64"]),
            ("connections, 1,000 callers", &["", "", "connections/send-ours-reqwest-http-1000", "connections/send-bare-reqwest-http-1000"]),
            ("full handshakes of 21 over https", &["handshakes/ours-ureq", "handshakes/bare-ureq"]),
        ],
    },
    Side {
        title: "a page of 200 observations, milliseconds",
        columns: &["last byte decoded", "parsing", "first and last item", "first item, if parsed as it comes"],
        rows: &[
            ("plain, loopback", &["milliseconds/plain-loopback-transfer", "milliseconds/plain-loopback-parse", "milliseconds/plain-loopback-last", "milliseconds/plain-loopback-first"]),
            ("rich, loopback", &["milliseconds/rich-loopback-transfer", "milliseconds/rich-loopback-parse", "milliseconds/rich-loopback-last", "milliseconds/rich-loopback-first"]),
            ("plain, 10 Mbit/s", &["milliseconds/plain-10-transfer", "milliseconds/plain-10-parse", "milliseconds/plain-10-last", "milliseconds/plain-10-first"]),
            ("rich, 10 Mbit/s", &["milliseconds/rich-10-transfer", "milliseconds/rich-10-parse", "milliseconds/rich-10-last", "milliseconds/rich-10-first"]),
        ],
    },
    Side {
        title: "5 MB at 1 Mbit/s",
        columns: &["ours, ureq", "bare ureq"],
        rows: &[("seconds", &["seconds/5-mb", "seconds/5-mb-bare"])],
    },
    Side {
        title: "a limit of 100 requests a second, shared by a file store",
        columns: &["most in any second", "p99 beyond the due time, ms"],
        rows: &[
            ("512 callers", &["requests/rate-1x512", "milliseconds/rate-1x512"]),
            ("48 processes of 16 callers", &["requests/rate-48x16", "milliseconds/rate-48x16"]),
            ("32 processes of 8 callers", &["requests/rate-32x8", "milliseconds/rate-32x8"]),
        ],
    },
    Side {
        title: "a valid token from memory, nanoseconds",
        columns: &["ours", "floor", "median ratio", "ours, renewal stuck", "floor", "median ratio"],
        rows: &[
            ("1 thread", &["nanoseconds/memory-valid-1", "nanoseconds/floor-valid-1", "memory/valid-1", "nanoseconds/memory-stuck-1", "nanoseconds/floor-stuck-1", "memory/stuck-1"]),
            ("2 threads", &["nanoseconds/memory-valid-2", "nanoseconds/floor-valid-2", "memory/valid-2", "nanoseconds/memory-stuck-2", "nanoseconds/floor-stuck-2", "memory/stuck-2"]),
            ("64 threads", &["nanoseconds/memory-valid-64", "nanoseconds/floor-valid-64", "memory/valid-64", "nanoseconds/memory-stuck-64", "nanoseconds/floor-stuck-64", "memory/stuck-64"]),
            ("instructions", &["instructions/ours-memory", "instructions/floor-memory", "", "instructions/ours-memory-stuck"]),
        ],
    },
    Side {
        title: "a valid token from memory, 64 tasks, nanoseconds",
        columns: &["ours", "the other", "median ratio"],
        rows: &[
            ("yup-oauth2", &["nanoseconds/tasks-ours-yup-oauth2", "nanoseconds/tasks-yup-oauth2", "memory/tasks-yup-oauth2"]),
            ("google-cloud-auth", &["nanoseconds/tasks-ours-google-cloud-auth", "nanoseconds/tasks-google-cloud-auth", "memory/tasks-google-cloud-auth"]),
        ],
    },
    Side {
        title: "instructions of one call over a transport in memory",
        columns: &["without the feature `tracing`", "with it, without a subscriber"],
        rows: &[
            ("blocking", &["instructions/calls-blocking", "instructions/calls-traced-blocking"]),
            ("async", &["instructions/calls-async", "instructions/calls-traced-async"]),
        ],
    },
    Side {
        title: "at an expired token; the server takes 300 ms",
        columns: &["token requests", "last caller, ms"],
        rows: &[
            ("64 threads", &["requests/threads-plain", "milliseconds/threads-plain"]),
            ("64 threads, the first attempt fails", &["requests/threads-failing", "milliseconds/threads-failing"]),
            ("1,000 tasks", &["requests/tasks-plain", "milliseconds/tasks-plain"]),
            ("1,000 tasks, the first attempt fails", &["requests/tasks-failing", "milliseconds/tasks-failing"]),
            ("1,000 tasks, the first caller is cancelled", &["requests/tasks-cancelled", "milliseconds/tasks-cancelled"]),
            ("1,000 tasks, yup-oauth2", &["requests/tasks-yup-oauth2", "milliseconds/tasks-yup-oauth2"]),
            ("1,000 tasks, google-cloud-auth", &["requests/tasks-google-cloud-auth", "milliseconds/tasks-google-cloud-auth"]),
            ("8 processes, one file store", &["requests/processes", "milliseconds/processes"]),
            ("32 processes, one file store", &["requests/processes-32", "milliseconds/processes-32"]),
        ],
    },
    Side {
        title: "hosts that share a store",
        columns: &["Redis", "PostgreSQL", "file store, one host"],
        rows: &[
            ("the store's work of a renewal, 10 accounts, ms", &["milliseconds/fleet-few-redis", "milliseconds/fleet-few-postgres"]),
            ("… 100,000 accounts, ms", &["milliseconds/fleet-many-redis", "milliseconds/fleet-many-postgres"]),
            ("32 processes at an expired token: token requests", &["requests/fleet-crowd-redis", "requests/fleet-crowd-postgres", "requests/processes-32"]),
            ("… last caller, the server takes 300 ms, ms", &["milliseconds/fleet-crowd-redis", "milliseconds/fleet-crowd-postgres", "milliseconds/processes-32"]),
            ("limit of 100 a second, 32 processes of 8 callers: most in any second", &["requests/fleet-rate-redis", "requests/fleet-rate-postgres", "requests/rate-32x8"]),
            ("… p99 beyond the due time, ms", &["milliseconds/fleet-rate-redis", "milliseconds/fleet-rate-postgres", "milliseconds/rate-32x8"]),
            ("a holder is killed, its lease takes 2 s: the next one is served, ms", &["milliseconds/fleet-killed-redis", "milliseconds/fleet-killed-postgres"]),
            ("connections of an idle process", &["connections/fleet-idle-redis", "connections/fleet-idle-postgres"]),
            ("… busy with 10,000 accounts", &["connections/fleet-busy-redis", "connections/fleet-busy-postgres"]),
            ("… seconds until it has held 10,000 leases and freed them", &["seconds/fleet-busy-redis", "seconds/fleet-busy-postgres"]),
            ("one sync of the disk, ms", &["milliseconds/fleet-sync", "milliseconds/fleet-sync"]),
        ],
    },
    Side {
        title: "a page of 200 observations",
        columns: &["typed", "serde_json::Value", "skipped", "Python: json.loads", "and pyinaturalist's records"],
        rows: &[
            ("milliseconds", &["milliseconds/page-typed", "milliseconds/page-value", "milliseconds/page-ignored", "milliseconds/page-python-loads", "milliseconds/page-python-records"]),
            ("MB/s", &["megabytes-a-second/page-typed", "megabytes-a-second/page-value", "megabytes-a-second/page-ignored"]),
            ("allocations", &["allocations/page-typed", "allocations/page-value", "allocations/page-ignored"]),
            ("instructions", &["instructions/page-typed", "instructions/page-value", "instructions/page-ignored"]),
            ("time of typed ÷ this one", &["", "wall/page-typed-value", "wall/page-typed-ignored"]),
            ("the same, no two taxa alike", &["", "wall/page-unlike-value", "wall/page-unlike-ignored"]),
        ],
    },
    Side {
        title: "packages",
        columns: &["core", "small tool", "bare ureq", "oauth2", "oauth2 + ureq", "yup-oauth2", "google-cloud-auth"],
        rows: &[
            ("beside the program", &["packages/core", "packages/tool", "packages/ureq", "packages/oauth2", "packages/oauth2-ureq", "packages/yup-oauth2", "packages/google-cloud-auth"]),
        ],
    },
    Side {
        title: "whole programs",
        columns: &["small tool", "bare ureq", "core", "oauth2", "oauth2 + ureq", "yup-oauth2", "google-cloud-auth"],
        rows: &[
            ("processor seconds of a clean build", &["cpu/tool", "cpu/ureq", "cpu/core", "cpu/oauth2", "cpu/oauth2-ureq", "cpu/yup-oauth2", "cpu/google-cloud-auth"]),
            ("processor seconds of a rebuild after a change of main.rs", &["cpu/rebuild-tool", "cpu/rebuild-ureq"]),
            ("stripped size, bytes", &["bytes/tool", "bytes/ureq", "bytes/core", "bytes/oauth2", "bytes/oauth2-ureq", "bytes/yup-oauth2", "bytes/google-cloud-auth"]),
        ],
    },
    Side {
        title: "a process that starts with a stored token and reads once",
        columns: &["small tool", "bare ureq", "median ratio"],
        rows: &[
            ("milliseconds", &["milliseconds/start-ours", "milliseconds/start-bare", "wall/start-ours-bare"]),
            ("peak memory, KiB", &["kib/start-ours", "kib/start-bare", "memory/start-ours-bare"]),
            ("functions of TLS that run", &["functions/tls-http"]),
            ("… when the same uses https", &["functions/tls-https"]),
        ],
    },
    Side {
        title: "a process that logs in at iNaturalist",
        columns: &["small tool", "small tool, its store in memory", "bare ureq", "oauth2 + ureq", "pyinaturalist"],
        rows: &[
            ("milliseconds", &["milliseconds/login-ours", "milliseconds/login-unsynced", "milliseconds/login-bare", "milliseconds/login-oauth2", "milliseconds/login-pyinaturalist"]),
            ("peak memory, KiB", &["kib/login-ours", "kib/login-unsynced", "kib/login-bare", "kib/login-oauth2", "kib/login-pyinaturalist"]),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document() {
        let mut measured = Measured::default();
        measured.put("bytes/account", 750.0);
        measured.put("packages/core", 24.0);
        let rows = goals::rows(&["space"], &measured);
        let machine = Machine {
            facts: vec![("processor", "a processor, 2 cores".to_owned())],
            packages: vec![("oauth2", "5.0.0".to_owned())],
        };
        let text = text(&rows, &measured, &machine);
        for line in [
            "2 goals: 1 met, 0 not met, 1 not measured.",
            "| space | 10,000 accounts: bytes of a session beside its token | 750 | 1,024 | met |  |",
            "| space | 10,000 pages: memory ÷ that of 100 pages | – | 1.010 | **not measured** |  |",
            "| beside the program | 24 | – | – | – | – | – | – |",
            "| oauth2 | 5.0.0 |",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
    }
}
