//! How the programs end: without an account, at a closed pipe and a full disk, with statuses
//! for scripts, with the user's own contact.

use std::process::Command;

use worlds::example::status;

use crate::{bare, everywhere};

#[test]
fn each_runs_without_an_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    let file = file.to_str().expect("text");
    for (name, flag, operands) in [
        ("token", "--async", &[][..]),
        ("download", "--async", &["1", file]),
        ("atlas", "--blocking", &["2", "1000010"]),
    ] {
        for flags in [&["--local"][..], &["--local", flag]] {
            let (code, err) = status(bare(name).args(flags).args(operands));
            assert_eq!(code, Some(0), "{name}: {err}");
        }
    }
}

#[test]
fn a_status_says_what_to_do() {
    everywhere(&api_infoflora::testkit::site(), |scene| {
        let check = |command: &mut Command, expect: i32, words: &str| {
            let (code, err) = status(command);
            assert_eq!(code, Some(expect), "{err}");
            assert!(err.contains(words), "{err}");
        };
        let program = || scene.example("token");
        check(program().arg("--lively"), 2, "usage");
        check(program().arg("file"), 2, "usage");
        let id = "INFOFLORA_CLIENT_ID";
        check(program().env_remove(id), 2, id);
        check(program().env("INFOFLORA_CLIENT_SECRET", "no"), 2, "");
        check(program().env_remove("INFOFLORA_ORIGIN"), 2, "CONTACT");
        check(program().env(id, " "), 2, id);
        check(program().env("CONTACT", ""), 0, "");
        let folder = tempfile::tempdir().expect("a folder");
        let nowhere = folder.path().join("nowhere").join("file");
        let mut download = scene.example("download");
        let words = nowhere.to_str().expect("text");
        check(download.arg("1").arg(&nowhere), 74, words);
        // The end would replace it.
        let mut download = scene.example("download");
        check(download.arg("1").arg(folder.path()), 2, "is not a file");
        let mut service = scene.example("service");
        check(service.env("LISTEN", "nowhere"), 2, "LISTEN=nowhere");
        let nowhere = "http://127.0.0.1:9";
        check(program().env("INFOFLORA_ORIGIN", nowhere), 75, "");
        let mut own = program();
        check(own.env("CONTACT", "me@my-garden.example"), 0, "");
        let log = scene.server.requests();
        let last = log.requests().last().expect("a request");
        let agent = last.user_agent.as_deref();
        assert_eq!(agent, Some("infoflora-token/0.1 (me@my-garden.example)"));
    });
}

/// What a POSIX shell does to programs.
#[cfg(target_os = "linux")]
#[test]
fn a_closed_pipe_is_the_end_and_a_full_disk_an_error() {
    use worlds::example::in_a_shell::{closed, full};

    for (name, operands) in [("token", &[][..]), ("atlas", &["2", "1000010"])] {
        let program = || {
            let mut program = bare(name);
            program.arg("--local").args(operands);
            program
        };
        let (code, err) = status(program().stdout(closed()));
        assert_eq!(code, Some(0), "{name}: {err}");
        let (code, err) = status(program().stdout(full()));
        assert!(
            code == Some(74) && err.contains("No space left"),
            "{name}: {code:?} {err}"
        );
    }
}
