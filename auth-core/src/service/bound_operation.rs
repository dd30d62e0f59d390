//! An operation with everything on it: its API, its token, the program's name.

use http::HeaderValue;

use super::{
    description::{Api, Service},
    operation::{Access, Manner, Operation},
};
use crate::{
    error::Error,
    oauth::token::Token,
    wire::{
        body::{Request, set_header},
        limits::Limits,
        message::Message,
        response_body::Response,
    },
};

/// An operation bound to its API and a token: a [`Message`].
#[derive(Debug)]
pub struct Bound<'a, O> {
    operation: O,
    manner: Manner,
    api: &'a Api,
    token: Option<&'a Token>,
    user_agent: &'a HeaderValue,
}

impl Service {
    /// An operation as a message that anything can send: values only.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage): the operation belongs to another service.
    /// [`ErrorKind::NeedsLogin`](crate::ErrorKind::NeedsLogin): it needs a token and there is none.
    pub fn bind<'a, O: Operation>(
        &'a self,
        operation: O,
        token: Option<&'a Token>,
    ) -> Result<Bound<'a, O>, Error> {
        let manner = operation.manner();
        let api = self.find_api(manner.api())?;
        let token = match (manner.access(), token) {
            (Access::None, _) => None,
            (Access::Required, None) => {
                return Err(
                    Error::login_needed("this operation needs a token and there is none")
                        .advice("use an account that is logged in"),
                );
            }
            (_, token) => token,
        };
        Ok(Bound {
            operation,
            manner,
            api,
            token,
            user_agent: self.user_agent(),
        })
    }
}

impl<O: Operation> Message for Bound<'_, O> {
    type Output = O::Output;

    fn request(&self) -> Result<Request, Error> {
        let mut request = self.operation.request(self.api.base())?;
        let agent = self.user_agent.clone();
        set_header(request.headers_mut(), http::header::USER_AGENT, agent);
        if let Some(token) = self.token {
            token.authorize(self.api.base(), &mut request)?;
        }
        Ok(request)
    }

    fn parse(&self, response: Response) -> Result<O::Output, Error> {
        let answer = self.operation.parse(response);
        answer.map_err(|error| match self.token {
            Some(token) => token.kept_out_of(error),
            None => error,
        })
    }

    fn limits(&self) -> Limits {
        self.manner.cost()
    }
}
