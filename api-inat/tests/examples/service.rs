//! `inat-service`: many tasks, one login.

use crate::{everywhere, run};

#[test]
fn service_shares_one_login_among_a_thousand_tasks() {
    everywhere(|scene| {
        let server = &scene.server;
        let folder = tempfile::tempdir().expect("a folder");
        let (out, _) = run(&mut scene.example("service", folder.path()), true);
        assert!(out.starts_with("alice: 1000 observations read, "), "{out}");
        let requests = server.requests();
        assert_eq!(
            (requests.token(), requests.derived()),
            (1, 1),
            "one login, one API token"
        );
        assert!(requests.api() >= 1002);
    });
}
