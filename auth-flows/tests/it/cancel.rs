//! Logins that the program cancels, polls, or ends with a pasted redirect, in both worlds.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use auth_core::{CodeGrant, Error, ErrorKind};
use auth_flows::{Canceller, Login, PendingLogin};
use auth_testkit::{TestServer, person::Person};
use keystore::Memory;

use crate::common::{AtServer, MAX_WAIT, PASSWORD, World, browser, doorkeeper};

fn free_port() -> u16 {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    probe.local_addr().expect("bound").port()
}

/// Consents as alice and returns the redirect, without following it.
fn redirect(url: &str) -> String {
    let outcome = Person::new("alice", PASSWORD).visit(url);
    let redirect = outcome.and_then(|outcome| outcome.into_redirect());
    redirect.expect("a redirect")
}

fn begin(world: &World, login: Login) -> (String, PendingLogin) {
    let prepared = world.account("me").begin_login(login);
    let prepared = prepared.expect("a port");
    let url = prepared.url().to_owned();
    (url, prepared.start().expect("a thread"))
}

fn wait(world: &World, pending: PendingLogin) -> Result<CodeGrant, Error> {
    world.account("me").wait_for_login(pending)
}

fn complete(world: &World, grant: CodeGrant) {
    let status = world.account("me").complete(grant);
    assert!(status.expect("a login").is_logged_in());
}

fn worlds(server: &TestServer) -> [World; 2] {
    World::both(server, Memory::new())
}

#[test]
fn a_login_is_cancelled_from_elsewhere_and_its_port_is_free_at_once() {
    let server = doorkeeper();
    let port = free_port();
    for world in worlds(&server) {
        let name = world.name();
        let canceller = Canceller::new();
        let (shown, waits) = mpsc::channel();
        let button = {
            let canceller = canceller.clone();
            thread::spawn(move || {
                waits.recv().expect("the login begins");
                canceller.cancel();
                TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop)
            })
        };
        let login = Login::browser(move |_| shown.send(()).expect("the button waits"));
        let login = login.no_browser().port(port).canceller(&canceller);
        let error = world.log_in("me", login.clone()).expect_err("cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{name}: {error}");
        assert!(!error.is_retryable() && !error.needs_login(), "{error}");
        let bound = button.join().expect("no panic");
        bound.unwrap_or_else(|error| panic!("{name}: the port is in use: {error}"));

        // It is used up: nothing is shown, nothing opens.
        let error = world.log_in("me", login).expect_err("cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{name}");
        let status = world.log_in("me", browser().port(port));
        assert!(status.expect("another login").is_logged_in(), "{name}");
    }
}

