//! A place with a boundary.

use std::sync::Arc;

use serde_json::Value;

use super::{location::Location, user::User};

record! {
    /// A place with a boundary: a country, a park, or an area that a user drew.
    pub struct Place {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The name.
        pub name: Option<Box<str>>,
        /// The name, with the names of the places around it.
        pub display_name: Option<Box<str>>,
        /// The same, in the form used for searches.
        pub display_name_autocomplete: Option<Box<str>>,
        /// The name in its URL.
        pub slug: Option<Box<str>>,
        /// The administrative level: -10 continent, 0 country, 10 state, 20 county, 30 town, 100
        /// park. Absent for a place of the community.
        pub admin_level: Option<i64>,
        /// The ids of the places around it, from the widest, and its own.
        pub ancestor_place_ids: Vec<u64>,
        /// The same, as text with slashes.
        pub ancestry: Option<Box<str>>,
        /// The type of place, as a number that iNaturalist defines.
        pub place_type: Option<i64>,
        /// The same, as a number in older responses.
        pub place_type_code: Option<i64>,
        /// The code of a country or state, such as `CH`.
        pub code: Option<Box<str>>,
        /// The area of the box around it, in square degrees.
        pub bbox_area: Option<f64>,
        /// A point in it.
        pub location: Option<Location>,
        /// The same; GeoJSON on the wire.
        pub point_geojson: Option<Location>,
        /// The boundary, as GeoJSON: one polygon or several. It can be long.
        pub geometry_geojson: Option<Value>,
        /// The box around it, as GeoJSON.
        pub bounding_box_geojson: Option<Value>,
        /// The name that matched a search.
        pub matched_term: Option<Box<str>>,
        /// The number of observations in it.
        pub observations_count: Option<i64>,
        /// Its rank in searches.
        pub universal_search_rank: Option<u64>,
        /// The user who drew it.
        pub user: Option<Arc<User>>,
        /// It has no list of taxa.
        pub without_check_list: Option<bool>,
    }
}

record! {
    /// Places near a point or in a box.
    pub struct NearbyPlaces {
        /// The administrative places.
        pub standard: Vec<Place>,
        /// The places that the community drew.
        pub community: Vec<Place>,
    }
}

record! {
    /// The response to a search for places in a box.
    pub struct Nearby {
        /// The number of places.
        pub total_results: Option<u64>,
        /// The number of the page: 1.
        pub page: Option<u64>,
        /// The number of places on the page.
        pub per_page: Option<u64>,
        /// The places.
        pub results: Option<NearbyPlaces>,
    }
}
