//! How the programs end: without an account, at a closed pipe and a full disk, with one
//! login for all, with statuses for scripts, with the user's own contact.

use std::{fs, path::Path, process::Command};

use worlds::example::status;

use crate::{Scene, bare, everywhere, run};

#[test]
fn each_runs_without_an_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        path
    };
    let row = format!("{},1,2\n", api_inat::testkit::observation_id(0));
    let (list, photo) = (
        file("list.csv", row.as_bytes()),
        file("a.jpg", b"\xff\xd8\xff\xe0"),
    );
    let export = folder.path().join("all.ndjson");
    for transport in ["--blocking", "--async"] {
        let check = |name: &str, args: &[&str], operand: Option<&Path>, words: &str| {
            let mut program = bare(name);
            program.arg(transport).arg("--local").args(args);
            let (out, err) = run(program.args(operand), true);
            assert!(out.contains(words) || err.contains(words), "{out}{err}");
        };
        check("token", &[], None, ".");
        check("export", &[], Some(&export), "225 observations in");
        check("annotate", &[], Some(&list), "1 annotated");
        check("service", &["--tasks", "3"], None, "3 observations read");
        check("upload", &["--name", "x"], Some(&photo), "with 1 photos");
        fs::remove_file(folder.path().join("a.jpg.upload")).expect("its note");
    }
}

#[test]
fn a_status_says_what_to_do() {
    everywhere(|scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let program = |name: &str| {
            let mut program = scene.example(name, folder.path());
            program.env_remove("INAT_PASSWORD");
            program
        };
        let check = |command: &mut Command, expect: i32, words: &str| {
            let (status, err) = status(command);
            assert_eq!(status, Some(expect), "{err}");
            assert!(err.contains(words), "{err}");
        };
        check(program("token").arg("--lively"), 2, "usage");
        check(program("token").args(["--for", "x"]), 2, "invalid digit");
        check(program("token").env_remove("INAT_APP_ID"), 2, "INAT_APP_ID");
        check(&mut program("token"), 3, "log in");
        check(&mut program("service"), 3, "log in");
        let wrong = program("token").env("INAT_PASSWORD", "wrong").output();
        assert_eq!(wrong.expect("it runs").status.code(), Some(3));
        check(program("token").args(["--for", "x"]), 2, "--for");
        check(program("service").args(["--tasks", "x"]), 2, "--tasks");
        let nowhere = folder.path().join("nowhere").join("file");
        let words = nowhere.to_str().expect("text");
        for name in ["export", "annotate", "upload"] {
            let status = if name == "upload" { 2 } else { 74 };
            let mut program = scene.example(name, folder.path());
            check(program.arg(&nowhere), status, words);
        }
        // Before anything is requested, also a login: the end would replace it.
        let mark = scene.server.requests().mark();
        let mut export = scene.example("export", folder.path());
        check(export.arg(folder.path()), 2, "is not a file");
        assert_eq!(scene.server.requests().since(mark).total(), 0);
    });
    // A server that has gone.
    let gone = Scene::new("--blocking");
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = gone.example("token", folder.path());
    program.env("INAT_ORIGIN", "http://127.0.0.1:9");
    let (status, err) = status(&mut program);
    assert_eq!(status, Some(75), "{err}");
}

#[test]
fn programs_for_public_data_end_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = folder.path().join("nowhere").join("file");
    let nowhere = nowhere.to_str().expect("text");
    for (name, args, expect, words) in [
        ("to-csv", &["--local", "--lively"][..], 2, "usage"),
        ("to-csv", &["alice"], 2, "usage"),
        ("to-ndjson", &["--local", "alice", nowhere], 74, nowhere),
    ] {
        let (status, err) = status(bare(name).args(args));
        assert_eq!(status, Some(expect), "{name}: {err}");
        assert!(err.contains(words), "{name}: {err}");
    }
    let blank = status(
        bare("to-csv")
            .args(["--local", "alice"])
            .env("CONTACT", " "),
    );
    assert_eq!(blank.0, Some(0), "as if it were not set: {}", blank.1);
}

