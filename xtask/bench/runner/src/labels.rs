//! The fixed texts of `docs/PERFORMANCE.md`.

pub(super) const HEAD: &str = "\
# Performance

What this costs its users, beside other libraries and beside a floor: the least code that does the job
with the same base crates. `cargo xtask bench` measures and writes all of it in one run. Instructions,
system calls, allocations, packages, requests and bytes repeat within 1 %: CI compares those of ours with
[performance-figures.txt](performance-figures.txt) and fails if one grew by more than 5 %. Times depend
on the machine, and a ratio of them does not see a change of less than some 20 %; they are reported, and
CI checks none of them. A ratio of times is the median of the ratios of pairs, not the quotient of two
medians. In the wall time of *start a login*, ours is given its entropy and oauth2 draws its own from the
system, which alone takes more than a microsecond.
";

pub(super) const HOW: &str = "
- **Instructions**: callgrind, user mode, with an empty environment. A work is done 100 and 1,100 times
  (an exchange 50 and 550 times) and the difference counts, so that start and setup cancel. Ours derives
  its verifier and state from given entropy; oauth2 draws random numbers, which its figure includes.
- **Allocations**: a counting allocator, 1,000 runs. The in-memory response takes 4 of them, on every
  side.
- **Wall time of values**: both sides in one process, 41 pairs of 2,000 each that alternate in being
  first; the median of the ratios.
- **Exchange**: a token request and its 400-byte response over loopback; the server runs in a process of
  its own and counts connections. The bare client sends the same form and reads the response with serde.
  reqwest runs on a current-thread runtime. oauth2 uses ureq 2 and reqwest 0.12, so its bare clients have
  those versions.
- **Sends**: `session.send` of a read with a valid token; the bare client sends the same headers and reads
  the body. The server of *exchange* responds. Instructions and system calls: callgrind with
  `--trace-syscalls`, 50 and 550 sends; outside of valgrind a clock is read without a system call and does not
  count. Processor time: that of the client's process, in user and system mode. Both clients are in one
  process and send blocks of requests that alternate in being first, each to a server of its own; the
  median of the blocks, and for the ratio the median of the pairs. All of it runs on one processor: a
  client that has to wake up another one for each request takes up to three times as long, and which one
  is woken up is chance. 1 caller sends 200 in a block, 301 pairs; 64 callers 20 each and 1,000 callers
  4 each, 15 pairs, to a server that takes 20 ms. Blocking callers are threads, async ones run on one
  thread. Over https the server is rustls with a certificate of its own, which an agent of the user's
  trusts. Handshakes: the server closes each connection after one response.
- **A renewal among many accounts**: 2 and 10 renewals in a file store, instructions and `getdents64`. The
  folder has the files of 12 or of 100,000 accounts; in CI 12 or 10,000.
- **The line**: a plain page is 6.5 MB, 200 observations with two identifications and one photo each, and
  no two ids, coordinates or names alike. The server compresses at level 6 if the request asks for
  it; its head and body count. A proxy passes on 1.25 MB or 125 KB a second. *5 MB at 1 Mbit/s* do not
  compress, so the line alone takes 40 s; the bare client gets them at the same time over a line of its
  own, so that a machine that stops for a while is seen on both sides. *50 pages*: the program sleeps
  50 ms with each page of `session.pages(…).prefetch()`.
- **The first item**: *last byte decoded* is the transport alone, *parsing* the operation alone. Both
  together take what `session.send` takes. *If parsed as it comes*: when one 200th of the decoded bytes
  has come, plus one 200th of the parsing, over the bare client.
- **A shared rate limit**: a window of 100 requests a second, a transport that notes the time and responds,
  a file store. A request is due once the one 100 places before it is out of the window, which is 25 ms
  longer than a second.
- **Cancelled callers**: instructions of a process whose callers all wait for one renewal and are dropped.
- **10,000 expired accounts**: one file store, one task each, two threads of tokio; sockets and threads of
  the process every 10 ms. The other work is an empty closure for the blocking pool every 20 ms.
- **A fleet**: a server of each kind on loopback, as Debian installs it; Redis with `appendfsync always`.
  The store's work of a renewal: load, lease, confirm, save, free, from one thread; 300 pairs of 10
  accounts and of 100,000 that alternate in being first; the median, and the median of the ratios. All
  but ten of the 100,000 are copies made by the server. The crowd and the limit are those of the file
  store. *Killed*: SIGKILL to the process that has the lease, until the token of one that waits; a lease
  takes 2 s from its last heartbeat, the server of tokens responds at once; the longer of two. *Busy*:
  64 threads load 10,000 accounts, hold all their leases at once and save 640, while a caller waits for
  another process; sockets of the process to the server, every 10 ms. *One sync*: 512 bytes more in a
  file of that disk, which every save waits for; the median of 200. A tool without the features
  `postgres` and `redis` contains none of it: the rows of *packages* and *builds* are such tools.
