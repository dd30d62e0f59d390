//! `inat-export`, and its interruptions.

use std::{
    fs,
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use api_inat::testkit::{OBSCURED_OF_EACH_USER, OF_EACH_USER};
use auth_testkit::{Fault, Matching};
use serde_json::Value;

use crate::{SILENCE, everywhere, run};

#[test]
fn a_plain_token_needs_no_application() {
    everywhere(|scene| {
        let server = &scene.server;
        let folder = tempfile::tempdir().expect("a folder");
        let token = server.issue_derived_token("alice").expect("a token");
        let target = folder.path().join("all.ndjson");
        let mut program = scene.example("export", folder.path());
        for variable in [
            "INAT_APP_ID",
            "INAT_APP_SECRET",
            "INAT_USERNAME",
            "INAT_PASSWORD",
        ] {
            program.env_remove(variable);
        }
        // As iNaturalist's page shows it.
        program
            .env("INAT_API_TOKEN", format!("{{\"api_token\":\"{token}\"}}"))
            .arg(&target);
        run(&mut program, true);
        complete(&target);
        let requests = server.requests();
        assert_eq!((requests.token(), requests.derived()), (0, 0));
    });
}

#[test]
fn export_resumes_after_an_interruption() {
    everywhere(|scene| {
        let server = &scene.server;
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| folder.path().join(name);
        let (whole, part, place) = (
            file("all.ndjson"),
            file("all.ndjson.part"),
            file("all.ndjson.place"),
        );
        fs::write(&whole, "yesterday's\n").expect("written");
        let start = |well| run(scene.example("export", folder.path()).arg(&whole), well).1;
        // The first page succeeds, the second fails.
        server
            .faults()
            .next(Matching::Path("/v1/observations".into()), Fault::Status201);
        server.faults().next(
            Matching::Path("/v1/observations".into()),
            Fault::Respond {
                status: 400,
                content_type: "text/html".into(),
                body: b"<title>Bad day</title>".to_vec(),
            },
        );
        let words = start(false);
        assert!(
            words.contains("Bad day") && words.contains("200 observations are saved"),
            "{words}"
        );
        assert_eq!(
            fs::read_to_string(&whole).expect("it stays"),
            "yesterday's\n"
        );

        // The machine also failed in the middle of a line.
        let mut torn = fs::read_to_string(&part).expect("what came");
        torn.push_str("{\"id\":250");
        fs::write(&part, torn).expect("written");
        let mark = server.requests().mark();
        let words = start(true);
        assert!(words.contains("resuming: 200 of 225"), "{words}");
        let requests = server.requests().since(mark);
        let pages = requests
            .requests()
            .iter()
            .filter(|one| one.path.starts_with("/v1/observations"));
        let pages: Vec<_> = pages.map(|one| one.path.clone()).collect();
        assert!(
            pages.len() == 1 && pages[0].contains("id_above="),
            "{pages:?}"
        );
        complete(&whole);
        assert!(!part.exists() && !place.exists());

        // An unfinished part that is invalid, or of another list: the export starts from the
        // beginning.
        for note in [
            "",
            "nonsense\n1\n{}\n",
            "{\"inat_cursor\":2}\n12\n{\"inat_cursor\":2}\n",
        ] {
            fs::write(&part, "{\"id\":7}\n").expect("written");
            fs::write(&place, note).expect("written");
            start(true);
            complete(&whole);
        }
    });
}

/// Checks for all of alice's observations, each once, in order, with their private locations.
fn complete(file: &Path) {
    let text = fs::read_to_string(file).expect("a file");
    let all: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let ids: Vec<u64> = all
        .iter()
        .map(|one| one["id"].as_u64().expect("a number"))
        .collect();
    assert_eq!(ids.len() as u64, OF_EACH_USER);
    assert!(ids.is_sorted_by(|a, b| a < b), "each once");
    let private = all.iter().filter(|one| one["private_location"].is_string());
    assert_eq!(private.count() as u64, OBSCURED_OF_EACH_USER);
}

/// A limit on the file's size kills the program at any byte: in the middle of a write (at a block
/// of 512 bytes), and what it wrote stays.
#[cfg(unix)]
#[test]
fn killed_in_the_middle_of_a_page_it_resumes_without_gaps_and_duplicates() {
    everywhere(|scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = folder.path().join("all.ndjson");
        let part = folder.path().join("all.ndjson.part");
        let program = scene.example("export", folder.path());
        let start = |limit: &str| {
            let mut shell = std::process::Command::new("/bin/sh");
            shell
                .env_clear()
                .envs(program.get_envs().filter_map(|(k, v)| Some((k, v?))))
                .args(["-c", "ulimit -c 0; ulimit -f $0; exec \"$@\"", limit])
                .arg(program.get_program())
                .args(program.get_args())
                .arg(&whole);
            shell.output().expect("it runs")
        };
        // Once without a limit, to store the login and to learn the size.
        assert!(start("unlimited").status.success());
        let blocks = fs::metadata(&whole).expect("a file").len() / 512;
        fs::remove_file(&whole).expect("there");
        let mut torn = 0;
        // The page ends at eight ninths of it; the note with the cursor has about a block.
        for limit in [
            0,
            1,
            7,
            blocks / 3,
            blocks * 7 / 9,
            blocks * 17 / 18,
            blocks,
        ] {
            let output = start(&limit.to_string());
            assert_eq!(output.status.code(), None, "{limit}: {output:?}");
            assert!(!whole.exists(), "{limit}");
            let left = fs::read(&part).expect("what it wrote");
            torn += usize::from(left.last().is_some_and(|byte| *byte != b'\n'));
        }
        assert!(torn > 2, "killed in the middle of a line, {torn} times");
        let output = start("unlimited");
        assert!(output.status.success(), "{output:?}");
        complete(&whole);
    });
}

