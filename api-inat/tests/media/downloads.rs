//! Photos are downloaded without a token; anything but a photo is an error.

use api_inat::{
    model::Photo,
    photos::{Download, Size},
};
use auth_core::ErrorKind;
use keystore::Memory;

use crate::{site::Photographs, worlds::World};

#[test]
fn a_photo_at_a_size() {
    let site = Photographs::start();
    for world in World::both(&site.service(), Memory::new) {
        world.import(&site.token());
        for host in [
            "static.inaturalist.org",
            "inaturalist-open-data.s3.amazonaws.com",
        ] {
            let record =
                serde_json::json!({"id": 7, "url": format!("https://{host}/photos/7/square.jpg")});
            let photo: Photo = serde_json::from_value(record).expect("a record");
            let fetch = |size| world.send(Download::photo(&photo, size).expect("a URL"));
            assert_eq!(
                fetch(Size::Large).expect("a photo"),
                b"\xFF\xD8\xFF\xE0 large"
            );
            let error = fetch(Size::Small).expect_err("there is none");
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::Refused, Some(http::StatusCode::FORBIDDEN))
            );
            assert!(error.to_string().contains("no such file"), "{error}");
            let page = Download::url(&format!("https://{host}/photos/7/page.jpg")).expect("a URL");
            let error = world.send(page).expect_err("a web page");
            assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
        }
    }
}
