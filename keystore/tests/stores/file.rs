//! The file store on a real file system: modes, foreign files, clear errors.

use std::{fs, os::unix::fs::symlink, path::Path};

use auth_core::{SecretBytes, Store};
use keystore::File;

use crate::{
    check_holds,
    files::{MARKED, check_error, mode, names, set_mode},
    key, lease, record,
};

fn store() -> (tempfile::TempDir, File) {
    let folder = tempfile::tempdir().unwrap();
    let store = File::open(folder.path()).unwrap();
    (folder, store)
}

#[test]
fn a_missing_directory_is_created_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b c/d");
    let store = File::open(&deep).unwrap();
    for created in ["a", "a/b c", "a/b c/d"] {
        assert_eq!(mode(&folder.path().join(created)), 0o700, "{created}");
    }
    store.save(&lease(&store, "me"), &record("x", 1)).unwrap();
    assert_eq!(mode(&store.path(&key("me"))), 0o600);
    assert_eq!(
        names(&deep),
        ["inaturalist+app-id+me.json", "inaturalist+app-id+me.lock"]
    );
    assert_eq!(mode(&deep.join("inaturalist+app-id+me.lock")), 0o600);
}

#[test]
fn unsuitable_directories_are_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    check_error(File::open(&file), &file, &["open the directory"]);
    let below = file.join("below");
    check_error(File::open(&below), &below, &["place of a directory"]);
    for open in [0o777, 0o1777, 0o770, 0o702] {
        set_mode(folder.path(), open);
        let words = [&format!("mode {open:04o}"), "chmod go-w"];
        check_error(File::open(folder.path()), folder.path(), &words);
    }
    set_mode(folder.path(), 0o755);
    File::open(folder.path()).unwrap();
    let error = File::open("").unwrap_err();
    assert!(error.is_configuration(), "{error}");
}

/// Only root can give files away; other users skip it.
#[test]
fn what_another_user_owns_is_rejected() {
    use std::os::unix::fs::chown;
    let (folder, store) = store();
    store
        .save(&lease(&store, "me"), &record(MARKED, 1))
        .unwrap();
    let path = store.path(&key("me"));
    if chown(&path, Some(54_321), None).is_err() {
        return;
    }
    let words = ["belongs to another user (id 54321)", "chown"];
    check_error(store.load(&key("me")), &path, &words);
    chown(&path, Some(0), None).unwrap();
    assert!(store.load(&key("me")).unwrap().is_some());
    for mode in [0o755, 0o700] {
        set_mode(folder.path(), mode);
        chown(folder.path(), Some(54_321), None).unwrap();
        check_error(File::open(folder.path()), folder.path(), &words);
        chown(folder.path(), Some(0), None).unwrap();
        File::open(folder.path()).unwrap();
    }
}

#[test]
fn a_relative_path_becomes_absolute_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let here = std::env::current_dir().unwrap();
    let up = "../".repeat(here.components().count() - 1);
    let relative = up + folder.path().to_str().unwrap().trim_start_matches('/');
    let store = File::open(&relative).unwrap();
    assert!(store.path(&key("me")).is_absolute(), "{store:?}");
    store.save(&lease(&store, "me"), &record("x", 1)).unwrap();
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn a_missing_directory_is_not_an_empty_store() {
    let (folder, store) = store();
    let own = lease(&store, "me");
    let path = folder.path().to_owned();
    folder.close().unwrap();
    check_error(store.load(&key("me")), &path, &["restore its directory"]);
    check_error(
        store.try_lease(&key("me")),
        &path,
        &["restore its directory"],
    );
    check_error(
        store.save(&own, &record(MARKED, 1)),
        &path,
        &["restore its directory"],
    );
    check_error(store.remove(&own), &path, &["restore its directory"]);
    File::open(&path).unwrap();
    store.save(&lease(&store, "me"), &record("x", 1)).unwrap();
    fs::remove_dir_all(&path).unwrap();
}

