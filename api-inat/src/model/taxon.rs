//! Taxa, their names, conservation statuses and lists.

use std::sync::Arc;

use serde_json::Value;

use super::{
    choice::{Geoprivacy, IconicTaxon},
    moment::Moment,
    photo::{Photo, TaxonPhoto},
    place::Place,
    rank::Rank,
    user::User,
};

record! {
    /// A taxon: a species, a genus, a kingdom.
    pub struct Taxon {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The scientific name.
        pub name: Option<Box<str>>,
        /// The rank.
        pub rank: Option<Rank>,
        /// The rank as a number: 10 for a species, 70 for a kingdom; smaller is narrower.
        pub rank_level: Option<f64>,
        /// The common name in the language and place of the caller. Absent if there is none.
        pub preferred_common_name: Option<Box<str>>,
        /// The common names in the caller's languages, in order of preference.
        pub preferred_common_names: Vec<Value>,
        /// The common name in English.
        pub english_common_name: Option<Box<str>>,
        /// All names, if they were requested.
        pub names: Vec<TaxonName>,
        /// The name that matched a search.
        pub matched_term: Option<Box<str>>,
        /// The iconic taxon it belongs to.
        pub iconic_taxon_name: Option<IconicTaxon>,
        /// The id of that iconic taxon.
        pub iconic_taxon_id: Option<u64>,
        /// It is active. A taxon that was changed into another is not.
        pub is_active: Option<bool>,
        /// The ids of the taxa it was changed into.
        pub current_synonymous_taxon_ids: Vec<u64>,
        /// The id of its parent.
        pub parent_id: Option<u64>,
        /// The ids of its ancestors, from the widest, and its own.
        pub ancestor_ids: Vec<u64>,
        /// The same as text with slashes, without its own id.
        pub ancestry: Option<Box<str>>,
        /// The ancestors, from the widest.
        pub ancestors: Vec<Arc<Taxon>>,
        /// The children.
        pub children: Vec<Arc<Taxon>>,
        /// The ancestors up to the species, as text with commas.
        pub min_species_ancestry: Option<Box<str>>,
        /// The id of its species, or its own id.
        pub min_species_taxon_id: Option<u64>,
        /// It is introduced at the place of the observation.
        pub introduced: Option<bool>,
        /// It is native at the place of the observation.
        pub native: Option<bool>,
        /// It is endemic to the place of the observation.
        pub endemic: Option<bool>,
        /// It is threatened at the place of the observation.
        pub threatened: Option<bool>,
        /// The establishment means at the caller's place.
        pub establishment_means: Option<Box<EstablishmentMeans>>,
        /// The same, as one word.
        pub preferred_establishment_means: Option<Box<str>>,
        /// The conservation status at the caller's place.
        pub conservation_status: Option<Box<ConservationStatus>>,
        /// The conservation statuses in all places.
        pub conservation_statuses: Vec<ConservationStatus>,
        /// The same, in the responses of some endpoints.
        pub statuses: Vec<Value>,
        /// It is extinct.
        pub extinct: Option<bool>,
        /// It has no published name.
        pub provisional: Option<bool>,
        /// The colours.
        pub colors: Vec<Color>,
        /// The photo that illustrates it.
        pub default_photo: Option<Box<Photo>>,
        /// A photo that shows it well.
        pub representative_photo: Option<Box<Photo>>,
        /// Photos of it and its descendants.
        pub taxon_photos: Vec<TaxonPhoto>,
        /// Only curators can change its photos.
        pub photos_locked: Option<bool>,
        /// The number of observations of it and its descendants.
        pub observations_count: Option<i64>,
        /// The number of species below it, if the tree below it is complete.
        pub complete_species_count: Option<i64>,
        /// The rank down to which the tree below it is complete.
        pub complete_rank: Option<Rank>,
        /// The lists of places that it is on.
        pub listed_taxa: Vec<ListedTaxon>,
        /// The number of those lists.
        pub listed_taxa_count: Option<i64>,
        /// The numbers of flags on it.
        pub flag_counts: Option<FlagCounts>,
        /// The number of taxon changes it is part of.
        pub taxon_changes_count: Option<i64>,
        /// The number of taxon schemes it is part of.
        pub taxon_schemes_count: Option<i64>,
        /// The ids of the places whose lists it is on, in older responses.
        pub place_ids: Vec<u64>,
        /// The id of its atlas.
        pub atlas_id: Option<u64>,
        /// Its rank in searches.
        pub universal_search_rank: Option<u64>,
        /// iNaturalist's computer vision can recognise it.
        pub vision: Option<bool>,
        /// The beginning of its Wikipedia page, as HTML.
        pub wikipedia_summary: Option<Box<str>>,
        /// The URL of its Wikipedia page.
        pub wikipedia_url: Option<Box<str>>,
        /// The time of creation.
        pub created_at: Option<Moment>,
    }
}

