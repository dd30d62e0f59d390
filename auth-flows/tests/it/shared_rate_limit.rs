//! One rate limit for several processes: this test program starts itself several times over one
//! file store.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auth_core::{ErrorKind, RateLimit, Store};
use auth_flows::Client;
use worlds::AnyClient as World;

use crate::rate_limit::{AFAR, Ask, Counting, service};

/// Names the folder of the store for a process that the test below starts.
const FOLDER: &str = "RATE_TEST_FOLDER";
/// What such a process prints before the number of its requests.
const SENT: &str = "requests sent: ";
/// How many requests all of them may send together.
const ALLOWED: u32 = 60;
const PROCESSES: usize = 6;

/// The threads of each process.
const CALLERS: usize = 16;

/// Sends requests from several threads until the limit is reached.
#[test]
fn role_sender() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let store = keystore::File::open(folder).expect("a store");
    println!("{SENT}{}", sent_by(CALLERS, store));
}

/// Sends from so many threads until the limit is reached for each; returns how many were sent.
fn sent_by(callers: usize, store: impl Store + 'static) -> usize {
    let rate = RateLimit::unlimited().with_window(ALLOWED, Duration::from_secs(86_400));
    let transport = Counting::default();
    let client = Client::new(service(AFAR, rate), transport.clone(), store);
    std::thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                let session = client.anonymous();
                let error = (0..=ALLOWED)
                    .find_map(|_| session.send(Ask { media: false }).err())
                    .expect("one process alone may not send more than all together");
                assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
                assert!(error.retry_after().is_some(), "{error}");
            });
        }
    });
    transport.count()
}

#[test]
fn many_callers_with_a_file_store_keep_the_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = keystore::File::open(folder.path()).expect("a store");
    assert_eq!(sent_by(512, store), ALLOWED as usize);
}

fn start(folder: &std::path::Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "shared_rate_limit::role_sender", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

#[test]
fn processes_with_one_file_store_together_keep_the_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("tokens");
    let others: Vec<Child> = (0..PROCESSES).map(|_| start(&store)).collect();
    let sent = others.into_iter().map(|other| {
        let output = other.wait_with_output().expect("it ends");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{printed}{errors}");
        let (_, number) = printed.split_once(SENT).expect("a number");
        let number = number.split_whitespace().next().expect("a number");
        number.parse::<u32>().expect("a number")
    });
    let sent: Vec<u32> = sent.collect();
    assert_eq!(sent.iter().sum::<u32>(), ALLOWED, "{sent:?}");
}

/// Hosts that send from one address share the limit, the others have their own: over the same
/// store, with the same logins.
#[test]
fn hosts_share_the_limit_of_their_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let sent = |address: &str| {
        let store = keystore::File::open(folder.path()).expect("a store");
        let rate = RateLimit::every(Duration::from_secs(3600))
            .with_burst(3)
            .with_address(address);
        let transport = Counting::default();
        let client = Client::new(service(AFAR, rate), transport.clone(), store);
        let ended = (0..9).find_map(|_| client.anonymous().send(Ask { media: false }).err());
        assert_eq!(ended.map(|error| error.kind()), Some(ErrorKind::TimedOut));
        transport.count()
    };
    assert_eq!((sent("basel"), sent("basel")), (3, 0), "one address");
    assert_eq!((sent("geneva"), sent("geneva")), (3, 0), "another address");
    assert_eq!((sent(""), sent("basel")), (3, 0), "no name");
}

/// A note of a host whose clock is 400 days ahead, as the version before wrote it, beside a program
/// that starts: what it says lasts for what is left of it.
#[test]
fn a_note_of_the_future_counts_for_what_is_left_of_it() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("later than 1970").as_millis();
    let written = now + 400 * 86_400_000;
    let paused = written + 7_200_000;
    let texts = [
        format!("pace 2\n0 0 0 {paused} {written}\n"),
        // Sent an hour and a second before it was written: with the second by which it may be late.
        format!(
            "pace 2\n{sent} {sent} 0 0 {written}\nrequests 10800000 0 {sent:012x}000000000001\n",
            sent = written - 3_601_000,
        ),
    ];
    let rate = RateLimit::unlimited().with_window(1, Duration::from_secs(3 * 3600));
    for text in &texts {
        let folder = tempfile::tempdir().expect("a folder");
        let store = || keystore::File::open(folder.path()).expect("a store");
        let made = |is_async| {
            std::fs::write(folder.path().join("note+pace-example.txt"), text).expect("written");
            let (service, transport) = (service(AFAR, rate.clone()), Counting::default());
            let client = match is_async {
                true => World::in_tasks(service, transport.clone(), store()),
                false => World::Blocking(Client::new(service, transport.clone(), store())),
            };
            (client, transport)
        };
        for is_async in [false, true] {
            let (client, transport) = made(is_async);
            let sent = client.anonymous().send(Ask { media: false });
            let wait = sent.expect_err("two hours are left").retry_after();
            let left = Duration::from_secs(7140)..=Duration::from_secs(7200);
            assert!(left.contains(&wait.expect("when")), "{text}: {wait:?}");
            assert_eq!(transport.count(), 0);
        }
    }
}
