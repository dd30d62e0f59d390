//! What the service's computer vision makes of a picture.

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
    /// Suggests taxa for a picture, which is not kept. Whether it answers every account's token is not verified; place and day, which
    /// make the suggestions better, are not in the API's description.
    pub ScoreImage: POST "/computervision/score_image" -> Whole<Suggestions>, SCORE;
    with(image(into Upload));
    preset(fields(Fields::all()));
    shared selected;
    body "" {
        /// Where it was seen: degrees north of the equator.
        lat(f64);
        /// Where it was seen: degrees east of Greenwich.
        lng(f64);
        /// When it was seen.
        observed_on(Date);
    }
    upload Photo "image" {
        /// The picture.
        image;
    }
}
