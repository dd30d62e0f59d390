//! Operations of an API: they know a path, and neither a host nor a token.

use crate::{
    error::Error,
    wire::{body::Request, limits::Limits, response_body::Response, url::BaseUrl},
};

/// An operation of a service's API. It knows a path, but neither a host nor a token.
///
/// ```
/// use auth_core::{BaseUrl, Error, CallPolicy, Operation, Request, Response};
///
/// /// How many observations there are.
/// struct Count;
///
/// impl Operation for Count {
///     type Output = u64;
///
///     fn policy(&self) -> CallPolicy {
///         CallPolicy::read("v1").with_optional_token()
///     }
///
///     fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
///         base.request(http::Method::GET, "/observations?per_page=0")
///     }
///
///     fn parse(&self, response: Response) -> Result<u64, Error> {
///         Ok(response.body().as_bytes().len() as u64)
///     }
/// }
///
/// let base = BaseUrl::parse("https://api.example.org/v1")?;
/// assert_eq!(Count.request(&base)?.uri(), "https://api.example.org/v1/observations?per_page=0");
/// # Ok::<(), Error>(())
/// ```
pub trait Operation {
    /// What the response is read into.
    type Output;

    /// Which API it belongs to, and how it may be sent.
    fn policy(&self) -> CallPolicy;

    /// The request, without a token. Called again for each sending.
    ///
    /// # Errors
    /// A request that the service would refuse: it does not leave.
    fn request(&self, base: &BaseUrl) -> Result<Request, Error>;

    /// Reads the response, whatever its status.
    ///
    /// # Errors
    /// The service refused, or the response cannot be read.
    fn parse(&self, response: Response) -> Result<Self::Output, Error>;
}

impl<O: Operation + ?Sized> Operation for &O {
    type Output = O::Output;

    fn policy(&self) -> CallPolicy {
        (**self).policy()
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        (**self).request(base)
    }

    fn parse(&self, response: Response) -> Result<Self::Output, Error> {
        (**self).parse(response)
    }
}

/// What the sender has to know beside the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallPolicy {
    api: &'static str,
    access: Access,
    repeat: RetrySafety,
    limits: Limits,
}

impl CallPolicy {
    /// Reads from the API of this name: needs a token, is safe to repeat.
    #[must_use]
    pub const fn read(api: &'static str) -> Self {
        Self {
            api,
            access: Access::Required,
            repeat: RetrySafety::Safe,
            limits: Limits::api(),
        }
    }

    /// Writes to the API of this name: needs a token, is repeated only if it certainly did not arrive.
    #[must_use]
    pub const fn write(api: &'static str) -> Self {
        Self {
            repeat: RetrySafety::IfNotSent,
            ..Self::read(api)
        }
    }

    /// A token changes the response, but is not needed.
    #[must_use]
    pub const fn with_optional_token(mut self) -> Self {
        self.access = Access::Optional;
        self
    }

    /// No token is ever sent.
    #[must_use]
    pub const fn without_token(mut self) -> Self {
        self.access = Access::None;
        self
    }

    /// Sets when it may be sent again after a failure.
    #[must_use]
    pub const fn with_retry(mut self, repeat: RetrySafety) -> Self {
        self.repeat = repeat;
        self
    }

    /// Sets what it may cost.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The name of the API within its service.
    #[must_use]
    pub const fn api(&self) -> &'static str {
        self.api
    }

    /// Whether a token is sent.
    #[must_use]
    pub const fn access(&self) -> Access {
        self.access
    }

    /// When it may be sent again after a failure.
    #[must_use]
    pub const fn retry(&self) -> RetrySafety {
        self.repeat
    }

    /// What it may cost.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }
}

/// Whether an operation wants a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// An operation may come to ask for more, such as a scope.
#[non_exhaustive]
pub enum Access {
    /// None is sent.
    None,
    /// It works without, but the response differs. An account's session always sends its token.
    Optional,
    /// It does not leave without one.
    Required,
}

/// When an operation may be sent again after a failure. The HTTP method does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// There are more, e.g. idempotency keys. A sender takes an unknown case for `IfNotSent`.
#[non_exhaustive]
pub enum RetrySafety {
    /// Always: it has no effect.
    Safe,
    /// Always: twice has the effect of once, for example because it carries an id of its own.
    Idempotent,
    /// Only if it certainly did not arrive.
    IfNotSent,
}
