//! Map tiles: pictures of 256 × 256 pixels by zoom, x and y (XYZ), and grids with the observations
//! under each point.
//!
//! Tiles of observations have the filters of a search for observations. Zoom 0 is the whole world
//! in one tile; x counts from the antimeridian eastwards, y from the north southwards.

mod observations;
mod ranges;

pub use observations::{Grid, GridData, Heatmap, HeatmapData, Points, PointsData};
pub use ranges::{Geomodel, GeomodelComparison, GeomodelRange, Place, TaxonPlaces, TaxonRange};

/// The size of tiles.
macro_rules! sized {
    () => {
        auth_core::parameters! {
            /// Sets the width and height: 256 or 512 pixels. Default: 256.
            tile_size(u64);
        }
    };
}
use sized;
