//! What our crate assumes of iNaturalist.

mod api;
pub(super) mod lists;
pub(super) mod tokens;

use super::env::TokenPath;
use super::fact::{Fact, Source};
use super::logins::{self, Sources};

pub(super) const README: &str = "api-inat/README.md";

/// The Rails application, v1 and v2, as the crate names them.
pub(super) const WWW: &str = api_inat::v0::API;
pub(super) const V1: &str = api_inat::v1::API;
pub(super) const V2: &str = api_inat::v2::API;

pub(super) const TOKEN: TokenPath = TokenPath {
    api: WWW,
    path: "/oauth/token",
};

/// All facts, in the order of the walk.
pub(super) fn facts() -> Vec<Fact> {
    let guide = "api-inat/src/guide/registering.md";
    let sources = Sources {
        state: Source::new("README.md", "checks state and iss: the only way to a grant"),
        pkce: Source::new(README, "Log in by browser with PKCE"),
        port: Source::new(
            guide,
            "The **port** is ignored if both have a numeric loopback",
        ),
        pace: Source::new(README, "By default a client sends one request a second"),
        pause: Source::new(README, "what production sends with a 429"),
    };
    let mut facts = logins::facts(&sources);
    facts.extend(tokens::facts());
    facts.extend(api::facts());
    facts.extend(lists::facts());
    facts.extend(logins::of_the_walk(&sources));
    facts
}
