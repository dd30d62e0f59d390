//! The pages and items of a paged operation, as iterators.

use auth_core::{Error, Paged};

use super::Session;
use crate::client::pager::Pager;

/// The items of all pages of a paged operation.
#[derive(Debug)]
#[must_use = "nothing is sent until an item is asked for"]
pub struct Items<P: Paged> {
    pages: Pages<P>,
    page: std::vec::IntoIter<P::Item>,
}

impl<P: Paged> Items<P> {
    pub(super) fn new(pages: Pages<P>) -> Self {
        Self {
            pages,
            page: Vec::new().into_iter(),
        }
    }
}

impl<P: Paged> Items<P> {
    /// How many items there are on all pages, once the first has come and where the service says so.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.pages.total()
    }
}

impl<P: Paged> Iterator for Items<P> {
    type Item = Result<P::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.page.next() {
                return Some(Ok(item));
            }
            match self.pages.next()? {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The pages of a paged operation.
#[derive(Debug)]
#[must_use = "nothing is sent until a page is asked for"]
pub struct Pages<P: Paged> {
    session: Session,
    pager: Pager<P>,
}

impl<P: Paged> Pages<P> {
    pub(super) fn new(session: Session, first: P) -> Self {
        Self {
            session,
            pager: Pager::new(first),
        }
    }
}

impl<P: Paged> Pages<P> {
    /// How many items there are on all pages, once the first has come and where the service says so.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.pager.total()
    }

    /// The operation that asks for the next page, or for the one that failed; `None` at the end. A program that stores it after
    /// each page goes on from there at its next start.
    #[must_use]
    pub fn cursor(&self) -> Option<&P> {
        self.pager.cursor()
    }

    /// The same, for going on with it; `None` at the end.
    #[must_use]
    pub fn into_cursor(self) -> Option<P> {
        self.pager.into_cursor()
    }
}

impl<P: Paged> Iterator for Pages<P> {
    type Item = Result<Vec<P::Item>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let response = self.session.send(self.pager.ask()?);
        Some(self.pager.take(response))
    }
}
