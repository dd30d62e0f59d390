//! The position in a paged operation, shared by the blocking and the async iterators.

use std::sync::Arc;

use auth_core::{Error, Paged};

/// The position in a paged operation.
#[derive(Debug)]
pub(crate) struct Pager<P: Paged> {
    /// Shared with a request under way.
    next: Option<Arc<P>>,
    total: Option<u64>,
    /// How many pages it split.
    pages: u64,
    failed: bool,
}

impl<P: Paged> Pager<P> {
    pub(crate) fn new(first: P) -> Self {
        Self {
            next: Some(Arc::new(first.begin())),
            total: None,
            pages: 0,
            failed: false,
        }
    }

    /// Returns the operation to send. `None` at the end and after a failure, which is not retried.
    pub(crate) fn next(&self) -> Option<&Arc<P>> {
        self.next.as_ref().filter(|_| !self.failed)
    }

    /// Returns whether all pages were read: at the end, and after a failure.
    #[inline]
    pub(crate) fn is_over(&self) -> bool {
        self.next().is_none()
    }

    /// Returns how many pages are left, as an iterator says it.
    #[inline]
    pub(crate) fn size_hint(&self) -> (usize, Option<usize>) {
        match self.is_over() {
            true => (0, Some(0)),
            false => (1, None), // a page or an error
        }
    }

    /// Returns the operation to send ahead of the caller, from the second page on. A caller that
    /// wants only the first page costs the service nothing more.
    #[inline]
    pub(crate) fn ahead(&self) -> Option<&P> {
        let next = self.next().filter(|_| self.pages > 1)?;
        Some(&**next)
    }

    /// Accepts the result of the sent operation; returns the page's items.
    pub(crate) fn take(
        &mut self,
        response: Result<P::Output, Error>,
    ) -> Result<Vec<P::Item>, Error> {
        match response {
            Ok(response) => self.split(response),
            Err(error) => {
                self.failed = true;
                Err(error)
            }
        }
    }

    /// Splits a page. Only the first page sets the total: later ones may count the rest.
    fn split(&mut self, response: P::Output) -> Result<Vec<P::Item>, Error> {
        let operation = self.next.take().and_then(Arc::into_inner);
        let operation = operation.ok_or_else(|| Error::internal("a page is still requested"))?;
        let parts = operation.split_page(response);
        self.next = parts.next.map(Arc::new);
        self.total = self.total.or(parts.total);
        self.pages += 1;
        Ok(parts.items)
    }

    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Returns the operation for the next page, or for the one that failed. `None` at the end.
    pub(crate) fn cursor(&self) -> Option<&P> {
        self.next.as_deref()
    }

    pub(crate) fn into_cursor(self) -> Option<P> {
        self.next.and_then(Arc::into_inner)
    }
}
