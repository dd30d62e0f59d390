//! league's token endpoint.

use http::{Method, Request, Response, header};
use serde_json::json;

use crate::dialect::league::authorization::is_verifier;
use crate::dialect::league::input::Input;
use crate::dialect::league::refusal::Refusal;
use crate::dialect::league::{League, Version, scope};
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
    let params = Params::of_form(request);
    let mut state = context.state();
    let token_request = TokenRequest {
        context,
        league,
        is_8,
        input: Input::new(&params, league.version),
        basic: basic(request, !is_8),
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
    input: Input<'a>,
    basic: Option<(String, String)>,
}

impl TokenRequest<'_> {
    fn grant(&self, state: &mut State) -> Result<usize, Refusal> {
        // `canRespondToAccessTokenRequest` compares the text as it was sent, in version 9 as well.
        match self.input.raw("grant_type").unwrap_or_default() {
            "authorization_code" => self.code(state),
            "client_credentials" => self.client_credentials(state),
            "password" => self.password(state),
            "refresh_token" if self.context.settings.rotation != Rotation::Off => {
                self.refresh(state)
            }
            _ => Err(Refusal::grant_type()),
        }
    }

    /// Returns id and secret: those of the body, or of the Basic header if missing there
    /// (`AbstractGrant::getClientCredentials`).
    fn credentials(&self) -> Result<(&str, Option<&str>), Refusal> {
        let (basic_id, basic_secret) = match &self.basic {
            Some((id, secret)) => (self.input.value(id), self.input.value(secret)),
            None => (None, None),
        };
        let id = self.input.get("client_id")?.or(basic_id);
        let id = id.ok_or_else(|| Refusal::request("client_id", None))?;
        let secret = self.input.get("client_secret")?.or(basic_secret);
        Ok((id, secret))
    }

    /// Authenticates the client (`AbstractGrant::validateClient`).
    ///
    /// Version 8 leaves secret and grant to the repository, which only knows yes and no (the
    /// bundle's `ClientRepository::validateClient`). Version 9 looks at the grant first
    /// (`getClientEntityOrFail`, from 9.2 on).
    fn client(&self, state: &State, grant: &str) -> Result<TestClient, Refusal> {
        let (id, secret) = self.credentials()?;
        let client = state.client(id).ok_or(Refusal::CLIENT)?;
        if !client.may_use(grant) {
            return Err(match self.is_8 {
                true => Refusal::CLIENT,
                false => Refusal::UNAUTHORIZED,
            });
        }
        match (&client.secret, secret.filter(|secret| !secret.is_empty())) {
            (None, _) => {}
            (Some(_), None) if self.is_8 => return Err(Refusal::CLIENT),
            (Some(_), None) => return Err(Refusal::request("client_secret", None)),
            (Some(known), Some(secret)) if known != secret => return Err(Refusal::CLIENT),
            (Some(_), Some(_)) => {}
        }
        let uri = self.input.get("redirect_uri")?.filter(|_| self.is_8);
        let known = |uri: &str| client.redirect_uris.iter().any(|r| league_matches(uri, r));
        if uri.is_some_and(|uri| !known(uri)) {
            return Err(Refusal::CLIENT);
        }
        Ok(client.clone())
    }

    /// The client of a code. Version 8 authenticates confidential clients only, so that a public
    /// one needs no grant.
    fn client_of_code(&self, state: &State) -> Result<TestClient, Refusal> {
        if self.is_8 {
            let (id, _) = self.credentials()?;
            let client = state.client(id).ok_or(Refusal::CLIENT)?;
            if !client.is_confidential() {
                return Ok(client.clone());
            }
        }
        self.client(state, "authorization_code")
    }

    /// `AuthCodeGrant::respondToAccessTokenRequest`. A wrong verifier does not use up the code.
    fn code(&self, state: &mut State) -> Result<usize, Refusal> {
        let client = self.client_of_code(state)?;
        let text = self.input.get("code")?;
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
        self.check_code(&code, &client)?;
        let scopes = scope::validate(self.context, &code.scope)?;
        let scope = scope::finalize(self.context, &client, scopes)?;
        self.check_verifier(&code)?;
        let refreshable = self.refreshable(&client);
        let index = self.issue(
            state,
            &client.id,
            Some(code.user),
            &scope,
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

    /// Whether the client gets a refresh token. Version 8 does not look at its grants
    /// (`AbstractGrant::issueRefreshToken`), and refuses the token when it is used.
    fn refreshable(&self, client: &TestClient) -> bool {
        self.is_8 || client.may_use("refresh_token")
    }

    fn check_code(&self, code: &Code, client: &TestClient) -> Result<(), Refusal> {
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
        match (&code.redirect_uri, self.input.get("redirect_uri")?) {
            (Some(_), None) => Err(Refusal::request("redirect_uri", None)),
            (requested, given) if requested.as_deref() != given => Err(Refusal::request(
                "redirect_uri",
                Some("Invalid redirect URI"),
            )),
            _ => Ok(()),
        }
    }

    fn check_verifier(&self, code: &Code) -> Result<(), Refusal> {
        match (&code.challenge, self.input.get("code_verifier")?) {
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
        let scope = scope::finalize(self.context, &client, self.scopes()?)?;
        Ok(self.issue(state, &client.id, None, &scope, None, false))
    }

    /// `PasswordGrant::respondToAccessTokenRequest`: an unknown scope is refused before the user,
    /// one that is not the client's after it.
    fn password(&self, state: &mut State) -> Result<usize, Refusal> {
        let client = self.client(state, "password")?;
        let scopes = self.scopes()?;
        let lacking = |name: &str| Refusal::request(name, None);
        let name = self.input.get("username")?;
        let name = name.ok_or_else(|| lacking("username"))?;
        let password = self.input.get("password")?;
        let password = password.ok_or_else(|| lacking("password"))?;
        let user = state
            .sign_in(name, password)
            .map_err(|_| Refusal::CREDENTIALS)?;
        let scope = scope::finalize(self.context, &client, scopes)?;
        let refreshable = self.refreshable(&client);
        Ok(self.issue(state, &client.id, Some(user), &scope, None, refreshable))
    }

    /// The request's scopes, each of which the server knows.
    fn scopes(&self) -> Result<Vec<String>, Refusal> {
        let requested = self.input.scope()?.unwrap_or_default();
        scope::validate(self.context, &requested)
    }

    /// `RefreshTokenGrant`: revokes the old refresh token and the old access token at once. The
    /// replay of a revoked one revokes no other token.
    fn refresh(&self, state: &mut State) -> Result<usize, Refusal> {
        let client = self.client(state, "refresh_token")?;
        let text = self.input.get("refresh_token")?;
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
        let requested = self.input.scope()?;
        let requested = requested.as_deref().unwrap_or(&token.scope);
        let scopes = scope::validate(self.context, requested)?;
        let had = |word: &&String| token.scope.split(' ').any(|s| s == **word);
        if let Some(bad) = scopes.iter().find(|word| !had(word)) {
            return Err(Refusal::scope(bad)); // the refresh token remains valid
        }
        let scope = match self.is_8 {
            true => scopes.join(" "),
            false => scope::finalize(self.context, &client, scopes)?,
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
