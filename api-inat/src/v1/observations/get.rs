//! Observations by id.

use std::{fmt, marker::PhantomData};

use auth_core::{Base, Error, ErrorKind, Manner, Operation, Query, Request, Response};
use http::Method;
use serde::de::DeserializeOwned;

use super::{MOST, READ, USUAL};
use crate::{errors, list::Ids, model::Observation, v1::page::Page};

/// `GET /observations/{id}`: observations by their numbers, 200 at most.
///
/// An answer has the observations that exist, in no promised order; an id that is gone is left out.
///
/// ```
/// use api_inat::observations::Get;
/// use auth_core::{Base, Operation};
///
/// let base = Base::parse("https://api.inaturalist.org/v1")?;
/// let get = Get::new([7, 8]);
/// assert_eq!(get.request(&base)?.uri(), "https://api.inaturalist.org/v1/observations/7,8");
/// # Ok::<(), auth_core::Error>(())
/// ```
pub struct Get<T = Observation> {
    ids: Ids,
    of: PhantomData<fn() -> T>,
}

impl Get {
    /// One id or several.
    #[must_use]
    pub fn new(ids: impl Into<Ids>) -> Self {
        Self {
            ids: ids.into(),
            of: PhantomData,
        }
    }
}

impl<T> Get<T> {
    /// Reads the observations into another type.
    #[must_use]
    pub fn of<U>(self) -> Get<U> {
        Get {
            ids: self.ids,
            of: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Operation for Get<T> {
    type Output = Page<T>;

    fn manner(&self) -> Manner {
        READ
    }

    fn request(&self, base: &Base) -> Result<Request, Error> {
        let count = self.ids.as_slice().len() as u64;
        let unfit = |what, advice| Error::new(ErrorKind::Usage, what).advice(advice);
        if count == 0 {
            return Err(unfit("no observation id was given", "give at least one id"));
        }
        if count > MOST {
            return Err(unfit(
                "iNaturalist gives at most 200 observations by id at a time",
                "ask for them in pieces of 200",
            ));
        }
        let mut query = Query::default();
        if count > USUAL {
            // Without it, more ids than a page has by default are refused as too many.
            query.set("per_page", count);
        }
        base.request(
            Method::GET,
            &query.behind(&format!("/observations/{}", self.ids)),
        )
    }

    fn parse(&self, response: Response) -> Result<Page<T>, Error> {
        errors::json(&response)
    }
}

impl<T> Clone for Get<T> {
    fn clone(&self) -> Self {
        Self {
            ids: self.ids.clone(),
            of: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Get<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Get").field(&self.ids).finish()
    }
}
