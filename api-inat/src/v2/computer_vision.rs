//! Taxon suggestions by iNaturalist's computer vision.

use jiff::civil::Date;

use crate::{
    model::{LanguageMatch, Suggestions},
    operation::operation,
    parameter::{
        fields::Fields,
        lists::{IdList, StringList},
    },
    upload::Upload,
    v1::shared::pages,
    v2::{OPTIONAL, READ_UPLOAD, REQUIRED, selected},
};

operation! {
    /// Suggests taxa for a picture, which iNaturalist does not store. Whether every account's token
    /// is accepted is not verified. Location and day improve the suggestions, but are not in the
    /// API's description.
    pub ScoreImage: POST "/computervision/score_image" -> Whole<Suggestions>, READ_UPLOAD;
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

operation! {
    /// Suggests taxa for an observation, from its first photo. Like [`ScoreImage`], it may be
    /// closed to some accounts.
    pub ScoreObservation: GET "/computervision/score_observation/{uuid}" -> Whole<Suggestions>, REQUIRED;
    at(uuid(into StringList));
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Finds photos that fit a description in words.
    pub LanguageSearch: GET "/computervision/language_search" -> Page<LanguageMatch>, OPTIONAL;
    with(q(into String));
    preset(fields(Fields::all()));
    shared pages, selected;
    query {
        /// Sets the words.
        q(into String);
        /// Matches photos of one of these taxa.
        taxon_id(into IdList);
        /// Sets the language of common names, such as `de`.
        locale(into String);
    }
}
