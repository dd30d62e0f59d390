//! Taxa: species, and all wider and narrower ranks; and suggestions of taxa.

use jiff::civil::Date;

use crate::{
    model::{self, Taxon, choice::choice},
    operation::operation,
    parameter::{
        fields::Fields,
        lists::{IdList, StringList},
    },
    upload::Upload,
    v1::shared::names,
    v2::{OPTIONAL, READ_UPLOAD, REQUIRED, selected},
};

operation! {
    /// Reads taxa by id, at most 30.
    pub Get: GET "/taxa/{id}" -> Page<Taxon>, OPTIONAL;
    at(id(into IdList));
    preset(fields(Fields::all()));
    ids 30, 30;
    shared selected;
    query {
        /// Matches taxa of one of these rank levels: 70 is a kingdom, 10 a species.
        rank_level(into StringList);
    }
}

operation! {
    /// Searches for taxa. Returns one page: v2 has neither a page number nor an order.
    pub Search: GET "/taxa" -> Page<Taxon>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 30, 500;
    shared names, selected;
    query {
        /// Matches taxa whose name begins with this text.
        q(into String);
        /// Matches taxa that are active (not replaced by another).
        is_active(bool);
        /// Matches iconic taxa, such as birds and plants.
        iconic(bool);
        /// Matches this taxon and its descendants.
        taxon_id(u64);
        /// Matches the children of this taxon.
        parent_id(u64);
        /// Matches taxa of one of these ranks.
        rank(into StringList);
        /// Matches taxa of one of these rank levels: 70 is a kingdom, 10 a species.
        rank_level(into StringList);
        /// Matches taxa with an id above this one.
        id_above(u64);
        /// Matches taxa with an id below this one.
        id_below(u64);
        /// Sets the number of taxa on the page.
        per_page(u64);
    }
}

operation! {
    /// Finds taxa with a name that begins with this text.
    pub Autocomplete: GET "/taxa/autocomplete" -> Page<Taxon>, OPTIONAL;
    with(q(into String));
    preset(fields(Fields::all()));
    pages 10, 30;
    shared names, selected;
    query {
        /// Sets the beginning of the name.
        q(into String);
        /// Matches taxa that are active (not replaced by another).
        is_active(bool);
        /// Matches iconic taxa, such as birds and plants.
        iconic(bool);
        /// Sets the maximum number of taxa.
        per_page(u64);
    }
}

operation! {
    /// Lists the iconic taxa, such as birds and plants.
    pub Iconic: GET "/taxa/iconic" -> Page<Taxon>, OPTIONAL;
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Lists taxa below this one that have no observation yet.
    pub Wanted: GET "/taxa/{id}/wanted" -> Page<Taxon>, OPTIONAL;
    at(id(u64));
    query {
        /// Sets the number of the page, from 1.
        page(u64);
        /// Sets the number of taxa on a page.
        per_page(u64);
    }
}

operation! {
    /// Lists the layers that a map of the taxon can have.
    pub MapLayers: GET "/taxa/{id}/map_layers" -> One<model::MapLayers>, OPTIONAL;
    at(id(u64));
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Suggests taxa for an observation or a picture, by its photo and by what was found nearby.
    pub Suggest: GET "/taxa/suggest" -> Whole<model::TaxonSuggestions>, REQUIRED;
    preset(fields(Fields::all()));
    shared selected;
    query {
        /// Sets the UUID of the observation to suggest taxa for.
        observation_id(into String);
        /// Sets the UUID of an observation to leave out.
        featured_observation_id(into String);
        /// Sets the URL of a picture to suggest taxa for.
        image_url(into String);
        /// Sets the source of the suggestions.
        source(into SuggestionSource);
        /// Sets the key to order by: `taxonomy`, `default` or `sciname`.
        order_by(into String);
        /// Suggests this taxon and its descendants.
        taxon_id(u64);
        /// Suggests taxa found in this place.
        place_id(u64);
        /// Sets the latitude of a point whose place is used, in degrees.
        place_lat(f64);
        /// Sets the longitude of that point, in degrees.
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
    /// Suggests taxa for a picture, which iNaturalist does not store.
    pub SuggestFor: POST "/taxa/suggest" -> Whole<model::TaxonSuggestions>, READ_UPLOAD;
    with(image(into Upload));
    preset(fields(Fields::all()));
    shared selected;
    body "" {
        /// Sets the UUID of the observation to suggest taxa for.
        observation_id(into String);
        /// Sets the UUID of an observation to leave out.
        featured_observation_id(into String);
        /// Sets the URL of a picture to suggest taxa for.
        image_url(into String);
        /// Sets the source of the suggestions.
        source(into SuggestionSource);
        /// Sets the key to order by: `taxonomy`, `default` or `sciname`.
        order_by(into String);
        /// Suggests this taxon and its descendants.
        taxon_id(u64);
        /// Suggests taxa found in this place.
        place_id(u64);
        /// Sets the latitude of a point whose place is used, in degrees.
        place_lat(f64);
        /// Sets the longitude of that point, in degrees.
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

choice! {
    /// The source of suggestions.
    pub enum SuggestionSource {
        /// Computer vision.
        Visual = "visual",
        /// Observations.
        Observations = "observations",
        /// Observations of research grade.
        ResearchGrade = "rg_observations",
        /// Observations of captive or cultivated organisms.
        Captive = "captive_observations",
        /// The lists of places.
        Checklist = "checklist",
        /// Taxa that the taxon of `taxon_id` is confused with.
        Misidentifications = "misidentifications",
    }
}
