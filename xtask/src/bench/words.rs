//! The words of `docs/PERFORMANCE.md` that no run changes.

pub(super) const HEAD: &str = "\
# Performance

What this costs its users, beside other libraries and beside a floor: the least code that does the job with the same base crates.
`cargo xtask bench` measures and writes all of it in one run. Instructions, allocations, packages, requests and bytes come out the
same each time: CI compares them with [performance-figures.txt](performance-figures.txt) and fails where one grew by more than 5 %.
Times hang on the machine; they are reported and never gate anything.
";

pub(super) const HOW: &str = "
- **Instructions**: callgrind, user mode, with an empty environment; a work is done 100 and 1,100 times (an exchange 50 and 550 times)
  and the difference counts, so that start and setup cancel. Ours makes its verifier and state of entropy that it is given; oauth2
  draws random numbers, which its figure has in it.
- **Allocations**: a counting allocator, 1,000 runs. The in-memory answer takes 4 of them, on every side.
- **Wall time of values**: both sides in one process, 41 pairs of 2,000 each that take turns in being first; the median of the ratios.
- **Exchange**: a token request and its 400-byte answer over loopback; the server runs in a process of its own and counts connections.
  The bare client sends the same form and reads the answer with serde. reqwest runs on a current-thread runtime. oauth2 sends with
  ureq 2 and reqwest 0.12, so its bare clients are of those versions.
- **Token from memory**: the floor is an `Arc` cloned from an arc-swap and one reading of the system clock; 21 pairs that take turns, the
  median of the ratios. *Stuck*: the token is due, and its renewal waits for a server that does not answer.
- **Everybody at once**: the server takes 300 ms for each answer; from a caller's start to its token. Where the first attempt fails with
  503, all callers are told so, ask once more, and are timed from there.
- **Pages of observations**: 200 synthetic ones, each with all that iNaturalist's API description v1 knows for a busy one; 15 rounds.
- **Accounts and pages**: the counting allocator; 10,000 sessions with a token each, less the 10,000 tokens alone; the most bytes held
  while pages of 200 items are followed.
- **Packages**: `cargo tree --edges normal,build`, each package once, without the program itself: what cargo builds on this platform.
";

pub(super) const COMMANDS: &str = "
```sh
cargo xtask bench                   # all of it, and this file
cargo xtask bench --only values     # one group: its table, no file
cargo xtask bench --check           # what CI runs
cargo xtask bench --write-figures   # after a change that has a reason
```

One work alone, for a profile: `xtask/bench/README.md`.
";

pub(super) const COSTS: &str = "
- *Our own copies of secrets are wiped*: the wiping of a 4 KB answer is in our figures; oauth2 wipes nothing.
- *Odd answers are forgiven, and the caller is told*: the answer is read by a visitor that keeps what was odd, where the floor knows one
  answer. *Redirect URIs, endpoints and `state` are checked*: the floor checks nothing.
- *At most one renewal across processes*: eight processes at an expired token ask the file store's lease every 20 to 250 ms, so the last
  of them may come a quarter of a second after the answer.
";

pub(super) const NOT_MEASURED: &str = "
- Real networks and real services: everything runs on loopback, without TLS.
- macOS, Windows, other processors than x86-64.
- Peers' memory and start-up, but where a row says so.
";
