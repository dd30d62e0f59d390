//! How a response holds what was asked for: a page, one record, the body as it is; and answers read as bytes.

use auth_core::{BaseUrl, CallPolicy, Error, ErrorKind, Operation, Request, Response};
use http::{HeaderValue, header};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::operation::{errors, page::Page};

/// It was done, and the response says no more than that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Empty;

impl<'de> Deserialize<'de> for Empty {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(from).map(|_| Self)
    }
}

/// An operation whose answer is not read, only checked for an error; made by an operation's `raw`.
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

/// A read by id for one id, whose answer is the record itself; made by an operation's `one`.
///
/// That there is no such record is an error: v1 answers with an empty list, v2 with 404.
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
            let what = format!("{} ids were given where one record is asked for", self.ids);
            return Err(Error::new(ErrorKind::Usage, what)
                .with_help("give one id, or take the page as it is, without `one`"));
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

/// The body of a success as it is.
pub(crate) fn bytes(response: &Response) -> Result<Vec<u8>, Error> {
    match response.status().is_success() {
        true => Ok(response.body().as_bytes().to_vec()),
        false => Err(errors::refusal(response)),
    }
}

/// Asks for whatever there is, in place of JSON.
pub(crate) fn anything(mut request: Request) -> Request {
    let whatever = HeaderValue::from_static("*/*");
    request.headers_mut().insert(header::ACCEPT, whatever);
    request
}

/// Records in an envelope, or in a bare list (what the Rails application answers to some reads).
pub(crate) fn list<T: DeserializeOwned>(response: &Response) -> Result<Page<T>, Error> {
    match response.body().as_bytes().trim_ascii_start().first() {
        Some(b'[') => Ok(Page {
            total_results: None,
            page: None,
            per_page: None,
            results: errors::json(response)?,
        }),
        _ => errors::json(response),
    }
}

/// The body as one JSON value; an empty one counts as `null`.
pub(crate) fn whole<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    let blank = response
        .body()
        .as_bytes()
        .iter()
        .all(u8::is_ascii_whitespace);
    if blank
        && response.status().is_success()
        && let Ok(nothing) = serde_json::from_str("null")
    {
        return Ok(nothing);
    }
    errors::json(response)
}

/// One record: in an envelope or a list of one (Node API), or bare (what the Rails application answers to writes).
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
        Error::new(ErrorKind::Malformed, "the response holds no record")
            .with_status(response.status())
            .with_help("check the id: iNaturalist may have no such record")
    })
}

/// A page of observations as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// The page, in the format that was asked for.
    pub bytes: Vec<u8>,
    /// How many observations there are on all pages (`X-Total-Entries`).
    pub total: Option<u64>,
    /// Which page this is, from 1 (`X-Page`).
    pub page: Option<u64>,
    /// How many observations a page has (`X-Per-Page`).
    pub per_page: Option<u64>,
}

impl Exported {
    /// The page as text.
    ///
    /// # Errors
    /// It is not UTF-8.
    pub fn text(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(&self.bytes)
    }

    /// Whether there is a page after this one; `None` where the response did not say.
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
