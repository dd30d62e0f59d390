//! An operation with everything on it: its API, its token, the program's name.

use http::HeaderValue;

use super::{
    description::{Api, Service},
    operation::{Access, CallPolicy, Operation},
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
pub struct BoundOperation<'a, O> {
    operation: O,
    policy: CallPolicy,
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
    ) -> Result<BoundOperation<'a, O>, Error> {
        let policy = operation.policy();
        let api = self.api(policy.api())?;
        let token = match (policy.access(), token) {
            (Access::None, _) => None,
            (Access::Required, None) => {
                return Err(
                    Error::login_needed("this operation needs a token and there is none")
                        .with_help("use an account that is logged in"),
                );
            }
            (_, token) => token,
        };
        Ok(BoundOperation {
            operation,
            policy,
            api,
            token,
            user_agent: self.user_agent(),
        })
    }
}

impl<O: Operation> Message for BoundOperation<'_, O> {
    type Output = O::Output;

    fn request(&self) -> Result<Request, Error> {
        let mut request = self.operation.request(self.api.base_url())?;
        let agent = self.user_agent.clone();
        set_header(request.headers_mut(), http::header::USER_AGENT, agent);
        if let Some(token) = self.token {
            token.authorize(self.api.base_url(), &mut request)?;
        }
        Ok(request)
    }

    fn parse(&self, response: Response) -> Result<O::Output, Error> {
        let answer = self.operation.parse(response);
        answer.map_err(|error| match self.token {
            Some(token) => token.redact(error),
            None => error,
        })
    }

    fn limits(&self) -> Limits {
        self.policy.limits()
    }
}
