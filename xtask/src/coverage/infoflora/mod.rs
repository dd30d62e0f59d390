//! Info Flora: each path and parameter that is known is sent, by our operations, to a server that writes down what arrives;
//! and our operations have no setter for anything else.

mod known;
mod setters;
mod text;

use auth_core::{Error, Operation, Service};
use auth_testkit::{Dialect, TestClient, TestServer};
use keystore::Memory;

use self::known::{KNOWN, Path};
use super::{Asked, Coverage};
use crate::Stop;
use crate::rig::{Rig, Seat};

/// Who sends: the program itself with a token, and nobody.
struct Callers {
    daemon: Seat,
    nobody: Seat,
}

/// What arrived of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Arrived {
    line: String,
    with_token: bool,
}

pub(super) fn measure(asked: &Asked<'_>) -> Result<Coverage, Stop> {
    let mut missing = Vec::new();
    let mut counted = 0;
    for path in KNOWN {
        let mut complaints = Vec::new();
        for rig in asked.rigs {
            match send(path, rig) {
                Ok(arrived) => complaints.extend(path.lacks(&arrived)),
                Err(error) => complaints.push(error.to_string()),
            }
        }
        if complaints.is_empty() {
            counted += 1 + path.parameters.len();
        }
        let named = complaints
            .into_iter()
            .map(|complaint| format!("{} {}: {complaint}", path.method, path.path));
        missing.extend(named);
    }
    let ours = setters::ours()
        .map_err(|error| Stop::Failed(format!("our own source cannot be read: {error}")))?;
    missing.extend(setters::strange(&ours, KNOWN));
    Ok(Coverage {
        text: text::of(KNOWN, counted),
        summary: format!("{counted} paths and parameters"),
        missing,
    })
}

/// Sends it once, and gives what the server saw.
fn send(path: &Path, rig: &Rig) -> Result<Arrived, Stop> {
    let failed = |error: Error| Stop::Failed(error.to_string());
    let server = TestServer::builder(Dialect::league_9())
        .client(TestClient::confidential("daemon", "daemon-secret"))
        .site(api_infoflora::testkit::site())
        .start()
        .map_err(|error| Stop::Failed(format!("no server: {error}")))?;
    let service: Service = api_infoflora::service("daemon")
        .secret("daemon-secret")
        .user_agent("coverage/1.0 (mail@example.org)")
        .at(server.url())
        .build()
        .map_err(failed)?;
    let program = rig.program(service, Memory::new());
    let callers = Callers {
        daemon: program.daemon(),
        nobody: program.anonymous(),
    };
    (path.send)(&callers).map_err(failed)?;
    let seen = server.requests();
    let mut calls = seen
        .requests()
        .iter()
        .filter(|request| request.path.starts_with("/rest/"));
    match (calls.next(), calls.next()) {
        (Some(call), None) if call.status == Some(200) => Ok(Arrived {
            line: format!("{} {}", call.method, call.path),
            with_token: call.scheme.as_deref() == Some("Bearer"),
        }),
        (Some(call), None) => Err(Stop::Failed(format!("answered with {:?}", call.status))),
        (None, _) => Err(Stop::Failed("nothing was sent".to_owned())),
        (Some(_), Some(_)) => Err(Stop::Failed("more than one request was sent".to_owned())),
    }
}

impl Callers {
    fn daemon<O>(&self, operation: O) -> Result<(), Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        self.daemon.send(operation).map(drop)
    }

    fn nobody<O>(&self, operation: O) -> Result<(), Error>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        self.nobody.send(operation).map(drop)
    }
}

impl Path {
    /// What was to arrive and did not, or arrived and was not to.
    fn lacks(&self, arrived: &Arrived) -> Vec<String> {
        let (line, query) = match arrived.line.split_once('?') {
            Some((line, query)) => (line, query),
            None => (arrived.line.as_str(), ""),
        };
        let mut complaints = Vec::new();
        let expect = format!("{} {}", self.method, self.example);
        if line != expect {
            complaints.push(format!("`{line}` arrived, not `{expect}`"));
        }
        let sent: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        for parameter in self.parameters {
            if !sent.contains(&parameter.example) {
                complaints.push(format!("`{}` is not in `{query}`", parameter.example));
            }
        }
        if sent.len() != self.parameters.len() {
            complaints.push(format!("`{query}` has other parameters"));
        }
        if arrived.with_token == self.anonymous {
            complaints.push("it should be sent the other way round, with or without token".into());
        }
        complaints
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_arrive_is_named() {
        let path = &KNOWN[0];
        let whole: Vec<_> = path.parameters.iter().map(|p| p.example).collect();
        let check = |line: String, with_token: bool, words: Option<&str>| {
            let lacks = path.lacks(&Arrived { line, with_token }).join("; ");
            match words {
                None => assert_eq!(lacks, ""),
                Some(words) => assert!(lacks.contains(words), "{lacks}"),
            }
        };
        let query = whole.join("&");
        let at = format!("{} {}", path.method, path.example);
        check(format!("{at}?{query}"), true, None);
        check(
            format!("{at}?{query}"),
            false,
            Some("with or without token"),
        );
        check(format!("{at}/7?{query}"), true, Some("arrived, not"));
        check(
            format!("{at}?{query}&lmit=7"),
            true,
            Some("other parameters"),
        );
        check(
            format!("{at}?{}", whole[1..].join("&")),
            true,
            Some(whole[0]),
        );
        check(at, true, Some("is not in ``"));
    }
}
