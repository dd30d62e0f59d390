//! Doorkeeper's token endpoint.

use http::{Method, Request, Response, header};
use serde_json::json;

use crate::dialect::doorkeeper::Doorkeeper;
use crate::dialect::doorkeeper::authorization::scope_for;
use crate::dialect::doorkeeper::replies::{error, missing, rails_json, refused, uncached_json};
use crate::endpoint::issue::{basic, issue, verifier_matches};
use crate::endpoint::software::{ErrorReply, Grantee};
use crate::http::params::Params;
use crate::http::redirect::doorkeeper_matches;
use crate::http::reply::{not_found, set};
use crate::state::client::TestClient;
use crate::state::context::ServerContext;
use crate::state::settings::Rotation;
use crate::state::{NoUser, State};

/// Responds to a token request. Rails reads parameters from the query, a form or a JSON body.
pub(super) fn respond(
    context: &ServerContext,
    software: &Doorkeeper,
    request: &Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    if *request.method() != Method::POST {
        return not_found();
    }
    let params = Params::of_rails(request);
    let mut state = context.state();
    let mut token_request = TokenRequest {
        context,
        software,
        client: client(&state, request, &params),
        params: &params,
    };
    match token_request.grant(&mut state) {
        Ok(index) => token_response(context, &state, index),
        Err(response) => *response,
    }
}

/// Returns the client of a request: that of the Basic header, otherwise that of the parameters
/// `client_id` and `client_secret`. A blank secret is valid only for a public client
/// (`application_mixin.rb`).
pub(super) fn client(
    state: &State,
    request: &Request<Vec<u8>>,
    params: &Params,
) -> Option<TestClient> {
    let (id, secret) = credentials(request, params)?;
    let client = state.client(&id)?;
    let good = match &client.secret {
        None => secret.trim().is_empty(),
        Some(known) => *known == secret,
    };
    good.then(|| client.clone())
}

/// Returns id and secret of the request. `None` if it does not try to authenticate a client.
pub(super) fn credentials(request: &Request<Vec<u8>>, params: &Params) -> Option<(String, String)> {
    let from_basic = basic(request, false).filter(|(id, _)| !id.trim().is_empty());
    from_basic.or_else(|| {
        let id = params.present("client_id")?;
        let secret = params.get("client_secret").unwrap_or_default();
        Some((id.to_owned(), secret.to_owned()))
    })
}

struct TokenRequest<'a> {
    context: &'a ServerContext,
    software: &'a Doorkeeper,
    client: Option<TestClient>,
    params: &'a Params,
}

