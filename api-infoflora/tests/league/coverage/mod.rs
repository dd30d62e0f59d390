//! Each path and parameter that is known of the API arrives as known, and there is no setter for
//! anything else. `UPDATE=1` writes `COVERAGE.md` anew.

mod known;
mod setters;

use std::{env, fs, path::PathBuf};

use auth_core::{Error, Operation};
use keystore::Memory;

use self::known::{Path, known};
use crate::scene::{DAEMON, LeagueSession, Scene, everywhere};

/// The senders: the client's own session with a token, and an anonymous session.
struct Callers {
    client_session: LeagueSession,
    anonymous: LeagueSession,
}

#[test]
fn all_that_is_known_is_sent() {
    everywhere(|scene| {
        let failures = known().into_iter().flat_map(|path| lacks(&path, scene));
        assert_eq!(failures.collect::<Vec<_>>(), [""; 0]);
    });
}

#[test]
fn the_document_is_up_to_date() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("COVERAGE.md");
    let committed = fs::read_to_string(&path).expect("the document is there");
    // A checkout on Windows may have the line ends of its system.
    let committed = committed.replace("\r\n", "\n");
    let (head, _) = committed.split_once(" sent: ").expect("it has figures");
    let (head, _) = head
        .rsplit_once('\n')
        .expect("figures in a line of their own");
    let new = document(head, &known());
    if env::var_os("UPDATE").is_some() {
        return fs::write(&path, new).expect("the document can be written");
    }
    assert_eq!(new, committed, "run the test with UPDATE=1");
}

#[test]
fn differences_on_arrival_are_named() {
    let path = &known()[0];
    let whole: Vec<_> = path.parameters.iter().map(|p| p.example).collect();
    let (at, query) = (path.example, whole.join("&"));
    let check = |line: String, with_token: bool, words: Option<&str>| {
        let found = differences(path, &line, with_token).join("; ");
        match words {
            None => assert_eq!(found, ""),
            Some(words) => assert!(found.contains(words), "{found}"),
        }
    };
    check(format!("{at}?{query}"), true, None);
    check(
        format!("{at}?{query}"),
        false,
        Some("opposite use of the token"),
    );
    check(format!("{at}/7?{query}"), true, Some("expected `"));
    check(
        format!("{at}?{query}&lmit=7"),
        true,
        Some("unexpected parameters"),
    );
    check(
        format!("{at}?{}", whole[1..].join("&")),
        true,
        Some(whole[0]),
    );
    check(at.to_owned(), true, Some("in ``"));
}

/// Sends a path once, and lists how what arrived differs from the facts.
fn lacks(path: &Path, scene: &Scene) -> Vec<String> {
    let client = scene.client(scene.describe(DAEMON), Memory::new());
    let callers = Callers {
        client_session: client.client_session(),
        anonymous: client.anonymous(),
    };
    let before = scene.requests().requests().len();
    let sent = (path.send)(&callers);
    let log = scene.requests();
    let calls = log.requests().iter().skip(before);
    let calls: Vec<_> = calls
        .filter(|call| call.path.starts_with("/rest/"))
        .collect();
    let failures = match (sent, &calls[..]) {
        (Ok(()), [call]) if call.status == Some(200) => {
            let with_token = call.scheme.as_deref() == Some("Bearer");
            differences(path, &format!("{} {}", call.method, call.path), with_token)
        }
        (sent, calls) => vec![format!("{sent:?} after {} requests", calls.len())],
    };
    let named = failures.iter().map(|what| format!("{}: {what}", path.path));
    named.collect()
}

fn differences(path: &Path, line: &str, with_token: bool) -> Vec<String> {
    let (line, query) = line.split_once('?').unwrap_or((line, ""));
    let mut failures = Vec::new();
    if line != path.example {
        failures.push(format!("expected `{}`, got `{line}`", path.example));
    }
    let sent: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    for parameter in &path.parameters {
        if !sent.contains(&parameter.example) {
            failures.push(format!("expected `{}` in `{query}`", parameter.example));
        }
    }
    if sent.len() != path.parameters.len() {
        failures.push(format!("unexpected parameters in `{query}`"));
    }
    if with_token == (path.session == "anonymous") {
        failures.push("expected the opposite use of the token".into());
    }
    failures
}

fn document(head: &str, known: &[Path]) -> String {
    let parameters: usize = known.iter().map(|path| path.parameters.len()).sum();
    let all = known.len() + parameters;
    let mut lines = vec![
        head.to_owned(),
        format!(
            "{all} of {all} sent: {} paths and {parameters} parameters.\n",
            known.len()
        ),
        "| path | type | token | source | confidence |".to_owned(),
        "| --- | --- | --- | --- | --- |".to_owned(),
    ];
    for Path {
        path,
        ours,
        session,
        source: (source, confidence),
        ..
    } in known
    {
        let (method, path) = path.split_once(' ').expect("a method and a path");
        let token = if *session == "anonymous" {
            "none"
        } else {
            "sent"
        };
        lines.push(format!(
            "| {method} `{path}` | `{ours}` | {token} | {source} | {confidence} |"
        ));
    }
    lines.push("\n| parameter | of | setter | arrives as | source | confidence |".to_owned());
    lines.push("| --- | --- | --- | --- | --- | --- |".to_owned());
    for path in known {
        for parameter in &path.parameters {
            let (source, confidence) = parameter.source;
            let (name, _) = parameter.example.split_once('=').expect("a value");
            let setter = format!(".{}({})", parameter.setter, parameter.value);
            let (of, example) = (path.ours, parameter.example);
            lines.push(format!(
                "| `{name}` | `{of}` | `{setter}` | `{example}` | {source} | {confidence} |"
            ));
        }
    }
    lines.join("\n") + "\n"
}

impl Callers {
    fn client_session<O>(&self, operation: O) -> Result<(), Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        self.client_session.send(operation).map(drop)
    }

    fn anonymous<O>(&self, operation: O) -> Result<(), Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        self.anonymous.send(operation).map(drop)
    }
}
