//! Map tiles: pictures of 256 × 256 pixels by zoom, x and y (XYZ), and grids with the observations
//! under each point.
//!
//! Tiles of observations have the filters of a search for observations. Zoom 0 is the whole world
//! in one tile; x counts from the antimeridian eastwards, y from the north southwards.

mod grid;
mod heatmap;
mod points;
mod ranges;

pub use grid::{Grid, GridData};
pub use heatmap::{ColoredHeatmap, ColoredHeatmapData, Heatmap, HeatmapData};
pub use points::{Points, PointsData};
pub use ranges::{Geomodel, GeomodelComparison, GeomodelRange, Place, TaxonPlaces, TaxonRange};

/// The appearance of tiles of observations.
macro_rules! painted {
    () => {
        auth_core::parameters! {
            /// Sets the colour, as a word or as `#rrggbb`.
            color(into String);
        }
    };
}
use painted;
