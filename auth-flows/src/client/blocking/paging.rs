//! The pages and the items of a paged operation, as iterators.

use auth_core::{Error, Paged};

use super::Session;
use crate::client::pager::Pager;

/// Iterates over the items of all pages; see [`Session::items`].
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # use api_inat::observations::Search;
/// # let (_server, session) = setup::logged_in();
/// let mut items = session.items(Search::new().user_login("alice"));
/// assert_eq!(items.total(), None); // not known before the first page
/// let first = items.next().transpose()?.expect("an observation");
/// println!("{}, the first of {:?}", first.id, items.total());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent until the first call of `next`"]
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

    /// Returns the number of items on all pages. `None` before the first page, or if the service
    /// does not report it.
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

/// Iterates over the pages of a paged operation; see [`Session::pages`].
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # use api_inat::observations::Search;
/// # let (_server, session) = setup::logged_in();
/// let mut pages = session.pages(Search::new().user_login("alice").per_page(100));
/// let first = pages.next().transpose()?;
/// if let Some(cursor) = pages.into_cursor() {
///     // Save it. In the next run of the program, resume with the second page:
///     let rest: Result<Vec<_>, _> = session.pages(cursor).collect();
///     assert_eq!(rest?.len(), 2);
/// }
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent until the first call of `next`"]
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

    /// Returns the number of items on all pages. `None` before the first page, or if the service
    /// does not report it.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.pager.total()
    }

    /// Returns the operation that requests the next page, or the one that failed. `None` at the
    /// end.
    ///
    /// Save it after each page to resume there in the next run of the program. The example
    /// `inat-export` of api-inat keeps it in step with what it writes.
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

impl<P: Paged> Iterator for Pages<P> {
    type Item = Result<Vec<P::Item>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let response = self.session.send(&**self.pager.next()?);
        Some(self.pager.take(response))
    }
}
