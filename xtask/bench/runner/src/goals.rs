//! Every goal: its name, the figure it reads, and the maximum.

use super::measured::{Measured, shown};

/// A goal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal {
    /// The group that measures it.
    pub(super) group: &'static str,
    pub(super) what: &'static str,
    of: Of,
    most: f64,
}

/// Where a goal reads its figure.
#[derive(Clone, Copy, Debug)]
enum Of {
    /// A figure unchanged.
    One(&'static str),
    /// One figure divided by another.
    Ratio(&'static str, &'static str),
}

use Of::{One, Ratio};

const fn goal(group: &'static str, what: &'static str, of: Of, most: f64) -> Goal {
    Goal {
        group,
        what,
        of,
        most,
    }
}

/// The longest wait of the last caller in a crowd, in milliseconds: 1.3 × the server's delay, plus
/// 20 ms.
const LAST: f64 = 1.3 * 300.0 + 20.0;

/// Does not grow. Bytes that differ by less than this hold one more digit of a number, in a URL or a
/// cursor.
const SAME: f64 = 1.01;

/// All goals, in the order of the issue that set them.
#[rustfmt::skip]
pub(super) const GOALS: &[Goal] = &[
    goal("values", "start a login: instructions ÷ oauth2", Ratio("instructions/ours-login", "instructions/oauth2-login"), 0.40),
    goal("values", "start a login: allocations", One("allocations/ours-login"), 3.0),
    goal("values", "build a token request: instructions ÷ oauth2", Ratio("instructions/ours-request", "instructions/oauth2-request"), 0.30),
    goal("values", "build a token request: allocations", One("allocations/ours-request"), 3.0),
    goal("values", "request + parse 400 B: instructions ÷ oauth2", Ratio("instructions/ours-parse-400", "instructions/oauth2-parse-400"), 0.40),
    goal("values", "request + parse 400 B: allocations, 4 of them the response's", One("allocations/ours-parse-400"), 11.0),
    goal("values", "request + parse 4 KB, secrets wiped: instructions ÷ oauth2", Ratio("instructions/ours-parse-4k", "instructions/oauth2-parse-4k"), 0.78),
    goal("values", "request + parse 4 KB, secrets wiped: wall time ÷ oauth2", One("wall/parse-4k"), 0.60),
    goal("values", "request + parse an error: allocations, 4 of them the response's", One("allocations/ours-error"), 10.0),

    goal("exchange", "one exchange over loopback, ureq: instructions ÷ bare client", Ratio("instructions/exchange-ours-ureq", "instructions/exchange-bare-ureq"), 1.06),
    goal("exchange", "the same ÷ bare client with a time limit", Ratio("instructions/exchange-ours-ureq", "instructions/exchange-bare-ureq-limited"), 1.06),
    goal("exchange", "one exchange over loopback, reqwest: instructions ÷ bare client", Ratio("instructions/exchange-ours-reqwest", "instructions/exchange-bare-reqwest"), 1.06),
    goal("exchange", "2,000 exchanges, ureq: connections", One("connections/ureq"), 1.0),
    goal("exchange", "2,000 exchanges, reqwest: connections", One("connections/reqwest"), 1.0),

    goal("sends", "blocking send: system calls", One("system-calls/send-ours-ureq"), 10.0),
    goal("sends", "blocking send: processor time ÷ bare ureq", One("processor/send-ureq-http-1"), 1.3),
    goal("sends", "blocking sends of 64 threads: connections", One("connections/send-ours-ureq-http-64"), 64.0),
    goal("sends", "async send: instructions ÷ bare reqwest", Ratio("instructions/send-ours-reqwest", "instructions/send-bare-reqwest"), 1.12),
    goal("sends", "async send: system calls ÷ bare reqwest", Ratio("system-calls/send-ours-reqwest", "system-calls/send-bare-reqwest"), 1.01),
    goal("sends", "first https request of a process: instructions ÷ bare ureq", Ratio("instructions/first-ours-ureq", "instructions/first-bare-ureq"), 1.05),
    goal("sends", "21 connections over https, own agent: full handshakes", One("handshakes/ours-ureq"), 1.0),

    goal("renewal", "one of 100,000 accounts ÷ one of 12: instructions", Ratio("instructions/renewal-many", "instructions/renewal-few"), 1.1),
    goal("renewal", "one of 100,000 accounts: listings of the folder", One("getdents/renewal-many"), 0.0),

    goal("line", "a plain page of 200: bytes on the wire ÷ uncompressed", Ratio("bytes/plain-page-wire", "bytes/plain-page"), 0.2),
    goal("line", "the same over https at 10 Mbit/s: ms", One("milliseconds/plain-page-https"), 1_000.0),
    goal("line", "5 MB at 1 Mbit/s: seconds", One("seconds/5-mb"), 45.0),
    goal("line", "the same: requests", One("requests/5-mb"), 1.0),
    goal("line", "50 pages, 50 ms at the server and 50 ms at the caller: ms", One("milliseconds/export"), 3_000.0),

    goal("memory", "token from memory: allocations", One("allocations/ours-memory"), 0.0),
    goal("memory", "token from memory, a renewal is stuck: allocations", One("allocations/ours-memory-stuck"), 0.0),
    goal("memory", "token from memory ÷ floor, 1 thread", One("memory/valid-1"), 1.2),
    goal("memory", "token from memory ÷ floor, 2 threads", One("memory/valid-2"), 1.2),
    goal("memory", "token from memory ÷ floor, 64 threads", One("memory/valid-64"), 1.2),
    goal("memory", "the same, a renewal is stuck, 1 thread", One("memory/stuck-1"), 1.2),
    goal("memory", "the same, a renewal is stuck, 2 threads", One("memory/stuck-2"), 1.2),
    goal("memory", "the same, a renewal is stuck, 64 threads", One("memory/stuck-64"), 1.2),
    goal("memory", "token from memory, 64 tasks ÷ yup-oauth2", One("memory/tasks-yup-oauth2"), 0.15),
    goal("memory", "token from memory, 64 tasks ÷ google-cloud-auth", One("memory/tasks-google-cloud-auth"), 0.5),

    goal("calls", "a call in memory, `tracing` unsubscribed ÷ off: instructions", Ratio("instructions/calls-traced-blocking", "instructions/calls-blocking"), 1.02),
    goal("calls", "the same, an async call", Ratio("instructions/calls-traced-async", "instructions/calls-async"), 1.02),

    goal("crowd", "64 threads at expiry: token requests", One("requests/threads-plain"), 1.0),
    goal("crowd", "64 threads at expiry: last caller, ms", One("milliseconds/threads-plain"), LAST),
    goal("crowd", "64 threads, the first attempt fails: token requests, with that one", One("requests/threads-failing"), 2.0),
    goal("crowd", "64 threads, the first attempt fails: last caller after it, ms", One("milliseconds/threads-failing"), LAST),
    goal("crowd", "1,000 tasks at expiry: token requests", One("requests/tasks-plain"), 1.0),
    goal("crowd", "1,000 tasks at expiry: last caller, ms", One("milliseconds/tasks-plain"), LAST),
    goal("crowd", "1,000 tasks, the first attempt fails: token requests, with that one", One("requests/tasks-failing"), 2.0),
    goal("crowd", "1,000 tasks, the first attempt fails: last caller after it, ms", One("milliseconds/tasks-failing"), LAST),
    goal("crowd", "1,000 tasks, the first caller is cancelled: token requests", One("requests/tasks-cancelled"), 1.0),
    goal("crowd", "1,000 tasks, the first caller is cancelled: last caller, ms", One("milliseconds/tasks-cancelled"), LAST),
    goal("crowd", "8 processes at expiry: token requests", One("requests/processes"), 1.0),

    goal("crowd", "32 processes at expiry: token requests", One("requests/processes-32"), 1.0),
    goal("crowd", "32 processes at expiry: last caller, ms", One("milliseconds/processes-32"), 350.0),
    goal("crowd", "limit of 100 a second, 512 callers: most in any second", One("requests/rate-1x512"), 101.0),
    goal("crowd", "the same, 48 processes of 16 callers", One("requests/rate-48x16"), 101.0),
    goal("crowd", "the same, 32 processes of 8 callers: p99 beyond the due time, ms", One("milliseconds/rate-32x8"), 50.0),
    goal("crowd", "40,000 cancelled callers ÷ 10,000: instructions", Ratio("instructions/cancel-40000", "instructions/cancel-10000"), 5.0),
    goal("crowd", "10,000 expired accounts, file store: seconds until all are served", One("seconds/storm"), 6.0),
    goal("crowd", "the same: sockets", One("sockets/storm"), 80.0),
    goal("crowd", "the same: threads", One("threads/storm"), 80.0),
    goal("crowd", "the same: other work waits for the blocking pool, ms", One("milliseconds/storm"), 50.0),

    goal("fleet", "Redis: the store's work of a renewal, p50, 10 accounts, ms", One("milliseconds/fleet-few-redis"), 1.6),
    goal("fleet", "Redis: the same, 100,000 accounts, ms", One("milliseconds/fleet-many-redis"), 1.6),
    goal("fleet", "Redis: the same, 100,000 accounts ÷ 10", One("wall/fleet-many-few-redis"), 1.1),
    goal("fleet", "Redis: 32 processes at expiry: token requests", One("requests/fleet-crowd-redis"), 1.0),
    goal("fleet", "Redis: 32 processes at expiry: last caller, ms", One("milliseconds/fleet-crowd-redis"), 330.0),
    goal("fleet", "Redis: limit of 100 a second, 32 × 8 callers: most in a second", One("requests/fleet-rate-redis"), 101.0),
    goal("fleet", "Redis: the same: requests that fail", One("failed/fleet-rate-redis"), 0.0),
    goal("fleet", "Redis: the same: p99 beyond the due time, ms", One("milliseconds/fleet-rate-redis"), 100.0),
    goal("fleet", "Redis: a holder is killed: its successor is served, ms", One("milliseconds/fleet-killed-redis"), 3_000.0),
    goal("fleet", "Redis: connections of an idle process", One("connections/fleet-idle-redis"), 2.0),
    goal("fleet", "Redis: the same, busy with 10,000 accounts", One("connections/fleet-busy-redis"), 5.0),
    goal("fleet", "PostgreSQL: the store's work of a renewal, p50, 10 accounts, ms", One("milliseconds/fleet-few-postgres"), 2.5),
    goal("fleet", "PostgreSQL: the same, 100,000 accounts, ms", One("milliseconds/fleet-many-postgres"), 2.5),
    goal("fleet", "PostgreSQL: the same, 100,000 accounts ÷ 10", One("wall/fleet-many-few-postgres"), 1.1),
    goal("fleet", "PostgreSQL: 32 processes at expiry: token requests", One("requests/fleet-crowd-postgres"), 1.0),
    goal("fleet", "PostgreSQL: 32 processes at expiry: last caller, ms", One("milliseconds/fleet-crowd-postgres"), 330.0),
    goal("fleet", "PostgreSQL: limit of 100 a second, 32 × 8 callers: most in a second", One("requests/fleet-rate-postgres"), 101.0),
    goal("fleet", "PostgreSQL: the same: requests that fail", One("failed/fleet-rate-postgres"), 0.0),
    goal("fleet", "PostgreSQL: the same: p99 beyond the due time, ms", One("milliseconds/fleet-rate-postgres"), 100.0),
    goal("fleet", "PostgreSQL: a holder is killed: its successor is served, ms", One("milliseconds/fleet-killed-postgres"), 3_000.0),
    goal("fleet", "PostgreSQL: connections of an idle process", One("connections/fleet-idle-postgres"), 2.0),
    goal("fleet", "PostgreSQL: the same, busy with 10,000 accounts", One("connections/fleet-busy-postgres"), 5.0),

    goal("packages", "core: packages", One("packages/core"), 30.0),
    goal("packages", "small tool: packages", One("packages/tool"), 56.0),
    goal("rebuilds", "small tool: rebuild after a change of main.rs ÷ bare ureq", Ratio("cpu/rebuild-tool", "cpu/rebuild-ureq"), 1.25),
    goal("builds", "core: processor seconds of a build ÷ oauth2 without features", Ratio("cpu/core", "cpu/oauth2"), 0.45),
    goal("builds", "small tool: processor seconds of a build ÷ oauth2 + ureq", Ratio("cpu/tool", "cpu/oauth2-ureq"), 0.95),

    goal("programs", "start with a stored token, one API read: wall time ÷ bare ureq", One("wall/start-ours-bare"), 1.15),
    goal("programs", "the same: functions of TLS that run", One("functions/tls-http"), 0.0),
    goal("programs", "10 accounts of an encrypted folder, written by 10 processes: ms", One("milliseconds/encrypted"), 600.0),

    goal("python", "iNaturalist login: peak memory ÷ pyinaturalist", One("memory/login-ours-pyinaturalist"), 1.0 / 10.0),

    goal("space", "10,000 accounts: bytes of a session beside its token", One("bytes/account"), 1024.0),
    goal("space", "10,000 pages: memory ÷ that of 100 pages", Ratio("bytes/pages-10000", "bytes/pages-100"), SAME),

    goal("observations", "a page of 200 observations: time typed ÷ serde_json::Value", One("wall/page-typed-value"), 0.45),
    goal("observations", "the same: instructions typed ÷ skipping all", Ratio("instructions/page-typed", "instructions/page-ignored"), 2.5),
    goal("observations", "the same, no two taxa alike: time typed ÷ serde_json::Value", One("wall/page-unlike-value"), 0.45),
];

/// A goal and its figure.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) goal: Goal,
    pub(super) figure: Option<f64>,
    /// The figures it was computed from.
    pub(super) from: String,
}

