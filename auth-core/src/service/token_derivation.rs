//! How a second token is derived from the first.

use crate::{
    error::Error,
    oauth::token_response::TokenResponse,
    wire::{body::Request, response_body::Response, url::BaseUrl},
};

/// A second token got with the first: iNaturalist's API token, got with the OAuth access token.
pub trait TokenDerivation: Send + Sync {
    /// The API that is asked; it takes the login token.
    fn api(&self) -> &'static str;

    /// The request, without a token.
    ///
    /// # Errors
    /// It cannot be made.
    fn request(&self, base: &BaseUrl) -> Result<Request, Error>;

    /// Reads the response.
    ///
    /// # Errors
    /// The service refused: [`ErrorKind::NeedsLogin`](crate::ErrorKind::NeedsLogin) if the login token is dead.
    fn parse(&self, response: Response) -> Result<TokenResponse, Error>;

    /// Reads a token that a person copied from a page of the service.
    ///
    /// # Errors
    /// It is not such a token, or the service has no such page.
    fn read_plain_token(&self, text: &str) -> Result<TokenResponse, Error>;

    /// Whether such a token that still serves may be sent in the login token's place to get the next one, where there is no
    /// login. Off unless a service is known to answer that.
    fn can_self_renew(&self) -> bool {
        false
    }

    /// What a person does who has such a token but no login, when it has expired.
    fn expired_help(&self) -> &'static str {
        "log in again"
    }
}
