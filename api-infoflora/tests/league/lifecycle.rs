//! The lifetime of a login with league: a refresh token that is valid once, an access token that is
//! revoked with it.

use auth_core::{ErrorKind, TokenRequest};
use auth_testkit::{Fault, Matching};
use keystore::{File, Memory};

use crate::scene::{DAEMON, MAX_WAIT, TOOL, browser, everywhere, fails};

#[test]
fn a_rotation_kills_the_old_access_token_at_once() {
    everywhere(|scene| {
        let session = scene.alice();
        let old = session.token();
        // Another program renews, while the access token is valid for most of its hour.
        let service = scene.service(TOOL);
        let refresh = old.refresh_token().expect("a refresh token");
        let rotated = scene.exchange(&TokenRequest::refresh(service.client(), refresh));
        rotated.expect("it rotates");
        let error = fails(
            session.call(),
            ErrorKind::NeedsLogin,
            &["no longer accepted"],
        );
        assert!(!error.is_retryable(), "{error}");
        let log = scene.requests();
        assert_eq!((log.api(), scene.refreshes()), (1, 2), "one call, refused");
    });
}

#[test]
fn calls_under_the_old_token_are_repeated_and_refresh_once() {
    everywhere(|scene| {
        let session = scene.alice();
        let at_api = scene.server.hold(Matching::Api);
        let responses = session.crowd(8, || {
            assert!(at_api.wait_for(8, MAX_WAIT), "they leave together");
            scene.server.revoke_access_tokens();
            at_api.release();
        });
        for response in responses {
            response.expect("repeated with the new token");
        }
        assert_eq!((scene.refreshes(), scene.requests().api()), (1, 16));
    });
}

#[test]
fn a_lost_response_to_a_refresh_is_a_lost_login_and_says_so() {
    everywhere(|scene| {
        let session = scene.alice();
        scene.server.revoke_access_tokens();
        let lost = Matching::Grant("refresh_token");
        scene.spoil(lost, Fault::LostResponse);
        let words = ["may have reached the server", "new login"];
        let error = fails(session.call(), ErrorKind::Transport, &words);
        assert!(error.may_have_been_delivered());
        assert_eq!(scene.refreshes(), 1, "it is not repeated blindly");
        // The next renewal waits for the pause after a failure.
        let error = fails(session.call(), ErrorKind::Transport, &words);
        std::thread::sleep(error.retry_after().expect("the time left"));
        fails(session.call(), ErrorKind::NeedsLogin, &["log in again"]);
        session.log_in(browser()).expect("a new login");
        session.call().expect("and all is well");
    });
}

#[test]
fn a_dead_refresh_token_needs_a_login_in_both_versions_words() {
    everywhere(|scene| {
        let session = scene.alice();
        scene.server.revoke_all();
        let words = match scene.eight {
            true => ["401", "invalid_request"],
            false => ["400", "invalid_grant"],
        };
        let error = fails(session.call(), ErrorKind::NeedsLogin, &words);
        assert!(error.needs_login() && !error.is_configuration(), "{error}");
        assert_eq!(scene.refreshes(), 1, "asking twice changes nothing");
    });
}

#[test]
fn several_instances_of_a_script_work() {
    everywhere(|scene| {
        let (one, other) = (scene.client_session(), scene.client_session());
        one.call().expect("one succeeds");
        other.call().expect("the other succeeds");
        one.call().expect("the older token lives on");
        let same = one.token().expose_secret() == other.token().expose_secret();
        assert!(!same, "each has a token of its own");
        assert_eq!(scene.requests().grant("client_credentials"), 2);
        // An invalid token is replaced by a new one.
        scene.server.revoke_access_tokens();
        one.call().expect("a new token");
        assert_eq!(scene.requests().grant("client_credentials"), 3);
    });
}

#[test]
fn several_instances_of_a_tool_share_one_store() {
    everywhere(|scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let start = || {
            let store = File::open(folder.path()).expect("a store");
            scene.client(scene.describe(TOOL), store).account("alice")
        };
        let (one, other) = (start(), start());
        one.log_in(browser()).expect("a login");
        other.call().expect("the other one finds it");
        scene.server.revoke_access_tokens();
        one.call().expect("one refreshes");
        other.call().expect("the other one finds the new token");
        assert_eq!(scene.refreshes(), 1);
    });
}

#[test]
fn both_grants_share_one_store() {
    everywhere(|scene| {
        let store = Memory::new();
        let client = scene
            .client(scene.describe(DAEMON), store.clone())
            .client_session();
        let alice = scene
            .client(scene.describe(TOOL), store.clone())
            .account("alice");
        alice.log_in(browser()).expect("a login");
        client.call().expect("the client's own session succeeds");
        alice.call().expect("alice's session succeeds");
        // Both are stored, by client and account.
        let again = scene.client(scene.describe(DAEMON), store).client_session();
        again.call().expect("a second start");
        assert_eq!(scene.requests().grant("client_credentials"), 1);
    });
}

#[test]
fn a_server_in_trouble_costs_no_login() {
    everywhere(|scene| {
        let session = scene.alice();
        scene.server.revoke_access_tokens();
        let down = Fault::Unavailable { retry_after: None };
        scene.spoil(Matching::Grant("refresh_token"), down);
        let error = fails(session.call(), ErrorKind::Refused, &["503"]);
        assert!(error.is_retryable(), "{error}");
        // The next renewal waits for the pause after a failure.
        let error = fails(session.call(), ErrorKind::Refused, &["503"]);
        std::thread::sleep(error.retry_after().expect("the time left"));
        session.call().expect("the refresh token is still valid");
    });
}
