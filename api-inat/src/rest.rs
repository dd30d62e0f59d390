//! A generic request to any path of v0, v1 or v2, for endpoints without a type.

use std::{borrow::Cow, fmt, marker::PhantomData, time::Duration};

use auth_core::{
    BaseUrl, Body, CallPolicy, Error, ErrorKind, Limits, Operation, PageParts, Paged, Query,
    Request, Response, RetrySafety,
};
use http::{HeaderValue, Method, header};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    model::Identified,
    operation::{
        call_parts::CallParts,
        page::Page,
        paging::{Progress, Rules},
        response::{self, Raw},
    },
    parameter::fields::Fields,
    v0, v1, v2,
};

/// A request to any path of an API of iNaturalist, and its whole response.
///
/// Use it for endpoints that this crate has no operation for. `api` is the name of the API:
/// [`v0::API`](crate::v0::API), [`v1::API`](crate::v1::API) or [`v2::API`](crate::v2::API). The
/// path is the part after the version. It never leads to another origin or out of the API. An
/// absolute URL, a query, a `..` or a second slash fails before anything is sent.
///
/// The response is read into `serde_json::Value`, or with [`of`](Self::of) into another type; an
/// empty body reads like `null`. A refusal is the error that every operation of this crate has.
/// [`list`](Self::list) follows the pages of a list.
///
/// ```
/// use api_inat::{Rest, model::Taxon, v1, v2};
/// use auth_core::{BaseUrl, Operation};
///
/// let base = BaseUrl::parse("https://api.inaturalist.org/v1")?;
/// let near = Rest::get(v1::API, "/taxa/nearby").param("lat", 46.5).param("lng", 7.5).list();
/// let near = near.of::<Taxon>();
/// assert_eq!(
///     near.request(&base)?.uri(),
///     "https://api.inaturalist.org/v1/taxa/nearby?lat=46.5&lng=7.5"
/// );
/// let ping = Rest::get(v2::API, "/ping").fields("status");
/// assert_eq!(ping.request(&base)?.uri().query(), Some("fields=%28id:%21t,status:%21t%29"));
///
/// for path in ["https://elsewhere.example/a", "//elsewhere.example/", "/a/../../b", "a", "/a?b=c"] {
///     assert!(Rest::get(v1::API, path).request(&base).is_err(), "{path}");
/// }
/// # Ok::<(), auth_core::Error>(())
/// ```
pub struct Rest<T = Value> {
    parts: CallParts,
    query: Query,
    body: Option<Body>,
    policy: CallPolicy,
    of: PhantomData<fn() -> T>,
}

/// The limits of one exchange: as for every operation.
const LIMITS: Limits = Limits::api().with_timeout(Duration::from_secs(120));

impl Rest {
    /// Creates a GET request, which is retried after any transient failure. It works without a
    /// token; with one the response may differ.
    #[must_use]
    pub fn get(api: &'static str, path: impl Into<String>) -> Self {
        Self::new(api, Method::GET, path)
    }

    /// Creates a POST request, which is retried only if it certainly was not delivered. It requires
    /// a token, as every write.
    #[must_use]
    pub fn post(api: &'static str, path: impl Into<String>) -> Self {
        Self::new(api, Method::POST, path)
    }

    /// Creates a PUT request, which is retried only if it certainly was not delivered.
    /// [`repeat`](Self::repeat) can mark it as idempotent.
    #[must_use]
    pub fn put(api: &'static str, path: impl Into<String>) -> Self {
        Self::new(api, Method::PUT, path)
    }

    /// Creates a DELETE request, which is retried only if it certainly was not delivered.
    /// [`repeat`](Self::repeat) can mark it as idempotent.
    #[must_use]
    pub fn delete(api: &'static str, path: impl Into<String>) -> Self {
        Self::new(api, Method::DELETE, path)
    }

    /// Creates a request with another method.
    #[must_use]
    pub fn new(api: &'static str, method: Method, path: impl Into<String>) -> Self {
        let policy = match method {
            Method::GET | Method::HEAD => CallPolicy::read(api).with_optional_token(),
            _ => CallPolicy::write(api),
        };
        Self {
            parts: CallParts::at(method, path.into()),
            query: Query::default(),
            body: None,
            policy: policy.with_limits(LIMITS),
            of: PhantomData,
        }
    }

    /// Converts to a list of the same path, whose pages are followed.
    #[must_use]
    pub fn list(self) -> RestList {
        RestList {
            parts: self.parts,
            query: self.query,
            policy: self.policy,
            of: PhantomData,
        }
    }
}

/// The methods that a request and a list share.
macro_rules! shared {
    ($Name:ident) => {
        impl<T> $Name<T> {
            /// Sets a parameter. Setting it again replaces it.
            #[must_use]
            pub fn param(
                mut self,
                name: impl Into<Cow<'static, str>>,
                value: impl fmt::Display,
            ) -> Self {
                self.query.set(name, value);
                self
            }

            /// Sets the fields of the response's records, for a read of v2, which returns no other.
            #[must_use]
            pub fn fields(mut self, fields: impl Into<Fields>) -> Self {
                self.parts.content().select(fields.into());
                self
            }

            /// Requires a token, so that a session without a login fails before it sends.
            #[must_use]
            pub fn token_required(mut self) -> Self {
                self.policy = match self.policy.retry() {
                    RetrySafety::Safe => CallPolicy::read(self.policy.api()),
                    other => CallPolicy::write(self.policy.api()).with_retry(other),
                }
                .with_limits(LIMITS);
                self
            }

            /// Sends the request without a token, also in a session that has one.
            #[must_use]
            pub fn without_token(mut self) -> Self {
                self.policy = self.policy.without_token();
                self
            }
        }

        impl<T: DeserializeOwned> $Name<T> {
            /// Returns the bytes of the response, unread.
            #[must_use]
            pub fn raw(self) -> Raw<Self> {
                Raw::new(self)
            }
        }

        impl<T> fmt::Debug for $Name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.parts.show(stringify!($Name), &self.query, f)
            }
        }
    };
}

