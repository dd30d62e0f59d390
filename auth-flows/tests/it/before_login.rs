//! No person is asked, in a browser or on another device, before a real store was leased and
//! written.

use std::{fs, path::Path, sync::Arc, sync::atomic::AtomicUsize, sync::atomic::Ordering::SeqCst};

use auth_core::{
    AccountKey, AuthorizationServer, Endpoint, OAuthClient, RedirectUri, Service, Store,
};
use auth_flows::Login;
use auth_testkit::raw::{RawServer, ScriptStep};
use keystore::{Encrypted, EncryptionKey, Fallback, File};

/// Any of the stores that keep files.
type AnyStore = Arc<dyn Store>;

fn file(folder: &Path) -> AnyStore {
    Arc::new(File::open(folder).expect("a folder"))
}

fn encrypted(folder: &Path) -> AnyStore {
    let key = EncryptionKey::from_text("ab".repeat(32)).expect("a key");
    Arc::new(Encrypted::open(folder, key).expect("a folder"))
}

fn fallback(folder: &Path) -> AnyStore {
    let key = EncryptionKey::from_text("ab".repeat(32)).expect("a key");
    let first = Encrypted::open(folder, key).expect("a folder");
    Arc::new(Fallback::new(first))
}

/// Takes the folder away, as a disk that is not mounted.
fn gone(_: &AnyStore, folder: &Path, _: &AccountKey) {
    fs::remove_dir_all(folder).expect("removed");
}

/// Puts something in the place of the lock.
fn cannot_lock(store: &AnyStore, folder: &Path, key: &AccountKey) {
    drop(store.try_lease(key).expect("a store").expect("free"));
    replace(folder, ".lock");
}

/// Puts something in the place of the temporary file that each save writes first. Not a mode, which
/// root passes over.
fn cannot_write(store: &AnyStore, folder: &Path, key: &AccountKey) {
    let lease = store.try_lease(key).expect("a store").expect("free");
    store.reserve(&lease, 100).expect("room");
    replace(folder, ".tmp");
}

fn replace(folder: &Path, ending: &str) {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names = entries.map(|entry| entry.expect("an entry").path());
    let is_it = |path: &std::path::PathBuf| path.to_string_lossy().ends_with(ending);
    let path = names.find(is_it).expect("such a file");
    fs::remove_file(&path).expect("removed");
    fs::create_dir(&path).expect("a folder");
}

fn service(server: &RawServer) -> Service {
    let endpoint = |path: &str| {
        let text = format!("http://{}{path}", server.address());
        Endpoint::parse(&text).expect("an endpoint")
    };
    let described = AuthorizationServer::new(endpoint("/token"))
        .authorization_endpoint(endpoint("/authorize"))
        .device_authorization_endpoint(endpoint("/device_authorization"));
    let client = OAuthClient::new(described, "app").expect("an id");
    Service::new("example", client, "flows-test/1.0").expect("a user agent")
}

/// Logs in in each way in which a person is asked. Each is to fail before that.
fn check(store: &AnyStore, server: &RawServer, what: &str) {
    let asked = Arc::new(AtomicUsize::new(0));
    let login = || {
        let asked = Arc::clone(&asked);
        Login::browser(|_| {}).open(move |_| {
            asked.fetch_add(1, SeqCst);
            Ok(())
        })
    };
    let pasted = || {
        let asked = Arc::clone(&asked);
        Login::pasted_redirect("http://127.0.0.1:8080", move |_| {
            asked.fetch_add(1, SeqCst);
            Ok(String::new())
        })
    };
    let ask = || asked.fetch_add(1, SeqCst);
    // A web service redirects its visitor next.
    let place = || RedirectUri::parse("https://app.example.org/callback").expect("a place");
    let sessions =
        worlds::AnyClient::pair(&service(server), store.clone()).map(|client| client.account("me"));
    for session in &sessions {
        session.begin_at(place()).map(drop).expect_err(what);
    }
    let results = sessions.iter().flat_map(|session| {
        let by_device = session.log_in_with_device(|_| {
            ask();
        });
        [session.log_in(login()), session.log_in(pasted()), by_device]
    });
    for result in results {
        let error = result.expect_err(what);
        assert!(error.help().is_some(), "{what}: {error}");
    }
    let requests = server.requests().len();
    assert_eq!((asked.load(SeqCst), requests), (0, 0), "{what}");
}

#[test]
fn no_person_is_asked_over_a_store_of_files_that_cannot_be_written() {
    type Open = fn(&Path) -> AnyStore;
    type Break = fn(&AnyStore, &Path, &AccountKey);
    let stores: [(&str, Open); 3] = [
        ("file", file),
        ("encrypted", encrypted),
        ("fallback", fallback),
    ];
    let failures: [(&str, Break); 3] = [
        ("gone", gone),
        ("cannot lock", cannot_lock),
        ("cannot write", cannot_write),
    ];
    for (name, open) in stores {
        for (how, fail) in failures {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("tokens");
            let store = open(&path);
            let server = RawServer::start(|_| vec![ScriptStep::Read]);
            fail(&store, &path, &service(&server).account_key("me"));
            check(&store, &server, &format!("{name}, {how}"));
        }
    }
}