#[test]
fn a_file_accessible_to_others_is_rejected() {
    let (_folder, store) = store();
    let path = store.path(&key("me"));
    store
        .save(&lease(&store, "me"), &record(MARKED, 1))
        .unwrap();
    for open in [0o644, 0o640, 0o604, 0o620, 0o601, 0o666] {
        set_mode(&path, open);
        let words = [
            &format!("mode {open:04o}"),
            &format!("chmod 600 '{}'", path.display()),
        ];
        check_error(store.load(&key("me")), &path, &words.map(String::as_str));
    }
    for closed in [0o600, 0o400] {
        set_mode(&path, closed);
        assert!(store.load(&key("me")).unwrap().is_some());
    }
    set_mode(&path, 0o644);
    store.save(&lease(&store, "me"), &record("new", 1)).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert!(store.load(&key("me")).unwrap().is_some());
}

#[test]
fn anything_but_a_regular_file_is_rejected_everywhere() {
    let check = |put: &dyn Fn(&Path), word: &str| {
        let (_folder, store) = store();
        let own = lease(&store, "me");
        let path = store.path(&key("me"));
        put(&path);
        check_error(store.load(&key("me")), &path, &[word]);
        check_error(store.save(&own, &record(MARKED, 1)), &path, &[word]);
        check_error(store.remove(&own), &path, &[word]);
        fs::symlink_metadata(&path).expect("it is unchanged");
        drop(own);
        let lock = path.with_extension("lock");
        fs::remove_file(&lock).unwrap();
        put(&lock);
        check_error(store.try_lease(&key("me")), &lock, &[word]);
    };
    check(&|path| fs::create_dir(path).unwrap(), "is a directory");
    let target = tempfile::tempdir().unwrap();
    let target = target.path().join("target");
    check(&|path| symlink(&target, path).unwrap(), "symbolic link");
    fs::write(&target, record(MARKED, 1).as_ref()).unwrap();
    set_mode(&target, 0o600);
    check(&|path| symlink(&target, path).unwrap(), "symbolic link");
    check(
        &|path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
        "not a regular file",
    );
}

#[test]
fn sizes_out_of_bounds_are_rejected() {
    let (_folder, store) = store();
    let path = store.path(&key("me"));
    let own = lease(&store, "me");
    let check = |bytes: &[u8], word: &str| {
        fs::write(&path, bytes).unwrap();
        set_mode(&path, 0o600);
        check_error(store.load(&key("me")), &path, &[word, "log in again"]);
    };
    check(b"", "is empty");
    check(&vec![b'x'; (1 << 20) + 1], "larger than 1 MiB");
    fs::write(&path, record("old", 1).as_ref()).unwrap();
    for length in [0, (1 << 20) + 1] {
        let wrong = SecretBytes::new(vec![b'x'; length]);
        check_error(
            store.save(&own, &wrong),
            &path,
            &["previous one is unchanged"],
        );
    }
    check_holds(&store, "me", Some(&record("old", 1)));
    let largest = record(&"x".repeat((1 << 20) - record("", 1).len()), 1);
    store.save(&own, &largest).unwrap();
    assert_eq!(store.load(&key("me")).unwrap().unwrap().len(), 1 << 20);
}

#[test]
fn foreign_content_is_kept_as_bad() {
    let (folder, store) = store();
    let own = lease(&store, "me");
    let path = store.path(&key("me"));
    let bad = |ending: &str| folder.path().join(format!("inaturalist+app-id+me{ending}"));
    let check = |content: &[u8], ending: &str| {
        fs::write(&path, content).unwrap();
        set_mode(&path, 0o644);
        store.save(&own, &record("new", 1)).unwrap();
        assert_eq!(fs::read(bad(ending)).unwrap(), content);
        assert_eq!(mode(&bad(ending)), 0o600);
        check_holds(&store, "me", Some(&record("new", 1)));
    };
    check(&record(MARKED, 1).as_ref()[..40], ".bad");
    check(b"{\"version\":2,\"from\":\"the future\"}", "~2.bad");
    check(b"", "~3.bad");
    check(&vec![0xff; (1 << 20) + 7], "~4.bad");
    let before = names(folder.path());
    store.save(&own, &record("newer", 1)).unwrap();
    assert_eq!(
        names(folder.path()),
        before,
        "a token record is not moved aside as bad"
    );
    store.remove(&own).unwrap();
    assert!(bad(".bad").exists() && !path.exists());
}

