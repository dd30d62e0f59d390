//! The API v2: observations, their photos, sounds and field values, taxa, and your own account.
//!
//! A response of v2 has only the requested fields. The operations here request all of them, as v1
//! returns; [`Fields`](crate::Fields) selects some, which makes responses much smaller.
//! Observations are identified by UUID. v2 refuses an unknown parameter with 422, and an invalid
//! token with 401.
//!
//! The description calls it an alpha release. Prefer v1 where both have an endpoint.
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

pub mod computer_vision;
pub mod observation_field_values;
pub mod observation_photos;
pub mod observation_sounds;
pub mod observations;
pub mod taxa;
pub mod users;

use std::time::Duration;

use auth_core::{CallPolicy, Limits};

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
