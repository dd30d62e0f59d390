//! Every typed operation against the routes of the test server, and the generic request.

use api_infoflora::{
    Envelope, Rest, Version, atlas, observations, releves, taxonomy,
    testkit::{ATLAS, NAMES, OBSERVATIONS, RELEVES, TAXA, TAXON, UNITS},
};
use auth_core::ErrorKind;
use keystore::Memory;
use serde_json::{Value, json};

use crate::scene::{LeagueSession, Scene, everywhere, fails};

/// The anonymous session of a program without a registration.
fn anonymous(scene: &Scene) -> LeagueSession {
    let described = api_infoflora::service_without_client()
        .user_agent("test/1.0 (mail@example.org)")
        .at(scene.server.url());
    scene.client(described, Memory::new()).anonymous()
}

#[test]
fn lists_are_followed_to_their_end() {
    everywhere(|scene| {
        let session = scene.client_session();
        let (found, total) = session
            .items(observations::List::new().limit(100))
            .expect("all");
        assert_eq!(
            (found.len() as u64, total),
            (OBSERVATIONS, Some(OBSERVATIONS))
        );
        let v5 = observations::List::new().version(Version::V5).limit(100);
        let (found, total) = session.items(v5).expect("all");
        assert_eq!((found.len() as u64, total), (OBSERVATIONS, None));
        let (found, total) = session
            .items(releves::List::new().limit(1000))
            .expect("all");
        assert_eq!((found.len() as u64, total), (RELEVES, Some(RELEVES)));
        assert!(
            found
                .iter()
                .all(|releve| releve.id.is_some() && releve.surface.is_some())
        );
        assert!(found.iter().any(|releve| releve.name.is_none()));
        let (found, _) = session
            .items(releves::List::new().after("2026-12-01"))
            .expect("all");
        assert!(
            found
                .iter()
                .all(|r| r.last_modified_when.as_deref() >= Some("2026-12"))
        );
        let (found, total) = session.items(atlas::Names::of_atlas(ATLAS)).expect("all");
        assert_eq!((found.len() as u64, total), (NAMES, Some(NAMES)));
    });
}

#[test]
fn what_is_public_needs_no_login() {
    everywhere(|scene| {
        let session = anonymous(scene);
        let taxa = session
            .send(taxonomy::Taxa::new().limit(1000))
            .expect("taxa");
        assert_eq!(taxa.data.len() as u64, TAXA);
        let (names, _) = session.items(atlas::Names::of_atlas(ATLAS)).expect("names");
        let taxon = names[0].taxon_id.expect("a number");
        let units = atlas::Units::of_taxon(ATLAS, taxon).with_legend(true);
        let units = session.send(units).expect("units").data;
        assert_eq!(units.len() as u64, UNITS);
        assert!(
            units
                .iter()
                .all(|u| u.gis_id.is_some() && u.legend.is_some())
        );
        assert_eq!(units[0].year_min, Some(1890));
        let map = session.send(atlas::UnitsGeoJson::of_taxon(ATLAS, taxon));
        let features = map.expect("a map").features.expect("features");
        assert!(features.iter().all(|feature| feature.point().is_some()));
        let log = scene.requests();
        assert!(
            log.requests()
                .iter()
                .all(|request| request.scheme.is_none())
        );

        let error = fails(session.call(), ErrorKind::NeedsLogin, &["anonymous"]);
        assert_eq!(error.status(), None);
        let unknown = atlas::UnitsGeoJson::of_taxon(ATLAS, TAXON + NAMES);
        fails(
            session.send(unknown),
            ErrorKind::Refused,
            &["404", "Not Found"],
        );
    });
}

#[test]
fn the_generic_request_reads_and_writes() {
    everywhere(|scene| {
        let session = scene.client_session();
        let get = Rest::get("/rest/v4/observations").param("limit", 2);
        let whole: Value = session.send(get.clone()).expect("a response");
        assert_eq!(whole["success"], json!(true));
        let page = session.send(get.of::<Envelope<Vec<observations::Observation>>>());
        let page = page.expect("a page");
        assert_eq!((page.data.len(), page.total()), (2, Some(OBSERVATIONS)));
        let (cantons, total) = session
            .items(Rest::get("/v4/cantons").param("limit", 10).list())
            .expect("all");
        assert_eq!((cantons.len(), total), (26, Some(26)));
        let list = Rest::get("/v4/releves")
            .param("limit", 50)
            .list()
            .of::<releves::Releve>();
        assert_eq!(session.items(list).expect("all").0.len() as u64, RELEVES);

        let put = Rest::put("/v4/observations/7/supplements");
        let put = put.json(&json!({"altitude": 540})).expect("JSON");
        session.send(put).expect("written");
        let log = scene.requests();
        let put = log.requests().last().expect("a request");
        assert_eq!(put.content_type.as_deref(), Some("application/json"));
        assert_eq!(
            (put.method.as_str(), put.fields.as_slice()),
            ("PUT", &["altitude".to_owned()][..])
        );
        fails(
            session.send(Rest::delete("/v4/observations/7")),
            ErrorKind::Refused,
            &["404"],
        );
    });
}
