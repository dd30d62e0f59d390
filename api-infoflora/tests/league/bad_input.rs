//! Common mistakes, and the errors for them before or after a request is sent.

use std::time::Duration;

use api_infoflora::{Rest, Version, observations::List};
use auth_core::{AuthorizationRequest, BasicEncoding, ClientAuthentication, Entropy, RedirectUri};
use auth_flows::Login;
use auth_testkit::{
    Fault, Matching,
    person::{Outcome, Person},
};
use keystore::Memory;

use crate::scene::{CALLBACK, DAEMON, Scene, TOOL, browser, everywhere, fails};
use auth_core::ErrorKind::{CallbackMismatch, Configuration, Refused, TimedOut, Usage};

fn nothing_was_sent(scene: &Scene) {
    assert_eq!(scene.requests().total(), 0);
}

#[test]
fn a_client_id_with_a_colon() {
    everywhere(|scene| {
        let built = scene.describe(("a:b", "s3cret")).build();
        let error = fails(built, Configuration, &["colon", "body"]);
        assert_eq!(error.setting(), Some("client_id"));
        nothing_was_sent(scene);
    });
}

#[test]
fn a_secret_with_reserved_characters() {
    everywhere(|scene| {
        let by = |method| scene.describe(DAEMON).client_authentication(method);
        let call = |described| {
            scene
                .client(described, Memory::new())
                .client_session()
                .call()
        };
        call(scene.describe(DAEMON)).expect("raw Basic is the default");
        call(by(ClientAuthentication::Body)).expect("the body carries everything");
        let encoded = by(ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded));
        fails(call(encoded), Configuration, &["invalid_client"]);
    });
}

#[test]
fn localhost_as_redirect_uri() {
    everywhere(|scene| {
        let session = scene.session(TOOL);
        let login = Login::pasted_redirect("http://localhost:8080", |_| Ok(String::new()));
        let words = ["localhost", "http://127.0.0.1"];
        let error = fails(session.log_in(login), Configuration, &words);
        assert_eq!(error.setting(), Some("redirect_uri"));
        nothing_was_sent(scene);
    });
}

/// league shows JSON in the browser and never redirects, so the program's error is the timeout. It
/// has to name these causes.
#[test]
fn an_unregistered_redirect_uri_or_an_unknown_client() {
    everywhere(|scene| {
        let waits = |client, path: &str| {
            let login = Login::browser(|_| {})
                .path(path)
                .open(|url| Person::new("alice", "password").visit(url).map(drop))
                .timeout(Duration::from_millis(300));
            let session = scene.session(client);
            let id = format!("client id `{}`", client.0);
            let words = ["redirect URI", &id, "never redirects"];
            fails(session.log_in(login), TimedOut, &words);
        };
        waits(TOOL, "/unregistered");
        waits(("unknown", "s3cret"), "");
        // A user name in place of the id: the error shows it.
        waits(("alice", "password"), "");
    });
}

#[test]
fn an_invalid_locale() {
    everywhere(|scene| {
        for locale in ["", "fr/../token", "fr?x", "français", "de CH"] {
            let built = scene.describe(TOOL).authorize_locale(locale).build();
            let error = fails(built, Configuration, &["not a locale", "`fr`"]);
            assert_eq!(error.setting(), Some("authorize_locale"));
        }
        nothing_was_sent(scene);
    });
}

/// The page's own example of a callback has no `state`. league returns ours, and a code without it
/// may belong to another user.
#[test]
fn a_response_as_the_page_shows_it_without_state() {
    everywhere(|scene| {
        let session = scene.session(TOOL);
        let shown = format!("{CALLBACK}?code=AUTHORIZATION_CODE");
        let login = Login::pasted_redirect(CALLBACK, move |_| Ok(shown.clone()));
        fails(
            session.log_in(login),
            CallbackMismatch,
            &["`state` is missing"],
        );
        nothing_was_sent(scene);
    });
}

/// The page's PHP recipe: plain base64, whose `+` and `/` are invalid in a challenge. The login
/// ends before the login page, without a redirect.
#[test]
fn a_challenge_by_the_pages_own_recipe() {
    everywhere(|scene| {
        let service = scene.service(TOOL);
        let uri = RedirectUri::parse(CALLBACK).expect("a redirect URI");
        let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([5; 64]));
        let (url, pending) = request.begin().expect("a URL");
        let (before, rest) = url.split_once("code_challenge=").expect("a challenge");
        let recipe = format!("{before}code_challenge=%2B%2F{}", &rest[2..]);
        let visit = |url: &str| Person::new("alice", "password").visit(url).expect("pages");
        match visit(&recipe) {
            Outcome::Page { status, text, .. } => {
                assert_eq!(status, 400);
                assert!(text.contains("Code challenge must follow"), "{text}");
            }
            other => panic!("{other:?}"),
        }
        let ours = visit(&url).into_redirect().expect("redirected");
        pending.accept(&ours).expect("as RFC 7636 has it");
    });
}

