//! iNaturalist at our test server: what the testkit's own routes lack, and the lies.

use auth_core::testkit::{Auth, Route, Site, json as respond};
use auth_core::{SecretText, TokenKind};
use auth_testkit::{Dialect, Fault, TestClient, TestServer};
use keystore::Memory;
use serde_json::{Value, json};

use super::lie::{Lie, compressed, json as reply, number, with_routes};
use super::{APP, PASSWORD, SECRET, Stage, USER};
use crate::live::env::{Allowed, Application, Env};
use crate::live::inat::lists::{self, ASSUMED, READ};
use crate::live::{inat, logins};

pub(super) const STAGE: Stage = Stage {
    title: "iNaturalist",
    facts: inat::facts,
    lies,
    server,
    env: |world, server, login| {
        let service = api_inat::service(APP)
            .secret(SECRET)
            .user_agent("fieldkey-live-check/1.0 (test)")
            .at(server.url())
            .build()?;
        let allowed = Allowed {
            application: Some(Application {
                id: APP.to_owned(),
                secret: Some(SecretText::from(SECRET)),
            }),
            new_login: Some(Box::new(login)),
            write: true,
            client_credentials: false,
        };
        Ok(Env::new(
            world,
            service,
            Memory::new(),
            inat::TOKEN,
            allowed,
        ))
    },
    prepare: |env| {
        env.account.log_in_with_password(USER, PASSWORD)?;
        env.token(TokenKind::Derived)?;
        Ok(())
    },
};

fn server(lie: Option<&Lie>) -> std::io::Result<TestServer> {
    let client = TestClient::confidential(APP, SECRET).redirect_uri("http://127.0.0.1:8080");
    let builder = TestServer::builder(Dialect::doorkeeper_5())
        .client(client)
        .default_scopes("write login")
        .user(USER, PASSWORD)
        .site(site());
    Lie::configure(lie, builder).start()
}

/// The testkit's routes, and before them those that only these checks ask.
fn site() -> Site {
    let site = api_inat::testkit::site();
    // Before `{id}`, which would match the last part of their paths.
    let lists = READ.into_iter().skip(1).chain(ASSUMED);
    let mut first: Vec<_> = lists
        .map(|(path, most, needs_token)| list(path, most, needs_token))
        .collect();
    first.extend([
        compressed("/v1/controlled_terms"),
        Route::get("/v1/sites/{id}", Auth::None, |request| {
            match request.segment("id").unwrap_or_default().split(',').count() {
                0..=200 => respond(200, &json!({"results": []})),
                _ => respond(422, &json!({"error": "too many ids", "status": 422})),
            }
        }),
        Route::get(
            "/v1/observations/{id}",
            Auth::Derived,
            |request| match request.segment("id").unwrap_or_default().parse::<u64>() {
                Ok(_) => respond(200, &json!({"total_results": 0, "results": []})),
                Err(_) => respond(422, &json!({"error": "Error", "status": 422})),
            },
        ),
        Route::get("/v2/observations/{uuid}", Auth::Derived, |request| {
            let count = request
                .segment("uuid")
                .unwrap_or_default()
                .split(',')
                .count();
            let status = if count > 200 { 422 } else { 404 };
            respond(
                status,
                &json!({"status": status, "errors": [{"message": "no"}]}),
            )
        }),
        Route::get("/v1/taxa/suggest", Auth::Derived, |request| {
            match request.caller {
                Some(_) => respond(200, &json!({"results": []})),
                None => respond(401, &json!({"error": "Unauthorized"})),
            }
        }),
    ]);
    let search = site
        .routes()
        .iter()
        .find(|route| route.pattern() == "/v1/observations");
    if let Some(search) = search.cloned() {
        first.push(Route::get(
            "/v1/observations",
            Auth::Derived,
            move |request| {
                let off_the_earth = number(request, "lat").is_some_and(|degrees| degrees > 90);
                match off_the_earth {
                    true => respond(422, &json!({"error": "invalid latitude", "status": 422})),
                    false => search.respond(request),
                }
            },
        ));
    }
    with_routes(first, &site)
}

/// A list of 1,000 records with a largest page.
fn list(path: &'static str, most: u64, needs_token: bool) -> Route {
    let pattern = path.split('?').next().unwrap_or(path);
    Route::get(pattern, Auth::Derived, move |request| {
        if needs_token && request.caller.is_none() {
            return respond(401, &json!({"error": "Unauthorized"}));
        }
        let size = number(request, "per_page").unwrap_or(30).min(most);
        let records: Vec<Value> = (0..size).map(|id| json!({"id": id})).collect();
        let page = json!({"total_results": 1000, "page": 1, "per_page": size, "results": records});
        respond(200, &page)
    })
}

