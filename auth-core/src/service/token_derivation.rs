//! How a second token is derived from the first.

use super::operation::Operation;
use crate::{error::Error, oauth::token_response::TokenResponse};

/// A second token, obtained with the access token, such as iNaturalist's API token.
///
/// It is an [`Operation`] of an API that takes the login token. [`parse`](Operation::parse) fails
/// with [`ErrorKind::NeedsLogin`](crate::ErrorKind::NeedsLogin) if the service rejects the login
/// token. Use [`Limits::token`](crate::Limits::token) in its policy.
///
/// ```
/// use auth_core::{
///     BaseUrl, CallPolicy, Error, Lifetime, Limits, Operation, Request, Response, TokenDerivation,
///     TokenResponse, read_json,
/// };
///
/// /// A token of the API, which the web site issues for an access token.
/// struct ApiToken;
///
/// impl Operation for ApiToken {
///     type Output = TokenResponse;
///
///     fn policy(&self) -> CallPolicy {
///         CallPolicy::read("www").with_limits(Limits::token())
///     }
///
///     fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
///         base.request(http::Method::GET, "/api_token")
///     }
///
///     fn parse(&self, response: Response) -> Result<TokenResponse, Error> {
///         let text: String = read_json(&response)?;
///         TokenResponse::new(&text, Lifetime::Unstated)
///     }
/// }
///
/// impl TokenDerivation for ApiToken {
///     fn read_plain_token(&self, text: &str) -> Result<TokenResponse, Error> {
///         TokenResponse::new(text, Lifetime::Unstated)
///     }
/// }
/// ```
pub trait TokenDerivation: Operation<Output = TokenResponse> + Send + Sync {
    /// Parses a plain token, which the user copied from a page of the service.
    ///
    /// # Errors
    /// Fails if the text is not such a token, or the service has no such page.
    fn read_plain_token(&self, text: &str) -> Result<TokenResponse, Error>;

    /// Returns whether a valid plain token may be sent in place of the login token to obtain the
    /// next one, if there is no login. Default: `false`; return `true` only if the service is known
    /// to accept that.
    fn can_self_renew(&self) -> bool {
        false
    }

    /// Returns the help of the error for an expired plain token without a login: what the user does
    /// then.
    fn expired_help(&self) -> &'static str {
        "log in again"
    }
}
