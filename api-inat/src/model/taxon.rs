//! A taxon.

use std::sync::Arc;

use serde_json::Value;

use jiff::Timestamp;

use super::{
    choice::{Geoprivacy, IconicTaxon},
    photo::{Photo, TaxonPhoto},
    place::Place,
    rank::Rank,
};

record! {
    /// A taxon: a species, a genus, a kingdom.
    pub struct Taxon {
        /// Its number.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// Its scientific name.
        pub name: Option<Box<str>>,
        /// Its rank.
        pub rank: Option<Rank>,
        /// The rank as a number: 10 for a species, 70 for a kingdom; smaller is narrower.
        pub rank_level: Option<f64>,
        /// Its common name in the language and place of the caller, where there is one.
        pub preferred_common_name: Option<Box<str>>,
        /// Its common names in the languages that the caller put in order.
        pub preferred_common_names: Vec<Value>,
        /// Its common name in English.
        pub english_common_name: Option<Box<str>>,
        /// All its names, where they were asked for.
        pub names: Vec<TaxonName>,
        /// The name that matched a search.
        pub matched_term: Option<Box<str>>,
        /// The wide group it belongs to.
        pub iconic_taxon_name: Option<IconicTaxon>,
        /// The number of that group.
        pub iconic_taxon_id: Option<u64>,
        /// In use; a taxon that was changed into another is not.
        pub is_active: Option<bool>,
        /// What it was changed into.
        pub current_synonymous_taxon_ids: Vec<u64>,
        /// The taxon directly above it.
        pub parent_id: Option<u64>,
        /// The numbers of its ancestors, from the widest, and its own.
        pub ancestor_ids: Vec<u64>,
        /// The same as text with slashes, without its own.
        pub ancestry: Option<Box<str>>,
        /// Its ancestors, from the widest.
        pub ancestors: Vec<Arc<Taxon>>,
        /// The taxa directly below it.
        pub children: Vec<Arc<Taxon>>,
        /// Its ancestors up to the species, as text with commas.
        pub min_species_ancestry: Option<Box<str>>,
        /// Its species, or itself.
        pub min_species_taxon_id: Option<u64>,
        /// Introduced at the place of the observation.
        pub introduced: Option<bool>,
        /// Native at the place of the observation.
        pub native: Option<bool>,
        /// Endemic to the place of the observation.
        pub endemic: Option<bool>,
        /// Threatened at the place of the observation.
        pub threatened: Option<bool>,
        /// How it came to the caller's place.
        pub establishment_means: Option<Box<EstablishmentMeans>>,
        /// The same in one word.
        pub preferred_establishment_means: Option<Box<str>>,
        /// How threatened it is at the caller's place.
        pub conservation_status: Option<Box<ConservationStatus>>,
        /// How threatened it is everywhere.
        pub conservation_statuses: Vec<ConservationStatus>,
        /// The same, in the responses of some endpoints.
        pub statuses: Vec<Value>,
        /// Extinct.
        pub extinct: Option<bool>,
        /// Without a published name.
        pub provisional: Option<bool>,
        /// Its colours.
        pub colors: Vec<Color>,
        /// The photo that stands for it.
        pub default_photo: Option<Box<Photo>>,
        /// A photo that shows it well.
        pub representative_photo: Option<Box<Photo>>,
        /// Photos of it and its descendants.
        pub taxon_photos: Vec<TaxonPhoto>,
        /// Its photos can be changed by curators alone.
        pub photos_locked: Option<bool>,
        /// How many observations there are of it and its descendants.
        pub observations_count: Option<u64>,
        /// How many species are below it, where that is known for sure.
        pub complete_species_count: Option<u64>,
        /// The rank down to which everything below it is there.
        pub complete_rank: Option<Rank>,
        /// On which lists of places it is.
        pub listed_taxa: Vec<ListedTaxon>,
        /// How many such lists there are.
        pub listed_taxa_count: Option<u64>,
        /// Complaints about it.
        pub flag_counts: Option<FlagCounts>,
        /// How many changes of taxa it is part of.
        pub taxon_changes_count: Option<u64>,
        /// How many other schemes it is part of.
        pub taxon_schemes_count: Option<u64>,
        /// Its atlas.
        pub atlas_id: Option<u64>,
        /// How high it comes in searches.
        pub universal_search_rank: Option<u64>,
        /// The service can recognise it in pictures.
        pub vision: Option<bool>,
        /// The beginning of its page at Wikipedia; HTML.
        pub wikipedia_summary: Option<Box<str>>,
        /// Its page at Wikipedia.
        pub wikipedia_url: Option<Box<str>>,
        /// When it was made.
        pub created_at: Option<Timestamp>,
    }
}

