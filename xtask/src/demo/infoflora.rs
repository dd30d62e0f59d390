//! Info Flora's steps: programs with client credentials, and a web service with a visitor whose
//! refresh token rotates.

use super::programs::WebService;
use super::{Chapter, Shown};

/// The registered client, as a user sets it.
const CLIENT: [(&str, &str); 3] = [
    ("INFOFLORA_ORIGIN", "{origin}"),
    ("INFOFLORA_CLIENT_ID", "app"),
    ("INFOFLORA_CLIENT_SECRET", "app-secret"),
];

pub(super) fn run(all: &mut Chapter<'_>) {
    let (flag, other) = match all.transport {
        "ureq" => ("", "--blocking "),
        _ => ("--async ", ""),
    };
    let run = |all: &mut Chapter<'_>, line: &str, words: &str| {
        all.program(line.trim_end(), &CLIENT)?.run(true, words)
    };
    all.step(
        "token",
        "by client credentials, for curl",
        Some("1 token"),
        |all| run(all, &format!("infoflora-token {flag}"), "."),
    );
    all.step(
        "download",
        "two projects, as NDJSON",
        Some("1 token, 1 API"),
        |all| {
            let line = format!("infoflora-download {flag}1,2 {{folder}}/observations.ndjson");
            run(all, &line, "observations in")
        },
    );
    all.step(
        "atlas",
        "where a taxon occurs, without a token",
        Some("1 API"),
        |all| {
            run(
                all,
                &format!("infoflora-atlas {other}2 1000010"),
                "FeatureCollection",
            )
        },
    );
    if all.transport == "reqwest" {
        all.step(
            "a thousand tasks",
            "share one token",
            Some("1 token, 1000 API"),
            |all| run(all, "async_service", "1000 tasks received"),
        );
    }
    visitors(all);
}

/// A web service, and one visitor of it.
fn visitors(all: &mut Chapter<'_>) {
    let flag = if all.transport == "ureq" {
        " --ureq"
    } else {
        ""
    };
    let command = format!("infoflora-service{flag}");
    let start = |all: &mut Chapter<'_>| {
        let own = [
            ("PUBLIC_URL", "https://my-app.example"),
            ("LISTEN", "127.0.0.1:0"),
            ("TOKENS", "{folder}/visitors"),
        ];
        all.program(&command, &[&CLIENT[..], &own].concat())?
            .serve()
    };
    let mut service = None;
    // As the proxy does that terminates TLS before the web service.
    let open = |all: &mut Chapter<'_>, service: &Option<WebService>, request: &str, expected| {
        let service = service.as_ref().ok_or("the web service does not run")?;
        let (method, path) = request.split_once(' ').unwrap_or_default();
        let answer = all
            .server
            .command(&format!("open {method} {}{path}", service.url));
        let (first, text) = answer.split_first().ok_or("no response")?;
        let (status, to) = first.split_once(' ').unwrap_or((first, ""));
        let line = request.split('?').next().unwrap_or_default();
        let shown = Shown {
            command: command.clone(),
            said: vec![format!("{line}: {status} {}", text.concat())],
            problem: (status != expected).then(|| format!("expected {expected}, got {first}")),
        };
        Ok::<_, String>((shown, to.to_owned()))
    };
    let counts = Some("3 authorize, 1 token, 1 API");
    all.step(
        "a visitor logs in",
        "at a web service with its own callback",
        counts,
        |all| {
            service = Some(start(all)?);
            let (mut shown, to) = open(all, &service, "GET /login", "303")?;
            let back = all.server.command(&format!("visit {to}")).concat();
            let path = back
                .strip_prefix("https://my-app.example")
                .ok_or(back.clone())?;
            for request in [format!("GET {path}"), "GET /".to_owned()] {
                let expected = if request == "GET /" { "200" } else { "303" };
                let (next, _) = open(all, &service, &request, expected)?;
                shown.said.extend(next.said);
                shown.problem = shown.problem.or(next.problem);
            }
            Ok(shown)
        },
    );
    let counts = Some("1 token, 2 API");
    all.step(
        "renewal",
        "the token was rejected; the refresh token rotates",
        counts,
        |all| {
            all.server.command("expire");
            Ok(open(all, &service, "GET /", "200")?.0)
        },
    );
    all.step(
        "the web service restarts",
        "its visitor stays logged in",
        Some("1 API"),
        |all| {
            service = None;
            service = Some(start(all)?);
            Ok(open(all, &service, "GET /", "200")?.0)
        },
    );
    let counts = Some("1 token, 1 API");
    all.step(
        "a refused refresh token",
        "the visitor has to log in again",
        counts,
        |all| {
            all.server.command("revoke");
            Ok(open(all, &service, "GET /", "401")?.0)
        },
    );
    all.step(
        "log out",
        "removes the visitor's tokens",
        Some("none"),
        |all| {
            let (mut shown, _) = open(all, &service, "POST /logout", "303")?;
            let (after, _) = open(all, &service, "GET /", "401")?;
            shown.said.extend(after.said);
            shown.problem = shown.problem.or(after.problem);
            Ok(shown)
        },
    );
}
