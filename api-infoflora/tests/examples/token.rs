//! `infoflora-token`, and the use of its output in a script.

use http::header;

use crate::{everywhere, get, run, said};

#[test]
fn token_prints_the_token_alone() {
    everywhere(&api_infoflora::testkit::site(), |scene| {
        let server = &scene.server;
        let (out, err) = said(&run(&mut scene.example("token")));
        let token = out.strip_suffix('\n').expect("one line");
        assert!(!token.contains(char::is_whitespace), "{out}");
        assert_eq!(err, "");
        // The next step of the script.
        let url = format!("{}/rest/v4/observations", server.url());
        let response = get(&url, header::AUTHORIZATION, &format!("Bearer {token}"));
        assert_eq!(response.status(), 200);

        let mut wrong = scene.example("token");
        let output = run(wrong.env("INFOFLORA_CLIENT_SECRET", "s3cret"));
        assert!(!output.status.success());
        assert_eq!(
            output.stdout, b"",
            "nothing that a script takes for a token"
        );
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains("OAuth replaced Basic Auth"), "{words}");
        assert!(!words.contains("s3cret"), "{words}");

        let output = run(scene.example("token").arg("--help"));
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(String::from_utf8_lossy(&output.stderr).contains("usage"));
    });
}