#[test]
fn killed_while_it_waits_it_resumes_and_two_exclude_each_other() {
    everywhere(|scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = folder.path().join("all.ndjson");
        let start = || {
            let mut program = scene.example("export", folder.path());
            program.arg(&whole);
            program
        };
        // The first page succeeds; the server does not respond to the second for `SILENCE`.
        let faults = scene.server.faults();
        let on = || Matching::Path("/v1/observations".into());
        faults.next(on(), Fault::Status201);
        faults.next(on(), Fault::Silence(SILENCE));
        let mut first = start().stderr(Stdio::null()).spawn().expect("it runs");
        let deadline = Instant::now() + SILENCE;
        while faults.pending() > 0 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
        let second = run(&mut start(), false);
        first.kill().expect("killed");
        assert!(!first.wait().expect("it ends").success());
        assert!(second.1.contains("is running"), "{second:?}");

        let words = run(&mut start(), true).1;
        assert!(words.contains("resuming: 200 of 225"), "{words}");
        complete(&whole);
    });
}

#[test]
fn where_nothing_is_found_the_last_export_stays() {
    everywhere(|scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = folder.path().join("all.ndjson");
        fs::write(&whole, "yesterday's\n").expect("written");
        let mut program = scene.example("export", folder.path());
        let (_, err) = run(program.args(["--user", "unknown"]).arg(&whole), false);
        assert!(err.contains("nothing was found"), "{err}");
        let left = fs::read_to_string(&whole).expect("it stays");
        assert_eq!(left, "yesterday's\n");
    });
}

/// A search responds to a refused token with anonymous data and status 200.
#[test]
fn a_token_refused_before_its_expiry_is_replaced_before_the_export() {
    everywhere(|scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("all.ndjson");
        let export = || {
            let mut program = scene.example("export", folder.path());
            run(program.args(["--user", "alice"]).arg(&target), true);
            complete(&target);
        };
        export();
        scene.server.expire_derived_tokens();
        export();
    });
}