impl TokenRequest<'_> {
    fn grant(&mut self, state: &mut State) -> Result<usize, ErrorReply> {
        match self.params.present("grant_type") {
            None => Err(lacking("grant_type")),
            Some("authorization_code") => self.code(state),
            Some("client_credentials") => self.client_credentials(state),
            Some("password") => self.password(state),
            Some("refresh_token") if self.context.settings.rotation != Rotation::Off => {
                self.refresh(state)
            }
            Some(_) => Err(refuse("unsupported_grant_type")),
        }
    }

    /// `authorization_code_request.rb`. A wrong verifier does not use up the code.
    fn code(&self, state: &mut State) -> Result<usize, ErrorReply> {
        let text = self.params.present("code").ok_or_else(|| lacking("code"))?;
        let code = state.codes.get(text).cloned();
        let verifier = self.params.present("code_verifier");
        let uses_pkce = code.as_ref().is_some_and(|code| code.challenge.is_some());
        if uses_pkce && verifier.is_none() {
            return Err(lacking("code_verifier"));
        }
        let redirect_uri = self.params.present("redirect_uri");
        let redirect_uri = redirect_uri.ok_or_else(|| lacking("redirect_uri"))?;
        let client = self.known_client()?;
        let code = code.ok_or_else(|| refuse("invalid_grant"))?;
        if code.used && self.context.settings.rotation == Rotation::KillFamily {
            code.family.into_iter().for_each(|f| state.kill_family(f));
        }
        let code_uri = code.redirect_uri.as_deref().unwrap_or_default();
        let verified = match (&code.challenge, verifier) {
            (None, verifier) => verifier.is_none(),
            (Some(challenge), Some(verifier)) => verifier_matches(challenge, verifier),
            (Some(_), None) => false,
        };
        let good = code.client_id == client.id
            && !code.used
            && self.context.clock.now_ms() < code.expires_at
            && doorkeeper_matches(redirect_uri, code_uri)
            && verified;
        if !good {
            return Err(refuse("invalid_grant"));
        }
        let index = self.issue(state, &client.id, Some(code.user), &code.scope, None, true);
        let family = state.token(index).family;
        if let Some(code) = state.codes.get_mut(text) {
            code.used = true;
            code.family = Some(family);
        }
        Ok(index)
    }

    fn client_credentials(&self, state: &mut State) -> Result<usize, ErrorReply> {
        let client = self.client_for("client_credentials")?;
        let scope = self.scope(client)?;
        Ok(self.issue(state, &client.id, None, &scope, None, false))
    }

    /// `password_access_token_request.rb`. The application checks the user before the gem checks
    /// the client.
    fn password(&self, state: &mut State) -> Result<usize, ErrorReply> {
        let name = self.params.get("username").unwrap_or_default();
        let password = self.params.get("password").unwrap_or_default();
        let user = state.sign_in(name, password);
        let user = match user {
            Err(reason) if self.software.devise => {
                return Err(Box::new(refused_password(&reason)));
            }
            user => user.ok(),
        };
        let client = self.client_for("password")?;
        let user = user.ok_or_else(|| refuse("invalid_grant"))?;
        let scope = self.scope(client)?;
        Ok(self.issue(state, &client.id, Some(user), &scope, None, true))
    }

    /// `refresh_token_request.rb`. A request may reduce the scope, not extend it.
    fn refresh(&self, state: &mut State) -> Result<usize, ErrorReply> {
        let text = self.params.present("refresh_token");
        let text = text.ok_or_else(|| lacking("refresh_token"))?;
        let old = state.index_of_refresh(text);
        let old = old.ok_or_else(|| refuse("invalid_grant"))?;
        let token = state.token(old).clone();
        let rotation = self.context.settings.rotation;
        let now = self.context.clock.now_ms();
        if token.refresh_revoked || token.refresh_expires_at.is_some_and(|end| now >= end) {
            if rotation == Rotation::KillFamily {
                state.kill_family(token.family);
            }
            return Err(refuse("invalid_grant"));
        }
        let client = self.known_client()?;
        if client.id != token.client_id {
            return Err(refuse("invalid_grant"));
        }
        let scope = match self.params.present("scope") {
            None => token.scope.clone(),
            Some(scope) => {
                let had = |word: &str| token.scope.split(' ').any(|s| s == word);
                if !scope.split_whitespace().all(had) {
                    return Err(refuse("invalid_scope"));
                }
                scope.to_owned()
            }
        };
        let family = Some(token.family);
        let index = self.issue(state, &client.id, token.user, &scope, family, true);
        state.rotate(old, index, rotation);
        Ok(index)
    }

    fn known_client(&self) -> Result<&TestClient, ErrorReply> {
        let client = self.client.as_ref();
        client.ok_or_else(|| refuse("invalid_client"))
    }

    fn client_for(&self, grant: &str) -> Result<&TestClient, ErrorReply> {
        let client = self.known_client()?;
        if client.may_use(grant) {
            Ok(client)
        } else {
            Err(refuse("unauthorized_client"))
        }
    }

    fn scope(&self, client: &TestClient) -> Result<String, ErrorReply> {
        let requested = self.params.present("scope");
        scope_for(self.context, client, requested).ok_or_else(|| refuse("invalid_scope"))
    }

    fn issue(
        &self,
        state: &mut State,
        client_id: &str,
        user: Option<u64>,
        scope: &str,
        family: Option<u64>,
        refreshable: bool,
    ) -> usize {
        let grantee = Grantee {
            client_id,
            user,
            scope,
            family,
            refreshable,
        };
        issue(self.context, self.software, state, grantee)
    }
}

/// A response as in `token_response.rb`, which omits blank fields.
fn token_response(context: &ServerContext, state: &State, index: usize) -> Response<Vec<u8>> {
    let token = state.token(index);
    let mut body = vec![
        ("access_token", json!(token.access)),
        ("token_type", json!("Bearer")),
    ];
    if let Some(end) = token.expires_at() {
        let left = end.saturating_sub(context.clock.now_ms());
        body.push(("expires_in", json!((left + 500) / 1000)));
    }
    if let Some(refresh) = &token.refresh {
        body.push(("refresh_token", json!(refresh)));
    }
    body.push(("scope", json!(token.scope)));
    body.push(("created_at", json!(token.created_at / 1000)));
    uncached_json(200, &body)
}

/// The application's response to a wrong password (iNaturalist's `oauth_tokens_controller.rb`): 400
/// without a challenge, and JSON that is labelled HTML. The description for a suspended user is
/// invented; the extra key is not.
fn refused_password(reason: &NoUser) -> Response<Vec<u8>> {
    let mut body = vec![("error", json!("invalid_grant"))];
    match reason {
        NoUser::Unknown => {
            body.push((
                "error_description",
                json!("Invalid email, username, or password."),
            ));
        }
        NoUser::Suspended(until) => {
            body.push(("error_description", json!("This user has been suspended.")));
            body.push(("suspended_until", json!(until)));
        }
    }
    let mut response = rails_json(400, &body);
    set(
        &mut response,
        header::CONTENT_TYPE,
        "text/html; charset=utf-8",
    );
    response
}

fn refuse(name: &str) -> ErrorReply {
    Box::new(refused(name))
}

fn lacking(parameter: &str) -> ErrorReply {
    Box::new(error(400, "invalid_request", &missing(parameter)))
}
