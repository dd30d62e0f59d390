//! Atlases: where a taxon occurs, in units of a map.
//!
//! Everything here was **observed in public clients**, which request names with a token and units
//! without one. The token is optional here: an anonymous session sends none. All paths start with
//! `communities/0/public`. For other communities, which were not observed, use
//! [`Rest`](crate::Rest).

mod geojson;
mod names;
mod units;

pub use geojson::{Feature, FeatureCollection, Geometry, UnitsGeoJson};
pub use names::{Name, Names};
pub use units::{Unit, Units};

use auth_core::Query;

/// Returns the path of the names of an atlas.
fn names_of(atlas: impl std::fmt::Display) -> String {
    let atlas = Query::path_segment(&atlas.to_string());
    format!("/{{version}}/communities/0/public/atlases/{atlas}/names")
}

/// Returns the path of one name.
fn name_in(atlas: impl std::fmt::Display, taxon: impl std::fmt::Display) -> String {
    let taxon = Query::path_segment(&taxon.to_string());
    format!("{}/{taxon}", names_of(atlas))
}
