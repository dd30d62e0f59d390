//! Places with a boundary.

use crate::{
    model::{Nearby, Place, choice::choice},
    operation::operation,
    parameter::lists::StringList,
    v1::OPEN,
};

operation! {
    /// Places by their numbers or slugs, 500 at most.
    pub Get: GET "/places/{id}" -> Page<Place>, OPEN;
    at(id(into StringList));
    ids 500, 500;
    query {
        /// Only of one of these administrative levels.
        admin_level(into StringList);
    }
}

operation! {
    /// Places with a name that begins like this.
    pub Autocomplete: GET "/places/autocomplete" -> Page<Place>, OPEN;
    with(q(into String));
    pages 10, 20;
    query {
        /// The beginning of the name.
        q(into String);
        /// What to order by; by administrative level without it.
        order_by(into OrderBy);
    }
}

operation! {
    /// Places in a box, by its north-eastern and its south-western corner in degrees.
    pub Near: GET "/places/nearby" -> Whole<Nearby>, OPEN;
    with(nelat(f64), nelng(f64), swlat(f64), swlng(f64));
    pages 20, 100;
    query {
        /// North-eastern corner: latitude in degrees.
        nelat(f64);
        /// North-eastern corner: longitude in degrees.
        nelng(f64);
        /// South-western corner: latitude in degrees.
        swlat(f64);
        /// South-western corner: longitude in degrees.
        swlng(f64);
        /// With this name.
        name(into String);
        /// How many of each kind at most.
        per_page(u64);
    }
}

choice! {
    /// How a place counts for administrations.
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
    /// What places are ordered by.
    pub enum OrderBy {
        /// By area, the largest first.
        Area = "area",
    }
}
