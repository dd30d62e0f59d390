//! Asking on: pages and items of a paged operation, the same for both worlds. The driver only sends.

use auth_core::{Error, Paged};

/// Where a paged operation has got to.
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

    /// What to send; `None` at the end, and after a failure: nothing is asked again by itself.
    pub(crate) fn next(&self) -> Option<&P> {
        self.next.as_ref().filter(|_| !self.failed)
    }

    /// Takes in what came of sending it.
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

    /// Turns the page that was answered. Only the first page tells the total: later ones may count what is left.
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

    /// What asks for the page that comes next, or that failed; `None` at the end.
    pub(crate) fn cursor(&self) -> Option<&P> {
        self.next.as_ref()
    }

    pub(crate) fn into_cursor(self) -> Option<P> {
        self.next
    }
}