record! {
    /// A name of a taxon.
    pub struct TaxonName {
        /// The id, if it has one.
        pub id: Option<u64>,
        /// The name.
        pub name: Option<Box<str>>,
        /// The language, such as `de`; `sci` for a scientific name.
        pub locale: Option<Box<str>>,
        /// The language, by its English name.
        pub lexicon: Option<Box<str>>,
        /// Its position among other names.
        pub position: Option<u64>,
        /// It is active: not replaced by another.
        pub is_valid: Option<bool>,
    }
}

record! {
    /// A colour.
    pub struct Color {
        /// The id.
        pub id: u64,
        /// The name in English.
        pub value: Option<Box<str>>,
    }
}

record! {
    /// The conservation status of a taxon, in a place or everywhere.
    pub struct ConservationStatus {
        /// The id.
        pub id: Option<u64>,
        /// The authority.
        pub authority: Option<Box<str>>,
        /// The status in the authority's own terms, such as `VU`.
        pub status: Option<Box<str>>,
        /// The same, as a word, such as `vulnerable`.
        pub status_name: Option<Box<str>>,
        /// The status on the scale of the IUCN: 10 is least concern, 60 extinct in the wild, 70
        /// extinct.
        pub iucn: Option<u64>,
        /// The same, as a word.
        pub iucn_status: Option<Box<str>>,
        /// The same, in two letters.
        pub iucn_status_code: Option<Box<str>>,
        /// Who can see the location of its observations.
        pub geoprivacy: Option<Geoprivacy>,
        /// The description.
        pub description: Option<Box<str>>,
        /// The URL of the source.
        pub url: Option<Box<str>>,
        /// The id of the place it applies to. Absent: everywhere.
        pub place_id: Option<u64>,
        /// The place it applies to.
        pub place: Option<Box<Place>>,
        /// The id of the source.
        pub source_id: Option<u64>,
        /// The id of the taxon.
        pub taxon_id: Option<u64>,
        /// The name of the taxon.
        pub taxon_name: Option<Box<str>>,
        /// The rank of the taxon.
        pub taxon_rank: Option<Rank>,
        /// The id of the user who added it.
        pub user_id: Option<u64>,
        /// That user.
        pub user: Option<Arc<User>>,
        /// The id of the user who changed it last.
        pub updater_id: Option<u64>,
        /// That user.
        pub updater: Option<Arc<User>>,
        /// The time it was added.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
    }
}

record! {
    /// The establishment means of a taxon in a place.
    pub struct EstablishmentMeans {
        /// The id.
        pub id: Option<u64>,
        /// The means, such as `native`, `endemic` or `introduced`.
        pub establishment_means: Option<Box<str>>,
        /// The place.
        pub place: Option<Box<Place>>,
    }
}

record! {
    /// A taxon on a list, usually the list of a place.
    pub struct ListedTaxon {
        /// The id.
        pub id: u64,
        /// The id of the taxon.
        pub taxon_id: Option<u64>,
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// The list.
        pub list: Option<List>,
        /// The id of the list.
        pub list_id: Option<u64>,
        /// The id of the list's place.
        pub place_id: Option<u64>,
        /// The list's place.
        pub place: Option<Box<Place>>,
        /// The establishment means.
        pub establishment_means: Option<Box<str>>,
        /// The same, in the caller's language.
        pub establishment_means_label: Option<Box<str>>,
        /// The meaning.
        pub establishment_means_description: Option<Box<str>>,
        /// How frequent it is there, as a number that iNaturalist defines.
        pub occurrence_status_level: Option<i64>,
        /// The description.
        pub description: Option<Box<str>>,
        /// The number of observations.
        pub observations_count: Option<i64>,
        /// The number of comments.
        pub comments_count: Option<i64>,
        /// A user added it to the list by hand.
        pub manually_added: Option<bool>,
        /// It is the primary listing for this place.
        pub primary_listing: Option<bool>,
        /// The time it was added to the list.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
    }
}

record! {
    /// A list of taxa.
    pub struct List {
        /// The id.
        pub id: u64,
        /// The title.
        pub title: Option<Box<str>>,
    }
}

record! {
    /// The numbers of flags.
    pub struct FlagCounts {
        /// The number of resolved flags.
        pub resolved: Option<u64>,
        /// The number of open flags.
        pub unresolved: Option<u64>,
    }
}
