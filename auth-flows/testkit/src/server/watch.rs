//! Who watches a server: told of each request as it went, with what the server knows about it.

use std::time::SystemTime;

use http::{Request, header};
use serde_json::Value;

use crate::control::exchange::{Exchange, Observer};
use crate::control::faults::{Ending, Fault};
use crate::control::request_kind::{RequestKind, Target};
use crate::http::params::Params;
use crate::server::Shared;
use crate::state::{State, Token};

/// A request that is being watched.
pub(crate) struct Watched<'a> {
    watcher: &'a Observer,
    began: SystemTime,
    user: Option<String>,
    login: Option<u64>,
    refresh_token: Option<usize>,
}

impl<'a> Watched<'a> {
    /// `None` if nobody watches.
    pub(crate) fn new(
        shared: &'a Shared,
        request: &Request<Vec<u8>>,
        target: &Target,
    ) -> Option<Self> {
        let watcher = shared.observer.as_ref()?;
        let mut watched = Self {
            watcher,
            began: SystemTime::now(),
            user: None,
            login: None,
            refresh_token: None,
        };
        let state = shared.context.state();
        match target.kind {
            RequestKind::Token => watched.token_request(&state, request),
            _ => watched.bearer(&state, request),
        }
        Some(watched)
    }

    fn token_request(&mut self, state: &State, request: &Request<Vec<u8>>) {
        let params = Params::of_body(request);
        self.user = params.get("username").map(str::to_owned);
        let text = params.get("refresh_token").unwrap_or_default();
        if let Some(place) = state.place_of_refresh(text) {
            self.refresh_token = Some(place);
            self.goes_back_to(state, state.token(place));
        }
    }

    fn bearer(&mut self, state: &State, request: &Request<Vec<u8>>) {
        let value = request.headers().get(header::AUTHORIZATION);
        let text = value.and_then(|value| value.to_str().ok());
        let text = text.and_then(|text| text.split_whitespace().next_back());
        let text = text.unwrap_or_default();
        if let Some(derived) = state.derived.get(text) {
            self.user = Some(derived.caller.user.clone());
        } else if let Some(place) = state.place_of_access(text) {
            self.goes_back_to(state, state.token(place));
        }
    }

    fn goes_back_to(&mut self, state: &State, token: &Token) {
        let user = token.user.and_then(|id| state.user(id));
        self.user = user.map(|user| user.name.clone());
        self.login = Some(token.family);
    }

    /// Tells it. `answer` is what the server itself came to, before it was spoilt.
    pub(crate) fn tell(
        mut self,
        shared: &Shared,
        request: &Request<Vec<u8>>,
        target: &Target,
        fault: Option<&Fault>,
        outcome: &Outcome,
    ) {
        if let (RequestKind::Token, Some(token)) = (target.kind, outcome.access_token.as_deref()) {
            let state = shared.context.state();
            let place = state.place_of_access(token);
            self.login = place.map(|place| state.token(place).family);
        }
        self.watcher.tell(&Exchange {
            request,
            kind: target.kind,
            grant: target.grant.as_deref(),
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

/// What a request came to.
pub(crate) struct Outcome {
    pub(crate) processed: bool,
    pub(crate) status: Option<u16>,
    access_token: Option<String>,
}

impl Outcome {
    /// It was not processed, and ends so.
    pub(crate) fn instead(ending: &Ending) -> Self {
        let response = ending.answer();
        Self {
            processed: false,
            status: response.map(|response| response.status().as_u16()),
            access_token: None,
        }
    }

    /// It was processed, and this is the response.
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
