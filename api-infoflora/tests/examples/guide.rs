//! Runs the guide's commands for curl and jq. Skipped without curl or jq.

use std::process::{Command, Output};

use auth_testkit::{Fault, Matching};
use http::Uri;

use crate::{Scene, everywhere, run, said};

const SCRIPTS: &str = include_str!("../../src/guide/scripts.md");

/// Runs the commands of the guide that start with `begin`, against the test server.
fn run_block(scene: &Scene, begin: &str, then: &str) -> Output {
    let mut blocks = SCRIPTS
        .split("```sh\n")
        .filter(|rest| rest.starts_with(begin));
    let block = blocks.next().and_then(|rest| rest.split("```").next());
    let mut commands = block.expect("it is in the guide").to_owned();
    for host in ["https://auth.infoflora.ch", "https://obs.infoflora.ch"] {
        commands = commands.replace(host, scene.server.url());
    }
    assert!(!commands.contains("infoflora.ch"), "{commands}");
    let program = scene.example("token");
    let mut shell = Command::new("/bin/sh");
    shell
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(program.get_envs().filter_map(|(k, v)| Some((k, v?))))
        .args(["-c", &format!("{commands}\n{then}")]);
    run(&mut shell)
}

fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

#[test]
fn curl_and_jq_alone() {
    if !is_here("curl") || !is_here("jq") {
        return;
    }
    everywhere(&api_infoflora::testkit::site(), |scene| {
        let uri: Uri = scene.server.url().parse().expect("a URL");
        assert_eq!(uri.host(), Some("127.0.0.1"));
        let (out, _) = said(&run_block(scene, "ACCESS_TOKEN=$(curl", ""));
        assert!(out.contains(r#""obs_id":9000001"#), "{out}");

        // A script would get an empty token, and the user sees the server's message.
        let faults = scene.server.faults();
        faults.next(Matching::Token, Fault::Field("access_token", None));
        faults.next(Matching::Token, Fault::Unavailable { retry_after: None });
        faults.next(Matching::Token, Fault::ErrorIn200);
        for words in ["no token", "503", "invalid_grant"] {
            let token = "printf '<%s>' \"$ACCESS_TOKEN\"";
            let output = run_block(scene, "ACCESS_TOKEN=$(curl", token);
            let out = String::from_utf8_lossy(&output.stdout).into_owned();
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(out.ends_with("<>"), "{out}");
            assert!(error.contains(words), "{error}");
        }
        let sent = scene.server.requests().api();
        assert_eq!(sent, 1, "no request goes out with an empty token");
    });
}
