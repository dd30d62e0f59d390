//! The accounts that a client lists, in both worlds.

use auth_core::{AccountKey, Error, Store};
use auth_testkit::TestServer;
use keystore::{Fallback, File, Memory, StaticToken};

use crate::common::{AtServer, PASSWORD, World, doorkeeper, service};

fn accounts(world: &World) -> Result<Option<Vec<String>>, Error> {
    match world {
        World::Blocking(client) => client.accounts(),
        World::Async(client, runtime) => runtime.block_on(client.accounts()),
    }
}

/// Both worlds, each over a store of its own.
fn worlds<S: Store>(server: &TestServer, open: impl Fn() -> S) -> [World; 2] {
    [
        World::blocking(server, open()),
        World::asynchronous(server, open()),
    ]
}

#[test]
fn a_client_lists_its_own_accounts_by_their_names() {
    let server = doorkeeper();
    let folder = tempfile::tempdir().expect("a folder");
    // Another client's and another service's, and the client itself.
    let store = File::open(folder.path()).expect("a folder");
    let service = service(&server);
    let others = [
        AccountKey::new("example", "another-app", "bob"),
        AccountKey::new("another", "app", "bob"),
        service.client_key(None),
    ];
    for key in &others {
        let lease = store.try_lease(key).expect("a folder").expect("free");
        let record = auth_core::TokenRecord::default().to_text();
        store.save(&lease, &record).expect("room");
    }
    let long = "y".repeat(300);
    let names = ["@client", "@me", "Alice", "alice", &long];
    for world in World::both(&server, store) {
        let name = world.name();
        assert_eq!(accounts(&world).expect("a folder"), Some(vec![]), "{name}");
        for account in names {
            let login = world.log_in_with_password(account, PASSWORD);
            assert!(login.expect("a login").is_logged_in());
        }
        let all = accounts(&world).expect("a folder").expect("it can list");
        assert_eq!(all, names, "{name}");
        for account in all {
            assert!(world.status(&account).expect("a record").is_logged_in());
            world.log_out(&account).expect("it is revoked");
        }
        assert_eq!(accounts(&world).expect("a folder"), Some(vec![]), "{name}");
    }
}

#[test]
fn a_store_that_cannot_list_says_so() {
    let server = doorkeeper();
    let token = || StaticToken::new("e30.e30.c2ln");
    for world in worlds(&server, token) {
        assert_eq!(accounts(&world).expect("a token"), None);
    }
    let own = service(&server).account_key("me");
    for world in worlds(&server, || token().with_account(own.clone())) {
        let all = accounts(&world).expect("a token");
        assert_eq!(all, Some(vec!["me".to_owned()]));
    }
    for world in worlds(&server, || Fallback::new(token()).or(Memory::new())) {
        assert_eq!(accounts(&world).expect("memory"), Some(vec![]));
    }
}
