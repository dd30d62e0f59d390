//! Map tiles.

use api_inat::v1::tiles::{
    ColoredHeatmap, ColoredHeatmapData, Geomodel, GeomodelComparison, GeomodelRange, Grid,
    GridData, Heatmap, HeatmapData, Place, Points, PointsData, TaxonPlaces, TaxonRange,
};
use serde_json::json;

use crate::{sendings::Sendings, v1::observations::filtered};

/// The bytes that every PNG begins with; not text in any encoding.
const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

pub(crate) fn all(list: &mut Sendings) {
    /// A picture, and the grid of the observations under it.
    macro_rules! both {
        ($($Picture:ident $Data:ident),*) => {$(
            let picture = filtered!($Picture::new(4, 8, 5)).color("#74ac00");
            list.add_bytes(picture, PNG.to_vec(), |bytes| assert_eq!(bytes, PNG));
            list.add(
                filtered!($Data::new(4, 8, 5)).color("#74ac00"),
                json!({"grid": [" !"], "keys": ["", "1"], "data": {"1": {"id": 1}}}),
                |tile| assert_eq!(tile.data.expect("data")[&*tile.keys[1]]["id"], 1),
            );
        )*};
    }
    both!(
        ColoredHeatmap ColoredHeatmapData,
        Grid GridData,
        Heatmap HeatmapData,
        Points PointsData
    );
    let same = |bytes: Vec<u8>| assert_eq!(bytes, PNG);
    list.add_bytes(Place::new(7, 4, 8, 5).ttl(60), PNG.to_vec(), same);
    list.add_bytes(TaxonPlaces::new(9, 4, 8, 5).ttl(60), PNG.to_vec(), same);
    let geomodel = Geomodel::new(9, 4, 8, 5).thresholded(true).ttl(60);
    list.add_bytes(geomodel, PNG.to_vec(), same);
    list.add_bytes(GeomodelRange::new(9, 4, 8, 5).ttl(60), PNG.to_vec(), same);
    list.add_bytes(
        GeomodelComparison::new(9, 4, 8, 5).ttl(60),
        PNG.to_vec(),
        same,
    );
    let range = TaxonRange::new(9, 4, 8, 5).color("red").ttl(60);
    list.add_bytes(range, PNG.to_vec(), same);
}
