//! Places with a boundary.

use crate::{
    model::{Nearby, Place, choice::choice},
    operation::operation,
    parameter::lists::StringList,
    v1::OPEN,
};

operation! {
    /// Reads places by id or slug, at most 500.
    pub Get: GET "/places/{id}" -> Page<Place>, OPEN;
    at(id(into StringList));
    ids 500, 500;
    query {
        /// Matches places of one of these administrative levels.
        admin_level(into StringList);
    }
}

operation! {
    /// Finds places whose name begins with this text.
    pub Autocomplete: GET "/places/autocomplete" -> Page<Place>, OPEN;
    with(q(into String));
    pages 10, 20;
    query {
        /// Sets the beginning of the name.
        q(into String);
        /// Sets the key to order by. Default: the administrative level.
        order_by(into OrderBy);
    }
}

operation! {
    /// Finds places in a box, given by its north-eastern and its south-western corner in degrees.
    pub Near: GET "/places/nearby" -> Whole<Nearby>, OPEN;
    with(nelat(f64), nelng(f64), swlat(f64), swlng(f64));
    pages 20, 100;
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

operation! {
    /// Lists the places that contain a point. Not in the API's description; named in the Node API's
    /// routes.
    pub Containing: GET "/places/containing" -> Page<Place>, OPEN;
    with(lat(f64), lng(f64));
    query {
        /// Sets the latitude of the point, in degrees.
        lat(f64);
        /// Sets the longitude of the point, in degrees.
        lng(f64);
        /// Includes places that users drew.
        include_community_places(bool);
    }
}

choice! {
    /// The administrative level of a place.
    pub enum AdminLevel {
        /// A continent.
        Continent = "-10",
        /// A country.
        Country = "0",
        /// A state, province or canton.
        State = "10",
        /// A county or district.
        County = "20",
        /// A town.
        Town = "30",
        /// A park.
        Park = "100",
    }
}

choice! {
    /// The key that places are ordered by.
    pub enum OrderBy {
        /// By area, the largest first.
        Area = "area",
    }
}
