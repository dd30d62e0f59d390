//! A holder of a lease that is killed, and the caller that waits for it.

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use auth_core::TokenKind;
use auth_flows::Client;
use bench::{
    sessions,
    slow::{Plan, Slow},
};
use http_ureq::Ureq;

/// How long the caller waits before the holder is killed: past its first looks at the lease.
const WAITS: Duration = Duration::from_millis(500);

/// A process that has the lease of an account.
pub(crate) struct Holder(Child);

impl Holder {
    pub(crate) fn start(url: &str, namespace: &str, address: &str, account: &str) -> Self {
        let own = env::current_exe().expect("this program");
        let mut child = Command::new(own)
            .args(["hold", url, namespace, address, account])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut line = String::new();
        let output = child.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("text");
        assert_eq!(line, "held\n");
        Self(child)
    }

    /// Ends it by SIGKILL.
    pub(crate) fn kill(mut self) {
        self.0.kill().expect("it runs");
        self.0.wait().expect("it ended");
    }
}

/// That process: takes the lease, and keeps it until its input ends.
pub(crate) fn hold(url: &str, namespace: &str, address: &str, account: &str) {
    let store = crate::open(url, namespace).expect("a store");
    let key = sessions::service(address).account_key(account);
    let _lease = store.try_lease(&key).expect("a store").expect("it is free");
    println!("held");
    io::stdout().flush().expect("it is open");
    let _ended = io::stdin().read_line(&mut String::new());
}

/// A token endpoint that responds at once.
pub(crate) fn server() -> Slow {
    Slow::start(Plan {
        delay: Duration::ZERO,
        failures: 0,
    })
}

/// Prints the longest time from the end of a holder until its successor has its token, in
/// milliseconds.
pub(crate) fn run(url: &str, namespace: &str, times: usize) {
    let longest = (0..times).map(|_| replaced(url, namespace)).max();
    println!(
        "killed {:.1}",
        longest.unwrap_or_default().as_secs_f64() * 1e3
    );
}

fn replaced(url: &str, namespace: &str) -> Duration {
    let (server, store) = (server(), crate::open(url, namespace).expect("a store"));
    let service = sessions::service(&server.address());
    sessions::put(&store, &service, "me", sessions::EXPIRED);
    let holder = Holder::start(url, namespace, &server.address(), "me");
    let session = Client::new(service, Ureq::default(), store).account("me");
    let caller = thread::spawn(move || {
        let token = session.token(TokenKind::Login);
        token.map(|_| Instant::now())
    });
    thread::sleep(WAITS);
    assert_eq!(server.requests(), 0);
    holder.kill();
    let killed = Instant::now();
    let served = caller.join().expect("no panic").expect("a token");
    assert_eq!(server.requests(), 1);
    served - killed
}
