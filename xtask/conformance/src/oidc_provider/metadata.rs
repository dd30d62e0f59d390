//! The server's own description (RFC 8414).

use auth_core::{ErrorKind, Message, Metadata, MetadataRequest};

use super::{CONFIDENTIAL, PUBLIC};
use crate::env::{Case, ServerEnv, alice, log_in};
use crate::expect::{ensure, expect_error};
use crate::ping::Ping;
use crate::report::CheckResult;
use keystore::Memory;

pub(super) const CASES: &[Case] = &[
    ("metadata: how the server describes itself", says),
    (
        "metadata from openid-configuration: a login succeeds",
        |env| logs_in(env, &MetadataRequest::openid(env.origin)?),
    ),
    (
        "metadata: client credentials with nothing set by hand",
        |env| {
            let server = env
                .world
                .exchange(&MetadataRequest::new(env.origin)?)?
                .server()?;
            let service = env.service_at(server, CONFIDENTIAL)?;
            let session = env.world.client_session(service, Memory::new());
            env.is_its_own(&session.send(Ping::default())?)
        },
    ),
    ("metadata of another issuer: refused", another),
    ("metadata where there is none: configuration", nowhere),
];

fn says(env: &ServerEnv<'_>) -> CheckResult {
    let found = env.world.exchange(&MetadataRequest::new(env.origin)?)?;
    ensure(found.issuer() == env.origin, format!("{found:?}"))?;
    let scopes: Vec<String> = found.field("scopes_supported").ok_or("no scopes")?;
    ensure(
        ["read", "write"]
            .iter()
            .all(|scope| scopes.iter().any(|known| known == scope)),
        format!("{scopes:?}"),
    )?;
    ensure(
        found.quirks().is_empty(),
        format!("expected no quirks, got {:?}", found.quirks()),
    )?;
    logs_in(env, &MetadataRequest::new(env.origin)?)
}

fn logs_in(env: &ServerEnv<'_>, message: &impl Message<Output = Metadata>) -> CheckResult {
    let server = env.world.exchange(message)?.server()?;
    let service = env.service_at(server, PUBLIC)?;
    let session = env.world.account(service, Memory::new(), "alice");
    let user = alice();
    log_in(&session, &user, user.browser())?;
    env.is_alices(&session.send(Ping::default())?)
}

/// The same document, for an issuer that differs by a slash.
fn another(env: &ServerEnv<'_>) -> CheckResult {
    let message = MetadataRequest::new(format!("{}/", env.origin))?;
    let response = env.world.exchange(&message);
    expect_error(response, ErrorKind::Malformed, &["they name the issuer"])?;
    Ok(())
}

fn nowhere(env: &ServerEnv<'_>) -> CheckResult {
    let message = MetadataRequest::new(format!("{}/elsewhere", env.origin))?;
    let response = env.world.exchange(&message);
    expect_error(response, ErrorKind::Configuration, &["404"])?;
    Ok(())
}
