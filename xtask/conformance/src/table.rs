//! `docs/CONFORMANCE.md`: the result of a whole run, without versions and times, so that it changes
//! only with a result.

use support::generated_doc::Document;
use support::table::{Column, Table};

use super::report::{Counts, Outcome, Row};

pub(super) const DOCUMENT: Document = Document {
    path: "docs/CONFORMANCE.md",
    command: "cargo xtask conformance",
};

const HEAD: &str = "\
# Conformance

The results of running this workspace's flows and stores against real software:

- The flows run against authorization servers of other authors (Doorkeeper on Rails, oidc-provider on
  Node), and in a real browser. Where the real server cannot be installed (league/oauth2-server 8 and
  9), they run against our own test server; those rows are tests of api-infoflora (`tests/league`).
- The stores run under system errors and in several processes at once. These processes are killed,
  stopped, cut off from a response, or given a wrong clock.
- The stores that hosts share run over real PostgreSQL, PgBouncer, Redis and Valkey servers, which are
  killed and started again, stay away, run out of disk, or fail over to a standby; the hosts' network
  is cut and healed. Valkey is without TLS, as the package that ships it.
- The checks of what our docs state of the running services (LIVE.md) run against our own test server:
  each fact true, then facts made false, one at a time.

`cargo xtask conformance` writes this file. CI runs it with `--check` and fails if the file and the
run differ.

*passed*: through both transports, blocking over ureq and async over reqwest. *not offered*: the
server lacks the feature, which the run proves by a request for it; it counts neither as passed nor as
failed.
";

/// The whole text.
pub(super) fn text(rows: &[Row]) -> String {
    let numbers = ["passed", "failed", "not offered"].map(Column::Number);
    let mut sums = Table::new(&[&[Column::Text("server")], &numbers[..]].concat());
    let mut sum = |server: &str, counts: Counts| {
        let numbers = [counts.passed, counts.failed, counts.not_offered].map(|n| n.to_string());
        sums.row([server.to_owned()].into_iter().chain(numbers));
    };
    let mut servers: Vec<&str> = Vec::new();
    for row in rows {
        if !servers.contains(&row.server.as_str()) {
            servers.push(&row.server);
        }
    }
    for server in servers {
        sum(
            server,
            Counts::of(rows.iter().filter(|row| row.server == server)),
        );
    }
    sum("all", Counts::of(rows.iter()));
    let mut cases = Table::new(&["case", "server", "result"].map(Column::Text));
    for row in rows {
        cases.row([&row.case, &row.server, &result(&row.result)]);
    }
    format!("{HEAD}\n{sums}\nA case through both transports counts twice.\n\n{cases}")
}

fn result(outcome: &Outcome) -> String {
    match outcome {
        Outcome::NotOffered(reason) => format!("not offered: {reason}"),
        Outcome::Run(results) if results.iter().all(|(_, passed)| *passed) => "passed".to_owned(),
        Outcome::Run(results) => {
            let failed = results.iter().filter(|(_, passed)| !passed);
            let failed: Vec<_> = failed.map(|(world, _)| *world).collect();
            format!("**failed** ({})", failed.join("; "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(server: &str, case: &str, result: Outcome) -> Row {
        Row {
            server: server.to_owned(),
            case: case.to_owned(),
            result,
        }
    }

    #[test]
    fn the_table() {
        let rows = [
            row(
                "A",
                "one",
                Outcome::Run(vec![("ureq", true), ("reqwest", true)]),
            ),
            row(
                "A",
                "a|b",
                Outcome::Run(vec![("ureq", true), ("reqwest", false)]),
            ),
            row("B", "one", Outcome::NotOffered("it has none".to_owned())),
        ];
        let text = text(&rows);
        let (_, table) = text.split_once("by a request for it").expect("the head");
        let (_, table) = table.split_once("\n\n").expect("the head's end");
        assert_eq!(
            table,
            "| server | passed | failed | not offered |\n\
             | --- | ---: | ---: | ---: |\n\
             | A | 3 | 1 | 0 |\n\
             | B | 0 | 0 | 1 |\n\
             | all | 3 | 1 | 1 |\n\
             \n\
             A case through both transports counts twice.\n\
             \n\
             | case | server | result |\n\
             | --- | --- | --- |\n\
             | one | A | passed |\n\
             | a\\|b | A | **failed** (reqwest) |\n\
             | one | B | not offered: it has none |\n"
        );
    }
}
