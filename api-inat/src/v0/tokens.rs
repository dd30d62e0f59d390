//! The properties of an access token, and the API token derived from it.

pub use super::api_token::ApiToken;
use crate::{model::TokenInfo, operation::operation, v0::REQUIRED};

operation! {
    /// Reads the properties of the login's access token: its user, application and scopes. Use it
    /// as a cheap check of the token: an invalid one is rejected with 401.
    pub Info: GET "/oauth/token/info" -> Whole<TokenInfo>, REQUIRED;
}
