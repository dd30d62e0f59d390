//! The search for observations, and observations by UUID.

use jiff::civil::Date;

use crate::{
    model::{self, Observation, Rank},
    operation::operation,
    parameter::{
        date_or_time::DateOrTime,
        fields::Fields,
        lists::{IdList, StringList},
    },
    v1::{
        observations::{Agreement, Order, OrderBy, SearchOn, cached},
        shared::{names, pages},
    },
    v2::{OPTIONAL, REQUIRED, selected},
};

/// The filters of v2.
macro_rules! filters {
    () => {
        $crate::v1::observations::common_filters! {}
        auth_core::parameters! {
            /// Matches observations by whether they have identifications that disagree.
            disagreements(bool);
            /// Matches observations whose observer shares the true location with the projects of
            /// `project_id`, or with you.
            coords_viewable_for_proj(bool);
            /// Matches observations without a value in this observation field.
            without_field(into String);
            /// Matches observations with a link to this partner of iNaturalist.
            outlink_source(into String);
        }
    };
}
pub(in crate::v2) use filters;

operation! {
    /// Searches for observations. The operation is also the cursor of its own pages: by id, past
    /// 10,000 results, as [v1's](crate::v1::observations::Search).
    pub Search: GET "/observations" -> Page<Observation>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 30, 200, by id;
    shared filters, names, cached, pages, selected;
    query {
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

operation! {
    /// Lists the ids of your observations that were deleted since a moment. Use it to keep a copy
    /// up to date.
    pub Deleted: GET "/observations/deleted" -> Page<u64>, REQUIRED;
    with(since(into DateOrTime));
    query {
        /// Matches observations deleted at this moment or later.
        since(into DateOrTime);
    }
}

operation! {
    /// Reads what is known of an observation's taxon at its location: conservation status,
    /// establishment means and a paragraph of Wikipedia.
    pub TaxonSummary: GET "/observations/{uuid}/taxon_summary" -> Whole<model::TaxonSummary>, OPTIONAL;
    at(uuid(into StringList));
    query {
        /// Reads it for the taxon that the community agrees on, not for the observer's.
        community(bool);
    }
}
