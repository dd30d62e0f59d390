//! `inat-upload`: an interrupted upload resumes without duplicates.

use std::{fs, path::Path};

use auth_testkit::{Fault, Matching};
use serde_json::Value;

use crate::{everywhere, get, run};

#[test]
fn upload_resumes_without_duplicates() {
    everywhere(|scene| {
        let server = &scene.server;
        let folder = tempfile::tempdir().expect("a folder");
        let photo = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).expect("written");
            path
        };
        let jpeg = |fill: u8| [&b"\xff\xd8\xff\xe0"[..], &[fill; 50_000]].concat();
        let (front, back) = (photo("front.jpg", &jpeg(1)), photo("back.jpg", &jpeg(2)));
        let note = folder.path().join("front.jpg.upload");
        let start = |args: &[&str], photos: &[&Path], well| {
            let mut program = scene.example("upload", folder.path());
            run(program.args(args).args(photos), well)
        };

        // Everything is checked before the first request.
        let check = |args: &[&str], photos: &[&Path], words: &str| {
            let (_, err) = start(args, photos, false);
            assert!(err.contains(words), "{err}");
            assert_eq!(server.requests().total(), 0, "{words}");
            assert!(!note.exists());
        };
        let text = photo("text.jpg", b"this is not a photo");
        check(&["--at", "117.2,34.1"], &[&front], "are swapped");
        check(&["--date", "9999-01-01"], &[&front], "in the future");
        check(&[], &[&front, &text], "text.jpg");
        check(
            &[],
            &[&front, Path::new("/no/such/photo.jpg")],
            "/no/such/photo.jpg",
        );
        check(&[], &[], "operands are required");

        // The observation and one photo succeed; then the service responds with a rate limit.
        let all = [
            "--name",
            "Edelweiss",
            "--date",
            "2026-06-01",
            "--at",
            "46.02,7.75",
            "--fields",
            "297=dry,311=3",
        ];
        let on = || Matching::Path("/v1/observation_photos".into());
        server.faults().next(on(), Fault::LostResponse);
        server.faults().next(on(), Fault::Status201);
        server
            .faults()
            .always(on(), Fault::TooManyRequests { retry_after: None });
        let (out, err) = start(&all, &[&front, &back], false);
        assert_eq!(out, "");
        assert!(
            err.contains("has 1 of 2 photos") && err.contains("start again"),
            "{err}"
        );

        server.faults().clear();
        let (out, _) = start(&all, &[&front, &back], true);
        let id = out
            .strip_prefix("observation ")
            .and_then(|rest| rest.split(' ').next());
        let id: u64 = id.expect("an id").parse().expect("a number");
        assert!(out.contains("with 2 photos"), "{out}");
        // Again, by mistake.
        assert_eq!(start(&all, &[&front, &back], true).0, out);

        let token = server.issue_derived_token("alice").expect("a token");
        let response = get(&format!("{}/v1/observations/{id}", server.url()), &token);
        let page: Value = serde_json::from_slice(response.body().as_bytes()).expect("JSON");
        let made = &page["results"][0];
        assert_eq!(made["species_guess"], "Edelweiss");
        assert_eq!(made["location"], "46.02,7.75");
        assert_eq!(made["photos"].as_array().map(Vec::len), Some(2), "{made}");
        assert_eq!(made["ofvs"].as_array().map(Vec::len), Some(2), "{made}");
        let response = get(
            &format!("{}/v1/observations/{}", server.url(), id + 1),
            &token,
        );
        let page: Value = serde_json::from_slice(response.body().as_bytes()).expect("JSON");
        assert_eq!(page["total_results"], 0, "no second one");
    });
}
