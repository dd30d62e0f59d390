//! Computer vision.

use api_inat::{
    jiff::civil::date,
    v2::computer_vision::{LanguageSearch, ScoreImage, ScoreObservation},
};
use serde_json::json;

use crate::{
    samples::{UUID, photo},
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        ScoreImage::new(photo())
            .lat(46.5)
            .lng(7.5)
            .observed_on(date(2026, 6, 1)),
        json!({"results": [{"vision_score": 90}]}),
        |suggested| assert_eq!(suggested.results[0].vision_score, Some(90.0)),
    );
    list.add(
        ScoreObservation::new(UUID).fields("taxon.name"),
        json!({"results": [{"combined_score": 90.5, "taxon": {"id": 9}}]}),
        |suggested| assert_eq!(suggested.results[0].combined_score, Some(90.5)),
    );
    list.add(
        LanguageSearch::new("a bird that eats a fish")
            .taxon_id([3])
            .locale("en")
            .page(2)
            .per_page(10)
            .fields("observation.uuid"),
        page(json!([{"photo_id": 5, "score": 0.5, "observation": {"id": 1}}])),
        |page| assert_eq!(page.results[0].photo_id, Some(5)),
    );
}
