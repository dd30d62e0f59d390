//! Places with a boundary.

use crate::{
    model::{Nearby, Place},
    operation::operation,
    parameter::{fields::Fields, lists::StringList},
    v2::{OPTIONAL, selected},
};

operation! {
    /// Finds places whose name begins with this text.
    pub Search: GET "/places" -> Page<Place>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 10, 20;
    shared selected;
    query {
        /// Sets the beginning of the name.
        q(into String);
        /// Sets the key to order by: `area`.
        order_by(into String);
        /// Matches places with a boundary.
        geo(bool);
        /// Sets the maximum number of places.
        per_page(u64);
    }
}

operation! {
    /// Reads places by UUID, at most 500.
    pub Get: GET "/places/{uuid}" -> Page<Place>, OPTIONAL;
    at(uuid(into StringList));
    preset(fields(Fields::all()));
    ids 500, 500;
    shared selected;
    query {
        /// Sets the latitude of the point that `order_by` measures from, in degrees.
        lat(f64);
        /// Sets the longitude of that point, in degrees.
        lng(f64);
        /// Sets the key to order by: `admin_and_distance`.
        order_by(into String);
    }
}

operation! {
    /// Finds places in a box, given by its north-eastern and its south-western corner in degrees.
    pub Near: GET "/places/nearby" -> Whole<Nearby>, OPTIONAL;
    with(nelat(f64), nelng(f64), swlat(f64), swlng(f64));
    preset(fields(Fields::all()));
    pages 20, 100;
    shared selected;
    query {
        /// Sets the latitude of the north-eastern corner, in degrees.
        nelat(f64);
        /// Sets the longitude of the north-eastern corner, in degrees.
        nelng(f64);
        /// Sets the latitude of the south-western corner, in degrees.
        swlat(f64);
        /// Sets the longitude of the south-western corner, in degrees.
        swlng(f64);
        /// Matches places with this name.
        name(into String);
        /// Sets the maximum number of places, standard and community each.
        per_page(u64);
    }
}
