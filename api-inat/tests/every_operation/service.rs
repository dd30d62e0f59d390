//! The service itself and its parts, which are in no description of v1.

use api_inat::v1::{announcements, sites, status};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        status::Ping::new(),
        json!({"status": "available"}),
        |ping| {
            assert_eq!(ping.status.as_deref(), Some("available"));
        },
    );
    list.add(
        status::LocateIp::new("192.0.2.1"),
        json!({"results": {"country": "CH"}}),
        |place| assert_eq!(place["results"]["country"], "CH"),
    );
    let site = page(json!([{"id": 1, "name": "iNaturalist"}]));
    list.add(sites::All::new(), site.clone(), |page| {
        assert_eq!(page.results[0].name.as_deref(), Some("iNaturalist"));
    });
    list.add(sites::Get::new([1, 2]), site, |page| {
        assert_eq!(page.results[0].id, 1);
    });
    list.add(
        announcements::Search::new()
            .placement("mobile")
            .client("inatrn")
            .locale("de"),
        page(json!([{"id": 18, "body": "News", "dismissible": true}])),
        |page| assert_eq!(page.results[0].dismissible, Some(true)),
    );
    list.done(announcements::Dismiss::new(18));
}
