//! Reading a single record into a type of the caller's own.

use std::{fmt, marker::PhantomData};

use auth_core::{Base, Error, ErrorKind, Manner, Operation, Request, Response};
use serde::de::DeserializeOwned;

use super::page::Page;
use crate::errors;

/// An operation whose answer is an envelope around one record.
pub trait Single: Operation + Sized {
    /// Reads the record into another type: a struct of the caller's own, or `serde_json::Value` for all of it.
    fn of<T>(self) -> Of<Self, T> {
        Of {
            operation: self,
            of: PhantomData,
        }
    }
}

/// An operation whose record is read into `T`; made by [`Single::of`].
pub struct Of<O, T> {
    operation: O,
    of: PhantomData<fn() -> T>,
}

impl<O: Single, T: DeserializeOwned> Operation for Of<O, T> {
    type Output = T;

    fn manner(&self) -> Manner {
        self.operation.manner()
    }

    fn request(&self, base: &Base) -> Result<Request, Error> {
        self.operation.request(base)
    }

    fn parse(&self, response: Response) -> Result<T, Error> {
        single(&response)
    }
}

impl<O: Clone, T> Clone for Of<O, T> {
    fn clone(&self) -> Self {
        Self {
            operation: self.operation.clone(),
            of: PhantomData,
        }
    }
}

impl<O: fmt::Debug, T> fmt::Debug for Of<O, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Of").field(&self.operation).finish()
    }
}

/// The one record of an envelope.
pub(crate) fn single<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    let page: Page<T> = errors::json(response)?;
    page.results.into_iter().next().ok_or_else(|| {
        Error::new(ErrorKind::Malformed, "the answer holds no record")
            .with_status(response.status())
    })
}
