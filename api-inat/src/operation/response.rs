//! The shapes of a response: a page, one record, the whole body, bytes.

use auth_core::{BaseUrl, CallPolicy, Error, ErrorKind, Operation, Request, Response};
use http::{HeaderValue, header};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::operation::{errors, page::Page};

/// The output of an operation whose response has no content of interest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Empty;

/// Writes `null`.
impl Serialize for Empty {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Empty {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(from).map(|_| Self)
    }
}

/// An operation that returns the bytes of its response, checked only for an error. Made by an
/// operation's `raw`.
///
/// ```
/// use api_inat::users::Me;
/// use auth_core::{Operation, Response, ResponseBody};
///
/// let response = Response::new(ResponseBody::new("any body".into()));
/// assert_eq!(Me::new().raw().parse(response)?, b"any body");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Raw<O>(O);

impl<O: Operation> Raw<O> {
    pub(crate) fn new(operation: O) -> Self {
        Self(operation)
    }
}

impl<O: Operation> Operation for Raw<O> {
    type Output = Vec<u8>;

    fn policy(&self) -> CallPolicy {
        self.0.policy()
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        self.0.request(base)
    }

    fn parse(&self, response: Response) -> Result<Vec<u8>, Error> {
        bytes(&response)
    }
}

/// A read of a single id that returns the record itself. Made by an operation's `one`.
///
/// Fails if iNaturalist has no such record: v1 responds with an empty list, v2 with 404.
///
/// ```
/// use api_inat::observations::Get;
/// use auth_core::{Operation, Response, ResponseBody};
///
/// let body = r#"{"total_results":0,"results":[]}"#;
/// let response = Response::new(ResponseBody::new(body.into()));
/// let error = Get::new(7).one().parse(response).expect_err("an empty list");
/// assert!(error.to_string().contains("no such record"));
/// ```
#[derive(Clone, Debug)]
pub struct OneRecord<O> {
    list: O,
    ids: usize,
}

impl<O: Operation> OneRecord<O> {
    pub(crate) fn new(list: O, ids: usize) -> Self {
        Self { list, ids }
    }
}

impl<O, T> Operation for OneRecord<O>
where
    O: Operation<Output = Page<T>>,
{
    type Output = T;

    fn policy(&self) -> CallPolicy {
        self.list.policy()
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        if self.ids > 1 {
            let what = format!("`one` requires a single id, got {}", self.ids);
            return Err(Error::new(ErrorKind::Usage, what)
                .with_help("give one id, or read the page without `one`"));
        }
        self.list.request(base)
    }

    fn parse(&self, response: Response) -> Result<T, Error> {
        let status = response.status();
        let page = self.list.parse(response)?;
        page.results.into_iter().next().ok_or_else(|| {
            Error::new(ErrorKind::Refused, "iNaturalist has no such record")
                .with_status(status)
                .with_help("check the id: the record may have been deleted")
        })
    }
}

/// Returns the body of a success.
pub(crate) fn bytes(response: &Response) -> Result<Vec<u8>, Error> {
    match response.status().is_success() {
        true => Ok(response.body().as_bytes().to_vec()),
        false => Err(errors::refusal(response)),
    }
}

/// Accepts any media type, in place of JSON.
pub(crate) fn accept_anything(mut request: Request) -> Request {
    let anything = HeaderValue::from_static("*/*");
    request.headers_mut().insert(header::ACCEPT, anything);
    request
}

/// Reads records in an envelope, or in a bare list (some reads of the Rails application).
pub(crate) fn list<T: DeserializeOwned>(response: &Response) -> Result<Page<T>, Error> {
    match response.body().as_bytes().trim_ascii_start().first() {
        Some(b'[') => Ok(Page::bare(errors::json(response)?)),
        _ => errors::json(response),
    }
}

/// Reads the body as one JSON value. An empty body counts as `null`.
pub(crate) fn whole<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    let blank = response
        .body()
        .as_bytes()
        .iter()
        .all(u8::is_ascii_whitespace);
    if blank && response.status().is_success() {
        if let Ok(nothing) = serde_json::from_str("null") {
            return Ok(nothing);
        }
    }
    errors::json(response)
}

/// Reads one record: in an envelope or a list of one (Node API), or bare (writes of the Rails
/// application).
pub(crate) fn one<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    let text = errors::text(response).unwrap_or_default();
    let first = if text.trim_ascii_start().starts_with('[') {
        errors::json::<Vec<T>>(response)?.into_iter().next()
    } else if errors::top(response).is_some_and(|top| top.results) {
        let page: Page<T> = errors::json(response)?;
        page.results.into_iter().next()
    } else {
        return errors::json(response);
    };
    first.ok_or_else(|| {
        Error::new(ErrorKind::Malformed, "the response has no record")
            .with_response(response)
            .with_help("check the id: iNaturalist may have no such record")
    })
}

/// An exported page of observations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Exported {
    /// The page, in the requested format.
    pub bytes: Vec<u8>,
    /// The number of observations on all pages (`X-Total-Entries`).
    pub total: Option<u64>,
    /// The number of this page, from 1 (`X-Page`).
    pub page: Option<u64>,
    /// The number of observations on a page (`X-Per-Page`).
    pub per_page: Option<u64>,
}

impl Exported {
    /// Returns the page as text.
    ///
    /// # Errors
    /// Fails if the page is not UTF-8.
    pub fn text(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(&self.bytes)
    }

    /// Returns whether a page follows this one. `None` if the response did not say.
    #[must_use]
    pub fn has_more(&self) -> Option<bool> {
        Some(self.page?.saturating_mul(self.per_page?) < self.total?)
    }
}

/// Reads an export.
pub(crate) fn exported(response: &Response) -> Result<Exported, Error> {
    let number = |name| {
        let value = response.headers().get(name)?.to_str().ok()?;
        value.trim().parse().ok()
    };
    Ok(Exported {
        total: number("x-total-entries"),
        page: number("x-page"),
        per_page: number("x-per-page"),
        bytes: bytes(response)?,
    })
}