fn lies() -> Vec<(String, Lie)> {
    let (www, v1, v2) = (inat::WWW, inat::V1, inat::V2);
    let at = |api, path, fault| Lie::Path(api, path, fault);
    let token = |body| Lie::Token(reply(200, body));
    let mut lies: Vec<(String, Lie)> = [
        (logins::STATE, Lie::NoState),
        (
            logins::PKCE,
            token(r#"{"access_token":"t","token_type":"Bearer"}"#),
        ),
        (
            logins::UNUSED,
            Lie::Token(reply(400, r#"{"error":"invalid_grant"}"#)),
        ),
        (
            logins::PACE,
            at(
                v1,
                "/v1/controlled_terms",
                Fault::TooManyRequests {
                    retry_after: Some("0".into()),
                },
            ),
        ),
        (
            "an access token does not expire",
            at(
                www,
                "/oauth/token/info",
                reply(200, r#"{"expires_in":7200,"scope":["write"]}"#),
            ),
        ),
        (
            "a login without scopes gets `write login`",
            at(
                www,
                "/oauth/token/info",
                reply(200, r#"{"expires_in":null,"scope":["login"]}"#),
            ),
        ),
        (
            "an API token is valid for 24 hours",
            Lie::Server(|builder| {
                builder.derived_token_lifetime(std::time::Duration::from_secs(3600))
            }),
        ),
        (
            "an API token's response is private",
            at(
                www,
                "/users/api_token",
                reply(200, r#"{"api_token":"a.b.c"}"#),
            ),
        ),
        (
            "an API token gets the next API token",
            at(www, "/users/api_token", reply(403, "")),
        ),
        (
            "a wrong access token gets 401 and a challenge",
            at(www, "/users/api_token", reply(401, "{}")),
        ),
        (
            "without a login, JSON gets 401",
            at(www, "/users/api_token", Fault::Redirect("/login".into())),
        ),
        (
            "without a login, a browser is redirected",
            at(www, "/users/api_token", Fault::Html500),
        ),
        (
            "v1 treats an expired API token as anonymous",
            at(
                v1,
                "/v1/observations",
                reply(401, r#"{"error":"Unauthorized"}"#),
            ),
        ),
        (
            "v1 ignores an access token on reads",
            at(v1, "/v1/users/me", reply(200, r#"{"results":[{"id":1}]}"#)),
        ),
        (
            "v2 refuses an expired API token",
            at(v2, "/v2/observations", reply(200, r#"{"results":[]}"#)),
        ),
        (
            "a wrong client secret is `invalid_client`",
            Lie::Token(reply(400, r#"{"error":"invalid_request"}"#)),
        ),
        (
            "the secret is accepted in a Basic header",
            Lie::Token(reply(401, r#"{"error":"invalid_client"}"#)),
        ),
        (
            "there are no refresh tokens",
            Lie::Server(|builder| builder.refresh_tokens(auth_testkit::Rotation::Instant)),
        ),
        (
            "a revocation of an unknown token succeeds",
            at(
                www,
                "/oauth/revoke",
                reply(403, r#"{"error":"unauthorized_client"}"#),
            ),
        ),
        (
            "v1 compresses its responses",
            at(v1, "/v1/controlled_terms", reply(200, "{}")),
        ),
        (
            "v1 has an empty list for an unknown id",
            at(
                v1,
                "/v1/observations/2000000000",
                reply(404, r#"{"error":"Not Found"}"#),
            ),
        ),
        (
            "v2 has 404 for an unknown UUID",
            at(
                v2,
                "/v2/observations/00000000-0000-4000-8000-000000000000",
                reply(200, r#"{"results":[]}"#),
            ),
        ),
        (
            "v1 ends at 10,000 results with 403",
            at(v1, "/v1/observations", reply(422, r#"{"error":"too far"}"#)),
        ),
        (
            "v2 ends at 10,000 results with the same words",
            at(
                v2,
                "/v2/observations",
                reply(422, r#"{"errors":[{"message":"too far"}]}"#),
            ),
        ),
        (
            "v2 ignores unknown names of fields",
            at(
                v2,
                "/v2/observations",
                reply(422, r#"{"errors":[{"message":"unknown"}]}"#),
            ),
        ),
        (
            "v2 names the parameter that it refuses",
            at(
                v2,
                "/v2/observations",
                reply(422, r#"{"errors":[{"message":"unknown"}]}"#),
            ),
        ),
        (
            "v1 takes a box beyond the date line",
            at(v1, "/v1/observations", reply(422, r#"{"error":"Error"}"#)),
        ),
        (
            "v1 makes one observation of one UUID",
            Lie::Server(|builder| builder.site(two_for_one())),
        ),
        (
            "ids of /v1/sites/{id}",
            Lie::Server(|builder| builder.site(many_sites())),
        ),
    ]
    .into_iter()
    .map(|(name, lie)| (name.to_owned(), lie))
    .collect();
    // A smaller page, by its size, by its records, and a larger one.
    for ((path, ..), body) in ASSUMED.into_iter().zip([
        r#"{"total_results":1000,"page":1,"per_page":100,"results":[]}"#,
        r#"{"total_results":1000,"results":[{"id":1}]}"#,
        r#"{"error":"Error","status":422}"#,
    ]) {
        let status = if body.contains("422") { 422 } else { 200 };
        lies.push((lists::name(path), at(v1, path, reply(status, body))));
    }
    lies
}

/// A service that makes another observation of each request.
fn two_for_one() -> Site {
    let made = std::sync::atomic::AtomicU64::new(1);
    let create = Route::new(
        http::Method::POST,
        "/v1/observations",
        Auth::Derived,
        move |_| {
            let id = made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            respond(200, &json!([{"id": id}]))
        },
    );
    let delete = Route::new(
        http::Method::DELETE,
        "/v1/observations/{id}",
        Auth::Derived,
        |_| respond(200, &json!({})),
    );
    with_routes([create, delete], &site())
}

/// A service that takes any number of ids.
fn many_sites() -> Site {
    let any = Route::get("/v1/sites/{id}", Auth::None, |_| {
        respond(200, &json!({"results": []}))
    });
    with_routes([any], &site())
}
