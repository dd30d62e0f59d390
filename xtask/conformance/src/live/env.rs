//! The environment of a check: the service, a transport, the person's login, the application.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use auth_core::{
    CodeGrant, Error, ExposeSecret, Message, SecretText, Service, Store, Token, TokenKind,
    TokenRequest,
};
use auth_flows::{ClientEvent, Login, Status};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header;

use super::probe::{Probe, Reply};
use crate::report::Failure;
use worlds::{AnyClient, AnySession, World};

/// The shortest run of letters, digits, `.`, `_`, `-`, `+`, `/` and `=` that may be a token.
const TOKEN_LIKE: usize = 32;

/// Where the token endpoint is: the API of the service whose origin it has, and its path.
#[derive(Clone, Copy)]
pub(super) struct TokenPath {
    pub(super) api: &'static str,
    pub(super) path: &'static str,
}

/// An application and its secret.
#[derive(Clone)]
pub(super) struct Application {
    pub(super) id: String,
    pub(super) secret: Option<SecretText>,
}

/// What the person allows, and has.
#[derive(Default)]
pub(super) struct Allowed {
    pub(super) application: Option<Application>,
    /// Starts a new login by browser, if the person wants one.
    pub(super) new_login: Option<Box<dyn Fn() -> Login + Send + Sync>>,
    pub(super) write: bool,
    /// The account is the application's own, by client credentials.
    pub(super) client_credentials: bool,
}

pub(super) struct Env {
    pub(super) account: AnySession,
    anonymous: AnySession,
    service: Service,
    token_path: TokenPath,
    allowed: Allowed,
    new_login: OnceLock<NewLogin>,
    secrets: Mutex<Vec<String>>,
    pauses: Arc<AtomicUsize>,
    /// The 429 that came last.
    limited: Mutex<Option<Reply>>,
}

/// How a new login went, step by step.
pub(super) struct NewLogin {
    pub(super) redirect_uri: String,
    /// The error of a login that got no code.
    pub(super) code: Result<(), String>,
    /// The response to an exchange of the code with another code verifier.
    pub(super) wrong_verifier: Option<Reply>,
    /// The end of the login.
    pub(super) status: Result<Status, String>,
}