impl Row {
    pub(super) fn is_met(&self) -> bool {
        self.figure.is_some_and(|figure| figure <= self.goal.most)
    }

    pub(super) fn verdict(&self) -> &'static str {
        match self.figure {
            None => "not measured",
            Some(_) if self.is_met() => "met",
            Some(_) => "NOT MET",
        }
    }

    /// The figure, with enough digits to tell it from the goal.
    pub(super) fn figure(&self) -> String {
        self.figure
            .map_or_else(|| "–".to_owned(), |figure| self.places(figure))
    }

    pub(super) fn most(&self) -> String {
        self.places(self.goal.most)
    }

    fn places(&self, figure: f64) -> String {
        match self.goal.most {
            _ if figure == 0.0 => "0".to_owned(),
            _ if self.goal.group == "python" => format!("1/{:.2}", 1.0 / figure),
            most if most < 2.0 && figure.fract() != 0.0 => format!("{figure:.3}"),
            most if most >= 20.0 => shown(figure.round()),
            _ => shown(figure),
        }
    }
}

/// The goals of these groups, with their figures.
pub(super) fn rows(groups: &[&str], measured: &Measured) -> Vec<Row> {
    let wanted = GOALS.iter().filter(|goal| groups.contains(&goal.group));
    wanted
        .map(|goal| {
            let get = |name| measured.get(name);
            let (figure, from) = match goal.of {
                One(name) => (get(name), String::new()),
                Ratio(ours, theirs) => match (get(ours), get(theirs)) {
                    (Some(ours), Some(theirs)) => {
                        let from = format!("{} ÷ {}", shown(ours), shown(theirs));
                        (Some(ours / theirs), from)
                    }
                    _ => (None, String::new()),
                },
            };
            Row {
                goal: *goal,
                figure,
                from,
            }
        })
        .collect()
}

