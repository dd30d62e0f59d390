//! The service itself.

use api_inat::v2::status::{AppBuildInfo, BuildInfo, LocateIp, Log, Ping, Sites};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(Ping::new(), json!({"status": "available"}), |ping| {
        assert_eq!(ping.status.as_deref(), Some("available"));
    });
    list.add(
        Sites::new(),
        page(json!([{"id": 1, "name": "iNaturalist"}])),
        |page| assert_eq!(page.results[0].id, 1),
    );
    list.add(
        LocateIp::new("192.0.2.1").fields("country"),
        page(json!([{"ip": "192.0.2.1", "country": "CH", "ll": [46.95, 7.44], "range": [1, 2]}])),
        |found| assert_eq!(found.ll, [46.95, 7.44]),
    );
    let build = json!({"git_branch": "main", "git_commit": "abc", "build_date": "today"});
    list.add(BuildInfo::new(), build.clone(), |info| {
        assert_eq!(info.git_commit.as_deref(), Some("abc"));
    });
    list.add(
        AppBuildInfo::new(),
        json!({"rails": build, "api": build, "vision": build}),
        |info| assert!(info.vision.is_some()),
    );
    list.done(
        Log::new("info", "It works")
            .context("upload")
            .timestamp("2026-06-01T10:00:00Z")
            .error_type("None")
            .backtrace("main"),
    );
}