impl Env {
    pub(super) fn new(
        world: &World,
        service: Service,
        store: impl Store,
        token_path: TokenPath,
        allowed: Allowed,
    ) -> Self {
        let pauses = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&pauses);
        let count = move |event: &ClientEvent<'_>| {
            if matches!(event, ClientEvent::Paused { .. }) {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        };
        let program = match world.client(service.clone(), store) {
            AnyClient::Blocking(client) => AnyClient::Blocking(client.on_event(count)),
            AnyClient::Async(client, handle) => AnyClient::Async(client.on_event(count), handle),
        };
        let account = match allowed.client_credentials {
            true => program.client_session(),
            false => program.account("me"),
        };
        let secret = allowed.application.as_ref();
        let secret = secret.and_then(|known| known.secret.as_ref());
        let secrets = secret.map(|text| text.expose_secret().to_owned());
        Self {
            account,
            anonymous: program.anonymous(),
            service,
            token_path,
            allowed,
            new_login: OnceLock::new(),
            secrets: Mutex::new(secrets.into_iter().collect()),
            pauses,
            limited: Mutex::new(None),
        }
    }

    /// Sends a request at the service's pace.
    pub(super) fn send(&self, probe: Probe) -> Result<Reply, Failure> {
        let reply = self.anonymous.send(probe)?;
        if reply.status == 429 {
            let mut limited = self.limited.lock().unwrap_or_else(PoisonError::into_inner);
            *limited = Some(reply.clone());
        }
        Ok(reply)
    }

    pub(super) fn get(&self, api: &'static str, path: &str) -> Result<Reply, Failure> {
        self.send(Probe::get(api, path))
    }

    /// Sends a form to the token endpoint.
    pub(super) fn token_form(&self, fields: &[(&str, &str)]) -> Result<Reply, Failure> {
        self.send(Probe::form(
            self.token_path.api,
            self.token_path.path,
            fields,
        ))
    }

    /// The same with id and secret in a Basic header, raw.
    pub(super) fn token_form_basic(
        &self,
        id: &str,
        secret: &str,
        fields: &[(&str, &str)],
    ) -> Result<Reply, Failure> {
        let basic = BASE64_STANDARD.encode(format!("{id}:{secret}"));
        self.is_secret(&basic);
        let probe = Probe::form(self.token_path.api, self.token_path.path, fields);
        self.send(probe.header(header::AUTHORIZATION, format!("Basic {basic}")))
    }

    /// The person's token of this kind, renewed if it is due.
    pub(super) fn token(&self, kind: TokenKind) -> Result<Arc<Token>, Failure> {
        let token = self.account.token(kind)?;
        self.is_secret(token.expose_secret());
        if let Some(refresh) = token.refresh_token() {
            self.is_secret(refresh.expose_secret());
        }
        Ok(token)
    }

    pub(super) fn application(&self) -> Result<&Application, Failure> {
        let known = self.allowed.application.as_ref();
        known.ok_or_else(|| "it needs a registered application".into())
    }

    /// The application with its secret.
    pub(super) fn confidential(&self) -> Result<(&str, &str), Failure> {
        let known = self.application()?;
        let secret = known.secret.as_ref();
        let secret = secret.ok_or("it needs a confidential application, with its secret")?;
        Ok((&known.id, secret.expose_secret()))
    }

    pub(super) fn may_write(&self) -> Result<(), Failure> {
        match self.allowed.write {
            true => Ok(()),
            false => Err("it writes; run it with --write".into()),
        }
    }

    /// Whether the account is the application's own.
    pub(super) fn is_client(&self) -> bool {
        self.allowed.client_credentials
    }

    /// Logs in anew, once.
    pub(super) fn new_login(&self) -> Result<&NewLogin, Failure> {
        let login = self.allowed.new_login.as_ref();
        let login = login.ok_or("it needs a new login by browser; run it with --browser")?;
        Ok(self.new_login.get_or_init(|| {
            self.log_in(login()).unwrap_or_else(|error| NewLogin {
                redirect_uri: String::new(),
                code: Err(error.to_string()),
                wrong_verifier: None,
                status: Err("there was no code".to_owned()),
            })
        }))
    }

    fn log_in(&self, login: Login) -> Result<NewLogin, Error> {
        let prepared = self.account.begin_login(login)?;
        let redirect_uri = prepared.redirect_uri().to_owned();
        let grant = match self.account.wait_for_login(prepared.start()?) {
            Ok(grant) => grant,
            Err(error) => {
                return Ok(NewLogin {
                    redirect_uri,
                    code: Err(error.to_string()),
                    wrong_verifier: None,
                    status: Err("there was no code".to_owned()),
                });
            }
        };
        let wrong_verifier = self.exchange_with_another_verifier(&grant);
        Ok(NewLogin {
            redirect_uri,
            code: Ok(()),
            wrong_verifier,
            status: self
                .account
                .complete(grant)
                .map_err(|error| error.to_string()),
        })
    }

    /// Sends the exchange of this code as a thief of it would: with a code verifier of their own.
    fn exchange_with_another_verifier(&self, grant: &CodeGrant) -> Option<Reply> {
        let request = TokenRequest::code(self.service.client(), grant)
            .request()
            .ok()?;
        let form = String::from_utf8(request.body().bytes()?.to_vec()).ok()?;
        let fields = form.split('&').map(|field| match field.split_once('=') {
            Some(("code_verifier", _)) => format!("code_verifier={}", "A".repeat(43)),
            _ => field.to_owned(),
        });
        let form = fields.collect::<Vec<_>>().join("&");
        let mut probe = Probe::posted(self.token_path.api, self.token_path.path, form.into_bytes());
        if let Some(basic) = request.headers().get(header::AUTHORIZATION) {
            probe = probe.header(header::AUTHORIZATION, basic.to_str().ok()?);
        }
        self.send(probe).ok()
    }

    /// How many times the service asked for a pause, and the 429 that came last.
    pub(super) fn limited(&self) -> (usize, Option<Reply>) {
        let last = self.limited.lock().unwrap_or_else(PoisonError::into_inner);
        let pauses = self.pauses.load(Ordering::SeqCst);
        (pauses.max(usize::from(last.is_some())), last.clone())
    }

    /// Takes a text out of all findings from now on.
    pub(super) fn is_secret(&self, text: &str) {
        let mut known = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if !text.is_empty() && !known.iter().any(|one| one == text) {
            known.push(text.to_owned());
        }
    }

    /// The text without any known secret, and without anything that looks like a token.
    pub(super) fn redact(&self, text: &str) -> String {
        let known = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = text.to_owned();
        for secret in known.iter() {
            text = text.replace(secret.as_str(), "…");
        }
        without_tokens(&text)
    }
}

/// Replaces each run of characters that is as long as a token. A slash ends a run, so most paths
/// stay.
fn without_tokens(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~+=".contains(c);
    let (mut out, mut run) = (String::new(), String::new());
    for c in text.chars().chain(std::iter::once('\n')) {
        if is_part(c) {
            run.push(c);
            continue;
        }
        match run.len() >= TOKEN_LIKE {
            true => out.push('…'),
            false => out.push_str(&run),
        }
        run.clear();
        out.push(c);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_token_is_left_out() {
        let check = |text: &str, expect: &str| assert_eq!(without_tokens(text), expect, "{text}");
        check("401, body: invalid_client", "401, body: invalid_client");
        let token = "a".repeat(43);
        check(&format!("x {token}, y"), "x …, y");
        check(&format!("eyJ.{token}.c-_"), "…");
        check(
            "https://www.inaturalist.org/login",
            "https://www.inaturalist.org/login",
        );
    }
}
