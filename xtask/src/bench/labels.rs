//! The words of `docs/PERFORMANCE.md` that no run changes.

pub(super) const HEAD: &str = "\
# Performance

What this costs its users, beside other libraries and beside a floor: the least code that does the job with the same base crates.
`cargo xtask bench` measures and writes all of it in one run. Instructions, allocations, packages, requests and bytes come out the same
each time, within 1 %: CI compares them with [performance-figures.txt](performance-figures.txt) and fails where one grew by more than
5 %. Times depend on the machine; they are reported and never gate anything. A ratio of times is the median of the ratios of pairs, not
the quotient of two medians.
";

pub(super) const HOW: &str = "
- **Instructions**: callgrind, user mode, with an empty environment; a work is done 100 and 1,100 times (an exchange 50 and 550 times)
  and the difference counts, so that start and setup cancel. Ours makes its verifier and state of entropy that it is given; oauth2
  draws random numbers, which its figure has in it.
- **Allocations**: a counting allocator, 1,000 runs. The in-memory answer takes 4 of them, on every side.
- **Wall time of values**: both sides in one process, 41 pairs of 2,000 each that take turns in being first; the median of the ratios.
- **Exchange**: a token request and its 400-byte answer over loopback; the server runs in a process of its own and counts connections.
  The bare client sends the same form and reads the response with serde. reqwest runs on a current-thread runtime. oauth2 sends with
  ureq 2 and reqwest 0.12, so its bare clients are of those versions.
- **Token from memory**: the floor is an `Arc` cloned from an arc-swap and one reading of the system clock; 21 pairs that take turns, the
  median of the ratios. *Stuck*: the token is due, and its renewal waits for a server that does not answer.
- **The same, by tasks**: 64 tasks on a tokio runtime of two threads, each asks 3,000 times; 21 pairs. yup-oauth2: its installed flow with a
  pasted code, its default client, the token in its own memory. google-cloud-auth: credentials of type `authorized_user` whose `token_uri`
  is on loopback, asked by `access_token()`. All three have got a token that lives an hour before anything is timed.
- **Everybody at once**: the server takes 300 ms for each response; from a caller's start to its token. Where the first attempt fails with
  503, all callers are told so, ask once more, and are timed from there. The other two are set up as above with a first token that lives 2 s,
  and are asked when it is over. google-cloud-auth renews a token of an hour four minutes ahead in a task of its own, so it meets an
  expired one only where tokens are short-lived or the machine slept: it looks again 10 s after the last time, for which callers wait.
- **Pages of observations**: 28 MB, 200 synthetic ones, each with all that iNaturalist's API description v1 knows for a busy one; three of four
  identifications name the observation's own species. *No two taxa alike* is the worst case for records that are held once; there is no
  such page. Each reader in a process of its own, five times after a first one, giving the records back; 15 rounds of processes that take
  turns. Typed is `observations::Search` reading its answer.
- **Accounts and pages**: the counting allocator; 10,000 sessions with a token each, less the 10,000 tokens alone; the most bytes held
  while pages of 200 items are followed.
- **Packages**: `cargo tree --edges normal,build`, each package once, without the program itself: what cargo builds on this platform.
- **Whole programs**: `xtask/bench/programs`. The small tool and the bare one (ureq, serde and a file, by hand) do the same: log in at
  iNaturalist with a password (two requests), store the tokens, or read who one is with the stored one. The server is our test server in
  Doorkeeper's dialect with api-inat's routes, in a process of its own. oauth2 does the login's token request and asks for the API token
  by hand, over ureq 2, which has no thread for names. The program *core* begins a login, builds a token request and reads an
  answer. 101 pairs of processes that take turns, from start to end; memory
  is the `VmHWM` that each process reads of itself at its end; medians.
- **No TLS**: callgrind names every function that a process goes through, and those of rustls, webpki and ring are counted; with the same
  program asked for https as the control. The programs hold their root certificates, so no file of certificates is there to be opened.
