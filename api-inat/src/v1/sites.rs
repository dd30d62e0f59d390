//! The sites of the iNaturalist network. Not in the API's description of v1; named in the Node
//! API's routes, and described for v2.

use crate::{model::Site, operation::operation, parameter::lists::IdList, v1::OPEN};

operation! {
    /// Lists all sites.
    pub All: GET "/sites" -> Page<Site>, OPEN;
}

operation! {
    /// Reads sites by id, at most 200.
    pub Get: GET "/sites/{id}" -> Page<Site>, OPEN;
    at(id(into IdList));
    ids 200, 200;
}
