//! league's two checks of a scope: whether the server knows it, and whether the client has it.
//!
//! The first is `AbstractGrant::validateScopes`, at the authorization endpoint and at the token
//! endpoint. The second is `ScopeRepositoryInterface::finalizeScopes`, at the token endpoint only:
//! in the bundle `ScopeRepository::setupScopes`. Version 9 also calls it at a refresh.

use crate::dialect::league::refusal::Refusal;
use crate::state::client::{TestClient, split_words};
use crate::state::context::ServerContext;

/// Splits a scope. Fails at the first word that no client and no setting of the server names.
pub(super) fn validate(context: &ServerContext, requested: &str) -> Result<Vec<String>, Refusal> {
    let settings = &context.settings;
    let clients = settings.clients.iter().flat_map(|client| &client.scopes);
    let known: Vec<_> = clients
        .chain(&settings.default_scopes)
        .chain(&settings.optional_scopes)
        .collect();
    let scopes = split_words(requested);
    match scopes.iter().find(|scope| !known.contains(scope)) {
        None => Ok(scopes),
        Some(unknown) => Err(Refusal::scope(unknown)),
    }
}

/// Returns the scope of a token: what was requested, or all that the client may have.
///
/// Fails at the first word that is not among the client's scopes, if it has any.
pub(super) fn finalize(
    context: &ServerContext,
    client: &TestClient,
    requested: Vec<String>,
) -> Result<String, Refusal> {
    if requested.is_empty() {
        return Ok(all_of(context, client).join(" "));
    }
    let own = &client.scopes;
    let foreign = |scope: &&String| !own.is_empty() && !own.contains(scope);
    match requested.iter().find(foreign) {
        None => Ok(requested.join(" ")),
        Some(foreign) => Err(Refusal::scope(foreign)),
    }
}

/// The scopes of a request that names none.
pub(super) fn all_of<'a>(context: &'a ServerContext, client: &'a TestClient) -> &'a [String] {
    match client.scopes.is_empty() {
        true => &context.settings.default_scopes,
        false => &client.scopes,
    }
}
