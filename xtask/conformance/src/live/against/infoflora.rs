//! Info Flora at our test server: what the testkit's own routes lack, and the lies.

use std::time::Duration;

use auth_core::testkit::{Auth, Route, Site, json as respond};
use auth_core::{Api, BaseUrl, SecretText, TokenKind};
use auth_testkit::{Dialect, Fault, Rotation, TestClient, TestServer};
use keystore::Memory;
use serde_json::{Value, json};

use super::lie::{Lie, compressed, json as reply, number, with_routes};
use super::{APP, PASSWORD, SECRET, Stage, USER};
use crate::live::env::{Allowed, Application, Env};
use crate::live::{infoflora, logins};

/// More than the largest page that is asked for.
const OBSERVATIONS: u64 = 1_200;

pub(super) const STAGE: Stage = Stage {
    title: "Info Flora",
    facts: infoflora::facts,
    lies,
    server,
    env: |world, server, login| {
        let service = api_infoflora::service(APP)
            .secret(SECRET)
            .user_agent("fieldkey-live-check/1.0 (test)")
            .at(server.url())
            .build()?;
        let auth = BaseUrl::parse(server.url())?;
        let service = service.with_api(Api::new(infoflora::AUTH, auth, TokenKind::Login));
        let allowed = Allowed {
            application: Some(Application {
                id: APP.to_owned(),
                secret: Some(SecretText::from(SECRET)),
            }),
            new_login: Some(Box::new(login)),
            write: false,
            client_credentials: false,
        };
        Ok(Env::new(
            world,
            service,
            Memory::new(),
            infoflora::TOKEN,
            allowed,
        ))
    },
    prepare: |env| {
        env.new_login()?
            .status
            .as_ref()
            .map_err(|error| error.clone())?;
        Ok(())
    },
};

fn server(lie: Option<&Lie>) -> std::io::Result<TestServer> {
    let client = TestClient::confidential(APP, SECRET)
        .redirect_uri("http://127.0.0.1:8080")
        .grants(["authorization_code", "refresh_token", "client_credentials"]);
    let builder = TestServer::builder(Dialect::league_9())
        .client(client)
        .user(USER, PASSWORD)
        .site(site());
    Lie::configure(lie, builder).start()
}

/// The testkit's routes, and before them those that only these checks ask.
fn site() -> Site {
    let first = [
        Route::get("/rest/v4/observations", Auth::Login, |request| {
            let limit = number(request, "limit").unwrap_or(50).min(1_000);
            let offset = number(request, "offset").unwrap_or(0);
            let end = OBSERVATIONS.min(offset + limit);
            let data: Vec<Value> = (offset..end).map(|id| json!({"obs_id": id})).collect();
            let page = json!({
                "success": true,
                "data": data,
                "total_count": OBSERVATIONS,
                "filtered_count": OBSERVATIONS,
            });
            respond(200, &page)
        }),
        Route::get("/rest/v5/releves", Auth::Login, |_| {
            respond(200, &json!({"data": []}))
        }),
        compressed("/rest/public/v4/taxonomy/taxa"),
    ];
    with_routes(first, &api_infoflora::testkit::site())
}

fn lies() -> Vec<(String, Lie)> {
    let at = |path, fault| Lie::Path(infoflora::REST, path, fault);
    let token = |status, body| Lie::Token(reply(status, body));
    let v4 = "/rest/v4/observations";
    let v5 = "/rest/v5/observations";
    let taxa = "/rest/public/v4/taxonomy/taxa";
    let issued = r#"{"access_token":"t","token_type":"bearer"}"#;
    [
        (logins::STATE, Lie::NoState),
        (logins::PKCE, token(200, issued)),
        (logins::UNUSED, token(400, r#"{"error":"invalid_grant"}"#)),
        (
            logins::PACE,
            at(
                taxa,
                Fault::TooManyRequests {
                    retry_after: Some("0".into()),
                },
            ),
        ),
        (
            "the secret is accepted in a raw Basic header",
            token(401, r#"{"error":"invalid_client"}"#),
        ),
        (
            "the secret is accepted in the form",
            token(401, r#"{"error":"invalid_client"}"#),
        ),
        ("`token_type` is bearer", Lie::Token(Fault::NoTokenType)),
        (
            "an access token is valid for an hour",
            Lie::Server(|builder| builder.access_token_lifetime(Some(Duration::from_secs(600)))),
        ),
        (
            "client credentials get no refresh token",
            Lie::Token(Fault::Field("refresh_token", Some("r".into()))),
        ),
        (
            "a wrong client secret is `invalid_client`",
            token(400, r#"{"error":"invalid_request"}"#),
        ),
        (
            "an unknown grant is `unsupported_grant_type`",
            token(400, r#"{"error":"invalid_request"}"#),
        ),
        (
            "an unknown refresh token is refused as by league",
            Lie::Token(Fault::Html500),
        ),
        (
            "a refresh accepts the secret in a Basic header",
            token(401, r#"{"error":"invalid_client"}"#),
        ),
        (
            "a refresh ends the old access token",
            Lie::Server(|builder| builder.refresh_tokens(Rotation::OnUse).site(any_token())),
        ),
        (
            "there is a login page in `de`",
            Lie::Path(infoflora::AUTH, "/oauth2/authorize/de", reply(404, "")),
        ),
        (
            "V4 wraps a list with `success` and `data`",
            at(v4, reply(200, r#"{"data":[]}"#)),
        ),
        (
            "V5 wraps a list with `data` alone",
            at(v5, reply(200, r#"{"success":true,"data":[]}"#)),
        ),
        (
            "V4 has its totals in the body",
            at(v4, reply(200, r#"{"success":true,"data":[]}"#)),
        ),
        (
            "V5 has its total in a header",
            at(v5, reply(200, r#"{"data":[]}"#)),
        ),
        (
            "a `limit` of 1,000 is taken",
            Lie::Server(|builder| builder.site(short_pages())),
        ),
        (
            "a list without `limit` has a default",
            at(
                v4,
                reply(200, r#"{"success":true,"data":[1,2],"filtered_count":2}"#),
            ),
        ),
        (
            "an unknown parameter is ignored",
            at(v4, reply(400, r#"{"error":"unknown"}"#)),
        ),
        (
            "an unknown path gets 404",
            at("/rest/v4/no-such-path", reply(200, "{}")),
        ),
        (
            "V5 has administrative units",
            at("/rest/v5/administrative_units", reply(404, "")),
        ),
        ("a wrong token gets 401", at(v4, reply(403, ""))),
        ("observations need a token", at(v4, reply(200, "{}"))),
        ("the taxonomy needs no token", at(taxa, reply(401, ""))),
        (
            "the API compresses its responses",
            Lie::Server(|builder| builder.site(api_infoflora::testkit::site())),
        ),
        (
            "V5 has relevés",
            Lie::Server(|builder| builder.site(api_infoflora::testkit::site())),
        ),
    ]
    .into_iter()
    .map(|(name, lie)| (name.to_owned(), lie))
    .collect()
}

/// A service whose pages have at most 100 records of many.
fn short_pages() -> Site {
    let short = Route::get("/rest/v4/observations", Auth::Login, |_| {
        let data: Vec<u64> = (0..100).collect();
        respond(
            200,
            &json!({"success": true, "data": data, "filtered_count": OBSERVATIONS}),
        )
    });
    with_routes([short], &site())
}

/// A service that accepts every token.
fn any_token() -> Site {
    let open = Route::get("/rest/v4/observations", Auth::None, |_| {
        respond(200, &json!({"success": true, "data": []}))
    });
    with_routes([open], &site())
}
