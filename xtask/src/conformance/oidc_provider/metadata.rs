//! The server as it describes itself (RFC 8414).

use auth_core::{ErrorKind, Message, Metadata, MetadataRequest};

use super::{CONFIDENTIAL, PUBLIC};
use crate::conformance::env::{Case, ServerEnv, alice, log_in};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::ping::Ping;
use crate::conformance::report::CheckResult;
use keystore::Memory;

pub(super) const CASES: &[Case] = &[
    ("metadata: what the server says of itself", says),
    (
        "metadata from openid-configuration: a login, all the same",
        |bench| logs_in(bench, &MetadataRequest::openid(bench.origin)?),
    ),
    (
        "metadata: client credentials with nothing set by hand",
        |bench| {
            let server = bench
                .rig
                .exchange(&MetadataRequest::new(bench.origin)?)?
                .server()?;
            let service = bench.service_at(server, CONFIDENTIAL)?;
            let seat = bench.rig.daemon(service, Memory::new());
            bench.is_its_own(&seat.send(Ping::default())?)
        },
    ),
    ("metadata of another issuer: refused", another),
    ("metadata where there is none: configuration", nowhere),
];

fn says(bench: &ServerEnv<'_>) -> CheckResult {
    let found = bench.rig.exchange(&MetadataRequest::new(bench.origin)?)?;
    ensure(found.issuer() == bench.origin, format!("{found:?}"))?;
    let scopes: Vec<String> = found.field("scopes_supported").ok_or("no scopes")?;
    ensure(
        ["read", "write"]
            .iter()
            .all(|scope| scopes.iter().any(|known| known == scope)),
        format!("{scopes:?}"),
    )?;
    ensure(
        found.quirks().is_empty(),
        format!("forgiven: {:?}", found.quirks()),
    )?;
    logs_in(bench, &MetadataRequest::new(bench.origin)?)
}

fn logs_in(bench: &ServerEnv<'_>, message: &impl Message<Output = Metadata>) -> CheckResult {
    let server = bench.rig.exchange(message)?.server()?;
    let service = bench.service_at(server, PUBLIC)?;
    let seat = bench.rig.account(service, Memory::new(), "alice");
    let visitor = alice();
    log_in(&seat, &visitor, visitor.browser())?;
    bench.is_alices(&seat.send(Ping::default())?)
}

/// The same document, asked for in the name of an issuer that differs by a slash.
fn another(bench: &ServerEnv<'_>) -> CheckResult {
    let message = MetadataRequest::new(format!("{}/", bench.origin))?;
    let response = bench.rig.exchange(&message);
    expect_error(response, ErrorKind::Malformed, &["they name the issuer"])?;
    Ok(())
}

fn nowhere(bench: &ServerEnv<'_>) -> CheckResult {
    let message = MetadataRequest::new(format!("{}/elsewhere", bench.origin))?;
    let response = bench.rig.exchange(&message);
    expect_error(response, ErrorKind::Configuration, &["404"])?;
    Ok(())
}
