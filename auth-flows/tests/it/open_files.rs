//! A program that has as many files open as it may: each error says so, nothing was sent, and what
//! failed works again once a file is closed. In a process of its own for each world, whose limit is
//! low, and which has no connection yet that could close meanwhile.

use std::{env, fs::File, process::Command};

use auth_core::{AccountKey, Cause, Error, Store};
use keystore::{File as FileStore, Memory};

use crate::common::{AtServer, Greeting, World, doorkeeper};

/// The world of the process with the low limit.
const WORLD: &str = "WORLD_WITH_FEW_OPEN_FILES";

fn check(error: &Error) {
    assert_eq!(error.cause(), Some(Cause::TooManyOpenFiles), "{error:?}");
    assert!(error.to_string().contains("ulimit -n"), "{error}");
}

#[test]
fn too_many_open_files_say_so() {
    let started = ["threads", "tasks"].map(|world| {
        let command = Command::new("sh")
            .args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\""])
            .arg(env::current_exe().expect("this program"))
            .args(["--exact", "open_files::process_with_few_files"])
            .env(WORLD, world)
            .stdout(std::process::Stdio::piped())
            .spawn();
        (world, command.expect("a shell"))
    });
    for (world, process) in started {
        let output = process.wait_with_output().expect("it ends");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{world}: {printed}");
        assert!(printed.contains("1 passed"), "{world}: {printed}");
    }
}

/// Runs in the processes that the test above starts.
#[test]
fn process_with_few_files() {
    let Ok(name) = env::var(WORLD) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::open(folder.path()).expect("a store");
    let key = AccountKey::new("example", "app", "me");
    let server = doorkeeper();
    let world = match name.as_str() {
        "threads" => World::blocking(&server, Memory::new()),
        _ => World::asynchronous(&server, Memory::new()),
    };
    let open = || File::open("/dev/null");
    let files: Vec<File> = std::iter::repeat_with(open)
        .map_while(Result::ok)
        .take(64)
        .collect();
    let error = world.send_anonymously(Greeting).expect_err("no socket");
    check(&error);
    assert!(!error.may_have_been_delivered(), "{error:?}");
    let error = store.try_lease(&key).expect_err("no file");
    check(&error);
    drop(files);
    world.send_anonymously(Greeting).expect("a free socket");
}
