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

use auth_core::{Limits, Manner};

/// The name of this API within the service.
pub const API: &str = "www";

const LIMITS: Limits = Limits::api().within(Duration::from_secs(120));

/// A read that a token changes, but that needs none.
const OPTIONAL: Manner = Manner::read(API).token_optional().limits(LIMITS);

/// A read for somebody who is logged in.
const REQUIRED: Manner = Manner::read(API).limits(LIMITS);
