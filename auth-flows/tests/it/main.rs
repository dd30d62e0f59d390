//! Both clients over servers on loopback: sessions, responses, logins, failures, rate limits,
//! secrets.

mod accounts;
mod asked;
mod bounds;
mod callbacks;
mod cancel;
mod capture;
mod common;
mod confirmed;
mod corners;
mod counters;
mod device;
mod ends;
mod events;
mod failures;
<<<<<<< ours
mod kept_connections;
=======
mod old_token;
>>>>>>> theirs
mod pasted;
mod rate_limit;
mod responses;
mod secrets;
mod sessions;
mod shared_rate_limit;
mod shutdown;
mod unsaved;
mod upkeep;
mod verdicts;
mod worlds;
