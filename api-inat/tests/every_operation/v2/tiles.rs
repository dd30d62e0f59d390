//! Map tiles.

use api_inat::v2::tiles::{
    Geomodel, GeomodelComparison, GeomodelRange, Grid, GridData, Heatmap, HeatmapData, Place,
    Points, PointsData, TaxonPlaces, TaxonRange,
};
use serde_json::json;

use crate::{sendings::Sendings, v2::observations::filtered_v2};

/// The bytes that every PNG begins with; not text in any encoding.
const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

pub(crate) fn all(list: &mut Sendings) {
    /// A picture, and the grid of the observations under it.
    macro_rules! both {
        ($($Picture:ident $Data:ident),*) => {$(
            let picture = filtered_v2!($Picture::new(4, 8, 5)).tile_size(512);
            list.add_bytes(picture, PNG.to_vec(), |bytes| assert_eq!(bytes, PNG));
            list.add(
                filtered_v2!($Data::new(4, 8, 5)).tile_size(512),
                json!({"grid": [" !"], "keys": ["", "1"], "data": {"1": {"id": 1}}}),
                |tile| assert_eq!(tile.data.expect("data")[&*tile.keys[1]]["id"], 1),
            );
        )*};
    }
    both!(Grid GridData, Heatmap HeatmapData, Points PointsData);
    /// A picture by id.
    macro_rules! pictures {
        ($($operation:expr),*) => {$(
            list.add_bytes($operation.tile_size(512), PNG.to_vec(), |bytes| assert_eq!(bytes, PNG));
        )*};
    }
    pictures!(
        Place::new(7, 4, 8, 5),
        TaxonPlaces::new(9, 4, 8, 5),
        TaxonRange::new(9, 4, 8, 5),
        Geomodel::new(9, 4, 8, 5).thresholded(true),
        GeomodelRange::new(9, 4, 8, 5),
        GeomodelComparison::new(9, 4, 8, 5)
    );
}
