//! How a second token is derived from the first.

use crate::{
    error::Error,
    oauth::token_response::TokenAnswer,
    wire::{body::Request, response_body::Response, url::Base},
};

/// A second token got with the first: iNaturalist's API token, got with the OAuth access token.
pub trait Derive: Send + Sync {
    /// The API that is asked; it takes the login token.
    fn api(&self) -> &'static str;

    /// The request, without a token.
    ///
    /// # Errors
    /// It cannot be made.
    fn request(&self, base: &Base) -> Result<Request, Error>;

    /// Reads the answer.
    ///
    /// # Errors
    /// The service refused: [`ErrorKind::NeedsLogin`](crate::ErrorKind::NeedsLogin) if the login token is dead.
    fn parse(&self, response: Response) -> Result<TokenAnswer, Error>;

    /// Reads a token that a person copied from a page of the service.
    ///
    /// # Errors
    /// It is not such a token, or the service has no such page.
    fn pasted(&self, text: &str) -> Result<TokenAnswer, Error>;

    /// Whether such a token that still serves may be sent in the login token's place to get the next one, where there is no
    /// login. Off unless a service is known to answer that.
    fn renews_itself(&self) -> bool {
        false
    }

    /// What a person does who has such a token but no login, when it has expired.
    fn when_expired(&self) -> &'static str {
        "log in again"
    }
}
