//! The token endpoint and the login page: client authentication, lifetimes, rotation, errors.

use auth_core::{ExposeSecret, TokenKind};
use http::header;
use serde_json::Value;

use super::{AUTH, README, REST, TROUBLE};
use crate::live::env::Env;
use crate::live::fact::{Fact, Finding, Source};
use crate::live::probe::{Probe, Reply};
use crate::report::Failure;
use worlds::AnySession;

const SCRIPTS: &str = "api-infoflora/src/guide/scripts.md";
const SERVICE: &str = "api-infoflora/src/service.rs";

/// A refresh token that was never issued.
const UNKNOWN: &str = "0000000000000000000000000000000000000000000";

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn facts() -> Vec<Fact> {
    let basic = Source::new(README, "Basic, raw, with the equal `client_id` in the form");
    let league = Source::new(README, "Info Flora's login is probably");
    let guide = Source::new(
        "api-infoflora/src/guide/mod.rs",
        "which Info Flora probably uses",
    );
    let lifetime = Source::new("api-infoflora/examples/token.rs", "valid for about an hour");
    let rotation = Source::new(README, "a refresh token that changes with each use");
    let locale = Source::new(README, "Info Flora's page; other values are not verified");
    let mut facts = vec![
        Fact::new(
            "the secret is accepted in a raw Basic header",
            "client credentials by Basic, with the id in the form: 200",
            basic,
            |env| {
                let reply = issued(env, true)?;
                Ok(Finding::of(reply.status == 200, reply.summary()))
            },
        ),
        Fact::new(
            "the secret is accepted in the form",
            "client credentials with id and secret in the form: 200",
            Source::new(SERVICE, "does not form-decode a Basic header"),
            |env| {
                let reply = issued(env, false)?;
                Ok(Finding::of(reply.status == 200, reply.summary()))
            },
        ),
        Fact::new(
            "`token_type` is bearer",
            "in any case of letters",
            Source::new(
                SCRIPTS,
                "even if the token response contains `\"token_type\": \"bearer\"`",
            ),
            |env| {
                let kind = issued(env, true)?.json()["token_type"].clone();
                let bearer = kind
                    .as_str()
                    .is_some_and(|one| one.eq_ignore_ascii_case("bearer"));
                Ok(Finding::of(bearer, kind))
            },
        ),
        Fact::new(
            "an access token is valid for an hour",
            "`expires_in` is 3600, or a second less",
            lifetime,
            |env| {
                let seconds = issued(env, true)?.json()["expires_in"].clone();
                let hour = seconds
                    .as_u64()
                    .is_some_and(|one| (3595..=3600).contains(&one));
                Ok(Finding::of(hour, format!("expires_in {seconds}")))
            },
        ),
        Fact::new(
            "client credentials get no refresh token",
            "the token response has none",
            Source::new(README, "requests a new token"),
            |env| {
                let refresh = issued(env, true)?.json()["refresh_token"].is_null();
                let came = if refresh {
                    "none came"
                } else {
                    "a refresh token came"
                };
                Ok(Finding::of(refresh, came))
            },
        ),
        Fact::new(
            "a wrong client secret is `invalid_client`",
            "401, in JSON",
            Source::new(TROUBLE, "the identifier or the secret is wrong"),
            |env| {
                let id = env.application()?.id.clone();
                let fields = [("grant_type", "client_credentials"), ("client_id", &id)];
                let reply = env.token_form_basic(&id, "wrong", &fields)?;
                Ok(Finding::of(
                    reply.is_error(401, "invalid_client"),
                    reply.summary(),
                ))
            },
        ),
        Fact::new(
            "an unknown grant is `unsupported_grant_type`",
            "400, in JSON, as league/oauth2-server responds",
            league,
            |env| {
                let (id, secret) = env.confidential()?;
                let fields = [("grant_type", "no-such-grant"), ("client_id", id)];
                let reply = env.token_form_basic(id, secret, &fields)?;
                let holds = reply.is_error(400, "unsupported_grant_type");
                Ok(Finding::of(holds, reply.summary()))
            },
        ),
        Fact::new(
            "an unknown refresh token is refused as by league",
            "400 `invalid_grant` (league 9) or 401 `invalid_request` (league 8)",
            Source::new(
                TROUBLE,
                "For an invalid refresh token, league 8 responds with 401",
            ),
            |env| {
                let (id, secret) = env.confidential()?;
                let fields = [
                    ("grant_type", "refresh_token"),
                    ("refresh_token", UNKNOWN),
                    ("client_id", id),
                    ("client_secret", secret),
                ];
                Ok(refused_refresh(&env.token_form(&fields)?))
            },
        ),
        Fact::new(
            "a refresh accepts the secret in a Basic header",
            "as well as in the form: an unknown refresh token is refused for what it is",
            Source::new(README, "the only method on Info Flora's page"),
            |env| {
                let (id, secret) = env.confidential()?;
                let fields = [
                    ("grant_type", "refresh_token"),
                    ("refresh_token", UNKNOWN),
                    ("client_id", id),
                ];
                Ok(refused_refresh(&env.token_form_basic(id, secret, &fields)?))
            },
        ),
        Fact::new(
            "a refresh replaces the refresh token",
            "its response has another refresh token",
            rotation,
            |env| {
                let (before, after) = refreshed(env)?;
                Ok(Finding::of(
                    before.1 != after.1,
                    "compared before and after a renewal",
                ))
            },
        ),
        Fact::new(
            "a refresh ends the old access token",
            "the old one gets 401 although it has not expired",
            guide,
            |env| {
                let (before, _) = refreshed(env)?;
                let probe = Probe::get(REST, "/v4/observations?limit=1").bearer(&before.0);
                let reply = env.send(probe)?;
                Ok(Finding::of(reply.status == 401, reply.summary()))
            },
        ),
        Fact::unchecked(
            "the lifetime of codes",
            "ten minutes, league's default",
            Source::new(TROUBLE, "league's default is ten minutes"),
            "it would take ten minutes and a login",
        ),
    ];
    facts.extend(["fr", "de", "it", "en"].map(|locale_of| {
        Fact::new(
            format!("there is a login page in `{locale_of}`"),
            format!("`/oauth2/authorize/{locale_of}` exists: it shows a page or redirects to one"),
            if locale_of == "de" {
                Source::new(SERVICE, "`de` probably works")
            } else {
                locale
            },
            move |env| login_page(env, locale_of),
        )
    }));
    facts
}

