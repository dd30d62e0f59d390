//! Taxon suggestions by iNaturalist's computer vision.

use std::time::Duration;

use auth_core::CallPolicy;
use jiff::civil::Date;

use crate::{
    model::Suggestions,
    operation::operation,
    parameter::fields::Fields,
    upload::Upload,
    v2::{API, LIMITS, selected},
};

/// It changes nothing, so it may be repeated.
const SCORE: CallPolicy =
    CallPolicy::read(API).with_limits(LIMITS.with_timeout(Duration::from_secs(600)));

operation! {
    /// Suggests taxa for a picture, which iNaturalist does not store. Whether every account's token
    /// is accepted is not verified. Location and day improve the suggestions, but are not in the
    /// API's description.
    pub ScoreImage: POST "/computervision/score_image" -> Whole<Suggestions>, SCORE;
    with(image(into Upload));
    preset(fields(Fields::all()));
    shared selected;
    body "" {
        /// Sets the latitude of the observation: degrees north of the equator.
        lat(f64);
        /// Sets the longitude of the observation: degrees east of Greenwich.
        lng(f64);
        /// Sets the day of the observation.
        observed_on(Date);
    }
    upload Photo "image" {
        /// Sets the picture.
        image;
    }
}
