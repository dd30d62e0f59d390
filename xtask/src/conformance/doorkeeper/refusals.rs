//! What the server refuses, told apart: client, person, code, consent, registration.

use std::time::Duration;

use auth_core::{
    AuthorizationRequest, BasicEncoding, ClientAuthentication, Entropy, ErrorKind, RedirectUri,
    TokenRequest,
};
use auth_flows::Login;
use auth_testkit::person::Outcome;
use keystore::Memory;

use super::Case;
use super::bench::{
    App, Bench, CONFIDENTIAL, PUBLIC, Ping, RESERVED, alice, bob_denies, ensure, expect_error,
};
use crate::conformance::{report::Checked, visitor::Visitor};

pub(super) const CASES: &[Case] = &[
    ("wrong secret, client credentials: configuration", |bench| {
        refused_client(bench, CONFIDENTIAL.with("wr0ng-secret"))
    }),
    ("wrong secret, a code: configuration", |bench| {
        refused_at_the_code(bench, CONFIDENTIAL.with("wr0ng-secret"))
    }),
    (
        "confidential client without its secret: configuration",
        |bench| refused_at_the_code(bench, CONFIDENTIAL.with(None)),
    ),
    ("reserved characters form-encoded: configuration", |bench| {
        let encoded = ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded);
        refused_client(bench, RESERVED.by(encoded))
    }),
    (
        "unknown client id, client credentials: configuration",
        |bench| refused_client(bench, CONFIDENTIAL.called("nobody")),
    ),
    ("wrong code verifier: a new login is needed", wrong_verifier),
    ("a code that was used: a new login is needed", used_code),
    ("wrong password: denied, not configuration", wrong_password),
    ("consent denied in the browser", |bench| {
        denied(bench, Visitor::browser)
    }),
    ("consent denied, the address pasted", |bench| {
        denied(bench, |visitor| visitor.paste("http://127.0.0.1:8080"))
    }),
    (
        "unknown client id, browser: the deadline's causes",
        |bench| {
            let unknown = PUBLIC.called("nobody");
            never_redirects(bench, unknown, "unknown client", Visitor::browser)
        },
    ),
    (
        "unregistered redirect URI: the deadline's causes",
        |bench| {
            let elsewhere = |visitor: &Visitor| visitor.browser().path("/unregistered");
            never_redirects(bench, PUBLIC, "redirect uri", elsewhere)
        },
    ),
];

/// The client itself is refused, at the token endpoint.
fn refused_client(bench: &Bench<'_>, app: App) -> Checked {
    let seat = bench.rig.daemon(bench.service(app)?, Memory::new());
    let words = ["invalid_client", app.id, "401"];
    let error = expect_error(seat.send(Ping::default()), ErrorKind::Configuration, &words)?;
    let setting = error.setting_name().unwrap_or_default();
    ensure(
        setting.contains("client_secret"),
        format!("it blames `{setting}`"),
    )?;
    ensure(!error.to_string().contains("wr0ng"), "the secret shows")
}

/// The person did all that was asked, and the exchange of the code is refused. Nothing is stored.
fn refused_at_the_code(bench: &Bench<'_>, app: App) -> Checked {
    let (seat, visitor) = (bench.seat(app)?, alice());
    let words = ["invalid_client", app.id, "401"];
    let answer = seat.log_in(visitor.browser());
    let error = expect_error(answer, ErrorKind::Configuration, &words)?;
    ensure(!error.to_string().contains("wr0ng"), "the secret shows")?;
    ensure(seat.status()?.login.is_none(), "a token is stored")
}

/// The code was asked for with the challenge of RFC 7636 appendix B, whose verifier we do not send.
fn wrong_verifier(bench: &Bench<'_>) -> Checked {
    const OTHER: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let (seat, visitor) = (bench.seat(PUBLIC)?, alice());
    let login = visitor.browser_at(|url| {
        let change = |parameter: &str| match parameter.strip_prefix("code_challenge=") {
            Some(_) => format!("code_challenge={OTHER}"),
            None => parameter.to_owned(),
        };
        let parameters: Vec<_> = url.split('&').map(change).collect();
        parameters.join("&")
    });
    let words = ["authorization code was not accepted", "invalid_grant"];
    expect_error(seat.log_in(login), ErrorKind::NeedsLogin, &words)?;
    ensure(seat.status()?.login.is_none(), "a token is stored")
}

/// The same exchange twice, by values: no flow would do that.
fn used_code(bench: &Bench<'_>) -> Checked {
    let service = bench.service(PUBLIC)?;
    let redirect_uri = RedirectUri::parse("http://127.0.0.1:8080")?;
    // Any bytes will do for a server that this process alone can reach.
    let request = AuthorizationRequest::new(service.client(), redirect_uri, Entropy::new([7; 64]));
    let (url, pending) = request.begin()?;
    let grant = pending.accept(&alice().visit(&url)?.into_redirect()?)?;
    let exchange = TokenRequest::code(service.client(), &grant);
    bench.rig.exchange(&exchange)?;
    let words = ["invalid_grant", "400", "begin a new login"];
    expect_error(bench.rig.exchange(&exchange), ErrorKind::NeedsLogin, &words)?;
    Ok(())
}

fn wrong_password(bench: &Bench<'_>) -> Checked {
    let answer = bench
        .seat(PUBLIC)?
        .log_in_with_password("alice", "wr0ng-password");
    let words = ["user name or password", "invalid_grant", "400"];
    let error = expect_error(answer, ErrorKind::Denied, &words)?;
    ensure(!error.to_string().contains("wr0ng"), "the password shows")
}

/// Bob refuses. He has allowed nothing before: Doorkeeper 5.5 does not ask twice for a confidential client.
fn denied(bench: &Bench<'_>, login: impl Fn(&Visitor) -> Login) -> Checked {
    let (seat, visitor) = (bench.seat(PUBLIC)?, bob_denies());
    let answer = seat.log_in(login(&visitor));
    expect_error(answer, ErrorKind::Denied, &["access_denied"])?;
    ensure(seat.status()?.login.is_none(), "a token is stored")
}

/// Doorkeeper shows a page of its own and never redirects: all the program sees is its deadline.
fn never_redirects(
    bench: &Bench<'_>,
    app: App,
    on_the_page: &str,
    login: impl Fn(&Visitor) -> Login,
) -> Checked {
    let (seat, visitor) = (bench.seat(app)?, alice());
    let login = login(&visitor).deadline(Duration::from_secs(1));
    let words = ["within 1 s", "redirect URI", "client id", "never redirects"];
    expect_error(seat.log_in(login), ErrorKind::TimedOut, &words)?;
    match visitor.ended()? {
        Outcome::Page { text, .. } if text.contains(on_the_page) => Ok(()),
        other => Err(format!("no page with `{on_the_page}` in it: {other:?}").into()),
    }
}