- **An encrypted folder**: by passphrase, 19 MiB for each derivation; from opening the store to the last of
  ten accounts, each saved by a process of its own.
- **Token from memory**: the floor is an `Arc` cloned from an arc-swap and one reading of the system
  clock; 21 pairs that alternate, the median of the ratios. *Stuck*: the token is due, and its renewal
  waits for a server that does not respond.
- **The same, by tasks**: 64 tasks on a tokio runtime of two threads, each gets 3,000 tokens; 21 pairs.
  yup-oauth2: its installed flow with a typed code, its default client, the token in its own memory.
  google-cloud-auth: credentials of type `authorized_user` whose `token_uri` is on loopback, by
  `access_token()`. All three have a token that is valid for an hour before the timing starts.
- **A crowd at expiry**: the server takes 300 ms for each response; timed from a caller's start to its
  token. If the first attempt fails with 503, all callers get that error, try once more, and are timed
  from there. The other two are set up as above with a first token that is valid for 2 s, and are called
  after that. google-cloud-auth renews a token of an hour four minutes ahead in a task of its own, so it
  meets an expired one only if tokens are short-lived or the machine slept: it checks again 10 s after
  the last time, and callers wait for that.
- **Pages of observations**: 28 MB, 200 synthetic ones, each with all fields that iNaturalist's API
  description v1 has for a busy one; three of four identifications name the observation's own species.
  *No two taxa alike* is the worst case for records that are stored once; such a page does not exist.
  Each reader runs in a process of its own, five times after a first one, and drops the records; 15
  rounds of processes that alternate. Typed is `observations::Search` reading its response.
- **Accounts and pages**: the counting allocator; 10,000 sessions with a token each, less the 10,000
  tokens alone; the peak of bytes while pages of 200 items are followed.
- **Packages**: `cargo tree --edges normal,build`, each package once, without the program itself: what
  cargo builds on this platform.
- **Whole programs**: `xtask/bench/programs`. The small tool and the bare one (ureq, serde and a file, by
  hand) do the same: log in at iNaturalist with a password (two requests) and store the tokens, or read
  the user's name with the stored one. The server is our test server in Doorkeeper's dialect with
  api-inat's routes, in a process of its own. oauth2 sends the login's token request; the request for the
  API token is by hand, over ureq 2, which has no thread for names. The program *core* begins a login,
  builds a token request and reads a response. 101 pairs of processes that alternate, from start to end;
  memory is the `VmHWM` that each process reads of itself at its end; medians.
- **No TLS**: callgrind names every function that a process enters; those of rustls, webpki and ring are
  counted, and the same program over https is the control. The programs contain their root certificates,
  so they open no certificate file.
- **pyinaturalist**: from pip, in an environment of its own, by `get_access_token(…, refresh=True)`, with
  `API_V0` of its module `auth` set to the test server; its modules are compiled before. 15 pairs. It
  stores the token in its cache of responses, our tool in a file store with two saves that are each
  synced to the disk; *its store in memory*: the same on `/dev/shm`, where a sync costs no time. It
  creates the records of a page on first use, so its column has the page as dictionaries and 200 outer
  records.
- **Builds**: clean builds in a folder of their own, one after the other, release profile; user and
  system time of cargo and all that it runs. Sizes after `strip`. A rebuild: the time of `main.rs` is set
  to now; the median of five.
";

pub(super) const COMMANDS: &str = "
```sh
cargo xtask bench                   # all of it, this file and its picture
cargo xtask bench --only values     # one group: its table, no file
cargo xtask bench --only fleet      # needs the servers of PostgreSQL and Redis
cargo xtask bench --check           # what CI runs
cargo xtask bench --write-figures   # after a change with a reason
```

To profile one work alone, see `xtask/bench/README.md`.
";

pub(super) const COSTS: &str = "
- *Our own copies of secrets are wiped*: the wiping of a 4 KB response is in our figures; oauth2 wipes no
  copy.
- *A crash leaves the old state or the new one*: a login saves twice, each time through a new file that is
  synced, and its folder after it; the column *its store in memory* is the same without a disk.
