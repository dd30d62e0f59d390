//! Info Flora: our operations send each known path and parameter to a server that records what
//! arrives, and must have no setter for anything else.

mod known;
mod setters;
mod text;

use auth_core::{Error, Operation, Service};
use auth_testkit::{Dialect, TestClient, TestServer};
use keystore::Memory;

use self::known::{KNOWN, Path};
use super::{Coverage, Inputs};
use crate::Stop;
use crate::rig::{Rig, Seat};

/// The senders: the client's own session with a token, and an anonymous session.
struct Callers {
    client_session: Seat,
    anonymous: Seat,
}

/// What arrived for one path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Arrived {
    line: String,
    with_token: bool,
}

pub(super) fn measure(inputs: &Inputs<'_>) -> Result<Coverage, Stop> {
    let mut missing = Vec::new();
    let mut counted = 0;
    for path in KNOWN {
        let mut failures = Vec::new();
        for rig in inputs.rigs {
            match send(path, rig) {
                Ok(arrived) => failures.extend(path.lacks(&arrived)),
                Err(error) => failures.push(error.to_string()),
            }
        }
        if failures.is_empty() {
            counted += 1 + path.parameters.len();
        }
        let named = failures
            .into_iter()
            .map(|failure| format!("{} {}: {failure}", path.method, path.path));
        missing.extend(named);
    }
    let ours = setters::ours().map_err(|error| {
        Stop::Failed(format!("cannot read the source of api-infoflora: {error}"))
    })?;
    missing.extend(setters::strange(&ours, KNOWN));
    Ok(Coverage {
        text: text::of(KNOWN, counted),
        summary: format!("{counted} paths and parameters"),
        missing,
    })
}

/// Sends a path once and returns what the server received.
fn send(path: &Path, rig: &Rig) -> Result<Arrived, Stop> {
    let failed = |error: Error| Stop::Failed(error.to_string());
    let server = TestServer::builder(Dialect::league_9())
        .client(TestClient::confidential("script", "script-secret"))
        .site(api_infoflora::testkit::site())
        .start()
        .map_err(|error| Stop::Failed(format!("cannot start a server: {error}")))?;
    let service: Service = api_infoflora::service("script")
        .secret("script-secret")
        .user_agent("coverage/1.0 (mail@example.org)")
        .at(server.url())
        .build()
        .map_err(failed)?;
    let program = rig.program(service, Memory::new());
    let callers = Callers {
        client_session: program.client_session(),
        anonymous: program.anonymous(),
    };
    (path.send)(&callers).map_err(failed)?;
    let log = server.requests();
    let mut calls = log
        .requests()
        .iter()
        .filter(|request| request.path.starts_with("/rest/"));
    match (calls.next(), calls.next()) {
        (Some(call), None) if call.status == Some(200) => Ok(Arrived {
            line: format!("{} {}", call.method, call.path),
            with_token: call.scheme.as_deref() == Some("Bearer"),
        }),
        (Some(call), None) => Err(Stop::Failed(format!(
            "the server responded with {:?}",
            call.status
        ))),
        (None, _) => Err(Stop::Failed("no request was sent".to_owned())),
        (Some(_), Some(_)) => Err(Stop::Failed("more than one request was sent".to_owned())),
    }
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

impl Path {
    /// Lists how what arrived differs from the facts.
    fn lacks(&self, arrived: &Arrived) -> Vec<String> {
        let (line, query) = match arrived.line.split_once('?') {
            Some((line, query)) => (line, query),
            None => (arrived.line.as_str(), ""),
        };
        let mut failures = Vec::new();
        let expect = format!("{} {}", self.method, self.example);
        if line != expect {
            failures.push(format!("expected `{expect}`, got `{line}`"));
        }
        let sent: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        for parameter in self.parameters {
            if !sent.contains(&parameter.example) {
                failures.push(format!("expected `{}` in `{query}`", parameter.example));
            }
        }
        if sent.len() != self.parameters.len() {
            failures.push(format!("unexpected parameters in `{query}`"));
        }
        if arrived.with_token == self.anonymous {
            failures.push("expected the opposite use of the token".into());
        }
        failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_on_arrival_are_named() {
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
        check(at, true, Some("in ``"));
    }
}
