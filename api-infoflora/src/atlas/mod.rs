//! Atlases: where a taxon occurs, in units of a map.
//!
//! Everything here was **seen in public clients**, which ask for names with a token and for units without one. An account sends
//! its token, an anonymous client none. All paths begin with `communities/0/public`; other communities were not seen, and are
//! reached with [`Rest`](crate::Rest).

mod geojson;
mod names;
mod units;

pub use geojson::{Feature, FeatureCollection, Geometry, UnitsGeoJson};
pub use names::{Name, Names};
pub use units::{Unit, Units};

use auth_core::Query;

/// The path below which an atlas has its names.
fn names_of(atlas: impl std::fmt::Display) -> String {
    let atlas = Query::path_segment(&atlas.to_string());
    format!("/{{version}}/communities/0/public/atlases/{atlas}/names")
}

/// The path of one name.
fn name_in(atlas: impl std::fmt::Display, taxon: impl std::fmt::Display) -> String {
    let taxon = Query::path_segment(&taxon.to_string());
    format!("{}/{taxon}", names_of(atlas))
}
