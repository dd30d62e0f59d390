//! A program that has as many files open as it may: each error says so, nothing was sent, and what
//! failed works again once a file is closed. In a process of its own, whose limit is low.

use std::{fs::File, process::Command};

use auth_core::{AccountKey, Cause, Error, Store};
use keystore::{File as FileStore, Memory};

use crate::common::{AtServer, Greeting, World, doorkeeper};

const LOW: &str = "LOW_LIMIT_OF_OPEN_FILES";

fn check(error: &Error) {
    assert_eq!(error.cause(), Some(Cause::TooManyOpenFiles), "{error:?}");
    assert!(error.to_string().contains("ulimit -n"), "{error}");
}

#[test]
fn too_many_open_files_say_so() {
    if std::env::var_os(LOW).is_none() {
        let program = std::env::current_exe().expect("this program");
        let output = Command::new("sh")
            .args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\""])
            .arg(program)
            .args(["--exact", "open_files::too_many_open_files_say_so"])
            .env(LOW, "1")
            .output()
            .expect("a shell");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{printed}");
        assert!(printed.contains("1 passed"), "{printed}");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::open(folder.path()).expect("a store");
    let key = AccountKey::new("example", "app", "me");
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        let open = || File::open("/dev/null");
        let files: Vec<File> = std::iter::repeat_with(open)
            .take(64)
            .map_while(Result::ok)
            .collect();
        let error = world.send_anonymously(Greeting).expect_err("no socket");
        check(&error);
        assert!(!error.may_have_been_delivered(), "{error:?}");
        let error = store.try_lease(&key).expect_err("no file");
        check(&error);
        drop(files);
        world.send_anonymously(Greeting).expect("a free socket");
    }
}
