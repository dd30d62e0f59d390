//! Computer vision.

use api_inat::{
    jiff::civil::date,
    v1::computer_vision::{
        GeomodelBounds, GeomodelCells, LanguageSearch, ScoreImage, ScoreObservation,
    },
};
use serde_json::json;

use crate::{
    samples::photo,
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        ScoreImage::new(photo())
            .lat(46.5)
            .lng(7.5)
            .observed_on(date(2026, 6, 1))
            .locale("de"),
        json!({
            "results": [{"combined_score": 98.5, "taxon": {"id": 41976}}],
            "common_ancestor": {"score": 99.0, "taxon": {"id": 41944}},
        }),
        |suggested| {
            assert_eq!(suggested.results[0].combined_score, Some(98.5));
            let shared = suggested.common_ancestor.and_then(|shared| shared.taxon);
            assert_eq!(shared.map(|taxon| taxon.id), Some(41944));
        },
    );
    list.add(
        ScoreObservation::new(1)
            .lat(46.5)
            .lng(7.5)
            .taxon_id(9)
            .locale("de"),
        json!({"results": [{"vision_score": 60.5, "taxon": {"id": 9}}]}),
        |suggested| assert_eq!(suggested.results[0].vision_score, Some(60.5)),
    );
    list.add(
        LanguageSearch::new("a bird that eats a fish")
            .taxon_id([3])
            .locale("en")
            .page(2)
            .per_page(10),
        page(json!([{"photo_id": 5, "score": 0.5, "observation": {"id": 1}}])),
        |page| assert_eq!(page.results[0].photo_id, Some(5)),
    );
    list.add(GeomodelBounds::new(9), json!({"swlat": 46.0}), |bounds| {
        assert_eq!(bounds["swlat"], 46.0)
    });
    list.add(
        GeomodelCells::new(9),
        json!({"841f903ffffffff": 0.5}),
        |cells| {
            assert_eq!(cells["841f903ffffffff"], 0.5);
        },
    );
}
