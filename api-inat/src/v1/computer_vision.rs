//! Taxon suggestions by iNaturalist's computer vision.

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
    /// Suggests taxa for a picture, which iNaturalist does not store. Location and day improve the
    /// suggestions.
    ///
    /// Not in the API's description. iNaturalist offers it to its own programs and to approved
    /// users. Whether every account's token is accepted is not verified.
    pub ScoreImage: POST "/computervision/score_image" -> Whole<Suggestions>, SCORE;
    with(image(into Upload));
    body "" {
        /// Sets the latitude of the observation: degrees north of the equator.
        lat(f64);
        /// Sets the longitude of the observation: degrees east of Greenwich.
        lng(f64);
        /// Sets the day of the observation.
        observed_on(Date);
        /// Sets the language of common names, such as `de`.
        locale(into String);
    }
    upload Photo "image" {
        /// Sets the picture.
        image;
    }
}

operation! {
    /// Suggests taxa for an observation, from its first photo.
    ///
    /// Not in the API's description; named in the Node API's routes. Like [`ScoreImage`], it may be
    /// closed to some accounts.
    pub ScoreObservation: GET "/computervision/score_observation/{id}" -> Whole<Suggestions>, REQUIRED;
    at(id(u64));
    query {
        /// Sets the latitude, in place of the observation's own: degrees north of the equator.
        lat(f64);
        /// Sets the longitude of the observation: degrees east of Greenwich.
        lng(f64);
        /// Suggests only this taxon and its descendants.
        taxon_id(u64);
        /// Sets the language of common names, such as `de`.
        locale(into String);
    }
}
