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
    /// Searches for observations. The operation is also the cursor of its own pages: by id, past
    /// 10,000 results, as [v1's](crate::v1::observations::Search).
    pub Search: GET "/observations" -> Page<Observation>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 30, 200, by id;
    shared common_filters, names, cached, pages, selected;
    query {
        /// Matches observations by whether they have identifications that disagree.
        disagreements(bool);
        /// Matches observations whose observer shares the true location with the projects of
        /// `project_id`, or with you.
        coords_viewable_for_proj(bool);
        /// Matches observations without a value in this observation field.
        without_field(into String);
        /// Matches observations with a link to this partner of iNaturalist.
        outlink_source(into String);
        /// Sets the key to order by.
        order_by(into OrderBy);
        /// Sets the direction of the order.
        order(into Order);
        /// Requests only the ids.
        only_id(bool);
    }
}

operation! {
    /// Reads observations by UUID, at most 200 (not verified). v2 refuses the request with 404 if
    /// none exists.
    pub Get: GET "/observations/{uuid}" -> Page<Observation>, OPTIONAL;
    at(uuid(into StringList));
    preset(fields(Fields::all()));
    ids 200, 200;
    shared selected;
}
