//! The position in a paged operation, shared by the blocking and the async iterators.

use auth_core::{Error, Paged};

/// The position in a paged operation.
#[derive(Debug)]
pub(crate) struct Pager<P: Paged> {
    next: Option<P>,
    total: Option<u64>,
    failed: bool,
}

impl<P: Paged> Pager<P> {
    pub(crate) fn new(first: P) -> Self {
        Self {
            next: Some(first.begin()),
            total: None,
            failed: false,
        }
    }

    /// Returns the operation to send. `None` at the end and after a failure, which is not retried.
    pub(crate) fn next(&self) -> Option<&P> {
        self.next.as_ref().filter(|_| !self.failed)
    }

    /// Accepts the result of the sent operation; returns the page's items.
    pub(crate) fn take(
        &mut self,
        response: Result<P::Output, Error>,
    ) -> Result<Vec<P::Item>, Error> {
        match response {
            Ok(response) => Ok(self.split(response)),
            Err(error) => {
                self.failed = true;
                Err(error)
            }
        }
    }

    /// Splits a page. Only the first page sets the total: later ones may count the rest.
    fn split(&mut self, response: P::Output) -> Vec<P::Item> {
        let Some(operation) = self.next.take() else {
            return Vec::new();
        };
        let parts = operation.split_page(response);
        self.next = parts.next;
        self.total = self.total.or(parts.total);
        parts.items
    }

    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Returns the operation for the next page, or for the one that failed. `None` at the end.
    pub(crate) fn cursor(&self) -> Option<&P> {
        self.next.as_ref()
    }

    pub(crate) fn into_cursor(self) -> Option<P> {
        self.next
    }
}
