//! The service itself. None of them is in the API's description of v1; named in the Node API's routes.

use serde_json::Value;

use crate::{
    model,
    operation::operation,
    v1::{OPEN, REQUIRED},
};

operation! {
    /// Whether the service is there.
    pub Ping: GET "/ping" -> Whole<model::Ping>, OPEN;
}

operation! {
    /// Where an Internet address probably is: country, region, town, coordinates. The response is read as it comes.
    pub LocateIp: GET "/geoip_lookup" -> Whole<Value>, REQUIRED;
    with(ip(into String));
    query {
        /// The address.
        ip(into String);
    }
}