- *Quirks are tolerated and reported to the caller*: a visitor reads the response and collects its quirks,
  where the floor accepts one form only. *Redirect URIs, endpoints and `state` are checked*: the floor
  checks none.
- *Time is bounded*: once a request has a time limit, ureq 3 looks up its host in a thread of its own, for
  every request, also if the connection is open and the host is an IP. http-ureq has a resolver of its own
  for that reason, which answers for IP addresses and for names looked up before. ureq excludes that
  interface from its promises, hence the bound on its version.
- *No secret in an error*: the server's message is searched for what we sent in every encoding, and made to
  fit on one line: most of what an error response takes. It has no goal.
- *At most one renewal across processes*: those that wait for another one's renewal look at a file store
  after 20 ms, and later after a sixteenth of the time that they have waited, so the last of many may get
  its token that much after the response.
";

pub(super) const TRIED: &str = "
Instructions of one, by callgrind, each with all that it calls.

**An error response**, as it was before what was sent was searched in every encoding (25,100 now). At
first 9,061, then about 8,190:

| part | instructions | what was tried |
| --- | ---: | --- |
| making the request | 1,640 | values that need no encoding are copied at once: 250 less |
| reading the JSON | 1,850 | the body is checked as UTF-8 once, not text by text: 390 less |
| making the message fit on one line | 630 | each byte is read once, many at a time; a second pass runs only if a byte has to change |
| searching the message for what we sent | 930 | its first four bytes, many places at a time, and only then the whole: 350 less |
| the error itself, and dropping it | 820 | |
| the response's head and body, dropping them and the request | 2,290 | the same on every side |

The two rows in the middle keep the promise that no error contains a secret. No goal can be met by a
promise, so it has none: 16,000 instructions are 2 µs, once for each error.

**A token response** was 10,613 (0.42 of oauth2), **a login** 7,848 (0.44): the UTF-8 check once;
base64 without an allocator call that zeroes; a URL that is text from its first byte on; a client id
that is known to need no encoding.

Later the promise that no copy of a token with escapes stays in memory took it to 10,719, and a
response of 4 KB to 34,213. Now they take 10,055 and 24,616: a text is searched for escapes by a
loop that the compiler vectorizes, a whole number is parsed without a second JSON parser, and
`Content-Type` is compared as bytes. 6,200 of the difference at 4 KB are no time: glibc wiped by
`rep stosb`, which callgrind counts as an instruction for each byte, so the figure depended on the
processor. Searching by the crate memchr took 10,117 at 400 bytes: not kept.

**A token from memory** took 1.3 of the floor's time, 4.8 with a renewal in progress. A third was
the conversion from `SystemTime` to milliseconds and back: now the window of a token is stored in
the clock's own unit. The rest: for a token that is due but valid, each caller locked a mutex to
learn whether a renewal runs; now a flag tells it. With two threads or more, nearly all of the time
is the reference count that the processors take from each other, on our side and in the floor; its
cost changes with the load of the machine. Ours took up to 1.4 of the floor's time there, because
the times that a token is checked against could share a cache line with that count: each use waited
for the line twice. Where they are now, behind the first 64 bytes, it takes 0.96 to 1.04. A
renewal's part of the function, which kept its registers and 232 bytes of stack, is out of line: 204
instructions instead of 234. Beside yup-oauth2 the same code was 0.14 in some runs and 0.21 to 0.26
in others: its lock took from 310 to 470 ns, and at 310, the floor alone, at 75, is above 0.15 of
it.

**A page of observations** was 0.37 of `Value` in time, each reader in a process of its own (1.03 in one
process, where it had to clean up what `Value` left in the heap), 0.47 in instructions and 4.3 of skipping
all: it waited for memory. Taxa and people of an observation that are the same in every field are stored
once (8 MB instead of 42), records are filled in place, lists of ids start with a capacity, and the body
is checked as UTF-8 once. The goal beside skipping is one of instructions: of three runs a typed page took
50.1, 48.8 and 51.8 ms, while the same 297,643,758 instructions that skip it took 18.4, 11.5 and 12.3, so
that a ratio of times was 2.73, 4.21 and 4.23 without a change on our side. In instructions it was 2.11, and
is 2.26 since one visitor serves all records: a tool compiles a third less code after a change for that.

**An exchange over ureq** took 90,300: a response of 400 bytes was read through 16 KiB of memory, which
was zeroed before and wiped after. Now the buffer has the response's stated length, and only the used
part is wiped. The rest of the difference to a bare client without a time limit was the thread that ureq
starts to look up the host, see above. Since then it was 1.105 of that client, and now it is 1.07 (goal:
1.06): a URL is asked once and not twice whether its host is a loopback address, and timeouts that are the
agent's are not set again. Of the 3,400 instructions that remain, ureq's check of seven timeouts takes
1,800, and setting them 1,300.

