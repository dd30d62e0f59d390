//! The pages and items of a paged operation, awaited.

use auth_core::{Error, Paged};

use super::AsyncSession;
use crate::client::pager::Pager;

/// The items of all pages of a paged operation.
#[derive(Debug)]
#[must_use = "nothing is sent until an item is asked for"]
pub struct AsyncItems<P: Paged> {
    pages: AsyncPages<P>,
    page: std::vec::IntoIter<P::Item>,
}

impl<P: Paged> AsyncItems<P> {
    pub(super) fn new(pages: AsyncPages<P>) -> Self {
        Self {
            pages,
            page: Vec::new().into_iter(),
        }
    }
}

impl<P> AsyncItems<P>
where
    P: Paged + Send + Sync,
    P::Output: Send,
{
    /// The next item; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<P::Item, Error>> {
        loop {
            if let Some(item) = self.page.next() {
                return Some(Ok(item));
            }
            match self.pages.next().await? {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// How many items there are on all pages, once the first has come and where the service says so.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.pages.total()
    }
}

/// The pages of a paged operation.
#[derive(Debug)]
#[must_use = "nothing is sent until a page is asked for"]
pub struct AsyncPages<P: Paged> {
    session: AsyncSession,
    pager: Pager<P>,
}

impl<P: Paged> AsyncPages<P> {
    pub(super) fn new(session: AsyncSession, first: P) -> Self {
        Self {
            session,
            pager: Pager::new(first),
        }
    }
}

impl<P> AsyncPages<P>
where
    P: Paged + Send + Sync,
    P::Output: Send,
{
    /// The next page; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Vec<P::Item>, Error>> {
        let session = self.session.clone();
        let response = session.send(self.pager.ask()?).await;
        Some(self.pager.take(response))
    }

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
