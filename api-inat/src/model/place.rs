//! A place with a boundary.

use std::sync::Arc;

use serde_json::Value;

use super::{location::Location, user::User};

record! {
    /// A place with a boundary: a country, a park, whatever somebody drew.
    pub struct Place {
        /// Its number.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// Its name.
        pub name: Option<Box<str>>,
        /// Its name with what it lies in.
        pub display_name: Option<Box<str>>,
        /// The same, as it is searched by.
        pub display_name_autocomplete: Option<Box<str>>,
        /// Its name in its URL.
        pub slug: Option<Box<str>>,
        /// How it counts for administrations: -10 continent, 0 country, 10 state, 20 county, 30 town, 100 park. Absent for a
        /// place of the community.
        pub admin_level: Option<i64>,
        /// The numbers of what it lies in, from the widest, and its own.
        pub ancestor_place_ids: Vec<u64>,
        /// The same as text with slashes.
        pub ancestry: Option<Box<str>>,
        /// What kind of place it is, as a number of the service's own.
        pub place_type: Option<i64>,
        /// The area of the box around it, in square degrees.
        pub bbox_area: Option<f64>,
        /// A point in it.
        pub location: Option<Location>,
        /// The same; GeoJSON on the wire.
        pub point_geojson: Option<Location>,
        /// Its boundary, as GeoJSON: a polygon or several. It can be long.
        pub geometry_geojson: Option<Value>,
        /// The box around it, as GeoJSON.
        pub bounding_box_geojson: Option<Value>,
        /// The name that matched a search.
        pub matched_term: Option<Box<str>>,
        /// How many observations there are in it.
        pub observations_count: Option<u64>,
        /// How high it comes in searches.
        pub universal_search_rank: Option<u64>,
        /// Who drew it.
        pub user: Option<Arc<User>>,
        /// It has no list of taxa.
        pub without_check_list: Option<bool>,
    }
}

record! {
    /// Places near a point or in a box.
    pub struct NearbyPlaces {
        /// Those of administrations.
        pub standard: Vec<Place>,
        /// Those that the community drew.
        pub community: Vec<Place>,
    }
}

record! {
    /// The response that has them.
    pub struct Nearby {
        /// How many places there are.
        pub total_results: Option<u64>,
        /// Which page this is: the first.
        pub page: Option<u64>,
        /// How many places it has.
        pub per_page: Option<u64>,
        /// The places.
        pub results: Option<NearbyPlaces>,
    }
}
