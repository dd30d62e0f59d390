//! The API v1: one module for each kind of resource, one paragraph for each endpoint.
//!
//! Reads understand the API token alone; [`API`] is the name of the API in the [`Service`](auth_core::Service), which gives
//! it that token.
//!
//! # What is verified
//! Paths, parameters and bodies are those of the API's description 1.3.0; what stands outside of it says so, with its source.
//! Nothing was tried on the running service. The description says little about answers: of the writes it has only the one of
//! [`messages::Create`], of the reads none for [`posts`], [`search`], [`messages::Search`],
//! [`projects::Membership`], [`projects::Subscriptions`], [`observations::Subscriptions`], [`observations::Updates`] and
//! [`controlled_terms`]. There the records are those of the Node API's and pyinaturalist's sources. A write that gives a record
//! reads it bare, in a list or in an envelope; where such a response turns out to be something else, `of` and `raw` take it as
//! it is.
//!
//! # Adding an endpoint
//! One paragraph in the file of its resource: an `operation!` (its grammar stands in `src/operation/mod.rs`). For example
//!
//! ```text
//! use crate::{model::Comment, operation::operation, v1::WRITE};
//!
//! operation! {
//!     /// Rewrites a comment of one's own.
//!     pub Update: PUT "/comments/{id}" -> One<Comment>, WRITE;
//!     at(id(u64));
//!     body "comment" {
//!         /// What it says.
//!         body(into String);
//!     }
//! }
//! ```
//!
//! Its policy is one of the constants below. Its record is a `record!` in `src/model/`, its enumerations are `choice!`s.
//! It counts as covered once it stands in the list of `tests/every_operation/v1/<resource>.rs`, with all of its setters set:
//! from there it goes through both transports, and `cargo xtask coverage inat` compares what was sent with the API's
//! description.

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

/// The name of this API within the service.
pub const API: &str = "v1";

/// What an exchange may take: full observations are long, 200 of them can be 20 MB.
const LIMITS: Limits = Limits::api().with_timeout(Duration::from_secs(120));

/// A read that is the same for everybody: no token is sent.
const OPEN: CallPolicy = CallPolicy::read(API).without_token().with_limits(LIMITS);

/// A read that a token changes, with private fields or with names in the caller's own language, but that needs none.
const OPTIONAL: CallPolicy = CallPolicy::read(API)
    .with_optional_token()
    .with_limits(LIMITS);

/// A read for somebody who is logged in.
const REQUIRED: CallPolicy = CallPolicy::read(API).with_limits(LIMITS);

/// A write, repeated only if it certainly did not arrive.
const WRITE: CallPolicy = CallPolicy::write(API).with_limits(LIMITS);

/// A write that sends a file: it may take ten minutes.
const UPLOAD: CallPolicy = WRITE.with_limits(LIMITS.with_timeout(Duration::from_secs(600)));