/// The valid locales are not known. Without such a page, the program's error is the timeout.
#[test]
fn a_locale_without_a_login_page() {
    everywhere(|scene| {
        let page = Fault::Respond {
            status: 404,
            content_type: "text/html".to_owned(),
            body: b"<title>Not Found</title>".to_vec(),
        };
        scene.server.faults().always(Matching::Authorize, page);
        let login = Login::browser(|_| {})
            .open(|url| {
                assert!(url.contains("/oauth2/authorize/rm?"), "{url}");
                Person::new("alice", "password").visit(url).map(drop)
            })
            .timeout(Duration::from_millis(300));
        let described = scene.describe(TOOL).authorize_locale("rm");
        let session = scene.client(described, Memory::new()).account("alice");
        let words = ["address of the login page"];
        fails(session.log_in(login), TimedOut, &words);
    });
}

#[test]
fn a_user_name_and_password_in_place_of_id_and_secret() {
    everywhere(|scene| {
        let words = ["OAuth replaced Basic Auth", "info@infoflora.ch"];
        let client = scene.client(scene.describe(("alice", "password")), Memory::new());
        let error = fails(client.client_session().call(), Configuration, &words);
        assert_eq!(error.status(), Some(http::StatusCode::UNAUTHORIZED));
        assert_eq!(error.setting(), Some("client_id, client_secret"));
        let sent = scene.requests().total();

        let built = scene.describe(("alice@example.org", "password")).build();
        let error = fails(built, Configuration, &words);
        assert_eq!(error.setting(), Some("client_id"));
        assert_eq!(
            scene.requests().total(),
            sent,
            "an address is rejected before"
        );
    });
}

#[test]
fn a_client_without_its_secret() {
    everywhere(|scene| {
        let without = |id| {
            let described = scene.without_secret(id);
            scene.client(described, Memory::new())
        };
        let session = without(DAEMON.0).client_session();
        fails(session.call(), Configuration, &["secret"]);
        nothing_was_sent(scene);
        // 401 `invalid_client` from league 8, 400 `invalid_request` that names the parameter from
        // league 9.
        let tool = without(TOOL.0).account("alice").log_in(browser());
        let words = ["secret", "info@infoflora.ch"];
        let error = fails(tool, Configuration, &words);
        let status = match scene.eight {
            true => http::StatusCode::UNAUTHORIZED,
            false => http::StatusCode::BAD_REQUEST,
        };
        assert_eq!(error.status(), Some(status));
    });
}

#[test]
fn paths_that_lead_elsewhere() {
    everywhere(|scene| {
        let session = scene.client_session();
        for path in [
            "https://elsewhere.example/rest/v4/observations",
            "http://127.0.0.1:1/rest/v4/observations",
            "//elsewhere.example/v4/observations",
            "/rest//elsewhere.example/",
            "/v4/../../oauth2/token",
            "/v4/%2e%2E/%2e%2e/oauth2/token",
            "/v4/..%2f..%2foauth2",
            "/v4/observations?access_token=x",
            "/v4/observations#x",
            "v4/observations",
            "@elsewhere.example/",
            "",
        ] {
            fails(session.send(Rest::get(path)), Usage, &["path"]);
            fails(session.send(Rest::get(path).list()), Usage, &["path"]);
        }
        assert_eq!(scene.requests().api(), 0, "only the token was requested");
    });
}

#[test]
fn an_unknown_version() {
    everywhere(|scene| {
        let list = List::new().version(Version::Other(9));
        let error = fails(scene.client_session().send(list), Refused, &["version"]);
        assert_eq!(error.status(), Some(http::StatusCode::NOT_FOUND));
        let parsed = "latest".parse::<Version>();
        fails(parsed, Configuration, &["`latest`", "v4"]);
    });
}

#[test]
fn a_password_login_is_not_offered() {
    everywhere(|scene| {
        let described = scene.service(TOOL);
        let password = auth_core::SecretText::from("password");
        let request = auth_core::TokenRequest::password(described.client(), "alice", &password);
        fails(scene.exchange(&request), Configuration, &[]);
    });
}