**A small tool's build** (goal: 0.95 of oauth2 + ureq). Seconds of one compiler at a time, by `cargo build --timings -j1`:

| part | at first | now | what was tried |
| --- | ---: | ---: | --- |
| bare ureq with TLS, serde with its derive, serde_json | 47.4 | 47.4 | |
| jiff | 7.1 | 7.1 | fewer features: no gain |
| sha2 with the six packages it is made of; five small ones | 3.5 | 3.5 | |
| api-inat | 14.0 | 5.4 | what most programs do not call is `#[inline]`: compiled only where it is called |
| auth-core | 5.8 | 4.0 | the same |
| auth-flows | 4.2 | 2.4 | the same; one loop drives all flows, and all calls are one |
| keystore, http-ureq | 3.1 | 2.0 | the same; one code path for all bodies |
| the program | 3.1 | 2.7 | |

oauth2 + ureq took 70.9, and the goal was 0.80 of it, 56.7: the first three rows are above it before a
line of ours is compiled. Each of those packages is required. In api-inat four small functions (the
results of a search over several kinds: `taxon()` and its like) had every record compiled a second time,
for reading out of a `serde_json::Value`: six seconds. Of the rest there, 3.5 are spent on checking 3,500
functions, most of them setters; shorter bodies for them gained no time.

Since then serde's derive is gone from our crates, with five packages. jiff 1 (1.0.2), the one large row that
is left, takes 8 to 10 s of processor time with jiff-core, a tenth of the whole build, where a stub with the
functions that are called takes 0.1. In the program it is 14 functions with 2 KB. It stays: the dates of
records are its types, and a feature that leaves it out would change the type of every date by who else is in
the build.

**Its rebuild** after a change of `main.rs` (goal: 1.25 of bare ureq) took some 1.4 of it, and now less than
it. Linking takes the
same for both; the difference was code that the compiler makes anew in the program. In lines of LLVM before
any optimization the bare program has 51,500, and the small tool:

| lines | what was tried |
| ---: | --- |
| 74,300 | at first |
| 71,400 | comparing users and taxa, which are stored once: a derived `PartialEq` is compiled wherever it is called, so the one caller in api-inat has a function of its own |
| 45,600 | serde_json has 750 lines for each type that visits a value, and there were 13: now one visitor passes all values on through a table of functions, and a record's fields are read without the parser's type |

A `PartialEq` by hand for all records took 7 KB off the program, too, but 1 s more for each clean build. Code
of the records stays in the programs that read them: in api-inat it would be part of each clean build, for
all records that a program does not read. Of the rest, 4,000 lines drop a client, its session and its
service; a type of theirs that hides its parts would cost each call an indirection.

**Its packages** (goal: 56) are 58:

| | for | packages |
| ---: | --- | --- |
| 5 | ours | api-inat, auth-core, auth-flows, http-ureq, keystore |
| 30 | TLS, HTTP and JSON, as bare ureq has them; it has 5 more for serde's derive | base64, bytes, cc, cfg-if, find-msvc-tools, getrandom 0.2, http, httparse, itoa, libc, log, memchr, once_cell, percent-encoding, ring, rustls, rustls-pki-types, rustls-webpki, serde, serde_core, serde_json, shlex, subtle, untrusted, ureq, ureq-proto, utf8-zero, webpki-roots, zeroize, zmij |
| 7 | SHA-256: PKCE in auth-core, names of files in keystore | sha2, digest, block-buffer, crypto-common, hybrid-array, typenum, cpufeatures |
| 5 | gzip in auth-core | flate2, miniz_oxide, adler2, simd-adler32, crc32fast |
| 4 | file locks in keystore, which the standard library has since Rust 1.89 | fs4, rustix, linux-raw-sys, bitflags |
| 2 | dates in api-inat | jiff, jiff-core |
| 2 | a token that is read without a lock, in auth-flows | arc-swap, rustversion |
| 3 | a server's dates; secrets in public signatures; entropy | httpdate, secrecy, getrandom 0.4 |

No feature of a dependency is left that pulls one of them in. The one change that is enough, flate2 with
zlib-rs in place of miniz_oxide, has two packages instead of five: not done, for it takes 4 s to compile
instead of 2.3, adds 22 KB, and decodes in unsafe code what servers send; miniz_oxide has none. Once the
oldest compiler is Rust 1.89, the four of file locks go.

