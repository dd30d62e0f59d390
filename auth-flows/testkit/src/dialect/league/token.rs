//! league's token endpoint.

use http::{Method, Request, Response, header};
use serde_json::json;

use crate::dialect::league::authorization::{is_verifier, scope_for};
use crate::dialect::league::refusal::Refusal;
use crate::dialect::league::{League, Version};
use crate::endpoint::issue::{basic, issue, verifier_matches};
use crate::endpoint::software::Grantee;
use crate::http::params::Params;
use crate::http::redirect::league_matches;
use crate::http::reply::{not_found, object, set, typed};
use crate::state::client::TestClient;
use crate::state::context::ServerContext;
use crate::state::settings::Rotation;
use crate::state::{Code, State};

/// Responds to a token request. Only a form in the body counts; JSON or a query is an empty
/// request.
pub(super) fn respond(
    context: &ServerContext,
    league: &League,
    request: &Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    if *request.method() != Method::POST {
        return not_found();
    }
    let is_8 = league.version == Version::V8;
    let form = Params::of_form(request);
    // Version 9 trims white space around every parameter.
    let params = if is_8 { form } else { form.trimmed() };
    let mut state = context.state();
    let token_request = TokenRequest {
        context,
        league,
        is_8,
        params: &params,
        basic: basic(request, !is_8).map(|(id, secret)| match is_8 {
            true => (id, secret),
            false => (id.trim().to_owned(), secret.trim().to_owned()),
        }),
    };
    match token_request.grant(&mut state) {
        Ok(index) => token_response(context, &state, index),
        Err(refusal) => {
            let had_authorization = request.headers().contains_key(header::AUTHORIZATION);
            refusal.to_response(league, had_authorization)
        }
    }
}

struct TokenRequest<'a> {
    context: &'a ServerContext,
    league: &'a League,
    is_8: bool,
    params: &'a Params,
    basic: Option<(String, String)>,
}

