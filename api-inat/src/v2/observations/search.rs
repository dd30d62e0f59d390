//! The search for observations, and observations by UUID.

use jiff::civil::Date;

use crate::{
    model::{Observation, Rank},
    operation::operation,
    parameter::{
        date_or_time::DateOrTime,
        fields::Fields,
        lists::{IdList, StringList},
    },
    v1::{
        observations::{Agreement, Order, OrderBy, SearchOn, cached, common_filters},
        shared::{names, pages},
    },
    v2::{OPTIONAL, selected},
};

operation! {
    /// Searches for observations, and is the cursor of its own pages: by id and without end, as
    /// [v1's](crate::v1::observations::Search).
    pub Search: GET "/observations" -> Page<Observation>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 30, 200, by id;
    shared common_filters, names, cached, pages, selected;
    query {
        /// With or without identifications that disagree.
        disagreements(bool);
        /// Only where the observer trusts the projects of `project_id`, or the caller, with the true place.
        coords_viewable_for_proj(bool);
        /// Without a value in this observation field.
        without_field(into String);
        /// With a link to this partner of iNaturalist.
        outlink_source(into String);
        /// What to order by.
        order_by(into OrderBy);
        /// Which way to order.
        order(into Order);
        /// The response has ids alone.
        only_id(bool);
    }
}

operation! {
    /// Observations by their UUIDs, 200 at most (not verified). If there is none of them, it is refused with 404.
    pub Get: GET "/observations/{uuid}" -> Page<Observation>, OPTIONAL;
    at(uuid(into StringList));
    preset(fields(Fields::all()));
    ids 200, 200;
    shared selected;
}
