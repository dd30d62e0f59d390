//! Uploads that arrive: byte for byte, counted, repeated from their start, without duplicates.

use std::{
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use api_inat::{
    Upload,
    v1::{observation_photos, observation_sounds, photos},
};
use auth_core::ErrorKind;
use auth_testkit::{Fault, Matching};
use keystore::Memory;

use crate::{site::Photographs, worlds::World};

/// Varied bytes, with line ends and dashes.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut bytes = b"\xFF\xD8\xFF\xE0\r\n--boundary-\r\n\r\n".to_vec();
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

#[test]
fn twenty_megabytes_from_disk_arrive_byte_for_byte() {
    const LEN: usize = 20_000_000;
    let site = Photographs::start();
    let content = noise(LEN);
    let folder = tempfile::tempdir().expect("a folder");
    // Windows has no quotes in names.
    let (name, sent) = if cfg!(windows) {
        ("lynx 7.jpg", "lynx 7.jpg")
    } else {
        ("lynx \"7\".jpg", "lynx %227%22.jpg")
    };
    let path = folder.path().join(name);
    let mut file = std::fs::File::create(&path).expect("a file");
    file.write_all(&content).expect("room");
    drop(file);
    for world in World::both(&site.service(), Memory::new) {
        world.import(&site.token());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&heard);
        let photo = Upload::path(&path).on_progress(move |read, all| {
            record.lock().expect("no panic").push((read, all));
        });
        let create = observation_photos::Create::new(photo, 7).uuid("u");
        assert_eq!(world.sent(create).position, Some(0));

        let form = site.received().forms.pop().expect("a form");
        assert_eq!(form["observation_photo[observation_id]"].content, b"7");
        assert_eq!(form["observation_photo[uuid]"].content, b"u");
        let file = &form["file"];
        assert!(file.content == content, "{}: another file", world.name());
        assert!(
            file.head.contains(&format!("filename=\"{sent}\"")),
            "{}",
            file.head
        );
        assert!(
            file.head.ends_with("Content-Type: image/jpeg"),
            "{}",
            file.head
        );

        let heard = heard.lock().expect("no panic");
        assert!(heard.is_sorted_by(|a, b| a.0 < b.0), "it goes forward");
        assert!(heard.iter().all(|(_, all)| *all == LEN as u64));
        assert_eq!(heard.last(), Some(&(LEN as u64, LEN as u64)));
        assert!(heard.len() > 20, "{} pieces", heard.len());
    }
}

#[test]
fn names_and_types() {
    let site = Photographs::start();
    let [world, _] = World::both(&site.service(), Memory::new);
    world.import(&site.token());
    let check = |upload: Upload, name: &str, kind: &str| {
        world
            .send(photos::Create::new(upload))
            .expect("it is taken");
        let form = site.received().forms.pop().expect("a form");
        let expect = format!("filename=\"{name}\"\r\nContent-Type: {kind}");
        assert!(
            form["file"].head.ends_with(&expect),
            "{}",
            form["file"].head
        );
    };
    let png = *b"\x89PNG\r\n\x1A\n....";
    check(Upload::bytes("a.png", png), "a.png", "image/png");
    check(Upload::bytes("a", png), "a.png", "image/png");
    check(Upload::bytes("", png), "file.png", "image/png");
    check(
        Upload::bytes("a.png", png).file_name("b.PNG"),
        "b.PNG",
        "image/png",
    );
    check(
        Upload::bytes("Füchse.webp", *b"RIFF....WEBP").content_type("image/webp"),
        "Füchse.webp",
        "image/webp",
    );
    let amr = *b"#!AMR\n owl";
    world
        .send(observation_sounds::Create::new(
            Upload::bytes("owl", amr),
            7,
        ))
        .expect("it is taken");
    let form = site.received().forms.pop().expect("a form");
    assert!(
        form["file"]
            .head
            .ends_with("filename=\"owl.amr\"\r\nContent-Type: audio/amr")
    );
    assert_eq!(form["observation_sound[uuid]"].content.len(), 36);
}

/// A photo that counts how often it is opened.
fn counted(opened: &Arc<AtomicUsize>) -> Upload {
    let opened = Arc::clone(opened);
    let content = Arc::new(noise(300_000));
    Upload::reader("a.jpg", 300_000, move || {
        opened.fetch_add(1, SeqCst);
        let content = Arc::clone(&content);
        Ok(Box::new(std::io::Cursor::new(content.to_vec())))
    })
    .content_type("image/jpeg")
}

#[test]
fn a_lost_response_costs_no_second_photo() {
    let site = Photographs::start();
    for world in World::both(&site.service(), Memory::new) {
        world.import(&site.token());
        *site.received() = Default::default();
        let opened = Arc::new(AtomicUsize::new(0));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&heard);
        let photo = counted(&opened).on_progress(move |read, _| {
            record.lock().expect("no panic").push(read);
        });
        site.server
            .faults()
            .next(Matching::Api, Fault::LostResponse);
        let placed = world.sent(observation_photos::Create::new(photo, 7));
        assert_eq!(placed.id, 1);
        let received = site.received();
        assert_eq!(received.forms.len(), 2, "{}: sent again", world.name());
        assert_eq!(received.photos.len(), 1, "{}: there once", world.name());
        assert_eq!(opened.load(SeqCst), 2, "{}: read again", world.name());
        assert!(received.forms[0]["file"].content == received.forms[1]["file"].content);
        let heard = heard.lock().expect("no panic");
        assert_eq!(heard.iter().filter(|read| **read == 300_000).count(), 2);
        let mut steps = heard.windows(2);
        assert_eq!(steps.by_ref().filter(|pair| pair[1] < pair[0]).count(), 1);
    }
}

#[test]
fn without_a_uuid_nothing_is_sent_again() {
    let site = Photographs::start();
    for world in World::both(&site.service(), Memory::new) {
        world.import(&site.token());
        *site.received() = Default::default();
        let opened = Arc::new(AtomicUsize::new(0));
        site.server
            .faults()
            .next(Matching::Api, Fault::LostResponse);
        let error = world
            .send(photos::Create::new(counted(&opened)))
            .expect_err("its response was lost");
        assert!(
            error.to_string().contains("check whether it took effect"),
            "{error}"
        );
        assert_eq!((site.received().forms.len(), opened.load(SeqCst)), (1, 1));

        // An empty UUID changes nothing: the previous one stays.
        let nameless = observation_photos::Create::new(counted(&opened), 7).uuid("");
        site.server
            .faults()
            .next(Matching::Api, Fault::LostResponse);
        world.sent(nameless);
    }
}

#[test]
fn what_the_service_says_of_an_upload() {
    let site = Photographs::start();
    for world in World::both(&site.service(), Memory::new) {
        world.import(&site.token());
        let refusal = Fault::Respond {
            status: 422,
            content_type: "application/json".to_owned(),
            body: br#"{"errors":"No observation specified"}"#.to_vec(),
        };
        site.server.faults().next(Matching::Api, refusal);
        let photo = counted(&Arc::default());
        let error = world
            .send(observation_photos::Create::new(photo, 7))
            .expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        assert_eq!(error.server_message(), Some("No observation specified"));
    }
}
