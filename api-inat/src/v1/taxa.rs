//! Taxa: species, and all wider and narrower ranks.

use jiff::civil::Date;

use crate::{
    model::{self, Taxon, TaxonCount, choice::choice},
    operation::operation,
    parameter::lists::{IdList, StringList},
    upload::Upload,
    v1::{
        OPTIONAL, READ_UPLOAD, REQUIRED,
        observations::Order,
        shared::{names, pages},
    },
};

operation! {
    /// Reads taxa by id, at most 30, with ancestors and children.
    pub Get: GET "/taxa/{id}" -> Page<Taxon>, OPTIONAL;
    at(id(into IdList));
    ids 30, 30;
    query {
        /// Matches taxa of this rank level: 70 is a kingdom, 10 a species.
        rank_level(f64);
    }
}

operation! {
    /// Searches for taxa. Following its pages orders it by id.
    pub Search: GET "/taxa" -> Page<Taxon>, OPTIONAL;
    pages 30, 500, by id;
    shared names;
    query {
        /// Matches taxa whose name begins with this text.
        q(into String);
        /// Matches taxa that are active (not replaced by another), that are not, or any. Default:
        /// those that are.
        is_active(into IsActive);
        /// Matches taxa with one of these ids.
        id(into IdList);
        /// Matches these taxa and their descendants. Not described; the Node API's controller reads
        /// it.
        taxon_id(into IdList);
        /// Matches the children of this taxon.
        parent_id(u64);
        /// Matches taxa of one of these ranks.
        rank(into StringList);
        /// Matches taxa of this rank level: 70 is a kingdom, 10 a species.
        rank_level(f64);
        /// Matches taxa with an id above this one.
        id_above(u64);
        /// Matches taxa with an id below this one.
        id_below(u64);
        /// Sets the number of the page, from 1.
        page(u64);
        /// Sets the number of taxa on a page.
        per_page(u64);
        /// Requests only the ids.
        only_id(bool);
        /// Includes all names in all languages.
        all_names(bool);
        /// Sets the direction of the order.
        order(into Order);
        /// Sets the key to order by.
        order_by(into OrderBy);
    }
}

operation! {
    /// Finds taxa with a name that begins with this text.
    pub Autocomplete: GET "/taxa/autocomplete" -> Page<Taxon>, OPTIONAL;
    with(q(into String));
    pages 10, 30;
    shared names;
    query {
        /// Sets the beginning of the name.
        q(into String);
        /// Matches taxa that are active (not replaced by another), that are not, or any. Default:
        /// those that are.
        is_active(into IsActive);
        /// Sets the key to order by. Not described; the Node API's controller reads it.
        order_by(into OrderBy);
        /// Matches these taxa and their descendants.
        taxon_id(into IdList);
        /// Matches taxa of one of these ranks.
        rank(into StringList);
        /// Matches taxa of this rank level.
        rank_level(f64);
        /// Sets the maximum number of taxa.
        per_page(u64);
        /// Includes all names in all languages.
        all_names(bool);
    }
}

operation! {
    /// Lists the layers that a map of the taxon can have. Not in the API's description;
    /// pyinaturalist uses it.
    pub MapLayers: GET "/taxa/{id}/map_layers" -> Whole<model::MapLayers>, OPTIONAL;
    at(id(u64));
}

operation! {
    /// Reads what a life list shows beside names and counts. Not in the API's description;
    /// pyinaturalist uses it. The output is the response's JSON.
    pub LifelistMetadata: GET "/taxa/lifelist_metadata" -> Whole<serde_json::Value>, OPTIONAL;
    query {
        /// Sets the user whose observations are listed, by id or login name.
        observed_by_user_id(into StringList);
        /// Sets the language of common names, such as `de`.
        locale(into String);
    }
}

operation! {
    /// Lists the iconic taxa, such as birds and plants. Not in the API's description; named in the
    /// Node API's routes.
    pub Iconic: GET "/taxa/iconic" -> Page<Taxon>, OPTIONAL;
}

operation! {
    /// Lists taxa below this one that have no observation yet. Not in the API's description; named
    /// in the Node API's routes.
    pub Wanted: GET "/taxa/{id}/wanted" -> Page<Taxon>, OPTIONAL;
    at(id(u64));
}

