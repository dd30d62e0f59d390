//! The API v2: observations, their photos, sounds and field values, taxa, and oneself.
//!
//! It differs from v1 in that a response has the fields that were asked for. The operations here ask for all of them, as v1 gives;
//! [`Fields`](crate::Fields) narrows that, which makes answers smaller by far. Observations go by their UUID. A parameter that v2
//! does not know is refused with 422, and a dead token with 401.
//!
//! The description calls it an alpha release. Where it has what v1 has, v1 is the safer choice.
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

/// The name of this API within the service.
pub const API: &str = "v2";

const LIMITS: Limits = Limits::api().with_timeout(Duration::from_secs(120));

/// A read that a token changes, but that needs none.
const OPTIONAL: CallPolicy = CallPolicy::read(API)
    .with_optional_token()
    .with_limits(LIMITS);

/// A read for somebody who is logged in.
const REQUIRED: CallPolicy = CallPolicy::read(API).with_limits(LIMITS);

/// A write, repeated only if it certainly did not arrive.
const WRITE: CallPolicy = CallPolicy::write(API).with_limits(LIMITS);

/// A write that sends a file: it may take ten minutes.
const UPLOAD: CallPolicy = WRITE.with_limits(LIMITS.with_timeout(Duration::from_secs(600)));

/// Which fields the response has.
macro_rules! selected {
    () => {
        /// The fields of the response's records: all, unless set. Names with dots between, or a [`Fields`](crate::Fields).
        #[must_use]
        pub fn fields(mut self, fields: impl Into<$crate::parameter::fields::Fields>) -> Self {
            self.call.content().select(fields.into());
            self
        }
    };
}
use selected;
