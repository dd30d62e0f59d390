//! The service itself: its state, its versions, its sites, and where an address is.

use crate::{
    model::{self, Site},
    operation::{operation, response::Empty},
    parameter::fields::Fields,
    v2::{OPTIONAL, REQUIRED, WRITE, selected},
};

operation! {
    /// Checks whether the service is available. Not in the description of 2024; the Node API's
    /// source has it.
    pub Ping: GET "/ping" -> Whole<model::Ping>, OPTIONAL;
}

operation! {
    /// Lists the sites of the iNaturalist network.
    pub Sites: GET "/sites" -> Page<Site>, OPTIONAL;
}

operation! {
    /// Locates an IP address: country, region, town, coordinates. Not in the description of 2024;
    /// the Node API's source has it.
    pub LocateIp: GET "/geoip_lookup" -> One<model::IpLocation>, REQUIRED;
    with(ip(into String));
    preset(fields(Fields::all()));
    shared selected;
    query {
        /// Sets the IP address.
        ip(into String);
    }
}

operation! {
    /// Reads the version of the Node API. For iNaturalist's staff.
    pub BuildInfo: GET "/build_info" -> Whole<model::BuildInfo>, REQUIRED;
}

operation! {
    /// Reads the versions of the service's programs. For iNaturalist's staff.
    pub AppBuildInfo: GET "/app_build_info" -> Whole<model::AppBuildInfo>, REQUIRED;
}

operation! {
    /// Writes into iNaturalist's own log. For its own applications.
    pub Log: POST "/log" -> Whole<Empty>, WRITE;
    with(level(into String), message(into String));
    body "" {
        /// Sets the level: `info`, `debug`, `warn` or `error`.
        level(into String);
        /// Sets the message.
        message(into String);
        /// Sets where it happened.
        context(into String);
        /// Sets the time.
        timestamp(into String);
        /// Sets the type of the error.
        error_type(into String);
        /// Sets the stack of the error.
        backtrace(into String);
    }
}
