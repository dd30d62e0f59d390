//! `infoflora-download`, and all the ways in which it can be interrupted.

use std::{
    fs,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use auth_testkit::{Fault, Matching, RequestKind};
use serde_json::Value;

use crate::{MAX_WAIT, everywhere, run, said};

#[test]
fn download_resumes_after_an_interruption() {
    everywhere(&api_infoflora::testkit::site(), |scene| {
        let server = &scene.server;
        let folder = tempfile::tempdir().expect("a folder");
        let (whole, part) = (
            folder.path().join("all.ndjson"),
            folder.path().join("all.ndjson.part"),
        );
        fs::write(&whole, "yesterday's\n").expect("written");
        let start = || {
            let mut program = scene.example("download");
            run(program.arg("1,2,3,4,5").arg(&whole))
        };
        let broken = || Fault::Respond {
            status: 400,
            content_type: "text/html".to_owned(),
            body: b"<title>Bad day</title>".to_vec(),
        };
        // The first page succeeds, the second one fails.
        server.faults().next(Matching::Api, Fault::Status201);
        server.faults().next(Matching::Api, broken());
        let output = start();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{words}");
        assert!(
            words.contains("Bad day") && words.contains("100 observations are stored"),
            "{words}"
        );
        assert_eq!(
            fs::read_to_string(&whole).expect("it stays"),
            "yesterday's\n"
        );

        // The machine also failed in the middle of a line.
        let mut torn = fs::read_to_string(&part).expect("what came");
        torn.push_str(r#"{"obs_id":90003"#);
        fs::write(&part, torn).expect("written");
        let mark = server.requests().mark();
        said(&start());
        let requests = server.requests().since(mark);
        let first = requests
            .requests()
            .iter()
            .find(|r| r.kind == RequestKind::Api);
        let first = &first.expect("a call").path;
        assert!(first.ends_with("limit=1000&offset=99"), "{first}");
        complete(&whole);
        assert!(!part.exists());

        // The list has changed: another record is at the position of the last one.
        fs::write(&part, "{\"obs_id\":9000001}\n{\"obs_id\":7}\n").expect("written");
        let (_, words) = said(&start());
        assert!(words.contains("from the beginning"), "{words}");
        complete(&whole);
        // There are fewer records than were downloaded.
        fs::write(&part, "{\"obs_id\":7}\n".repeat(300)).expect("written");
        said(&start());
        complete(&whole);
    });
}

/// Checks that the file has all 250 observations, each once, in order.
fn complete(file: &std::path::Path) {
    let text = fs::read_to_string(file).expect("a file");
    let ids: Vec<u64> = text
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("JSON")["obs_id"]
                .as_u64()
                .expect("a number")
        })
        .collect();
    let expect: Vec<u64> = (0..250).map(|index| 9_000_001 + 3 * index).collect();
    assert_eq!(ids, expect);
}

/// A limit on the file size interrupts the program at any byte: the system kills it in the middle
/// of a write, and the written bytes stay.
#[cfg(unix)]
#[test]
fn killed_in_the_middle_of_a_page_it_resumes_without_gaps_and_duplicates() {
    everywhere(&api_infoflora::testkit::site(), |scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = folder.path().join("all.ndjson");
        let part = folder.path().join("all.ndjson.part");
        let start = |limit: &str| {
            let program = scene.example("download");
            let mut shell = std::process::Command::new("/bin/sh");
            shell
                .env_clear()
                .envs(program.get_envs().filter_map(|(k, v)| Some((k, v?))))
                .args(["-c", "ulimit -c 0; ulimit -f $0; exec \"$@\"", limit])
                .arg(program.get_program())
                .args(program.get_args())
                .arg("1,2,3,4,5")
                .arg(&whole);
            run(&mut shell)
        };
        let mut torn = 0;
        // In blocks of 512 bytes; an observation has about 200. From the first byte of the first
        // page through all three pages.
        for limit in ["0", "1", "5", "40", "41", "70", "90"] {
            let output = start(limit);
            assert_eq!(output.status.code(), None, "{limit}: {output:?}");
            assert!(!whole.exists(), "{limit}");
            let left = fs::read(&part).expect("what it wrote");
            torn += usize::from(left.last().is_some_and(|byte| *byte != b'\n'));
        }
        assert!(torn > 2, "killed in the middle of a line, {torn} times");
        said(&start("unlimited"));
        complete(&whole);
        assert!(!part.exists());
    });
}

#[test]
fn killed_while_it_waits_it_resumes_and_two_exclude_each_other() {
    everywhere(&api_infoflora::testkit::site(), |scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = folder.path().join("all.ndjson");
        let start = || {
            let mut program = scene.example("download");
            program.arg("1,2,3,4,5").arg(&whole);
            program
        };
        // The first page succeeds; the second one gets no response while this exists.
        let faults = scene.server.faults();
        faults.next(Matching::Api, Fault::Status201);
        faults.next(Matching::Api, Fault::Silence(MAX_WAIT));
        let mut first = start().stderr(Stdio::null()).spawn().expect("it runs");
        let deadline = Instant::now() + MAX_WAIT;
        while faults.pending() > 0 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
        let second = run(&mut start());
        first.kill().expect("killed");
        let first = first.wait().expect("it ends");
        assert!(!first.success() && !second.status.success());
        let words = String::from_utf8_lossy(&second.stderr);
        assert!(words.contains("running"), "{words}");

        let mark = scene.server.requests().mark();
        said(&run(&mut start()));
        let requests = scene.server.requests().since(mark);
        let call = requests
            .requests()
            .iter()
            .find(|r| r.kind == RequestKind::Api);
        let path = &call.expect("a call").path;
        assert!(path.ends_with("offset=99"), "{path}");
        complete(&whole);
    });
}

/// A project that is not a number is rejected, since the service may ignore it. An empty result
/// does not replace yesterday's file.
#[test]
fn download_keeps_the_file_if_nothing_is_found() {
    everywhere(&api_infoflora::testkit::site(), |scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = folder.path().join("all.ndjson");
        fs::write(&whole, "yesterday's\n").expect("written");
        let check = |args: &[&str], words: &str| {
            let output = run(scene.example("download").args(args).arg(&whole));
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && said.contains(words), "{said}");
            let stored = fs::read_to_string(&whole).expect("it stays");
            assert_eq!(stored, "yesterday's\n");
        };
        check(&[], "usage");
        check(&["our project"], "a project is a number");
        check(&["1,"], "a project is a number");
        assert_eq!(scene.server.requests().total(), 0);
        check(&["77"], "no observations found");
    });
}
