//! The records of the API, tolerant by rule: only the id is required.
//!
//! Anything else may be absent or null. Numbers may come as text, an unknown value of an enumeration is kept as text, and
//! unknown fields are passed over. A value of a type that a field cannot hold counts as absent. Where these types do not
//! fit, a search reads into the caller's own: see [`Search::of`](crate::v1::observations::Search::of).
//!
//! Times and dates are the API's own texts: times in RFC 3339 with the offset of the observer's time zone, dates as
//! `YYYY-MM-DD`. Lengths are in metres, coordinates in degrees of WGS 84.

#[macro_use]
mod record;
#[macro_use]
mod choice;
mod location;
mod observation;
mod photo;
mod taxon;
pub(crate) mod tolerant;
mod user;

pub use choice::{Geoprivacy, QualityGrade};
pub use location::Location;
pub use observation::Observation;
pub use photo::Photo;
pub use record::Identified;
pub use taxon::Taxon;
pub use user::User;