/// The table for a terminal.
pub(super) fn lines(rows: &[Row]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut group = "";
    for row in rows {
        if row.goal.group != group {
            group = row.goal.group;
            let blank = "";
            let head = format!("{group:<71}{:>9} {:>9}  {blank}", "figure", "goal ≤");
            lines.push(head.trim_end().to_owned());
        }
        let (what, figure, most) = (row.goal.what, row.figure(), row.most());
        let line = format!(
            "  {what:<69}{figure:>9} {most:>9}  {:<13}{}",
            row.verdict(),
            row.from
        );
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// How many goals are met.
pub(super) fn summary(rows: &[Row]) -> String {
    let met = rows.iter().filter(|row| row.is_met()).count();
    let missing = rows.iter().filter(|row| row.figure.is_none()).count();
    format!(
        "{} goals: {met} met, {} not met, {missing} not measured",
        rows.len(),
        rows.len() - met - missing
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(figures: &[(&str, f64)]) -> Measured {
        let mut measured = Measured::default();
        for (name, figure) in figures {
            measured.put(*name, *figure);
        }
        measured
    }

    #[test]
    fn met_and_not_met() {
        let check = |figures: &[(&str, f64)], place: usize, expect: [&str; 3]| {
            let rows = rows(&["values"], &measured(figures));
            let row = &rows[place];
            assert_eq!([&row.figure(), &row.most(), row.verdict()], expect);
        };
        let login = |ours| {
            [
                ("instructions/ours-login", ours),
                ("instructions/oauth2-login", 20_000.0),
            ]
        };
        check(&login(8000.0), 0, ["0.400", "0.400", "met"]);
        check(&login(8100.0), 0, ["0.405", "0.400", "NOT MET"]);
        check(&login(8000.0), 1, ["–", "3", "not measured"]);
        check(&[("allocations/ours-login", 3.0)], 1, ["3", "3", "met"]);
        check(&[("allocations/ours-login", 4.0)], 1, ["4", "3", "NOT MET"]);
    }

    #[test]
    fn the_table_names_what_a_ratio_is_made_of() {
        let figures = [
            ("bytes/account", 750.4),
            ("bytes/pages-100", 12_174.0),
            ("bytes/pages-10000", 12_176.0),
        ];
        let rows = rows(&["space"], &measured(&figures));
        let lines: Vec<_> = lines(&rows)
            .iter()
            .map(|line| {
                let words: Vec<_> = line.split_whitespace().collect();
                words.join(" ")
            })
            .collect();
        assert_eq!(
            lines,
            [
                "space figure goal ≤",
                "10,000 accounts: bytes of a session beside its token 750 1,024 met",
                "10,000 pages: memory ÷ that of 100 pages 1.000 1.010 met 12,176 ÷ 12,174",
            ]
        );
        assert_eq!(summary(&rows), "2 goals: 2 met, 0 not met, 0 not measured");
    }

    /// A duplicate name would be read twice and shown once.
    #[test]
    fn goals_have_names_of_their_own() {
        let mut names = std::collections::HashSet::new();
        for goal in GOALS {
            assert!(names.insert(goal.what), "twice: {}", goal.what);
            assert!(goal.what.chars().count() <= 68, "{}", goal.what);
        }
    }
}
