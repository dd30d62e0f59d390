//! What an access token is, and the API token that is got with it.

pub use super::api_token::ApiToken;
use crate::{model::TokenInfo, operation::operation, v0::REQUIRED};

operation! {
    /// What the login's access token is: whose, for which application, with which scopes. A cheap way to learn whether it lives:
    /// a dead one is refused with 401.
    pub Info: GET "/oauth/token/info" -> Whole<TokenInfo>, REQUIRED;
}
