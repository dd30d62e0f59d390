//! `infoflora-atlas`: no login, and no token.

use serde_json::Value;

use crate::{everywhere, run, said};

#[test]
fn atlas_needs_no_login() {
    everywhere(&api_infoflora::testkit::site(), |scene| {
        let server = &scene.server;
        let mut program = scene.example("atlas");
        program
            .env_remove("INFOFLORA_CLIENT_ID")
            .env_remove("INFOFLORA_CLIENT_SECRET");
        let (out, _) = said(&run(program.args(["2", "1000010"])));
        let map: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(map["type"], "FeatureCollection");
        assert_eq!(map["features"].as_array().map(Vec::len), Some(12));
        let requests = server.requests();
        assert_eq!((requests.total(), requests.token()), (1, 0));
        assert_eq!(requests.requests()[0].scheme, None);

        let output = run(scene.example("atlas").args(["2", "7"]));
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("404"));
    });
}
