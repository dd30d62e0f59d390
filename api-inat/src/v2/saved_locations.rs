//! The locations that the account has stored, for later observations.

use crate::{
    model::{Geoprivacy, SavedLocation},
    operation::{operation, response::Empty},
    parameter::fields::Fields,
    v2::{REQUIRED, WRITE, selected},
};

operation! {
    /// Lists your locations.
    pub Search: GET "/saved_locations" -> Page<SavedLocation>, REQUIRED;
    preset(fields(Fields::all()));
    pages 30, 100, by number;
    shared selected;
    query {
        /// Matches locations with these words in the name.
        q(into String);
        /// Sets the number of the page, from 1. Following a list sets it itself.
        page(u64);
    }
}

operation! {
    /// Stores a location.
    pub Create: POST "/saved_locations" -> One<SavedLocation>, WRITE;
    with(latitude(f64), longitude(f64), title(into String));
    preset(fields(Fields::all()));
    shared selected;
    body "saved_location" {
        /// Sets the latitude: degrees north of the equator.
        latitude(f64);
        /// Sets the longitude: degrees east of Greenwich.
        longitude(f64);
        /// Sets the name.
        title(into String);
        /// Sets the accuracy: the radius of a circle, in metres.
        positional_accuracy(u64);
        /// Sets who can see the location of observations there.
        geoprivacy(into Geoprivacy);
    }
}

operation! {
    /// Removes a location.
    pub Delete: DELETE "/saved_locations/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
