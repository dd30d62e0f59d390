//! What the service's computer vision makes of a picture.

use std::time::Duration;

use auth_core::CallPolicy;
use jiff::civil::Date;

use crate::{
    model::Suggestions,
    operation::operation,
    upload::Upload,
    v1::{API, LIMITS, REQUIRED},
};

/// It changes nothing, so it may be repeated.
const SCORE: CallPolicy =
    CallPolicy::read(API).with_limits(LIMITS.with_timeout(Duration::from_secs(600)));

operation! {
    /// Suggests taxa for a picture, which is not kept. Place and day make the suggestions better.
    ///
    /// Not in the API's description. iNaturalist gives it to its own programs and to people it allowed; whether it answers every
    /// account's token is not verified.
    pub ScoreImage: POST "/computervision/score_image" -> Whole<Suggestions>, SCORE;
    with(image(into Upload));
    body "" {
        /// Where it was seen: degrees north of the equator.
        lat(f64);
        /// Where it was seen: degrees east of Greenwich.
        lng(f64);
        /// When it was seen.
        observed_on(Date);
        /// The language of common names, such as `de`.
        locale(into String);
    }
    upload Photo "image" {
        /// The picture.
        image;
    }
}

operation! {
    /// Suggests taxa for an observation, from its first photo.
    ///
    /// Not in the API's description; named in the Node API's routes. As [`ScoreImage`], it may not be for every account.
    pub ScoreObservation: GET "/computervision/score_observation/{id}" -> Whole<Suggestions>, REQUIRED;
    at(id(u64));
    query {
        /// Where it was seen, in place of what the observation says: degrees north of the equator.
        lat(f64);
        /// Where it was seen: degrees east of Greenwich.
        lng(f64);
        /// Of this taxon and its descendants alone.
        taxon_id(u64);
        /// The language of common names, such as `de`.
        locale(into String);
    }
}