#[test]
fn when_every_bad_name_is_used_the_new_record_is_still_saved() {
    let (folder, store) = store();
    let path = store.path(&key("me"));
    for number in 1..=99 {
        let ending = if number == 1 {
            String::new()
        } else {
            format!("~{number}")
        };
        let name = format!("inaturalist+app-id+me{ending}.bad");
        fs::write(folder.path().join(name), "earlier").unwrap();
    }
    fs::write(&path, "latest").unwrap();
    store.save(&lease(&store, "me"), &record("new", 1)).unwrap();
    assert!(store.load(&key("me")).unwrap().is_some());
    let last = folder.path().join("inaturalist+app-id+me~99.bad");
    assert_eq!(fs::read(last).unwrap(), b"latest");
}

#[test]
fn a_rejected_save_leaves_the_old_record_and_nothing_else() {
    let (folder, store) = store();
    let own = lease(&store, "me");
    store.save(&own, &record("old", 1)).unwrap();
    let before = names(folder.path());
    let path = store.path(&key("me"));
    let aside = folder.path().join("aside");
    fs::rename(&path, &aside).unwrap();
    fs::create_dir(&path).unwrap();
    store.save(&own, &record("new", 1)).unwrap_err();
    fs::remove_dir(&path).unwrap();
    fs::rename(&aside, &path).unwrap();
    assert_eq!(names(folder.path()), before);
    check_holds(&store, "me", Some(&record("old", 1)));
}

#[test]
fn a_lease_removes_the_temporary_file_of_a_dead_writer_only() {
    let (folder, store) = store();
    let put = |name: &str| fs::write(folder.path().join(name), "x").unwrap();
    let temporary = "inaturalist+app-id+me~new.tmp";
    put(temporary);
    let stay = [
        "inaturalist+app-id+me.bad",
        "inaturalist+app-id+me.lock",
        "inaturalist+app-id+other~new.tmp",
        "notes~new.tmp",
    ];
    for name in stay {
        put(name);
    }
    let own = lease(&store, "me");
    assert_eq!(names(folder.path()), stay);
    put(temporary);
    assert!(store.try_lease(&key("me")).unwrap().is_none());
    store.load(&key("me")).unwrap();
    assert!(
        folder.path().join(temporary).exists(),
        "without a lease nothing is removed"
    );
    drop(own);
    assert_eq!(names(folder.path()), stay);
}

#[test]
fn a_reservation_takes_room_until_the_save_or_the_end_of_the_lease() {
    let (folder, store) = store();
    let temporary = folder.path().join("inaturalist+app-id+me~new.tmp");
    let own = lease(&store, "me");
    store.reserve(&own, 5000).unwrap();
    assert!(fs::metadata(&temporary).unwrap().len() >= 5000);
    store.save(&own, &record("new", 1)).unwrap();
    assert!(!temporary.exists());
    check_holds(&store, "me", Some(&record("new", 1)));
    store.reserve(&own, 5000).unwrap();
    store.reserve(&own, 6000).unwrap();
    drop(own);
    assert!(!temporary.exists());
    check_holds(&store, "me", Some(&record("new", 1)));
}

/// A file with a cut name that an earlier version saved has no name beside it.
#[test]
fn an_account_with_a_long_name_is_listed_once_it_is_saved_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = File::open(folder.path()).unwrap();
    let key = auth_core::AccountKey::new("s", "c", &"x".repeat(200));
    let lease = store.try_lease(&key).unwrap().unwrap();
    let record = auth_core::TokenRecord::default().to_text();
    store.save(&lease, &record).unwrap();
    let name = store.path(&key).with_extension("json.name");
    fs::remove_file(&name).unwrap();
    assert!(store.load(&key).unwrap().is_some());
    assert_eq!(store.accounts().unwrap(), Some(vec![]));
    store.save(&lease, &record).unwrap();
    assert_eq!(store.accounts().unwrap(), Some(vec![key.clone()]));
    // A name of another account is not believed.
    fs::write(&name, "s+c+me").unwrap();
    assert_eq!(store.accounts().unwrap(), Some(vec![]));
}
