//! People with an account.

use auth_core::{Base, Error, Manner, Operation, Request, Response};
use http::Method;

use super::of::{Single, single};
use crate::model::User;

/// `GET /users/me`: the account that the token belongs to, with fields that only its owner sees.
///
/// The one read of v1 that refuses a dead token, with 401; an OAuth access token counts as none.
///
/// ```
/// use api_inat::{Single, users::Me};
/// use auth_core::{Base, Operation};
///
/// let base = Base::parse("https://api.inaturalist.org/v1")?;
/// assert_eq!(Me.request(&base)?.uri(), "https://api.inaturalist.org/v1/users/me");
/// let everything = Me.of::<serde_json::Value>();
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Me;

impl Single for Me {}

impl Operation for Me {
    type Output = User;

    fn manner(&self) -> Manner {
        Manner::read(super::API)
    }

    fn request(&self, base: &Base) -> Result<Request, Error> {
        base.request(Method::GET, "/users/me")
    }

    fn parse(&self, response: Response) -> Result<User, Error> {
        single(&response)
    }
}