record! {
    /// A name of a taxon.
    pub struct TaxonName {
        /// Its number, where it has one.
        pub id: Option<u64>,
        /// The name.
        pub name: Option<Box<str>>,
        /// Its language, such as `de`; `sci` for a scientific name.
        pub locale: Option<Box<str>>,
        /// Its language in English.
        pub lexicon: Option<Box<str>>,
        /// Where it stands among others.
        pub position: Option<u64>,
        /// In use.
        pub is_valid: Option<bool>,
    }
}

record! {
    /// A colour.
    pub struct Color {
        /// Its number.
        pub id: u64,
        /// Its name in English.
        pub value: Option<Box<str>>,
    }
}

record! {
    /// How threatened a taxon is, in a place or everywhere, and who says so.
    pub struct ConservationStatus {
        /// Its number.
        pub id: Option<u64>,
        /// Who says so.
        pub authority: Option<Box<str>>,
        /// In the authority's own words, such as `VU`.
        pub status: Option<Box<str>>,
        /// The same as a word, such as `vulnerable`.
        pub status_name: Option<Box<str>>,
        /// On the scale of the IUCN: 10 is least concern, 60 extinct in the wild, 70 extinct.
        pub iucn: Option<u64>,
        /// The same as a word.
        pub iucn_status: Option<Box<str>>,
        /// The same in two letters.
        pub iucn_status_code: Option<Box<str>>,
        /// Who sees where it was observed.
        pub geoprivacy: Option<Geoprivacy>,
        /// More about it.
        pub description: Option<Box<str>>,
        /// Where it says so.
        pub url: Option<Box<str>>,
        /// The place it holds for, by number; everywhere without one.
        pub place_id: Option<u64>,
        /// The place it holds for.
        pub place: Option<Box<Place>>,
        /// The source, by number.
        pub source_id: Option<u64>,
        /// The taxon.
        pub taxon_id: Option<u64>,
        /// Who entered it.
        pub user_id: Option<u64>,
    }
}

record! {
    /// How a taxon came to a place.
    pub struct EstablishmentMeans {
        /// Its number.
        pub id: Option<u64>,
        /// `native`, `endemic`, `introduced` and their like.
        pub establishment_means: Option<Box<str>>,
        /// The place.
        pub place: Option<Box<Place>>,
    }
}

record! {
    /// A taxon on a list, mostly on that of a place.
    pub struct ListedTaxon {
        /// Its number.
        pub id: u64,
        /// The taxon, by number.
        pub taxon_id: Option<u64>,
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// The list.
        pub list: Option<List>,
        /// The list, by number.
        pub list_id: Option<u64>,
        /// The place of the list, by number.
        pub place_id: Option<u64>,
        /// The place of the list.
        pub place: Option<Box<Place>>,
        /// How it came there.
        pub establishment_means: Option<Box<str>>,
        /// The same in the caller's language.
        pub establishment_means_label: Option<Box<str>>,
        /// What that means.
        pub establishment_means_description: Option<Box<str>>,
        /// How often it is there, as a number of the service's own.
        pub occurrence_status_level: Option<i64>,
        /// More about it.
        pub description: Option<Box<str>>,
        /// How many observations there are.
        pub observations_count: Option<u64>,
        /// How many comments it has.
        pub comments_count: Option<u64>,
        /// Somebody put it on the list by hand.
        pub manually_added: Option<bool>,
        /// The one of several for this place that counts.
        pub primary_listing: Option<bool>,
        /// When it was put on the list.
        pub created_at: Option<Timestamp>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
    }
}

record! {
    /// A list of taxa.
    pub struct List {
        /// Its number.
        pub id: u64,
        /// Its title.
        pub title: Option<Box<str>>,
    }
}

record! {
    /// How many complaints there are.
    pub struct FlagCounts {
        /// Settled ones.
        pub resolved: Option<u64>,
        /// Open ones.
        pub unresolved: Option<u64>,
    }
}
