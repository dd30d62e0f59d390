//! The pages and the items of a paged operation, as iterators.

use std::{fmt, iter::FusedIterator};

use auth_core::{Error, Paged};

use super::{
    Session,
    prefetch::{self, Ahead},
};
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

    /// Requests each next page while the program works on the items of this one, as
    /// [`Pages::prefetch`] does.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # use api_inat::observations::Search;
    /// # let (_server, session) = setup::logged_in();
    /// for observation in session.items(Search::new().user_login("alice")).prefetch() {
    ///     println!("{:?}", observation?.id);
    /// }
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[doc(alias("ahead", "read-ahead", "concurrent"))]
    pub fn prefetch(mut self) -> Self
    where
        P: Clone + Send + 'static,
        P::Output: Send + 'static,
    {
        self.pages = self.pages.prefetch();
        self
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

    /// At least the items of this page.
    fn size_hint(&self) -> (usize, Option<usize>) {
        let here = self.page.len();
        (here, self.pages.pager.is_over().then_some(here))
    }
}

/// Stays at its end, also after an error.
impl<P: Paged> FusedIterator for Items<P> {}

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
#[must_use = "nothing is sent until the first call of `next`"]
pub struct Pages<P: Paged> {
    session: Session,
    pager: Pager<P>,
    prefetch: Option<prefetch::Start<P>>,
    ahead: Option<Ahead<P::Output>>,
}

impl<P: Paged> Pages<P> {
    pub(super) fn new(session: Session, first: P) -> Self {
        Self {
            session,
            pager: Pager::new(first),
            prefetch: None,
            ahead: None,
        }
    }

    /// Requests each next page while the program works on this one. Use it for a list that is read
    /// to its end, if the work takes about as long as a request.
    ///
    /// Order, [`cursor`](Self::cursor) and errors stay the same: the error of a page is returned in
    /// its place. It begins once the program asks for the second page, and is one page ahead at
    /// most. It pauses while the service's rate limit has no room for another request at once. So a
    /// program that stops has sent one request too many at most, and none if it stops at the first
    /// page.
    ///
    /// Each such request has a thread, which ends with it. Dropping the iterator does not wait for
    /// it. A request that is on its way is not cut off, but it is not repeated, and its response is
    /// dropped. [`Client::close`](crate::Client::close) waits for it, as for any other call.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # use api_inat::observations::Search;
    /// # let (_server, session) = setup::logged_in();
    /// let mut pages = session.pages(Search::new().user_login("alice").per_page(100)).prefetch();
    /// while let Some(page) = pages.next() {
    ///     println!("{} of {:?}", page?.len(), pages.total()); // the next page is under way
    /// }
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[doc(alias("ahead", "read-ahead", "concurrent"))]
    pub fn prefetch(mut self) -> Self
    where
        P: Clone + Send + 'static,
        P::Output: Send + 'static,
    {
        self.prefetch = Some(prefetch::start::<P>);
        self
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
        let operation = self.pager.next()?;
        let ahead = self.ahead.take().and_then(Ahead::wait);
        let response = ahead.unwrap_or_else(|| self.session.send(&**operation));
        let page = self.pager.take(response);
        if let (Some(start), Some(next)) = (self.prefetch, self.pager.ahead()) {
            self.ahead = start(&self.session, next);
        }
        Some(page)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pager.size_hint()
    }
}

/// Stays at its end, also after an error.
impl<P: Paged> FusedIterator for Pages<P> {}

impl<P: Paged + fmt::Debug> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("session", &self.session)
            .field("pager", &self.pager)
            .finish_non_exhaustive()
    }
}
