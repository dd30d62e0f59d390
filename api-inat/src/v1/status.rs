//! The state of the service. Not in the API's description of v1; named in the Node API's routes.

use serde_json::Value;

use crate::{
    model,
    operation::operation,
    v1::{OPEN, REQUIRED},
};

operation! {
    /// Checks whether the service is available.
    pub Ping: GET "/ping" -> Whole<model::Ping>, OPEN;
}

operation! {
    /// Locates an IP address: country, region, town, coordinates. The output is the response's
    /// JSON.
    pub LocateIp: GET "/geoip_lookup" -> Whole<Value>, REQUIRED;
    with(ip(into String));
    query {
        /// Sets the IP address.
        ip(into String);
    }
}
