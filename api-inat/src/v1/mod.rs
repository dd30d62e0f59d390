//! The API v1: one module for each resource, one operation for each endpoint.
//!
//! Reads accept only the API token. [`API`] is the name of this API in the
//! [`Service`](auth_core::Service), which selects that token for it.
//!
//! # What is verified
//! Paths, parameters and bodies follow the API's description 1.3.0. What it does not describe says
//! so, with its source. Nothing was tried on the running service.
//!
//! The description says little about responses. Of the writes it describes only the one of
//! [`messages::Create`]. Of the reads it describes none for [`posts`], [`search`],
//! [`messages::Search`], [`projects::Membership`], [`projects::Subscriptions`],
//! [`observations::Subscriptions`], [`observations::Updates`] and [`controlled_terms`]. Their
//! records follow the sources of the Node API and pyinaturalist.
//!
//! A write that returns a record reads it bare, in a list or in an envelope. For any other response
//! use `of` or `raw`.
//!
//! # Adding an endpoint
//! Write one `operation!` in the file of its resource (`src/operation/mod.rs` has the grammar):
//!
//! ```text
//! use crate::{model::Comment, operation::operation, v1::WRITE};
//!
//! operation! {
//!     /// Changes one of your comments.
//!     pub Update: PUT "/comments/{id}" -> One<Comment>, WRITE;
//!     at(id(u64));
//!     body "comment" {
//!         /// Sets the text.
//!         body(into String);
//!     }
//! }
//! ```
//!
//! Its policy is one of the constants below. Its record is a `record!` in `src/model/`, its
//! enumerations are `choice!`s. Add it to the list of `tests/every_operation/v1/<resource>.rs`,
//! with all of its setters set. That sends it over both transports, and compares what was sent with
//! the API's description.

pub(crate) mod shared;

pub mod annotations;
pub mod announcements;
pub mod authorized_applications;
pub mod comments;
pub mod computer_vision;
pub mod controlled_terms;
pub mod flags;
pub mod identifications;
pub mod messages;
pub mod observation_field_values;
pub mod observation_fields;
pub mod observation_photos;
pub mod observation_sounds;
pub mod observations;
pub mod photos;
pub mod places;
pub mod posts;
pub mod project_observations;
pub mod projects;
pub mod provider_authorizations;
pub mod relationships;
pub mod search;
pub mod sites;
pub mod sounds;
pub mod status;
pub mod subscriptions;
pub mod taxa;
pub mod taxon_name_priorities;
pub mod tiles;
pub mod users;
pub mod votes;

use std::time::Duration;

use auth_core::{CallPolicy, Limits};

/// The name of this API in the service.
pub const API: &str = "v1";

/// The limits of one exchange. 200 full observations can be 20 MB.
const LIMITS: Limits = Limits::api().with_timeout(Duration::from_secs(120));

/// A read with the same result for all users: sends no token.
const OPEN: CallPolicy = CallPolicy::read(API).without_token().with_limits(LIMITS);

/// A read that works without a token. With one it returns private fields, or names in the user's
/// language.
const OPTIONAL: CallPolicy = CallPolicy::read(API)
    .with_optional_token()
    .with_limits(LIMITS);

/// A read that requires a login.
const REQUIRED: CallPolicy = CallPolicy::read(API).with_limits(LIMITS);

/// A write: sent again only if it certainly was not delivered.
const WRITE: CallPolicy = CallPolicy::write(API).with_limits(LIMITS);

/// A read with a file, which changes nothing, so that it may be repeated.
const READ_UPLOAD: CallPolicy =
    CallPolicy::read(API).with_limits(LIMITS.with_timeout(Duration::from_secs(600)));

/// A write with a file: it may take ten minutes.
const UPLOAD: CallPolicy = WRITE.with_limits(LIMITS.with_timeout(Duration::from_secs(600)));