- **pyinaturalist**: from pip, in an environment of its own, by `get_access_token(…, refresh=True)`, with `API_V0` of its module `auth` set
  to the test server; its modules are compiled before. 15 pairs. It keeps the token in its cache of responses, our tool in a file store with two
  saves that are each synced to the disk; *its store in memory*: the same on `/dev/shm`, where a sync costs nothing. Its records of a page are made when they are first asked for: what its column holds is the page as
  dictionaries and 200 outer records.
- **Builds**: clean builds in a folder of their own, one after the other, release profile; user and system time of cargo and all that it
  runs. Sizes after `strip`.
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
- *A crash leaves the old state or the new one*: a login saves twice, each time through a new file that is synced, and its folder after
  it; the column *its store in memory* is the same without a disk.
- *Odd answers are forgiven, and the caller is told*: the response is read by a visitor that keeps what was odd, where the floor knows one
  answer. *Redirect URIs, endpoints and `state` are checked*: the floor checks nothing.
- *Time is bounded*: as soon as a request has a time limit, ureq 3 looks up its host in a thread of its own, for every request, also where
  the connection is there and the host is an IP. A bare client with a time limit has that too, one without has not. Only a resolver of
  our own could spare it, and ureq keeps that interface out of its promises.
- *No secret in an error*: the server's words are searched for what we sent, and made fit for one line: a fifth of what an error response
  takes, more than what its goal is missed by.
- *At most one renewal across processes*: eight processes at an expired token ask the file store's lease every 20 to 250 ms, so the last
  of them may come a quarter of a second after the response.
";

pub(super) const TRIED: &str = "
Instructions of one, by callgrind, each with all that it calls.

**An error answer** (goal: 0.42 of oauth2). At first 9,061, now about 8,190:

| part | instructions | what was tried |
| --- | ---: | --- |
| making the request | 1,640 | values that need no encoding are copied at once: 250 less |
| reading the JSON | 1,850 | the body is checked as UTF-8 once, not text by text: 390 less |
| making the words fit for one line | 630 | one look at each byte, many at a time, and no second one where nothing has to be done |
| searching the words for what we sent | 930 | its first four bytes, many places at a time, and only then the whole: 350 less |
| the error itself, and giving it back | 820 | |
| the response's head and body, giving them and the request back | 2,290 | the same on every side |

The two rows in the middle are the promise that no error shows a secret, and more than what the goal is missed by.

**A token answer** was 10,613 (0.42 of oauth2), **a login** 7,848 (0.44): the UTF-8 check once; base64 without an allocator call that
zeroes; a URL that is text from its first byte on; a client id that is known to need no encoding.

**A token from memory** took 1.3 of the floor's time, 4.8 with a renewal under way. A third was the way from `SystemTime` to milliseconds and
back: the window of a token is kept as the clock tells the time. The other: a token that is due but serves asked the gate, a mutex, whether
somebody is at it; now a flag says so. With two threads or more, nearly all of the time is the reference count that the processors take
from each other, on our side and in the floor; what that costs changes with what else the machine does. Beside yup-oauth2 the same code
was 0.14 in some runs and 0.21 to 0.26 in others: its lock took from 310 to 470 ns, and where it is 310, the floor alone, at 75, is
above 0.15 of it.

**A page of observations** was 0.37 of `Value` in time, each reader in a process of its own (1.03 in one process, where it had to clear
up what `Value` left in the heap), 0.47 in instructions and 4.3 of passing all over: it waited for memory. Taxa and people of an observation
that are the same in every field are held once (8 MB where it was 42), records are filled in place, lists of ids start with room, and the
body is checked as UTF-8 once.

