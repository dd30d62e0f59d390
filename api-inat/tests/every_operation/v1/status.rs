//! The service itself.

use api_inat::v1::status::{LocateIp, Ping};
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    list.add(Ping::new(), json!({"status": "available"}), |ping| {
        assert_eq!(ping.status.as_deref(), Some("available"));
    });
    list.add(
        LocateIp::new("192.0.2.1"),
        json!({"results": {"country": "CH"}}),
        |place| assert_eq!(place["results"]["country"], "CH"),
    );
}
