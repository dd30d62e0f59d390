//! The Rails application's own API, at `www.inaturalist.org`: for what v1 and v2 lack.
//!
//! It accepts the OAuth access token of a login, but no imported API token. Its public reads work
//! without a token.

pub(crate) mod api_token;
pub mod observation_fields;
pub mod observations;
pub mod tokens;
pub mod users;

use std::time::Duration;

use auth_core::{CallPolicy, Limits};

/// The name of this API in the service.
pub const API: &str = "www";

const LIMITS: Limits = Limits::api().with_timeout(Duration::from_secs(120));

/// A read that works without a token; with one the response differs.
const OPTIONAL: CallPolicy = CallPolicy::read(API)
    .with_optional_token()
    .with_limits(LIMITS);

/// A read that requires a login.
const REQUIRED: CallPolicy = CallPolicy::read(API).with_limits(LIMITS);