/// Requests a token by client credentials.
fn issued(env: &Env, basic: bool) -> Result<Reply, Failure> {
    let (id, secret) = env.confidential()?;
    let mut fields = vec![("grant_type", "client_credentials"), ("client_id", id)];
    let reply = match basic {
        true => env.token_form_basic(id, secret, &fields)?,
        false => {
            fields.push(("client_secret", secret));
            env.token_form(&fields)?
        }
    };
    let object = reply.json();
    for name in ["access_token", "refresh_token"] {
        env.is_secret(object[name].as_str().unwrap_or_default());
    }
    match object["error"].as_str() {
        // The client is of the other kind, for people.
        Some("unauthorized_client") => Err("it needs a client of client credentials".into()),
        _ => Ok(reply),
    }
}

fn refused_refresh(reply: &Reply) -> Finding {
    let league = reply.is_error(400, "invalid_grant") || reply.is_error(401, "invalid_request");
    Finding::of(league, reply.summary())
}

/// An access token and a refresh token.
type Pair = (String, Option<String>);

/// Renews the person's login: the tokens before and after.
fn refreshed(env: &Env) -> Result<(Pair, Pair), Failure> {
    if env.is_client() {
        return Err("it needs the login of a person; run it with --browser".into());
    }
    let pair = || -> Result<Pair, Failure> {
        let token = env.token(TokenKind::Login)?;
        let refresh = token
            .refresh_token()
            .map(|text| text.expose_secret().to_owned());
        Ok((token.expose_secret().to_owned(), refresh))
    };
    let before = pair()?;
    if before.1.is_none() {
        return Err("the login has no refresh token".into());
    }
    match &env.account {
        AnySession::Blocking(session) => session.invalidate(TokenKind::Login)?,
        AnySession::Async(session, handle) => {
            handle.block_on(session.invalidate(TokenKind::Login))?
        }
    }
    let after = pair()?;
    match before.0 == after.0 {
        true => Err("the access token was not renewed".into()),
        false => Ok((before, after)),
    }
}

fn login_page(env: &Env, locale: &str) -> Result<Finding, Failure> {
    let id = &env.application()?.id;
    let path = format!("/oauth2/authorize/{locale}?response_type=code&client_id={id}");
    let probe = Probe::get(AUTH, path).header(header::ACCEPT, "text/html");
    let reply = env.send(probe)?;
    // league refuses an unknown redirect URI with 401 in JSON: the page exists all the same.
    let exists = matches!(reply.status, 200 | 302 | 303) || reply.json()["error"] != Value::Null;
    Ok(Finding::of(exists, reply.summary()))
}