#[test]
fn one_canceller_ends_many_logins_and_those_that_begin_later() {
    let server = doorkeeper();
    for world in worlds(&server) {
        let canceller = Canceller::new();
        let login = || {
            let login = Login::browser(|_| {}).no_browser();
            login.canceller(&canceller)
        };
        let begun: Vec<_> = (0..3).map(|_| begin(&world, login()).1).collect();
        let own = begin(&world, Login::browser(|_| {}).no_browser()).1;
        begun[0].canceller().cancel();
        for pending in begun {
            let error = wait(&world, pending).expect_err("cancelled");
            assert_eq!(error.kind(), ErrorKind::Cancelled);
        }
        assert!(!own.canceller().is_cancelled(), "it has its own");
        own.canceller().cancel();
        let error = wait(&world, own).expect_err("cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
}

#[test]
fn a_prompt_that_goes_on_after_the_cancelling_is_not_heard() {
    let server = doorkeeper();
    for world in worlds(&server) {
        let (asked, waits) = mpsc::channel();
        let (release, held) = mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let prompts = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&prompts);
        let login = Login::pasted_redirect("http://127.0.0.1:8080", move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            asked.send(()).expect("the test waits");
            let _ended = held.lock().expect("no panic").recv();
            Ok("no address".to_owned()) // which it would ask for again
        });
        let (_, pending) = begin(&world, login);
        waits.recv().expect("the prompt runs");
        pending.canceller().cancel();
        let error = wait(&world, pending).expect_err("cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        release.send(()).expect("the prompt waits");
        // Its thread ends, and with it the sender.
        assert!(waits.recv().is_err(), "it asked again");
        assert_eq!(prompts.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn a_response_that_has_arrived_is_not_lost() {
    let server = doorkeeper();
    for world in worlds(&server) {
        let (url, pending) = begin(&world, Login::browser(|_| {}).no_browser());
        let person = Person::new("alice", PASSWORD);
        person.follow(&redirect(&url)).expect("the page");
        pending.canceller().cancel();
        let grant = wait(&world, pending).expect("its code is valid once");
        complete(&world, grant);
    }
}

#[test]
fn a_login_is_polled() {
    let server = doorkeeper();
    for world in worlds(&server) {
        let (url, mut pending) = begin(&world, Login::browser(|_| {}).no_browser());
        assert!(pending.try_wait().is_none());
        assert!(pending.wait_timeout(Duration::from_millis(20)).is_none());
        assert!(pending.wait_timeout(Duration::ZERO).is_none());
        let follow = thread::spawn(move || {
            let person = Person::new("alice", PASSWORD);
            person.follow(&redirect(&url)).map(drop)
        });
        let grant = pending.wait_timeout(MAX_WAIT).expect("in time");
        follow.join().expect("no panic").expect("the page");
        complete(&world, grant.expect("a code"));

        let (url, mut pending) = begin(&world, Login::browser(|_| {}).no_browser());
        pending
            .paster()
            .paste(redirect(&url))
            .expect("its redirect");
        let grant = pending.try_wait().expect("it is there");
        complete(&world, grant.expect("a code"));
    }
}

#[test]
fn a_pasted_redirect_ends_a_login_that_listens() {
    let server = doorkeeper();
    for world in worlds(&server) {
        let port = free_port();
        let login = Login::browser(|_| {}).no_browser().port(port);
        let (url, mut pending) = begin(&world, login);
        let paster = pending.paster();
        for slip in ["", "hello", "http://127.0.0.1/?code=x&state=forged", &url] {
            let error = paster.paste(slip).expect_err("not the response");
            assert!(!format!("{error}").contains("forged"), "{error}");
            assert!(pending.try_wait().is_none(), "{slip}: the login goes on");
        }
        let address = redirect(&url);
        let pasting = thread::spawn(move || paster.paste(address));
        let grant = wait(&world, pending).expect("a code");
        pasting.join().expect("no panic").expect("its redirect");
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the listener has ended");
        complete(&world, grant);
    }
}

#[test]
fn a_redirect_that_arrives_first_wins() {
    let server = doorkeeper();
    for world in worlds(&server) {
        let (url, pending) = begin(&world, Login::browser(|_| {}).no_browser());
        let (paster, address) = (pending.paster(), redirect(&url));
        let person = Person::new("alice", PASSWORD);
        person.follow(&address).expect("the page");
        paster.paste(address).expect("it is over: nothing to do");
        complete(&world, wait(&world, pending).expect("a code"));
        paster.paste("anything").expect("it is over");
    }
}

#[test]
fn a_pasted_refusal_ends_the_login() {
    let server = doorkeeper();
    for world in worlds(&server) {
        let (url, pending) = begin(&world, Login::browser(|_| {}).no_browser());
        let state = url.split('&').find(|pair| pair.starts_with("state="));
        let text = format!("?error=access_denied&{}", state.expect("a state"));
        pending.paster().paste(text).expect("it ends the login");
        let error = wait(&world, pending).expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::ConsentDenied, "{error}");
    }
}

/// The user presses the button when a call has started the login by itself.
#[test]
fn a_login_that_a_call_started_is_cancelled() {
    let server = doorkeeper();
    for world in worlds(&server) {
        let canceller = Canceller::new();
        let (button, is_shown) = (canceller.clone(), Arc::new(AtomicBool::new(false)));
        let shown = Arc::clone(&is_shown);
        let login = Login::browser(move |_| {
            shown.store(true, Ordering::SeqCst);
            button.cancel();
        });
        let login = login.no_browser().canceller(&canceller);
        let begun = Instant::now();
        let session = world.account("me").with_login(login);
        let result = session.send(crate::common::Ping);
        let error = result.expect_err("cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
        assert!(is_shown.load(Ordering::SeqCst));
        assert!(
            begun.elapsed() < MAX_WAIT,
            "it did not wait for its timeout"
        );
    }
}

#[test]
fn a_user_without_a_browser_here_is_asked_to_paste() {
    let server = doorkeeper();
    for world in worlds(&server) {
        for opens in [Login::no_browser as fn(Login) -> Login, |login| {
            login.open(|_| Err(std::io::Error::other("no display")))
        }] {
            let (prompts, reasons) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let (count, noted) = (Arc::clone(&prompts), Arc::clone(&reasons));
            let login = opens(Login::browser(|_| {})).or_pasted(move |url| {
                Ok(match count.fetch_add(1, Ordering::SeqCst) {
                    0 => String::new(),
                    1 => "hello".to_owned(),
                    _ => format!(" <{}>\n", redirect(url)),
                })
            });
            let login = login.explain(move |_| {
                noted.fetch_add(1, Ordering::SeqCst);
            });
            let status = world.log_in("me", login).expect("a login");
            assert!(status.is_logged_in());
            assert_eq!(prompts.load(Ordering::SeqCst), 3);
            assert_eq!(reasons.load(Ordering::SeqCst), 2);
        }
    }
}

#[test]
fn a_user_whose_browser_opens_here_is_not_asked() {
    let server = doorkeeper();
    for world in worlds(&server) {
        let login = browser().or_pasted(|_| panic!("standard input is the program's"));
        assert!(world.log_in("me", login).expect("a login").is_logged_in());
    }
}

/// Text that is no redirect, or none at all, leaves the login to the listener.
#[test]
fn a_prompt_that_gives_up_leaves_the_listener() {
    let server = doorkeeper();
    for world in worlds(&server) {
        for text in [Ok(""), Ok("hello"), Err("no terminal")] {
            let (asked, waits) = mpsc::channel();
            let (explained, reasons) = mpsc::channel();
            let login = Login::browser(|_| {}).no_browser().or_pasted(move |_| {
                asked.send(()).expect("the test waits");
                text.map(str::to_owned).map_err(std::io::Error::other)
            });
            let login = login.explain(move |reason| {
                let _ = explained.send(reason.to_string());
            });
            let (url, pending) = begin(&world, login);
            assert_eq!(waits.iter().count(), if text.is_ok() { 3 } else { 1 });
            let person = Person::new("alice", PASSWORD);
            person.follow(&redirect(&url)).expect("it listens");
            complete(&world, wait(&world, pending).expect("a code"));
            let reasons: Vec<String> = reasons.iter().collect();
            assert_eq!(reasons.len(), if text.is_ok() { 3 } else { 1 });
            let words = text.err().unwrap_or_default();
            assert!(reasons[0].contains(words), "{reasons:?}");
        }
    }
}
