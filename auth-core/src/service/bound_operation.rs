//! Binds an operation: resolves its API, then its token.

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

/// An operation with its API looked up, but without a token. Made by [`Service::resolve`].
///
/// For a sender that sends an operation more than once, each time with the current token:
/// [`bind`](Self::bind).
#[derive(Clone, Debug)]
pub struct ResolvedOperation<'a, O> {
    operation: O,
    policy: CallPolicy,
    api: &'a Api,
    user_agent: &'a HeaderValue,
}

/// An operation bound to its API and a token: a [`Message`]. [`Service::bind`] has an example.
#[derive(Debug)]
pub struct BoundOperation<'a, O> {
    resolved: ResolvedOperation<'a, O>,
    token: Option<&'a Token>,
}

impl Service {
    /// Binds an operation to its API and a token. Send the resulting message with any HTTP client.
    ///
    /// It does not check which token you pass: take the kind from `service.api(name)?.token()`. An
    /// API that wants a [derived token](crate::TokenKind::Derived) refuses the token of the login.
    ///
    /// ```
    /// use auth_core::{
    ///     Api, AuthorizationServer, BaseUrl, CallPolicy, Endpoint, Error, Message, OAuthClient,
    ///     Operation, Request, Response, Service, TokenKind,
    /// };
    ///
    /// struct Status;
    ///
    /// impl Operation for Status {
    ///     type Output = http::StatusCode;
    ///
    ///     fn policy(&self) -> CallPolicy {
    ///         CallPolicy::read("v1").with_optional_token()
    ///     }
    ///
    ///     fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
    ///         base.request(http::Method::GET, "/status")
    ///     }
    ///
    ///     fn parse(&self, response: Response) -> Result<Self::Output, Error> {
    ///         Ok(response.status())
    ///     }
    /// }
    ///
    /// # let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?);
    /// # let client = OAuthClient::new(server, "my-client-id")?;
    /// let base = BaseUrl::parse("https://api.example.org/v1")?;
    /// let service = Service::new("example", client, "nightly/1.0 (mail@example.org)")?
    ///     .with_api(Api::new("v1", base, TokenKind::Login));
    /// assert_eq!(service.api("v1")?.token(), TokenKind::Login); // the kind of token to pass
    /// let message = service.bind(Status, None)?; // None: without a token
    /// let request = message.request()?; // send it with any HTTP client
    /// assert_eq!(request.uri(), "https://api.example.org/v1/status");
    /// assert_eq!(request.headers()["user-agent"], "nightly/1.0 (mail@example.org)");
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if the operation belongs to another service.
    /// [`ErrorKind::NeedsLogin`](crate::ErrorKind::NeedsLogin) if it requires a token and there is
    /// none.
    pub fn bind<'a, O: Operation>(
        &'a self,
        operation: O,
        token: Option<&'a Token>,
    ) -> Result<BoundOperation<'a, O>, Error> {
        self.resolve(operation)?.into_bound(token)
    }

    /// Looks up the API and the policy of an operation.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if the operation belongs to another service.
    pub fn resolve<O: Operation>(&self, operation: O) -> Result<ResolvedOperation<'_, O>, Error> {
        let policy = operation.policy();
        Ok(ResolvedOperation {
            operation,
            policy,
            api: self.api(policy.api())?,
            user_agent: self.user_agent(),
        })
    }
}

impl<'a, O: Operation> ResolvedOperation<'a, O> {
    /// Binds it to a token for one sending.
    ///
    /// # Errors
    /// [`ErrorKind::NeedsLogin`](crate::ErrorKind::NeedsLogin) if it requires a token and there is
    /// none.
    pub fn bind<'b>(
        &'b self,
        token: Option<&'b Token>,
    ) -> Result<BoundOperation<'b, &'b O>, Error> {
        let resolved = ResolvedOperation {
            operation: &self.operation,
            policy: self.policy,
            api: self.api,
            user_agent: self.user_agent,
        };
        resolved.into_bound(token)
    }

    /// Returns its API.
    #[must_use]
    pub fn api(&self) -> &'a Api {
        self.api
    }

    /// Returns its policy.
    #[must_use]
    pub fn policy(&self) -> CallPolicy {
        self.policy
    }

    fn into_bound(self, token: Option<&'a Token>) -> Result<BoundOperation<'a, O>, Error> {
        let token = match (self.policy.access(), token) {
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
            resolved: self,
            token,
        })
    }
}

impl<O: Operation> Message for BoundOperation<'_, O> {
    type Output = O::Output;

    fn request(&self) -> Result<Request, Error> {
        let base = self.resolved.api.base_url();
        let mut request = self.resolved.operation.request(base)?;
        let agent = self.resolved.user_agent.clone();
        set_header(request.headers_mut(), http::header::USER_AGENT, agent);
        if let Some(token) = self.token {
            token.authorize(base, &mut request)?;
        }
        Ok(request)
    }

    fn parse(&self, response: Response) -> Result<O::Output, Error> {
        let output = self.resolved.operation.parse(response);
        output.map_err(|error| match self.token {
            Some(token) => token.redact(error),
            None => error,
        })
    }

    fn limits(&self) -> Limits {
        self.resolved.policy.limits()
    }
}