**An exchange over ureq** took 90,300: a response of 400 bytes was read through 16 KiB of memory, which was zeroed before and wiped after.
Now the memory is as long as the response says it is, and as much is wiped as was used. What is left beside a bare client without a time
limit is the thread that ureq starts to look up the host, see above. Limits for the parts of an exchange in place of the whole would spare
it, and a slow server could then take three times as long as it may: not done.

**A small tool's build** (goal: 0.80 of oauth2 + ureq). Seconds of one compiler at a time, by `cargo build --timings -j1`:

| part | at first | now | what was tried |
| --- | ---: | ---: | --- |
| bare ureq with TLS, serde with its derive, serde_json | 47.4 | 47.4 | |
| jiff | 7.1 | 7.1 | fewer features: nothing gained |
| sha2 with the six packages it is made of; five small ones | 3.5 | 3.5 | |
| api-inat | 14.0 | 5.4 | what most programs do not call is `#[inline]`: compiled where it is called |
| auth-core | 5.8 | 4.0 | the same |
| auth-flows | 4.2 | 2.4 | the same; one loop drives all flows, and all calls are one |
| keystore, http-ureq | 3.1 | 2.0 | the same; one way for all bodies |
| the program | 3.1 | 2.7 | |

oauth2 + ureq took 70.9, so the goal is 56.7: the first three rows are above it before a line of ours is compiled. Those packages are there
for what they do. In api-inat four small functions (what a search over several kinds found: `taxon()` and its like)
had every record compiled a second time, for reading out of a `serde_json::Value`: six seconds. Of what is left there, 3.5 are spent on
checking 3,500 functions, most of them setters; shorter bodies for them gave nothing. Without jiff and without serde's derive the ratio
would be about 0.9: not done. Dates are jiff's in the program that uses the records, and most programs have serde's derive anyway.

**Its size** (goal: 1.08 of bare ureq) was 1.48:

| what | bytes less |
| --- | ---: |
| uploads and JSON bodies: a call holds the function that writes its body, put there by what first gives it one; one JSON reader for all | 155,000 |
| dates: their digits are picked out here and judged by jiff; its parser reads far more forms, and has words for all that can be wrong | 180,000 |
| the listener and all that a login by browser is made of, which every session held by name | 132,000 |
| calls over ureq and flows compiled once for all operations, services shared instead of copied, errors in thin shells, no `Debug` of ureq's | 181,000 |
| one visitor for all single values; records held once without their types; no table of values to look for an error in | 39,000 |

What is left above the bare program, 611,000 bytes, is by symbols auth-core 142,000, api-inat 130,000, auth-flows 72,000, serde_json 30,000,
keystore 18,000, http-ureq 15,000, sha2 11,000, more of the standard library and of http 60,000, and with them tables for unwinding,
texts and relocations. It is what the promises are made of: renewal, leases, pace, what a server may answer, what must not be shown. Other
profiles do not change the ratio much: link-time optimization over everything 1.20, optimization for size 1.23, both with
`panic` set to abort 1.19. `cargo xtask bench --check` keeps the size, and looks that no name of the listener, of uploads and of jiff's parser
is in the program.

**Its memory** at a start (goal: 1.15 of bare ureq) was 1.34. The heap and stacks are alike, 520 KiB and 500; the rest is the program's own
pages. Linux maps 64 KiB around each one that is touched, so nearly all of our code is counted: what the size lost, this lost too.

With Info Flora as its service (a daemon that asks for one list; no dates, a smaller API) the same tool has 3,243,000 bytes, 1.18 of bare
ureq, and 1.15 of its memory; measured once by hand, as the small tool was on that day: 1.22 and 1.19.

**A whole login** is two requests and two saves, each synced with its folder: on a disk that takes a millisecond for that, the saves are
most of the time. The column *its store in memory* is the same without a disk.
";

pub(super) const NOT_MEASURED: &str = "
- Real networks and real services: everything runs on loopback, without TLS.
- macOS, Windows, other processors than x86-64.
- Peers' memory and start-up, but where a row says so.
";
