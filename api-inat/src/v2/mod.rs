//! The API v2, which the official app and parts of the web site use: one module for each resource.
//!
//! A response of v2 has only the requested fields. The operations here request all of them, as v1
//! returns; [`Fields`](crate::Fields) selects some, which makes responses much smaller.
//! Observations, and what belongs to them, are identified by UUID. v2 refuses an unknown parameter
//! with 422, and an invalid token with 401. A change by UUID, and a creation with a UUID of its
//! own, is sent again if its response is lost.
//!
//! The description calls it an alpha release. Prefer v1 where both have an endpoint and you need
//! all fields; v2 where you need few.
//!
//! # What is verified
//! Paths, parameters and bodies follow the API's description of 2024, and for what is newer the
//! Node API's source, which says so. Nothing was tried on the running service.
//!
//! ```
//! use api_inat::v2::observations::Search;
//! use auth_core::{BaseUrl, Operation};
//!
//! let search = Search::new().user_login("alice").fields(["uuid", "taxon.name"]);
//! let base = BaseUrl::parse("https://api.inaturalist.org/v2")?;
//! assert_eq!(
//!     search.request(&base)?.uri().query(),
//!     Some("user_login=alice&fields=%28id:%21t,taxon:%28id:%21t,name:%21t%29,uuid:%21t%29")
//! );
//! # Ok::<(), auth_core::Error>(())
//! ```

pub mod annotations;
pub mod announcements;
pub mod authorized_applications;
pub mod comments;
pub mod computer_vision;
pub mod controlled_terms;
pub mod exemplar_identifications;
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
pub mod project_users;
pub mod projects;
pub mod provider_authorizations;
pub mod relationships;
pub mod saved_locations;
pub mod search;
pub mod sounds;
pub mod status;
pub mod taxa;
pub mod taxon_id_summaries;
pub mod taxon_name_priorities;
pub mod tiles;
pub mod translations;
pub mod users;

use std::time::Duration;

use auth_core::{CallPolicy, Limits, RetrySafety};

/// The name of this API in the service.
pub const API: &str = "v2";

const LIMITS: Limits = Limits::api().with_timeout(Duration::from_secs(120));

/// A read that works without a token; with one the response differs.
const OPTIONAL: CallPolicy = CallPolicy::read(API)
    .with_optional_token()
    .with_limits(LIMITS);

/// A read that requires a login.
const REQUIRED: CallPolicy = CallPolicy::read(API).with_limits(LIMITS);

/// A write: sent again only if it certainly was not delivered.
const WRITE: CallPolicy = CallPolicy::write(API).with_limits(LIMITS);

/// A change of a record that its UUID names: made twice, it has the effect of once.
const CHANGE: CallPolicy = WRITE.with_retry(RetrySafety::Idempotent);

/// A read with a file, which changes nothing, so that it may be repeated.
const READ_UPLOAD: CallPolicy =
    CallPolicy::read(API).with_limits(LIMITS.with_timeout(Duration::from_secs(600)));

/// A write with a file: it may take ten minutes.
const UPLOAD: CallPolicy = WRITE.with_limits(LIMITS.with_timeout(Duration::from_secs(600)));

/// The setter for the fields of the response.
macro_rules! selected {
    () => {
        /// Sets the fields of the response's records. Default: all. Accepts names with dots, such
        /// as `taxon.name`, or a [`Fields`](crate::Fields).
        #[must_use]
        pub fn fields(mut self, fields: impl Into<$crate::parameter::fields::Fields>) -> Self {
            self.parts.content().select(fields.into());
            self
        }
    };
}
use selected;
