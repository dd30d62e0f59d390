//! The access token, the API token, and the errors of their endpoints.

use auth_core::{TokenKind, UnixTime, server_time, unverified_expiry};
use http::header;

use super::{README, V1, V2, WWW};
use crate::live::env::Env;
use crate::live::fact::{Fact, Finding, Source};
use crate::live::probe::{Probe, Reply};
use crate::report::Failure;

const API_TOKEN: &str = "/users/api_token";
const INFO: &str = "/oauth/token/info";

/// A JWT with the claims of iNaturalist's that expired in 2023. Its signature is noise.
pub(in crate::live) const EXPIRED: &str =
    "eyJhbGciOiJIUzUxMiJ9.eyJ1c2VyX2lkIjoxLCJleHAiOjE3MDAwMDAwMDB9.bm9pc2U";
/// A text of the length of an access token.
const UNKNOWN: &str = "0000000000000000000000000000000000000000000";
/// An authorization code that was never issued.
const NO_CODE: &str = "0000000000000000000000000000000000000000000";

/// A day, with the minutes that the request and two clocks may take.
const DAY: std::ops::RangeInclusive<i64> = 86_100..=86_700;

const DEVISE: Source = Source::new(
    "auth-flows/testkit/src/dialect/doorkeeper/devise.rs",
    "from memory, not verified",
);
const GUIDE: &str = "api-inat/src/guide/registering.md";

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn facts() -> Vec<Fact> {
    let lifetime = Source::new(README, "until it is revoked");
    let day = Source::new(README, "or copied from that page | 24 hours");
    let anonymous = Source::new(
        README,
        "On v1, a missing, wrong or expired API token causes",
    );
    let only_api = Source::new(
        "api-inat/src/v0/api_token.rs",
        "an OAuth access token is ignored without an error",
    );
    let client = Source::new(GUIDE, "gets `invalid_client`, also with PKCE");
    vec![
        Fact::new(
            "an access token does not expire",
            "`GET /oauth/token/info` names no expiry of a login's access token",
            lifetime,
            |env| {
                let reply = with_login(env, INFO)?;
                let info = reply.json();
                let holds = reply.status == 200 && info["expires_in"].is_null();
                let came = format!("{}; expires_in {}", reply.summary(), info["expires_in"]);
                Ok(Finding::of(holds, came))
            },
        ),
        Fact::new(
            "a login without scopes gets `write login`",
            "its access token has both scopes",
            Source::new(README, "iNaturalist then grants its default, `write login`"),
            |env| {
                let scope = with_login(env, INFO)?.json()["scope"].to_string();
                let holds = ["\"write\"", "\"login\""]
                    .iter()
                    .all(|one| scope.contains(one));
                Ok(Finding::of(holds, format!("scope {scope}")))
            },
        ),
        Fact::new(
            "an API token is valid for 24 hours",
            "the `exp` of a derived API token is a day after the response's `Date`",
            day,
            |env| {
                let reply = with_login(env, API_TOKEN)?;
                let lifetime = lifetime_of(env, &reply)?;
                Ok(Finding::of(
                    DAY.contains(&lifetime),
                    format!("{lifetime} s"),
                ))
            },
        ),
        Fact::new(
            "an API token's response is private",
            "`Cache-Control` of `GET /users/api_token` keeps it out of shared caches",
            Source::new(
                "auth-flows/testkit/src/endpoint/derived.rs",
                "not verified against iNaturalist's production",
            ),
            |env| {
                let reply = with_login(env, API_TOKEN)?;
                let caching = reply.header(header::CACHE_CONTROL);
                let private = ["private", "no-store"]
                    .iter()
                    .any(|word| caching.contains(word));
                Ok(Finding::of(private, format!("Cache-Control: {caching}")))
            },
        ),
        Fact::new(
            "an API token gets the next API token",
            "`GET /users/api_token` with a valid API token returns a new one",
            Source::new(
                README,
                "whether iNaturalist returns a new API token for an API token",
            ),
            |env| {
                let token = env.token(TokenKind::Derived)?;
                let probe = Probe::get(WWW, API_TOKEN).bearer(token.expose_secret());
                let reply = env.send(probe)?;
                let next = lifetime_of(env, &reply).is_ok();
                Ok(Finding::of(reply.status == 200 && next, reply.summary()))
            },
        ),
        Fact::new(
            "a wrong access token gets 401 and a challenge",
            "`GET /users/api_token` with an unknown token: 401, `invalid_token`",
            lifetime,
            |env| {
                let reply = env.send(Probe::get(WWW, API_TOKEN).bearer(UNKNOWN))?;
                let challenge = reply
                    .header(header::WWW_AUTHENTICATE)
                    .contains("invalid_token");
                Ok(Finding::of(
                    reply.status == 401 && challenge,
                    reply.summary(),
                ))
            },
        ),
        Fact::new(
            "without a login, JSON gets 401",
            "`GET /users/api_token` with `Accept: application/json` and no token: 401 in JSON",
            DEVISE,
            |env| {
                let reply = env.get(WWW, API_TOKEN)?;
                let holds = reply.status == 401 && reply.json()["error"].is_string();
                Ok(Finding::of(holds, reply.summary()))
            },
        ),
        Fact::new(
            "without a login, a browser is redirected",
            "the same with `Accept: */*`: 302 to the login page",
            DEVISE,
            |env| {
                let probe = Probe::get(WWW, API_TOKEN).header(header::ACCEPT, "*/*");
                let reply = env.send(probe)?;
                let location = reply.header(header::LOCATION);
                let holds = reply.status == 302 && location.contains("/login");
                Ok(Finding::of(holds, reply.summary()))
            },
        ),
        Fact::new(
            "v1 treats an expired API token as anonymous",
            "a search gets 200, and `users/me` gets 401",
            anonymous,
            |env| {
                let search = Probe::get(V1, "/observations?per_page=0").bearer(EXPIRED);
                let search = env.send(search)?;
                let me = env.send(Probe::get(V1, "/users/me").bearer(EXPIRED))?;
                let came = format!("search: {}; me: {}", search.summary(), me.summary());
                Ok(Finding::of(search.status == 200 && me.status == 401, came))
            },
        ),
        Fact::new(
            "v1 ignores an access token on reads",
            "`GET /v1/users/me` with the OAuth access token: 401",
            only_api,
            |env| {
                let token = env.token(TokenKind::Login)?;
                let probe = Probe::get(V1, "/users/me").bearer(token.expose_secret());
                let reply = env.send(probe)?;
                Ok(Finding::of(reply.status == 401, reply.summary()))
            },
        ),
        Fact::new(
            "v2 refuses an expired API token",
            "a search of v2 with an expired API token: 401",
            Source::new("api-inat/src/testkit/mod.rs", "v2 refuses it"),
            |env| {
                let search = Probe::get(V2, "/observations?per_page=0").bearer(EXPIRED);
                let reply = env.send(search)?;
                Ok(Finding::of(reply.status == 401, reply.summary()))
            },
        ),
        Fact::new(
            "a wrong client secret is `invalid_client`",
            "401, in JSON",
            client,
            |env| {
                let id = env.application()?.id.clone();
                let reply = env.token_form(&code_form(&id, Some("wrong")))?;
                Ok(Finding::of(
                    reply.is_error(401, "invalid_client"),
                    reply.summary(),
                ))
            },
        ),
        Fact::new(
            "the secret is accepted in the form",
            "with an unknown code: 400 `invalid_grant`, not `invalid_client`",
            client,
            |env| {
                let known = env.application()?;
                let secret = env.confidential().ok().map(|(_, secret)| secret);
                let reply = env.token_form(&code_form(&known.id, secret))?;
                Ok(Finding::of(
                    reply.is_error(400, "invalid_grant"),
                    reply.summary(),
                ))
            },
        ),
        Fact::new(
            "the secret is accepted in a Basic header",
            "with an unknown code: 400 `invalid_grant`, not `invalid_client`",
            client,
            |env| {
                let (id, secret) = env.confidential()?;
                let fields = code_form(id, None);
                let reply = env.token_form_basic(id, secret, &fields)?;
                Ok(Finding::of(
                    reply.is_error(400, "invalid_grant"),
                    reply.summary(),
                ))
            },
        ),
        Fact::new(
            "there are no refresh tokens",
            "the grant `refresh_token` is `unsupported_grant_type`",
            lifetime,
            |env| {
                let known = env.application()?;
                let mut fields = vec![
                    ("grant_type", "refresh_token"),
                    ("refresh_token", NO_CODE),
                    ("client_id", &known.id),
                ];
                if let Ok((_, secret)) = env.confidential() {
                    fields.push(("client_secret", secret));
                }
                let reply = env.token_form(&fields)?;
                let holds = reply.is_error(400, "unsupported_grant_type");
                Ok(Finding::of(holds, reply.summary()))
            },
        ),
        Fact::new(
            "a revocation of an unknown token succeeds",
            "`POST /oauth/revoke`: 200 (RFC 7009 section 2.2)",
            lifetime,
            |env| {
                let known = env.application()?;
                let mut fields = vec![("token", NO_CODE), ("client_id", &*known.id)];
                if let Ok((_, secret)) = env.confidential() {
                    fields.push(("client_secret", secret));
                }
                let reply = env.send(Probe::form(WWW, "/oauth/revoke", &fields))?;
                Ok(Finding::of(reply.status == 200, reply.summary()))
            },
        ),
        Fact::unchecked(
            "a revoked application keeps its API token",
            "an API token stays valid after its application was revoked, 24 hours at most",
            Source::new(
                "api-inat/src/v1/authorized_applications.rs",
                "(read in the sources, not verified)",
            ),
            "it would log out the person's programs",
        ),
        Fact::unchecked(
            "a revoked application keeps it in v2 as well",
            "an API token stays valid after its application was revoked, 24 hours at most",
            Source::new(
                "api-inat/src/v2/authorized_applications.rs",
                "(read in the sources, not verified)",
            ),
            "it would log out the person's programs",
        ),
    ]
}

fn code_form<'a>(id: &'a str, secret: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", NO_CODE),
        ("redirect_uri", "http://127.0.0.1/"),
        ("client_id", id),
    ];
    fields.extend(secret.map(|text| ("client_secret", text)));
    fields
}

fn with_login(env: &Env, path: &str) -> Result<Reply, Failure> {
    let token = env.token(TokenKind::Login)?;
    env.send(Probe::get(WWW, path).bearer(token.expose_secret()))
}

/// The seconds from the response's date to the expiry of the API token in it.
fn lifetime_of(env: &Env, reply: &Reply) -> Result<i64, Failure> {
    let object = reply.json();
    let token = object["api_token"].as_str();
    let token = token.ok_or_else(|| format!("no API token came: {}", reply.summary()))?;
    env.is_secret(token);
    let expiry = unverified_expiry(token).ok_or("the API token names no expiry")?;
    let now = server_time(&reply.headers)
        .unwrap_or_else(|| UnixTime::from_system(std::time::SystemTime::now()));
    let seconds = |time: UnixTime| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Ok(seconds(expiry) - seconds(now))
}
