//! Identifications, by UUID; and counts of them.

use crate::{
    model::{Identification, RecentTaxon, TaxonCount, UserCount},
    operation::{operation, response::Empty},
    parameter::{
        fields::Fields,
        lists::{IdList, StringList},
    },
    v1::shared::pages,
    v2::{CHANGE, OPTIONAL, WRITE, selected},
};

operation! {
    /// Identifies an observation.
    pub Create: POST "/identifications" -> One<Identification>, WRITE;
    with(observation_id(into String), taxon_id(u64));
    preset(fields(Fields::all()));
    shared selected;
    body "identification" {
        /// Sets the UUID of the observation.
        observation_id(into String);
        /// Sets the taxon.
        taxon_id(u64);
        /// Sets the explanation.
        body(into String);
        /// Sets whether it was chosen from iNaturalist's own suggestions.
        vision(bool);
        /// Sets whether it disagrees that the evidence allows a narrower taxon.
        disagreement(bool);
    }
}

operation! {
    /// Changes one of your identifications. [`current(false)`](Self::current) withdraws it.
    ///
    /// The description names an observation as the response; that it is the identification is not
    /// verified. [`of`](Self::of) reads it into another type.
    pub Update: PUT "/identifications/{uuid}" -> One<Identification>, CHANGE;
    at(uuid(into StringList));
    preset(fields(Fields::all()));
    shared selected;
    body "identification" {
        /// Sets the explanation.
        body(into String);
        /// Sets whether it is current. Only the latest identification of each user is.
        current(bool);
    }
}

operation! {
    /// Deletes one of your identifications.
    pub Delete: DELETE "/identifications/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}

operation! {
    /// Lists identifiers, with counts.
    pub Identifiers: GET "/identifications/identifiers" -> Page<UserCount>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 500, 500, by number;
    shared pages, selected;
    query {
        /// Matches identifications as one of these taxa or their descendants.
        taxon_id(into IdList);
        /// Matches identifications on observations of one of these quality grades.
        quality_grade(into StringList);
    }
}

operation! {
    /// Lists taxa that were recently identified for the first time below these taxa. Each record
    /// has an identification and its taxon.
    pub RecentTaxa: GET "/identifications/recent_taxa" -> Page<RecentTaxon>, OPTIONAL;
    with(taxon_id(into IdList));
    preset(fields(Fields::all()));
    pages 30, 200;
    shared pages, selected;
    query {
        /// Matches identifications as one of these taxa or their descendants.
        taxon_id(into IdList);
        /// Matches identifications on verifiable observations.
        verifiable(bool);
        /// Matches identifications on observations of one of these quality grades.
        quality_grade(into StringList);
        /// Matches identifications as a taxon of this rank.
        rank(into String);
        /// Matches identifications of one of these categories.
        category(into StringList);
        /// Sets the language of common names, such as `de`.
        locale(into String);
    }
}

operation! {
    /// Lists the species that a taxon is confused with, with counts.
    pub SimilarSpecies: GET "/identifications/similar_species" -> Page<TaxonCount>, OPTIONAL;
    with(taxon_id(u64));
    preset(fields(Fields::all()));
    shared pages, selected;
    query {
        /// Sets the taxon.
        taxon_id(u64);
        /// Matches identifications on observations of one of these quality grades.
        quality_grade(into StringList);
    }
}
