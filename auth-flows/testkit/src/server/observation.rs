//! What an observer receives for a request: its outcome and what the server knows about its token.

use std::time::SystemTime;

use http::{Request, header};
use serde_json::Value;

use crate::control::exchange::{Exchange, Observer};
use crate::control::faults::{Ending, Fault};
use crate::control::request_kind::{RequestClass, RequestKind};
use crate::http::params::Params;
use crate::server::ServerInner;
use crate::state::{State, Token};

/// A running request that an observer will receive as an `Exchange`.
pub(crate) struct Observation<'a> {
    observer: &'a Observer,
    began: SystemTime,
    user: Option<String>,
    login: Option<u64>,
    refresh_token: Option<usize>,
}

impl<'a> Observation<'a> {
    /// `None` without an observer.
    pub(crate) fn new(
        server: &'a ServerInner,
        request: &Request<Vec<u8>>,
        class: &RequestClass,
    ) -> Option<Self> {
        let observer = server.observer.as_ref()?;
        let mut observation = Self {
            observer,
            began: SystemTime::now(),
            user: None,
            login: None,
            refresh_token: None,
        };
        let state = server.context.state();
        match class.kind {
            RequestKind::Token => observation.token_request(&state, request),
            _ => observation.bearer(&state, request),
        }
        Some(observation)
    }

    fn token_request(&mut self, state: &State, request: &Request<Vec<u8>>) {
        let params = Params::of_body(request);
        self.user = params.get("username").map(str::to_owned);
        let text = params.get("refresh_token").unwrap_or_default();
        if let Some(index) = state.index_of_refresh(text) {
            self.refresh_token = Some(index);
            self.goes_back_to(state, state.token(index));
        }
    }

    fn bearer(&mut self, state: &State, request: &Request<Vec<u8>>) {
        let value = request.headers().get(header::AUTHORIZATION);
        let text = value.and_then(|value| value.to_str().ok());
        let text = text.and_then(|text| text.split_whitespace().next_back());
        let text = text.unwrap_or_default();
        if let Some(derived) = state.derived.get(text) {
            self.user = Some(derived.caller.user.clone());
        } else if let Some(index) = state.index_of_access(text) {
            self.goes_back_to(state, state.token(index));
        }
    }

    fn goes_back_to(&mut self, state: &State, token: &Token) {
        let user = token.user.and_then(|id| state.user(id));
        self.user = user.map(|user| user.name.clone());
        self.login = Some(token.family);
    }

    /// Calls the observer. `outcome` is that of the server, before the fault changed the response.
    pub(crate) fn finish(
        mut self,
        server: &ServerInner,
        request: &Request<Vec<u8>>,
        class: &RequestClass,
        fault: Option<&Fault>,
        outcome: &Outcome,
    ) {
        // The response may start a login, so the number of the login is known only now.
        if let (RequestKind::Token, Some(token)) = (class.kind, outcome.access_token.as_deref()) {
            let state = server.context.state();
            let index = state.index_of_access(token);
            self.login = index.map(|index| state.token(index).family);
        }
        self.observer.notify(&Exchange {
            request,
            kind: class.kind,
            grant: class.grant.as_deref(),
            began: self.began,
            fault,
            processed: outcome.processed,
            status: outcome.status,
            user: self.user.as_deref(),
            login: self.login,
            refresh_token: self.refresh_token,
        });
    }
}

/// The outcome of a request.
pub(crate) struct Outcome {
    pub(crate) processed: bool,
    pub(crate) status: Option<u16>,
    access_token: Option<String>,
}

impl Outcome {
    /// The outcome of a request that was not processed and ends so.
    pub(crate) fn unprocessed(ending: &Ending) -> Self {
        let response = ending.response();
        Self {
            processed: false,
            status: response.map(|response| response.status().as_u16()),
            access_token: None,
        }
    }

    /// The outcome of a processed request with this response.
    pub(crate) fn processed(response: &http::Response<Vec<u8>>, kind: RequestKind) -> Self {
        let token = || {
            let value: Value = serde_json::from_slice(response.body()).ok()?;
            value["access_token"].as_str().map(str::to_owned)
        };
        Self {
            processed: true,
            status: Some(response.status().as_u16()),
            access_token: (kind == RequestKind::Token).then(token).flatten(),
        }
    }
}
