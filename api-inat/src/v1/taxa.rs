//! Taxa: species and all that is wider or narrower.

use jiff::civil::Date;

use crate::{
    model::{self, Taxon, choice::choice},
    operation::operation,
    parameter::lists::{IdList, StringList},
    v1::{OPTIONAL, REQUIRED, observations::Order, shared::names},
};

operation! {
    /// Taxa by their numbers, 30 at most, with ancestors and children.
    pub Get: GET "/taxa/{id}" -> Page<Taxon>, OPTIONAL;
    at(id(into IdList));
    ids 30, 30;
    query {
        /// Only of this rank level: 70 is a kingdom, 10 a species.
        rank_level(f64);
    }
}

operation! {
    /// Searches for taxa. Followed through its pages it goes by id.
    pub Search: GET "/taxa" -> Page<Taxon>, OPTIONAL;
    pages 30, 500, by id;
    shared names;
    query {
        /// Whose name begins like this.
        q(into String);
        /// Still in use.
        is_active(bool);
        /// With one of these ids.
        id(into IdList);
        /// Directly below this taxon.
        parent_id(u64);
        /// Of one of these ranks.
        rank(into StringList);
        /// Of this rank level: 70 is a kingdom, 10 a species.
        rank_level(f64);
        /// With a greater id than this one.
        id_above(u64);
        /// With a smaller id than this one.
        id_below(u64);
        /// The number of the page, from 1.
        page(u64);
        /// How many taxa a page has.
        per_page(u64);
        /// The response has ids alone.
        only_id(bool);
        /// With all names in all languages.
        all_names(bool);
        /// Which way to order.
        order(into Order);
        /// What to order by.
        order_by(into OrderBy);
    }
}

operation! {
    /// Taxa with a name that begins like this.
    pub Autocomplete: GET "/taxa/autocomplete" -> Page<Taxon>, OPTIONAL;
    with(q(into String));
    pages 10, 30;
    shared names;
    query {
        /// The beginning of the name.
        q(into String);
        /// Still in use.
        is_active(bool);
        /// One of these taxa or their descendants.
        taxon_id(into IdList);
        /// Of one of these ranks.
        rank(into StringList);
        /// Of this rank level.
        rank_level(f64);
        /// How many at most.
        per_page(u64);
        /// With all names in all languages.
        all_names(bool);
    }
}

operation! {
    /// Which layers a map of the taxon can have. Not in the API's description; pyinaturalist uses it.
    pub MapLayers: GET "/taxa/{id}/map_layers" -> Whole<model::MapLayers>, OPTIONAL;
    at(id(u64));
}

operation! {
    /// What a life list shows beside names and counts. Not in the API's description; pyinaturalist uses it, and its response is
    /// read as it comes.
    pub LifelistMetadata: GET "/taxa/lifelist_metadata" -> Whole<serde_json::Value>, OPTIONAL;
    query {
        /// Whose observations.
        observed_by_user_id(u64);
        /// The language of common names, such as `de`.
        locale(into String);
    }
}

operation! {
    /// The wide groups that everybody knows. Not in the API's description; named in the Node API's routes.
    pub Iconic: GET "/taxa/iconic" -> Page<Taxon>, OPTIONAL;
}

operation! {
    /// Taxa below this one that nobody has observed yet. Not in the API's description; named in the Node API's routes.
    pub Wanted: GET "/taxa/{id}/wanted" -> Page<Taxon>, OPTIONAL;
    at(id(u64));
}

operation! {
    /// What an observation may be of, from what its photo looks like and from what was found nearby. Not in the API's
    /// description of v1; named in the Node API's routes. The parameters are those that v2 describes; that v1 takes all of
    /// them is not verified.
    pub Suggest: GET "/taxa/suggest" -> Whole<model::TaxonSuggestions>, REQUIRED;
    query {
        /// For this observation.
        observation_id(into String);
        /// An observation that is to be looked at even if it has just been made.
        featured_observation_id(into String);
        /// For the picture at this address.
        image_url(into String);
        /// What they are taken from, such as `visual`, `observations` or `checklist`.
        source(into String);
        /// What to order by, such as `taxonomy` or `sort_order`.
        order_by(into String);
        /// This taxon and its descendants.
        taxon_id(u64);
        /// Found in this place.
        place_id(u64);
        /// Latitude of the place, in degrees.
        place_lat(f64);
        /// Longitude of the place, in degrees.
        place_lng(f64);
        /// Found near this latitude, in degrees.
        lat(f64);
        /// Found near this longitude, in degrees.
        lng(f64);
        /// Found at this time of the year.
        observed_on(Date);
        /// Found in these months, 1 to 12.
        months(into IdList);
        /// With a photo of each that looks like the picture.
        include_representative_photos(bool);
        /// How many at most.
        limit(u64);
        /// The language of common names, such as `de`.
        locale(into String);
    }
}

choice! {
    /// What taxa are ordered by.
    pub enum OrderBy {
        /// By id.
        Id = "id",
        /// By the time they were made.
        CreatedAt = "created_at",
        /// By how many observations they have.
        ObservationsCount = "observations_count",
    }
}