#[test]
fn the_real_service_learns_whom_to_write_to() {
    for (name, args) in [
        ("token", &["--live"][..]),
        ("to-csv", &["--live", "alice"]),
        ("to-ndjson", &["--live", "alice", "file"]),
    ] {
        let mut program = bare(name);
        program.env("INAT_APP_ID", "app").args(args);
        let (status, err) = status(&mut program);
        assert!(status == Some(2) && err.contains("CONTACT"), "{err}");
    }
}

/// What a POSIX shell does to programs.
#[cfg(target_os = "linux")]
mod in_a_shell {
    use worlds::example::in_a_shell::{closed, full};

    use super::*;

    #[test]
    fn a_closed_pipe_is_the_end_and_a_full_disk_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("list.csv");
        let row = format!("{},1,2\n", api_inat::testkit::observation_id(0));
        fs::write(&list, row).expect("written");
        let list = list.to_str().expect("text");
        let file = folder.path().join("file");
        let file = file.to_str().expect("text");
        let programs = [
            ("token", &["--local"][..]),
            ("annotate", &["--local", list]),
            ("service", &["--local", "--tasks", "3"]),
            ("to-csv", &["--local", "alice"]),
            ("to-ndjson", &["--local", "alice", file]),
        ];
        for (name, args) in programs {
            let mut program = bare(name);
            let (code, err) = status(program.args(args).stdout(closed()));
            assert_eq!(code, Some(0), "{name}: {err}");
            let (code, err) = status(bare(name).args(args).stdout(full()));
            assert_eq!(code, Some(74), "{name}: {err}");
            assert!(err.contains("No space left"), "{name}: {err}");
            // Where not even the error can be shown, the status still says it.
            let mut mute = bare(name);
            let mute = mute.args(args).stdout(full()).stderr(full());
            assert_eq!(mute.status().expect("it runs").code(), Some(74), "{name}");
        }
    }

    #[test]
    fn a_file_on_a_full_disk_is_an_error_that_names_it() {
        let args = ["--local", "alice", "/dev/full"];
        let (code, err) = status(bare("to-ndjson").args(args));
        assert_eq!(code, Some(74), "{err}");
        assert!(err.starts_with("/dev/full: No space left"), "{err}");
    }

    #[test]
    fn a_path_may_be_any_bytes() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(OsStr::from_bytes(b"\xff.ndjson"));
        let (code, err) = status(bare("to-ndjson").args(["--local", "alice"]).arg(&file));
        assert_eq!(code, Some(0), "{err}");
        assert!(file.exists());
    }

    #[test]
    fn all_share_one_login() {
        everywhere(|scene| {
            let folder = tempfile::tempdir().expect("a folder");
            let home = folder.path();
            let program = |name: &str| {
                let mut program = bare(name);
                program
                    .env("HOME", home)
                    .env("CONTACT", "me@my-garden.example")
                    .env("INAT_ORIGIN", scene.server.url())
                    .env("INAT_APP_ID", "app")
                    .env("INAT_APP_SECRET", "app-secret")
                    .arg(scene.transport);
                program
            };
            let mut first = program("token");
            first
                .env("INAT_USERNAME", "alice")
                .env("INAT_PASSWORD", "password");
            run(&mut first, true);
            let mark = scene.server.requests().mark();
            run(program("service").args(["--tasks", "3"]), true);
            run(program("export").arg(home.join("file")), true);
            let log = scene.server.requests().since(mark);
            assert_eq!((log.token(), log.derived()), (0, 0), "one login for all");
            let agents = log.requests().iter().map(|one| one.user_agent.as_deref());
            for agent in agents {
                let agent = agent.expect("each has one");
                assert!(agent.ends_with("/0.1 (me@my-garden.example)"), "{agent}");
            }
        });
    }
}
