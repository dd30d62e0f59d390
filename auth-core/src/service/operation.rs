//! Operations of an API. An operation has a path, but neither a host nor a token.

use crate::{
    error::Error,
    wire::{body::Request, limits::Limits, response_body::Response, url::BaseUrl},
};

/// An operation of a service's API. It has a path, but neither a host nor a token.
///
/// ```
/// use std::collections::HashMap;
///
/// use auth_core::{BaseUrl, Error, CallPolicy, Operation, Request, Response, read_json};
///
/// /// How many observations there are, by their quality.
/// struct Count;
///
/// impl Operation for Count {
///     type Output = HashMap<String, u64>;
///
///     fn policy(&self) -> CallPolicy {
///         CallPolicy::read("v1").with_optional_token()
///     }
///
///     fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
///         base.request(http::Method::GET, "/observations?per_page=0")
///     }
///
///     fn parse(&self, response: Response) -> Result<Self::Output, Error> {
///         read_json(&response) // an error if the service refused
///     }
/// }
///
/// let base = BaseUrl::parse("https://api.example.org/v1")?;
/// assert_eq!(Count.request(&base)?.uri(), "https://api.example.org/v1/observations?per_page=0");
/// # Ok::<(), Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an operation of an API",
    label = "does not implement `auth_core::Operation`",
    note = "a session sends operations, such as `api_inat::users::Me::new()`",
    note = "a request of your own is one by `api_inat::Rest` or `api_infoflora::Rest`"
)]
pub trait Operation {
    /// What the response is read into.
    type Output;

    /// Returns how to send the operation: API, token, retries, limits.
    fn policy(&self) -> CallPolicy;

    /// Returns the request, without a token. The client calls it again for each sending.
    ///
    /// # Errors
    /// Fails if the service would refuse the request, which is then not sent.
    fn request(&self, base: &BaseUrl) -> Result<Request, Error>;

    /// Reads the response, whatever its status.
    ///
    /// A session renews the token and sends the operation again only after status 401, whatever
    /// error this returns. Where a service says by another status that a token has ended, call the
    /// session's `invalidate` and send the operation again.
    ///
    /// # Errors
    /// Fails if the service refused the request, or if the response is malformed.
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

/// How to send an operation: API, token, retries, limits.
///
/// ```
/// use auth_core::{CallPolicy, Limits, RetrySafety};
///
/// // A download: no token, as long as it takes within 500 MB, repeated after any failure.
/// let policy = CallPolicy::read("media")
///     .without_token()
///     .with_limits(Limits::api().media().with_max_bytes(500_000_000));
/// assert_eq!(policy.retry(), RetrySafety::Safe);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallPolicy {
    api: &'static str,
    access: Access,
    repeat: RetrySafety,
    limits: Limits,
}

impl CallPolicy {
    /// Returns the policy of a read from this API: requires a token, may be repeated.
    #[must_use]
    pub const fn read(api: &'static str) -> Self {
        Self {
            api,
            access: Access::Required,
            repeat: RetrySafety::Safe,
            limits: Limits::api(),
        }
    }

    /// Returns the policy of a write to this API: requires a token, is repeated only if it
    /// certainly was not delivered.
    #[must_use]
    pub const fn write(api: &'static str) -> Self {
        Self {
            repeat: RetrySafety::IfNotSent,
            ..Self::read(api)
        }
    }

    /// Makes the token optional: it changes the response, but is not required.
    #[must_use]
    pub const fn with_optional_token(mut self) -> Self {
        self.access = Access::Optional;
        self
    }

    /// Makes the operation go without a token, always.
    #[must_use]
    pub const fn without_token(mut self) -> Self {
        self.access = Access::None;
        self
    }

    /// Sets when the operation may be repeated after a failure.
    #[must_use]
    pub const fn with_retry(mut self, repeat: RetrySafety) -> Self {
        self.repeat = repeat;
        self
    }

    /// Sets the limits of the exchange.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Returns the name of the API within its service.
    #[must_use]
    pub const fn api(&self) -> &'static str {
        self.api
    }

    /// Returns whether a token is sent.
    #[must_use]
    pub const fn access(&self) -> Access {
        self.access
    }

    /// Returns when the operation may be repeated after a failure.
    #[must_use]
    pub const fn retry(&self) -> RetrySafety {
        self.repeat
    }

    /// Returns the limits of the exchange.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }
}

/// Whether an operation requires a token.
///
/// ```
/// use auth_core::{Access, CallPolicy};
///
/// assert_eq!(CallPolicy::read("v1").access(), Access::Required);
/// assert_eq!(CallPolicy::read("v1").without_token().access(), Access::None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// An operation may one day require more, such as a scope.
#[non_exhaustive]
pub enum Access {
    /// No token is sent.
    None,
    /// A token is sent if there is one; it changes the response. An account's session always sends
    /// its token.
    Optional,
    /// A token is required; without one the operation fails unsent.
    Required,
}

/// When an operation may be repeated after a failure. The HTTP method does not say.
///
/// ```
/// use auth_core::{CallPolicy, RetrySafety};
///
/// assert_eq!(CallPolicy::read("v1").retry(), RetrySafety::Safe);
/// let upload = CallPolicy::write("v1").with_retry(RetrySafety::Idempotent); // it carries a UUID
/// assert_eq!(upload.retry(), RetrySafety::Idempotent);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// There are more cases, e.g. idempotency keys. A sender treats an unknown case as `IfNotSent`.
#[doc(alias = "retry")]
#[doc(alias = "idempotent")]
#[non_exhaustive]
pub enum RetrySafety {
    /// Always: the operation has no effect.
    Safe,
    /// Always: sent twice it has the effect of once, e.g. because it carries its own id.
    Idempotent,
    /// Only if it certainly was not delivered.
    IfNotSent,
}
