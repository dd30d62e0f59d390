//! What an access token is, and the API token that is got with it.

use auth_core::{
    BaseUrl, CallPolicy, Error, Limits, Operation, Request, Response, TokenDerivation,
    TokenResponse,
};

use crate::{
    model::TokenInfo,
    operation::operation,
    v0::{API, REQUIRED, api_token::ApiToken},
};

operation! {
    /// What the login's access token is: whose, for which application, with which scopes. A cheap way to learn whether it lives:
    /// a dead one is refused with 401.
    pub Info: GET "/oauth/token/info" -> Whole<TokenInfo>, REQUIRED;
}

/// The API token for the login's access token.
///
/// A session gets it by itself whenever v1 or v2 needs it; this is for programs that hand it on.
///
/// `GET /users/api_token`
#[derive(Clone, Copy, Debug, Default)]
pub struct Derived;

impl Derived {
    /// The operation.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl Operation for Derived {
    type Output = TokenResponse;

    fn policy(&self) -> CallPolicy {
        CallPolicy::read(API).with_limits(Limits::token())
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        ApiToken::default().request(base)
    }

    fn parse(&self, response: Response) -> Result<TokenResponse, Error> {
        ApiToken::default().parse(response)
    }
}
