//! What our crate assumes of Info Flora.

mod lists;
mod tokens;

use super::env::TokenPath;
use super::fact::{Fact, Source};
use super::logins::{self, Sources};

pub(super) const README: &str = "api-infoflora/README.md";
const TROUBLE: &str = "api-infoflora/src/guide/trouble.md";

/// The API under `/rest`, as the crate names it, and the authorization server, for these checks
/// alone.
pub(super) const REST: &str = "rest";
pub(super) const AUTH: &str = "auth";

pub(super) const TOKEN: TokenPath = TokenPath {
    api: AUTH,
    path: "/oauth2/token",
};

/// All facts, in the order of the walk.
pub(super) fn facts() -> Vec<Fact> {
    let limit = Source::new(README, "the bodies of errors and any rate limit");
    let sources = Sources {
        state: Source::new(
            TROUBLE,
            "Info Flora's own example of a callback has no `state`",
        ),
        pkce: Source::new(
            "api-infoflora/src/guide/pkce.md",
            "league/oauth2-server checks both",
        ),
        port: Source::new(
            "api-infoflora/src/guide/registering.md",
            "a loopback address, at any port",
        ),
        pace: Source::new(README, "Info Flora names no limit"),
        pause: limit,
    };
    let mut facts = logins::facts(&sources);
    facts.extend(tokens::facts());
    facts.extend(lists::facts());
    facts.extend(logins::of_the_walk(&sources));
    facts
}
