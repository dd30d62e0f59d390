//! The Rails application's own API, at `www.inaturalist.org`: what has no equal in v1 and v2.
//!
//! It takes the OAuth access token of a login; to an API token that was pasted, without a login, it is closed. Its public reads
//! answer an anonymous client too.

pub(crate) mod api_token;
pub mod observation_fields;
pub mod observations;
pub mod tokens;
pub mod users;

use std::time::Duration;

use auth_core::{CallPolicy, Limits};

/// The name of this API within the service.
pub const API: &str = "www";

const LIMITS: Limits = Limits::api().with_timeout(Duration::from_secs(120));

/// A read that a token changes, but that needs none.
const OPTIONAL: CallPolicy = CallPolicy::read(API)
    .with_optional_token()
    .with_limits(LIMITS);

/// A read for somebody who is logged in.
const REQUIRED: CallPolicy = CallPolicy::read(API).with_limits(LIMITS);