**Its size** was 1.48 of bare ureq. It has no goal, because what remains is the promises:

| what | bytes less |
| --- | ---: |
| uploads and JSON bodies: a call stores the function that writes its body, set by the first setter of a body; one JSON reader for all | 155,000 |
| dates: their digits are read here and checked by jiff; its parser reads far more forms, and has a message for every error | 180,000 |
| the listener and the other parts of a login by browser, which every session referred to | 132,000 |
| calls over ureq and flows compiled once for all operations, services shared instead of copied, errors in thin shells, no `Debug` of ureq's | 181,000 |
| one visitor for all single values; records stored once without their types; no table of values to search for an error | 39,000 |

The remaining difference to the bare program, 611,000 bytes, is by symbols auth-core 142,000, api-inat
130,000, auth-flows 72,000, serde_json 30,000, keystore 18,000, http-ureq 15,000, sha2 11,000, more of the
standard library and of http 60,000, and with them tables for unwinding, texts and relocations. It
implements the promises: renewal, leases, rate limits, the checks of responses, the redaction of secrets.
Other profiles do not change the ratio much: link-time optimization over everything 1.20, optimization for
size 1.23, both with `panic` set to abort 1.19. `cargo xtask bench --check` checks the size, and that the
program contains no name of the listener, of uploads and of jiff's parser.

**Its memory** at a start was 1.34 of bare ureq, and has no goal for the same reason. The heap and
stacks are alike, 520 KiB and 500; the rest is the program's own pages. Linux maps 64 KiB around
each one that is touched, so nearly all of our code is counted, and it shrank with the size.

With Info Flora as its service (client credentials, one list; no dates, a smaller API) the same tool has
3,243,000 bytes, 1.18 of bare ureq, and 1.15 of its memory. Measured once by hand; the small tool had 1.22
and 1.19 on that day.

**Items as they come** (is a page parsed while it arrives?): measured, not done. At 10 Mbit/s the first
item of a page could be at hand long before the whole page is, see the last two columns of the table. The
last item could come earlier by less than the parsing takes, since the line sets the pace, and nothing at
all where a page comes faster than it is parsed. Who exports or counts waits for the last item.
In return, an item would reach the program before it is known whether the response is whole: an error in
its last byte, or a lost connection, would come after items that are used already, a retry would return
them again, and a cursor could no longer mean a page. A program that wants to show something soon asks
for a smaller first page: 30 items instead of 200 are a seventh of the bytes.

**An async send** (goal: 1.12 of bare reqwest) took 1.23. The difference, 14,600 instructions or some 3 µs
of processor time, was in no one place; by callgrind, of one send:

| part | instructions |
| --- | ---: |
| the URL: written, parsed, compared with the API's base, checked for `..` | 2,500 |
| the allocator, for what the rows below keep | 2,400 |
| the clock, four times more, and the server's `Date` | 2,100 |
| the session: token, flow, events and limits | 1,800 |
| the transport: limits of its parts, the accepted coding, the response's buffer | 1,800 |
| headers, set as a map and looked at afterwards | 800 |
| timers of those limits in tokio | 700 |
| less than 150 each | 2,500 |

Each of them is a promise (limits that hold, a token that goes to its API alone, a clock that is checked),
and none could be left out alone to gain a tenth. What helped was the future of a call, which each caller
moves: its steps begin in a plain function, and what waits longer has a box of its own. It has 1,136 bytes
instead of 3,272, and a send takes 1.09.

**10,000 expired accounts** had 122 threads (goal: 80), up to 196 on a busy machine: four of the runtime and
the measuring program, all others of the blocking pool. At most 64 workers called the store, but one that has
just ended is not idle for the pool when the next one starts, so there were two to three times as many
threads, the more the longer the machine takes to start one. With 32 there were up to 95 on a machine as
busy, in the same time or less; now there are 24, and an unoptimized program had 76 to 100 threads there. A
worker that looks for a job once more before it ends saved no thread. One that waits some milliseconds for
its next job would save most of them: not done, for it has to end at once with its runtime.

**A whole login** is two requests and two saves, each synced with its folder: on a disk that takes a
millisecond for that, the saves are most of the time. The column *its store in memory* is the same without
a disk.
";

pub(super) const NOT_MEASURED: &str = "
- Real networks and real services: everything runs on loopback.
- macOS, Windows, other processors than x86-64.
- Peers' memory and start-up, except in the rows that name them.
";