impl TokenRequest<'_> {
    fn grant(&self, state: &mut State) -> Result<usize, Refusal> {
        let grant = self.params.get("grant_type").unwrap_or_default();
        match grant {
            "authorization_code" => self.code(state),
            "client_credentials" => self.client_credentials(state),
            "password" => self.password(state),
            "refresh_token" if self.context.settings.rotation != Rotation::Off => {
                self.refresh(state)
            }
            _ => Err(Refusal::GRANT_TYPE),
        }
    }

    /// Returns the client. Id and secret come from the body, or from the Basic header if missing
    /// there.
    fn client(&self, state: &State, grant: &str) -> Result<TestClient, Refusal> {
        let (basic_id, basic_secret) = match &self.basic {
            Some((id, secret)) => (Some(id.as_str()), Some(secret.as_str())),
            None => (None, None),
        };
        let id = self.params.get("client_id").or(basic_id);
        let secret = self.params.get("client_secret").or(basic_secret);
        let id = id.ok_or_else(|| Refusal::request("client_id", None))?;
        let client = state.client(id).ok_or(Refusal::CLIENT)?;
        if !client.may_use(grant) {
            let refusal = if self.is_8 {
                Refusal::CLIENT
            } else {
                Refusal::UNAUTHORIZED
            };
            return Err(refusal); // both versions: read in the source, not observed
        }
        match (&client.secret, secret.filter(|secret| !secret.is_empty())) {
            (None, _) => {}
            (Some(_), None) if self.is_8 => return Err(Refusal::CLIENT),
            (Some(_), None) => return Err(Refusal::request("client_secret", None)),
            (Some(known), Some(secret)) if known != secret => return Err(Refusal::CLIENT),
            (Some(_), Some(_)) => {}
        }
        Ok(client.clone())
    }

    /// `AuthCodeGrant::respondToAccessTokenRequest`. A wrong verifier does not use up the code.
    fn code(&self, state: &mut State) -> Result<usize, Refusal> {
        let client = self.client(state, "authorization_code")?;
        let redirect_uri = self.params.get("redirect_uri");
        let registered = |uri: &str| {
            client
                .redirect_uris
                .iter()
                .any(|known| league_matches(uri, known))
        };
        if self.is_8 && redirect_uri.is_some_and(|uri| !registered(uri)) {
            return Err(Refusal::CLIENT);
        }
        let text = self.params.get("code");
        let text = text.ok_or_else(|| Refusal::request("code", None))?;
        let Some(code) = state.codes.get(text).cloned() else {
            return Err(match self.is_8 {
                true => Refusal::request("code", Some("Cannot decrypt the authorization code")),
                false => Refusal::grant("Cannot validate the provided authorization code"),
            });
        };
        if code.used && self.context.settings.rotation == Rotation::KillFamily {
            code.family.into_iter().for_each(|f| state.kill_family(f));
        }
        self.check_code(&code, &client, redirect_uri)?;
        self.check_verifier(&code)?;
        let refreshable = client.may_use("refresh_token");
        let index = self.issue(
            state,
            &client.id,
            Some(code.user),
            &code.scope,
            None,
            refreshable,
        );
        let family = state.token(index).family;
        if let Some(code) = state.codes.get_mut(text) {
            code.used = true;
            code.family = Some(family);
        }
        Ok(index)
    }

    fn check_code(
        &self,
        code: &Code,
        client: &TestClient,
        redirect_uri: Option<&str>,
    ) -> Result<(), Refusal> {
        let invalid = |hint: &str| match self.is_8 {
            true => Refusal::request("code", Some(hint)),
            false => Refusal::grant(hint),
        };
        if self.context.clock.now_ms() >= code.expires_at {
            return Err(invalid("Authorization code has expired"));
        }
        if code.used {
            return Err(invalid("Authorization code has been revoked"));
        }
        if code.client_id != client.id {
            let hint = "Authorization code was not issued to this client";
            return Err(Refusal::request("code", Some(hint)));
        }
        match (&code.redirect_uri, redirect_uri) {
            (Some(_), None) => Err(Refusal::request("redirect_uri", None)),
            (requested, given) if requested.as_deref() != given => Err(Refusal::request(
                "redirect_uri",
                Some("Invalid redirect URI"),
            )),
            _ => Ok(()),
        }
    }

    fn check_verifier(&self, code: &Code) -> Result<(), Refusal> {
        match (&code.challenge, self.params.get("code_verifier")) {
            (None, None) => Ok(()),
            (None, Some(_)) => {
                let hint = "code_verifier received when no code_challenge is present";
                Err(Refusal::request("code_challenge", Some(hint)))
            }
            (Some(_), None) => Err(Refusal::request("code_verifier", None)),
            (Some(_), Some(verifier)) if !is_verifier(verifier) => {
                let hint = "Code Verifier must follow the specifications of RFC-7636.";
                Err(Refusal::request("code_verifier", Some(hint)))
            }
            (Some(challenge), Some(verifier)) => match verifier_matches(challenge, verifier) {
                true => Ok(()),
                false => Err(Refusal::grant("Failed to verify `code_verifier`.")),
            },
        }
    }

    fn client_credentials(&self, state: &mut State) -> Result<usize, Refusal> {
        let client = self.client(state, "client_credentials")?;
        if !client.is_confidential() {
            return Err(Refusal::CLIENT);
        }
        let scope = scope_for(self.context, &client, self.params.get("scope"))?;
        Ok(self.issue(state, &client.id, None, &scope, None, false))
    }

    fn password(&self, state: &mut State) -> Result<usize, Refusal> {
        let client = self.client(state, "password")?;
        let scope = scope_for(self.context, &client, self.params.get("scope"))?;
        let lacking = |name: &str| Refusal::request(name, None);
        let name = self
            .params
            .get("username")
            .ok_or_else(|| lacking("username"))?;
        let password = self
            .params
            .get("password")
            .ok_or_else(|| lacking("password"))?;
        let user = state
            .sign_in(name, password)
            .map_err(|_| Refusal::CREDENTIALS)?;
        let refreshable = client.may_use("refresh_token");
        Ok(self.issue(state, &client.id, Some(user), &scope, None, refreshable))
    }

    /// `RefreshTokenGrant`: revokes the old refresh token and the old access token at once. The
    /// replay of a revoked one revokes no other token.
    fn refresh(&self, state: &mut State) -> Result<usize, Refusal> {
        let client = self.client(state, "refresh_token")?;
        let text = self.params.get("refresh_token");
        let text = text.ok_or_else(|| Refusal::request("refresh_token", None))?;
        let invalid = |hint: &str| Refusal::refresh(self.league, hint);
        let old = state.index_of_refresh(text);
        let old = old.ok_or_else(|| invalid("Cannot decrypt the refresh token"))?;
        let token = state.token(old).clone();
        let rotation = self.context.settings.rotation;
        if token.client_id != client.id {
            return Err(invalid("Token is not linked to client"));
        }
        let now = self.context.clock.now_ms();
        if token.refresh_expires_at.is_some_and(|end| now >= end) {
            return Err(invalid("Token has expired"));
        }
        if token.refresh_revoked {
            if rotation == Rotation::KillFamily {
                state.kill_family(token.family);
            }
            return Err(invalid("Token has been revoked"));
        }
        let scope = match self.params.get("scope").filter(|scope| !scope.is_empty()) {
            None => token.scope.clone(),
            Some(requested) => {
                let had = |word: &&str| token.scope.split(' ').any(|s| s == *word);
                if let Some(bad) = requested.split_whitespace().find(|word| !had(word)) {
                    return Err(Refusal::scope(bad)); // the refresh token remains valid
                }
                requested.to_owned()
            }
        };
        let family = Some(token.family);
        let index = self.issue(state, &client.id, token.user, &scope, family, true);
        state.rotate(old, index, rotation);
        Ok(index)
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
        issue(self.context, self.league, state, grantee)
    }
}

/// A response as in `BearerTokenResponse`, which never contains a `scope`.
fn token_response(context: &ServerContext, state: &State, index: usize) -> Response<Vec<u8>> {
    let token = state.token(index);
    let mut body = vec![("token_type", json!("Bearer"))];
    if let Some(end) = token.expires_at() {
        let left = end.saturating_sub(context.clock.now_ms());
        body.push(("expires_in", json!(left.div_ceil(1000))));
    }
    body.push(("access_token", json!(token.access)));
    if let Some(refresh) = &token.refresh {
        body.push(("refresh_token", json!(refresh)));
    }
    let body = object(&body).into_bytes();
    let mut response = typed(200, "application/json; charset=UTF-8", body);
    set(&mut response, header::CACHE_CONTROL, "no-store");
    set(&mut response, header::PRAGMA, "no-cache");
    response
}
