//! Taxon suggestions by iNaturalist's computer vision.

use jiff::civil::Date;
use serde_json::Value;

use crate::{
    model::{LanguageMatch, Suggestions},
    operation::operation,
    parameter::lists::IdList,
    upload::Upload,
    v1::{OPTIONAL, READ_UPLOAD, REQUIRED, shared::pages},
};

operation! {
    /// Suggests taxa for a picture, which iNaturalist does not store. Location and day improve the
    /// suggestions.
    ///
    /// Not in the API's description. iNaturalist offers it to its own programs and to approved
    /// users. Whether every account's token is accepted is not verified.
    pub ScoreImage: POST "/computervision/score_image" -> Whole<Suggestions>, READ_UPLOAD;
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

operation! {
    /// Finds photos that fit a description in words. Not in the API's description; named in the
    /// Node API's routes.
    pub LanguageSearch: GET "/computervision/language_search" -> Page<LanguageMatch>, OPTIONAL;
    with(q(into String));
    shared pages;
    query {
        /// Sets the words.
        q(into String);
        /// Matches photos of one of these taxa.
        taxon_id(into IdList);
        /// Sets the language of common names, such as `de`.
        locale(into String);
    }
}

operation! {
    /// Reads the box in which iNaturalist's model expects a taxon. Not in the API's description;
    /// named in the Node API's routes, so the output is the response's JSON.
    pub GeomodelBounds: GET "/computervision/taxon_geomodel_bounds/{id}" -> Whole<Value>, OPTIONAL;
    at(id(u64));
}

operation! {
    /// Reads the cells of the grid H3 in which iNaturalist's model expects a taxon. Not in the
    /// API's description; named in the Node API's routes, so the output is the response's JSON.
    pub GeomodelCells: GET "/computervision/taxon_h3_cells/{id}" -> Whole<Value>, OPTIONAL;
    at(id(u64));
}
