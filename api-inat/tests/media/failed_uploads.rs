//! Files that are not sent, or not completely.

use std::io::Write as _;

use api_inat::{
    Upload,
    v1::{observation_photos, observation_sounds},
};
use auth_core::{Error, ErrorKind, Operation, TransportError};
use keystore::Memory;

use crate::{site::Photographs, worlds::World};

const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0 a photo";

#[test]
fn what_cannot_be_right_does_not_leave() {
    let site = Photographs::start();
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("room");
        Upload::path(path)
    };
    let text = file("notes.jpg", b"not a photo at all");
    let large = file("large.jpg", &[JPEG, &[0; 1000]].concat());
    let check = |error: Error, words: &str| {
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert_eq!(error.setting(), Some("file"), "{error}");
        assert!(error.help().is_some(), "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
    };
    let worlds = World::both(&site.service(), Memory::new);
    let mark = site.server.requests().mark();
    for world in &worlds {
        world.import(&site.token());
        let photo = |upload: Upload, words: &str| {
            let create = observation_photos::Create::new(upload, 7);
            check(world.send(create).expect_err(words), words);
        };
        let sound = |upload: Upload, words: &str| {
            let create = observation_sounds::Create::new(upload, 7);
            check(world.send(create).expect_err(words), words);
        };
        photo(
            Upload::path(folder.path().join("none.jpg")),
            "does not exist",
        );
        photo(Upload::path(folder.path()), "is not a file");
        photo(file("empty.jpg", b""), "is empty");
        photo(Upload::bytes("empty.jpg", []), "the file is empty");
        photo(
            text.clone(),
            "notes.jpg` is not a photo, by its first bytes",
        );
        photo(
            large.clone().at_most(1000),
            "has 1012 bytes; at most 1000 are allowed",
        );
        let huge = || {
            Upload::reader("huge.jpg", api_inat::LARGEST_UPLOAD + 1, || {
                Ok(Box::new(JPEG))
            })
        };
        photo(huge(), "has 20000001 bytes; at most 20000000 are allowed");
        photo(
            Upload::bytes("owl.wav", *b"RIFF....WAVE"),
            "is a WAV, not a photo",
        );
        photo(
            Upload::bytes("a.heic", *b"\0\0\0\x18ftypheic"),
            "send JPEG, PNG or GIF",
        );
        photo(
            Upload::reader("gone.jpg", 9, || Err(std::io::ErrorKind::NotFound.into())),
            "cannot be read",
        );
        sound(Upload::bytes("a.jpg", JPEG), "is a JPEG, not a sound");
        sound(
            Upload::bytes("a.mov", *b"\0\0\0\x14ftypqt  "),
            "is a film, not a sound",
        );
        let odd = Upload::bytes("a.jpg", JPEG).content_type("image/\njpeg");
        let error = world.send(observation_photos::Create::new(odd, 7));
        assert_eq!(error.expect_err("odd").setting(), Some("content_type"));
    }
    assert_eq!(
        site.server.requests().since(mark).api(),
        0,
        "nothing was sent"
    );
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_not_taken_for_whole() {
    let site = Photographs::start();
    for world in World::both(&site.service(), Memory::new) {
        world.import(&site.token());
        for (len, words) in [(500_000, "became shorter"), (300_000, "became longer")] {
            let upload = Upload::reader("a.jpg", len, || {
                Ok(Box::new(std::io::Read::take(std::io::repeat(7), 400_000)))
            })
            .content_type("image/jpeg");
            let error = world
                .send(observation_photos::Create::new(upload, 7))
                .expect_err(words);
            assert!(
                error.to_string().contains(words),
                "{}: {error}",
                world.name()
            );
        }
        assert!(site.received().forms.is_empty(), "{}", world.name());
    }
}

#[test]
fn a_file_that_fails_while_it_is_sent_is_named() {
    let site = Photographs::start();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jpg");
    let name = path.to_str().expect("text").to_owned();
    for world in World::both(&site.service(), Memory::new) {
        world.import(&site.token());
        std::fs::write(&path, vec![7; 300_000]).expect("room");
        // A write that may be repeated is: so it grows each time that it is read.
        let growing = path.clone();
        let upload = Upload::path(&path)
            .content_type("image/jpeg")
            .on_progress(move |_, _| {
                let file = std::fs::File::options().append(true).open(&growing);
                file.and_then(|mut file| file.write_all(b"7"))
                    .expect("room");
            });
        let error = world.send(observation_photos::Create::new(upload, 7));
        let text = format!("{:#}", error.expect_err("it grows"));
        assert!(
            text.contains(&name) && text.contains("became longer"),
            "{}: {text}",
            world.name()
        );
    }
    // It has gone when the transport opens it.
    let upload = Upload::path(&path).content_type("image/jpeg");
    let service = site.service();
    let base = service.api("v1").expect("v1").base_url();
    let request = observation_photos::Create::new(upload, 7).request(base);
    let body = request.expect("a request").into_body();
    std::fs::remove_file(&path).expect("removed");
    let error = body
        .into_reader()
        .and_then(|mut reader| std::io::copy(&mut reader, &mut std::io::sink()));
    let error = error.expect_err("gone");
    let text = Error::from(TransportError::not_sent(error)).to_string();
    assert!(text.contains(&format!("`{name}`: ")), "{text}");
    assert_eq!(text.matches("(os error 2)").count(), 1, "{text}");
}

#[test]
fn nothing_of_a_file_shows() {
    let upload = Upload::bytes("a.jpg", *b"\xFF\xD8\xFF secret of a photo");
    let shown = format!("{:?}", observation_photos::Create::new(upload, 7));
    assert!(shown.contains("POST /observation_photos"), "{shown}");
    assert!(shown.contains("file: Upload(the file)"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
}
