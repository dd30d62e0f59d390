//! Computer vision.

use api_inat::{jiff::civil::date, v2::computer_vision::ScoreImage};
use serde_json::json;

use crate::{samples::photo, sendings::Sendings};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        ScoreImage::new(photo())
            .lat(46.5)
            .lng(7.5)
            .observed_on(date(2026, 6, 1)),
        json!({"results": [{"vision_score": 90}]}),
        |suggested| assert_eq!(suggested.results[0].vision_score, Some(90.0)),
    );
}