shared!(Rest);
shared!(RestList);

impl<T> Rest<T> {
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

    /// Sets when the request may be retried after a failure.
    #[must_use]
    pub fn repeat(mut self, repeat: RetrySafety) -> Self {
        self.policy = self.policy.with_retry(repeat);
        self
    }

    /// Reads the whole response into another type.
    #[must_use]
    pub fn of<U>(self) -> Rest<U> {
        Rest {
            parts: self.parts,
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
        let mut request = request(&self.parts, &self.query, base)?;
        if let Some(body) = &self.body {
            *request.body_mut() = body.clone();
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(header::CONTENT_TYPE, json);
        }
        Ok(request)
    }

    fn parse(&self, response: Response) -> Result<T, Error> {
        response::whole(&response)
    }
}

impl<T> Clone for Rest<T> {
    fn clone(&self) -> Self {
        Self {
            parts: self.parts.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
            policy: self.policy,
            of: PhantomData,
        }
    }
}

/// A list at any path, as `{total_results, page, per_page, results}` or a bare list.
/// [`Rest::list`] returns it.
///
/// Its pages are followed by number, or by id if the parameter `order_by` is `id`. Set `per_page`
/// to the largest that the endpoint allows: it is not known here. The records need an id
/// ([`Identified`]) unless the response has a total.
///
/// ```
/// # use auth_testkit::{Dialect, TestServer};
/// # let server = TestServer::builder(Dialect::doorkeeper_5()).site(api_inat::testkit::site()).start()?;
/// # let service = api_inat::service_without_application()
/// #     .user_agent("nightly/1.0 (mail@example.org)")
/// #     .at(server.url())
/// #     .build()?;
/// # let (http, store) = (http_ureq::Ureq::default(), keystore::Memory::new());
/// # let session = auth_flows::Client::new(service, http, store).anonymous();
/// use api_inat::{Rest, model::Observation, v1};
///
/// let list = Rest::get(v1::API, "/observations").param("user_login", "alice").param("per_page", 100);
/// let observations = session
///     .items(list.list().of::<Observation>())
///     .collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(observations.len(), 225);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "pagination")]
pub struct RestList<T = Value> {
    parts: CallParts,
    query: Query,
    policy: CallPolicy,
    of: PhantomData<fn() -> T>,
}

/// The largest page is not known, so none is too large.
const RULES: Rules = Rules {
    ids: None,
    pages: Some((30, u64::MAX)),
    by_id: true,
    once: None,
    form: None,
};

impl RestList {
    /// Restores a cursor that was stored with [`to_text`](Self::to_text).
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the text is truncated, of another version of this crate's cursors,
    /// or of an API that this crate does not have.
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let (api, parts, query) = CallParts::of_any_list(&[v0::API, v1::API, v2::API], text)?;
        Ok(Self {
            parts,
            query,
            policy: CallPolicy::read(api)
                .with_optional_token()
                .with_limits(LIMITS),
            of: PhantomData,
        })
    }
}

impl<T> RestList<T> {
    /// Returns the cursor of this list as one line of text, without a secret.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.parts.to_text(self.policy.api(), &self.query)
    }

    /// Returns how far the list has been followed, also across a stored cursor.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.parts.progress()
    }

    /// Reads the records into another type. To follow pages, implement [`Identified`] for it.
    #[must_use]
    pub fn of<U>(self) -> RestList<U> {
        RestList {
            parts: self.parts,
            query: self.query,
            policy: self.policy,
            of: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Operation for RestList<T> {
    type Output = Page<T>;

    fn policy(&self) -> CallPolicy {
        self.policy
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        request(&self.parts, &self.query, base)
    }

    fn parse(&self, response: Response) -> Result<Page<T>, Error> {
        response::list(&response)
    }
}

impl<T: DeserializeOwned + Identified> Paged for RestList<T> {
    type Item = T;

    fn begin(self) -> Self {
        self
    }

    fn split_page(mut self, page: Page<T>) -> PageParts<Self> {
        let (items, more) = self.parts.split_page(&mut self.query, page, &RULES);
        PageParts {
            items,
            total: self.parts.progress().total,
            next: more.then_some(self),
        }
    }
}

impl<T> Clone for RestList<T> {
    fn clone(&self) -> Self {
        Self {
            parts: self.parts.clone(),
            query: self.query.clone(),
            policy: self.policy,
            of: PhantomData,
        }
    }
}

/// Builds the request. `BaseUrl::request` rejects what climbs out of the API.
fn request(parts: &CallParts, query: &Query, base: &BaseUrl) -> Result<Request, Error> {
    let path = parts.path();
    let problem = if path.contains("://") {
        "is an absolute URL"
    } else if path.starts_with("//") {
        "begins with two slashes"
    } else if path.contains('?') {
        "contains a query"
    } else {
        return parts.request(base, query, &RULES);
    };
    let shown: String = path.chars().filter(|c| !c.is_control()).take(120).collect();
    Err(Error::new(ErrorKind::Usage, format!("`{shown}` {problem}"))
        .with_setting("path")
        .with_help(
            "pass the path after the version, such as `/taxa/nearby`, and its parameters with `param`",
        ))
}
