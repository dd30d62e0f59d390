//! iNaturalist's steps: a person, two tokens, and what programs do with them.

use std::fs;

use super::Chapter;

/// The registered application, as a user sets it.
const APP: [(&str, &str); 3] = [
    ("INAT_ORIGIN", "{origin}"),
    ("INAT_APP_ID", "app"),
    ("INAT_APP_SECRET", "app-secret"),
];

pub(super) fn run(all: &mut Chapter<'_>) {
    let flag = if all.transport == "ureq" {
        "--blocking"
    } else {
        "--async"
    };
    let store = "--store {folder}/tokens";
    let run = move |all: &mut Chapter<'_>, line: &str, succeeds: bool, words: &str| {
        let line = line.replacen(' ', &format!(" {flag} {store} "), 1);
        all.program(&line, &APP)?.run(succeeds, words)
    };
    let counts = (!all.browser).then_some("3 authorize, 1 token, 1 API token");
    all.step(
        "log in by browser",
        "with PKCE; then an API token",
        counts,
        |all| {
            let program = all.program(&format!("inat-token {flag} {store} --browser"), &APP)?;
            program.run_for(&mut all.server, !all.browser)
        },
    );
    all.step(
        "the next start",
        "the stored token is used, no login",
        Some("none"),
        |all| run(all, "inat-token --for 60", true, "."),
    );
    all.step(
        "export",
        "asks who calls, then every observation, page by page, as NDJSON",
        Some("3 API"),
        |all| {
            run(
                all,
                "inat-export --user alice {folder}/alice.ndjson",
                true,
                "225 observations in",
            )
        },
    );
    all.step("upload", "an observation with two photos and a value", Some("3 API"), |all| {
        for name in ["front.jpg", "back.jpg"] {
            let jpeg = [&b"\xff\xd8\xff\xe0"[..], &[name.len() as u8; 50_000]].concat();
            fs::write(all.path(name), jpeg).map_err(|error| error.to_string())?;
        }
        let line = "inat-upload --name Edelweiss --date 2026-06-01 --at 46.02,7.75 --fields 297=dry {folder}/front.jpg {folder}/back.jpg";
        run(all, line, true, "2 photos")
    });
    all.step("annotate", "from a table", Some("3 API"), |all| {
        let exported = fs::read_to_string(all.path("alice.ndjson")).map_err(|e| e.to_string())?;
        let ids = exported.lines().take(2).filter_map(|line| {
            serde_json::from_str::<serde_json::Value>(line).ok()?["id"].as_u64()
        });
        let rows: String = ids.map(|id| format!("{id},1,2\n")).collect();
        fs::write(all.path("table.csv"), rows).map_err(|error| error.to_string())?;
        run(
            all,
            "inat-annotate {folder}/table.csv",
            true,
            "2 annotated, 0 already there",
        )
    });
    all.step(
        "annotate again",
        "what is there is not sent again",
        Some("1 API"),
        |all| {
            run(
                all,
                "inat-annotate {folder}/table.csv",
                true,
                "0 annotated, 2 already there",
            )
        },
    );
    all.step(
        "renewal",
        "the token was rejected; one renewal for all tasks",
        Some("1 API token, 11 API"),
        |all| {
            all.server.command("expire");
            run(
                all,
                "inat-service --tasks 8",
                true,
                "alice: 8 observations read",
            )
        },
    );
    all.step(
        "a plain token",
        "copied from the web site; no application",
        Some("3 API"),
        |all| {
            let token = all.server.command("token").concat();
            let line = format!(
                "inat-export {flag} --store {{folder}}/none --user alice {{folder}}/again.ndjson"
            );
            let variables = [APP[0], ("INAT_API_TOKEN", token.as_str())];
            all.program(&line, &variables)?
                .run(true, "225 observations in")
        },
    );
    all.step(
        "log out",
        "revokes and removes the login",
        Some("1 revoke"),
        |all| run(all, "inat-token --log-out", true, "logged out"),
    );
    all.step("after the logout", "nothing is sent", Some("none"), |all| {
        run(all, "inat-token --for 60", false, "log in")
    });
    if all.transport == "ureq" {
        let name = "the README's small tool";
        let counts = Some("1 token, 1 API token, 3 API");
        all.step(name, "by password; private coordinates", counts, |all| {
            let by_password = [("INAT_USERNAME", "alice"), ("INAT_PASSWORD", "password")];
            let store = [("TOKENS", "{folder}/tool")];
            let variables = [&APP[..], &by_password, &store].concat();
            let program = all.program("blocking_tool", &variables)?;
            program.run(
                true,
                "alice has 225 observations, 75 with private coordinates",
            )
        });
    }
}