operation! {
    /// Suggests taxa for an observation, by its photo and by what was found nearby. Not in the
    /// API's description of v1; named in the Node API's routes. The parameters are those of v2's
    /// description; that v1 accepts all of them is not verified.
    pub Suggest: GET "/taxa/suggest" -> Whole<model::TaxonSuggestions>, REQUIRED;
    query {
        /// Sets the observation to suggest taxa for.
        observation_id(into String);
        /// Sets an observation to include even if it has just been created.
        featured_observation_id(into String);
        /// Sets the URL of a picture to suggest taxa for.
        image_url(into String);
        /// Sets the source of the suggestions, such as `visual`, `observations` or `checklist`.
        source(into String);
        /// Sets the key to order by, such as `taxonomy` or `sort_order`.
        order_by(into String);
        /// Suggests this taxon and its descendants.
        taxon_id(u64);
        /// Suggests taxa found in this place.
        place_id(u64);
        /// Sets the latitude of the place, in degrees.
        place_lat(f64);
        /// Sets the longitude of the place, in degrees.
        place_lng(f64);
        /// Suggests taxa found near this latitude, in degrees.
        lat(f64);
        /// Suggests taxa found near this longitude, in degrees.
        lng(f64);
        /// Suggests taxa found at this time of the year.
        observed_on(Date);
        /// Suggests taxa found in these months, 1 to 12.
        months(into IdList);
        /// Includes, for each taxon, a photo that looks like the picture.
        include_representative_photos(bool);
        /// Sets the maximum number of taxa.
        limit(u64);
        /// Sets the language of common names, such as `de`.
        locale(into String);
    }
}

operation! {
    /// Suggests taxa for a picture, which iNaturalist does not store. Not in the API's description;
    /// named in the Node API's routes.
    pub SuggestFor: POST "/taxa/suggest" -> Whole<model::TaxonSuggestions>, READ_UPLOAD;
    with(image(into Upload));
    body "" {
        /// Sets the observation to suggest taxa for.
        observation_id(into String);
        /// Sets an observation to include even if it has just been created.
        featured_observation_id(into String);
        /// Sets the URL of a picture to suggest taxa for.
        image_url(into String);
        /// Sets the source of the suggestions, such as `visual`, `observations` or `checklist`.
        source(into String);
        /// Sets the key to order by, such as `taxonomy` or `sort_order`.
        order_by(into String);
        /// Suggests this taxon and its descendants.
        taxon_id(u64);
        /// Suggests taxa found in this place.
        place_id(u64);
        /// Sets the latitude of the place, in degrees.
        place_lat(f64);
        /// Sets the longitude of the place, in degrees.
        place_lng(f64);
        /// Suggests taxa found near this latitude, in degrees.
        lat(f64);
        /// Suggests taxa found near this longitude, in degrees.
        lng(f64);
        /// Suggests taxa found at this time of the year.
        observed_on(Date);
        /// Suggests taxa found in these months, 1 to 12.
        months(into StringList);
        /// Includes, for each taxon, a photo that looks like the picture.
        include_representative_photos(bool);
        /// Sets the maximum number of taxa.
        limit(u64);
        /// Sets the language of common names, such as `de`.
        locale(into String);
    }
    upload Photo "image" {
        /// Sets the picture.
        image;
    }
}

operation! {
    /// Lists the taxa observed near a point, with counts. Not in the API's description; named in
    /// the Node API's routes.
    pub Nearby: GET "/taxa/nearby" -> Page<TaxonCount>, OPTIONAL;
    with(lat(f64), lng(f64));
    shared names, pages;
    query {
        /// Sets the latitude of the point, in degrees.
        lat(f64);
        /// Sets the longitude of the point, in degrees.
        lng(f64);
        /// Matches these taxa and their descendants.
        taxon_id(into IdList);
    }
}

choice! {
    /// Which taxa a search matches: active ones are not replaced by another.
    pub enum IsActive {
        /// Active taxa.
        True = "true",
        /// Taxa that are not active.
        False = "false",
        /// Both.
        Any = "any",
    }
}

impl From<bool> for IsActive {
    #[inline]
    fn from(active: bool) -> Self {
        match active {
            true => Self::True,
            false => Self::False,
        }
    }
}

choice! {
    /// The key that taxa are ordered by.
    pub enum OrderBy {
        /// By id.
        Id = "id",
        /// By the time of creation.
        CreatedAt = "created_at",
        /// By the number of observations.
        ObservationsCount = "observations_count",
    }
}
