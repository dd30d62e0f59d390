//! Any request under `/rest/`: for what has no type here.

use std::{borrow::Cow, fmt, marker::PhantomData};

use auth_core::{
    Access, BaseUrl, Body, CallPolicy, Error, ErrorKind, Operation, Query, Request, Response,
    RetrySafety, read_json,
};
use http::{HeaderValue, Method, header};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    envelope::{Envelope, accepted},
    operation::CallParts,
    path::{API, below_rest},
};

/// A JSON request to any path under `/rest/`, and its whole response.
///
/// For the parts of the API that nobody has described: writes above all, whose schemas are not known. The path begins behind
/// `/rest`, with the version or with `public`; `/rest/v4/…`, as Info Flora's pages write it, is the same. It never leads to
/// another origin or out of `/rest`: an absolute URL, a `..` and a second slash are refused before anything is sent.
///
/// The response is read into `serde_json::Value`, or [`of`](Self::of) another type. `"success": false` in a success is an error,
/// as it is for every operation here. A response without a body is read like `null`.
///
/// ```
/// use api_infoflora::{Envelope, Rest, observations::Observation};
/// use auth_core::{BaseUrl, Operation};
///
/// let base = BaseUrl::parse("https://obs.infoflora.ch/rest")?;
/// // Named in the guide from V4 to V5, in place of cantons and municipalities; its fields are not known.
/// let units = Rest::get("/v5/administrative_units").param("limit", 10).list();
/// assert_eq!(units.request(&base)?.uri(), "https://obs.infoflora.ch/rest/v5/administrative_units?limit=10");
///
/// let one = Rest::get("/v4/observations/9000001").of::<Envelope<Observation>>();
/// assert_eq!(one.request(&base)?.uri(), "https://obs.infoflora.ch/rest/v4/observations/9000001");
///
/// // POST is deprecated there in favour of PUT (Info Flora's migration guide).
/// let put = Rest::put("/v4/observations/9000001/supplements").json(&serde_json::json!({"altitude": 540}))?;
/// assert_eq!(put.request(&base)?.method(), "PUT");
///
/// for path in ["https://elsewhere.example/rest/v4/observations", "//elsewhere.example/", "/v4/../../login", "v4/observations"] {
///     assert!(Rest::get(path).request(&base).is_err(), "{path}");
/// }
/// # Ok::<(), auth_core::Error>(())
/// ```
pub struct Rest<T = Value> {
    method: Method,
    path: String,
    query: Query,
    body: Option<Body>,
    policy: CallPolicy,
    of: PhantomData<fn() -> T>,
}

impl Rest {
    /// Reads: safe to repeat.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// Creates: repeated only if it certainly did not arrive.
    #[must_use]
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    /// Replaces: repeated only if it certainly did not arrive, unless [`with_retry`](Self::with_retry) says that twice is as good as once.
    #[must_use]
    pub fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path)
    }

    /// Removes: repeated only if it certainly did not arrive, unless [`with_retry`](Self::with_retry) says that twice is as good as once.
    #[must_use]
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Another method.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let policy = match method {
            Method::GET | Method::HEAD => CallPolicy::read(API),
            _ => CallPolicy::write(API),
        };
        Self {
            method,
            path: path.into(),
            query: Query::default(),
            body: None,
            policy,
            of: PhantomData,
        }
    }

    /// The same path as a list that is followed by `offset`, with the wrapping of V4 and V5.
    #[must_use]
    pub fn list(self) -> RestList {
        let call = CallParts::new(self.path);
        let call = match self.policy.access() {
            Access::Optional | Access::None => call.token_optional(),
            _ => call,
        };
        RestList::made(call, self.query)
    }
}

impl<T> Rest<T> {
    /// A parameter.
    #[must_use]
    pub fn param(mut self, name: impl Into<Cow<'static, str>>, value: impl fmt::Display) -> Self {
        self.query.set(name, value);
        self
    }

    /// A body in JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: the value cannot be written as JSON.
    pub fn json(mut self, value: &impl Serialize) -> Result<Self, Error> {
        let bytes = serde_json::to_vec(value).map_err(|error| {
            Error::new(ErrorKind::Usage, "the body cannot be written as JSON").with_source(error)
        })?;
        self.body = Some(Body::plain(bytes));
        Ok(self)
    }

    /// It works without a token: an anonymous client may send it, too.
    #[must_use]
    pub fn token_optional(mut self) -> Self {
        self.policy = self.policy.with_optional_token();
        self
    }

    /// When it may be sent again after a failure.
    #[must_use]
    pub fn repeat(mut self, repeat: RetrySafety) -> Self {
        self.policy = self.policy.with_retry(repeat);
        self
    }

    /// Reads the whole response into another type. [`Envelope`] takes the wrapping off, but sees no total that stands in a header.
    #[must_use]
    pub fn of<U>(self) -> Rest<U> {
        Rest {
            method: self.method,
            path: self.path,
            query: self.query,
            body: self.body,
            policy: self.policy,
            of: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Operation for Rest<T> {
    type Output = T;

    fn policy(&self) -> CallPolicy {
        self.policy
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        let path = self.query.append_to(below_rest(&self.path)?);
        let mut request = base.request(self.method.clone(), &path)?;
        if let Some(body) = &self.body {
            *request.body_mut() = body.clone();
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(header::CONTENT_TYPE, json);
        }
        Ok(request)
    }

    fn parse(&self, response: Response) -> Result<T, Error> {
        accepted(&response)?;
        if response.body().as_bytes().is_empty()
            && let Ok(nothing) = serde_json::from_value(Value::Null)
        {
            return Ok(nothing);
        }
        read_json(&response)
    }
}

impl<T> Clone for Rest<T> {
    fn clone(&self) -> Self {
        Self {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
            policy: self.policy,
            of: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Rest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rest")
            .field("method", &self.method)
            .field("request", &self.query.append_to(&self.path))
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

operation! {
    /// A list at any path, followed by `offset`: made by [`Rest::list`].
    ///
    /// The version is the one in the path.
    pub struct RestList<T = Value> -> Envelope<Vec<T>>, Envelope::read;
}

paged!(RestList);
