//! The pages and the items of a paged operation, with an async `next`.

use auth_core::{Error, Paged};

use super::AsyncSession;
use crate::client::pager::Pager;

/// Iterates over the items of all pages; see [`AsyncSession::items`].
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # setup::run_logged_in(async |session| {
/// # use api_inat::observations::Search;
/// let mut items = session.items(Search::new().user_login("alice"));
/// let first = items.next().await.transpose()?.expect("an observation");
/// println!("{}, the first of {:?}", first.id, items.total());
/// # Ok(()) });
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent until the first call of `next`"]
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
    /// Returns the next item; `None` at the end. Requests a page if necessary.
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

    /// Returns the number of items on all pages. `None` before the first page, or if the service
    /// does not report it.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.pages.total()
    }
}

/// Iterates over the pages of a paged operation; see [`AsyncSession::pages`].
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # setup::run_logged_in(async |session| {
/// # use api_inat::observations::Search;
/// let mut pages = session.pages(Search::new().user_login("alice").per_page(100));
/// let first = pages.next().await.transpose()?;
/// if let Some(cursor) = pages.into_cursor() {
///     // Save it. In the next run of the program, resume with the second page:
///     let second = session.pages(cursor).next().await.transpose()?;
///     assert_eq!(second.map(|page| page.len()), Some(100));
/// }
/// # Ok(()) });
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent until the first call of `next`"]
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
    /// Requests the next page; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Vec<P::Item>, Error>> {
        let session = self.session.clone();
        let response = session.send(self.pager.next()?).await;
        Some(self.pager.take(response))
    }

    /// Returns the number of items on all pages. `None` before the first page, or if the service
    /// does not report it.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.pager.total()
    }

    /// Returns the operation that requests the next page, or the one that failed. `None` at the
    /// end.
    ///
    /// Save it after each page to resume there in the next run of the program.
    #[must_use]
    pub fn cursor(&self) -> Option<&P> {
        self.pager.cursor()
    }

    /// Returns the [`cursor`](Self::cursor) by value, to resume with it. `None` at the end.
    #[must_use]
    pub fn into_cursor(self) -> Option<P> {
        self.pager.into_cursor()
    }
}
