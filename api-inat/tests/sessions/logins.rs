//! The methods of login in the guide, each with the redirect URI to register.

use api_inat::users::Me;
use auth_core::Error;
use auth_flows::Login;
use auth_testkit::{Dialect, TestClient, TestServer, person::Person};
use http_ureq::Ureq;
use keystore::Memory;

use crate::scene::{PASSWORD, browser};

/// Logs in as an application registered like this, and reads the account.
fn check(client: TestClient, secret: Option<&str>, login: Option<Login>) -> Result<(), Error> {
    let server = TestServer::builder(Dialect::doorkeeper_5())
        .client(client.scopes("write login"))
        .user("alice", PASSWORD)
        .site(api_inat::testkit::site())
        .start()
        .expect("a server on loopback");
    let mut service = api_inat::service("app").user_agent("logins/1 (test@example.org)");
    if let Some(secret) = secret {
        service = service.secret(secret);
    }
    let service = service.at(server.url()).build().expect("a service");
    let session = auth_flows::Client::new(service, Ureq::default(), Memory::new()).account("me");
    match login {
        Some(login) => session.log_in(login)?,
        None => session.log_in_with_password("alice", PASSWORD)?,
    };
    assert_eq!(session.send(Me::new())?.login.as_deref(), Some("alice"));
    Ok(())
}

fn public(redirect_uri: &str) -> TestClient {
    TestClient::public("app").redirect_uri(redirect_uri)
}

fn confidential() -> TestClient {
    TestClient::confidential("app", "marked-secret").redirect_uri("http://127.0.0.1/")
}

#[test]
fn each_redirect_uri_as_registered() {
    check(public("http://127.0.0.1/"), None, Some(browser().path("/"))).expect("any port");
    check(public("http://127.0.0.1:8080"), None, Some(browser())).expect("the port is left out");
    let several = "http://127.0.0.1/\nurn:ietf:wg:oauth:2.0:oob";
    for uri in several.split_whitespace() {
        let client = public("http://127.0.0.1/").redirect_uri("urn:ietf:wg:oauth:2.0:oob");
        let login = match uri.starts_with("http") {
            true => browser().path("/"),
            false => {
                Login::out_of_band(|url| Person::new("alice", PASSWORD).visit(url)?.into_code())
            }
        };
        check(client, None, Some(login)).expect(uri);
    }
    let pasted = Login::pasted_redirect("http://127.0.0.1:8080", |url| {
        Person::new("alice", PASSWORD).visit(url)?.into_redirect()
    });
    check(
        public("http://127.0.0.1/").redirect_uri("http://127.0.0.1:8080"),
        None,
        Some(pasted),
    )
    .expect("a pasted redirect");
}

#[test]
fn a_confidential_application_needs_its_secret_beside_pkce() {
    let login = || Some(browser().path("/"));
    check(confidential(), Some("marked-secret"), login()).expect("with its secret");
    check(confidential(), Some("marked-secret"), None).expect("with its secret, by password");
    for secret in [None, Some("another")] {
        let error = check(confidential(), secret, login()).expect_err("refused");
        assert!(error.is_configuration(), "{error}");
        assert!(error.to_string().contains("invalid_client"), "{error}");
        assert!(!error.to_string().contains("marked-secret"), "{error}");
    }
}
