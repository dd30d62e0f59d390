//! A generic request to any path under `/rest/`, for endpoints without a type.

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
    path::{API, path_below_rest},
};

/// A JSON request to any path under `/rest/`, and its whole response.
///
/// Use it for undocumented parts of the API, above all for writes, whose schemas are not known. The
/// path is the part after `/rest` and starts with the version or with `public`. `/rest/v4/…`, as on
/// Info Flora's pages, is the same. A path never leads to another origin or out of `/rest`: an
/// absolute URL, a `..` or a second slash fails before anything is sent.
///
/// The response is read into `serde_json::Value`, or with [`of`](Self::of) into another type. As
/// for every operation, `"success": false` in a success is an error. An empty body reads like
/// `null`.
///
/// ```
/// use api_infoflora::{Envelope, Rest, observations::Observation};
/// use auth_core::{BaseUrl, Operation};
///
/// let base = BaseUrl::parse("https://obs.infoflora.ch/rest")?;
/// // Info Flora's migration guide names this path; its fields are not known.
/// let units = Rest::get("/v5/administrative_units").param("limit", 10).list();
/// assert_eq!(
///     units.request(&base)?.uri(),
///     "https://obs.infoflora.ch/rest/v5/administrative_units?limit=10"
/// );
///
/// let one = Rest::get("/v4/observations/9000001").of::<Envelope<Observation>>();
/// assert_eq!(one.request(&base)?.uri().path(), "/rest/v4/observations/9000001");
///
/// // POST is deprecated here, use PUT (Info Flora's migration guide).
/// let put = Rest::put("/v4/observations/9000001/supplements")
///     .json(&serde_json::json!({"altitude": 540}))?;
/// assert_eq!(put.request(&base)?.method(), "PUT");
///
/// for path in ["https://elsewhere.example/v4", "//elsewhere.example/", "/v4/../../a", "v4/a"] {
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
    /// Creates a GET request, which is retried after any transient failure.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// Creates a POST request, which is retried only if it certainly was not delivered.
    #[must_use]
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    /// Creates a PUT request, which is retried only if it certainly was not delivered.
    /// [`repeat`](Self::repeat) can mark it as idempotent.
    #[must_use]
    pub fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path)
    }

    /// Creates a DELETE request, which is retried only if it certainly was not delivered.
    /// [`repeat`](Self::repeat) can mark it as idempotent.
    #[must_use]
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Creates a request with another method.
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

    /// Converts to a list of the same path that is followed by `offset`, with the wrapper of V4 and
    /// V5.
    #[must_use]
    pub fn list(self) -> RestList {
        let call = CallParts::new(self.path);
        let call = match self.policy.access() {
            Access::Optional | Access::None => call.optional_token(),
            _ => call,
        };
        RestList::from_parts(call, self.query)
    }
}

impl<T> Rest<T> {
    /// Sets a parameter.
    #[must_use]
    pub fn param(mut self, name: impl Into<Cow<'static, str>>, value: impl fmt::Display) -> Self {
        self.query.set(name, value);
        self
    }

    /// Sets a JSON body.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the value cannot be encoded as JSON.
    pub fn json(mut self, value: &impl Serialize) -> Result<Self, Error> {
        let bytes = serde_json::to_vec(value).map_err(|error| {
            Error::new(ErrorKind::Usage, "cannot encode the body as JSON").with_source(error)
        })?;
        self.body = Some(Body::plain(bytes));
        Ok(self)
    }

    /// Makes the token optional, so that an anonymous session can send the request, too.
    #[must_use]
    pub fn token_optional(mut self) -> Self {
        self.policy = self.policy.with_optional_token();
        self
    }

    /// Sets when the request may be retried after a failure.
    #[must_use]
    pub fn repeat(mut self, repeat: RetrySafety) -> Self {
        self.policy = self.policy.with_retry(repeat);
        self
    }

    /// Reads the whole response into another type. [`Envelope`] removes the wrapper, but without
    /// the total in a header.
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
        let path = self.query.append_to(path_below_rest(&self.path)?);
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
        if response.body().as_bytes().is_empty() {
            if let Ok(nothing) = serde_json::from_value(Value::Null) {
                return Ok(nothing);
            }
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
    /// A list at any path, followed by `offset`. [`Rest::list`] returns it.
    ///
    /// The version is the one in the path. Read the items into your own type with [`of`](Self::of):
    ///
    /// ```
    /// use api_infoflora::Rest;
    /// use auth_flows::Client;
    /// use auth_testkit::{Dialect, TestServer};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Canton {
    ///     id: u64,
    /// }
    ///
    /// # let client = auth_testkit::TestClient::confidential("id", "secret");
    /// # let site = api_infoflora::testkit::site();
    /// # let server = TestServer::builder(Dialect::league_9()).client(client).site(site).start()?;
    /// # let service = api_infoflora::service("id").secret("secret").user_agent("nightly/1.0");
    /// # let service = service.at(server.url()).build()?;
    /// # let transport = http_ureq::Ureq::default();
    /// # let session = Client::new(service, transport, keystore::Memory::new()).client_session();
    /// let cantons = session
    ///     .items(Rest::get("/v4/cantons").param("limit", 10).list().of::<Canton>())
    ///     .collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(cantons.len(), 26);
    /// assert_eq!(cantons[0].id, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct RestList<T = Value> -> Envelope<Vec<T>>, Envelope::read;
}

paged!(RestList);
