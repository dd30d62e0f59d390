//! The pages and the items of a paged operation, with an async `next`; as streams with the feature
//! `stream`.

#[cfg(feature = "stream")]
use std::pin::Pin;
use std::{
    fmt,
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use auth_core::{Error, Paged};

use super::{
    AsyncSession,
    prefetch::{self, InFlight},
};
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
///
/// With the feature `stream` it is a `futures_core::Stream` as well.
#[derive(Debug)]
#[must_use = "nothing is sent until the first call of `next`"]
pub struct AsyncItems<P: Paged> {
    pages: AsyncPages<P>,
    page: std::vec::IntoIter<P::Item>,
}

// Nothing in it is pinned.
impl<P: Paged> Unpin for AsyncItems<P> {}

impl<P: Paged> AsyncItems<P> {
    pub(super) fn new(pages: AsyncPages<P>) -> Self {
        Self {
            pages,
            page: Vec::new().into_iter(),
        }
    }

    /// Requests each next page while the program works on the items of this one, as
    /// [`AsyncPages::prefetch`] does.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_logged_in(async |session| {
    /// # use api_inat::observations::Search;
    /// let mut items = session.items(Search::new().user_login("alice")).prefetch();
    /// while let Some(observation) = items.next().await {
    ///     println!("{:?}", observation?.id);
    /// }
    /// # Ok(()) });
    /// ```
    #[doc(alias("ahead", "read-ahead", "concurrent"))]
    pub fn prefetch(mut self) -> Self
    where
        P: Clone + Send + Sync + 'static,
        P::Output: Send + 'static,
    {
        self.pages = self.pages.prefetch();
        self
    }
}

impl<P> AsyncItems<P>
where
    P: Paged + Send + Sync + 'static,
    P::Output: Send + 'static,
{
    /// Returns the next item; `None` at the end. Requests a page if necessary.
    ///
    /// Dropping the future ends its request and loses nothing: the next call requests the same
    /// page. A request that was made ahead continues.
    #[doc(alias = "cancel")]
    pub async fn next(&mut self) -> Option<Result<P::Item, Error>> {
        let ends = EndsRequest(self, |items| items.pages.end_request());
        poll_fn(move |context| ends.0.poll(context)).await
    }

    /// Returns the number of items on all pages. `None` before the first page, or if the service
    /// does not report it.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.pages.total()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<P::Item, Error>>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll(context)) {
                Some(Ok(page)) => self.page = page.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
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
///
/// With the feature `stream` it is a `futures_core::Stream` as well. The [`cursor`](Self::cursor)
/// stays in step with the pages that were returned, also while a request is under way. A stream
/// that is polled no more keeps its request, which continues by itself only if it was made ahead
/// ([`prefetch`](Self::prefetch)). Drop the stream before [`close`](crate::AsyncClient::close),
/// which waits for that request.
#[must_use = "nothing is sent until the first call of `next`"]
pub struct AsyncPages<P: Paged> {
    session: AsyncSession,
    pager: Pager<P>,
    // Only `&mut self` uses it: the mutex is never locked, and makes this `Sync`.
    in_flight: Mutex<Option<InFlight<P::Output>>>,
    /// Whether that has a task of its own.
    is_ahead: bool,
    prefetch: Option<prefetch::Start<P>>,
}

impl<P: Paged> Unpin for AsyncPages<P> {}

/// Ends the request under way when the future of `next` is dropped: it would not be polled, and
/// [`close`](crate::AsyncClient::close) would wait for it.
struct EndsRequest<'a, T>(&'a mut T, fn(&mut T));

impl<T> Drop for EndsRequest<'_, T> {
    fn drop(&mut self) {
        (self.1)(self.0);
    }
}

impl<P: Paged> AsyncPages<P> {
    pub(super) fn new(session: AsyncSession, first: P) -> Self {
        Self {
            session,
            pager: Pager::new(first),
            in_flight: Mutex::new(None),
            is_ahead: false,
            prefetch: None,
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
    /// Each such request has a task, on the client's runtime. Dropping `AsyncPages` ends it;
    /// dropping the future of [`next`](Self::next) does not, and the next call waits for the same
    /// page. [`close`](crate::AsyncClient::close) waits for it, as for any other call.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_logged_in(async |session| {
    /// # use api_inat::observations::Search;
    /// let mut pages = session.pages(Search::new().user_login("alice").per_page(100)).prefetch();
    /// while let Some(page) = pages.next().await {
    ///     println!("{} of {:?}", page?.len(), pages.total()); // the next page is under way
    /// }
    /// # Ok(()) });
    /// ```
    #[doc(alias("ahead", "read-ahead", "concurrent"))]
    pub fn prefetch(mut self) -> Self
    where
        P: Clone + Send + Sync + 'static,
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

    fn in_flight(&mut self) -> &mut Option<InFlight<P::Output>> {
        let in_flight = self.in_flight.get_mut();
        in_flight.unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the request, unless it continues by itself.
    fn end_request(&mut self) {
        if !self.is_ahead {
            *self.in_flight() = None;
        }
    }

    /// Returns the [`cursor`](Self::cursor) by value, to resume with it. `None` at the end. Ends a
    /// request under way.
    #[must_use]
    pub fn into_cursor(self) -> Option<P> {
        drop(self.in_flight);
        self.pager.into_cursor()
    }
}

impl<P> AsyncPages<P>
where
    P: Paged + Send + Sync + 'static,
    P::Output: Send + 'static,
{
    /// Requests the next page, or waits for it if it was requested ahead; `None` at the end.
    ///
    /// Dropping the future ends its request and loses nothing: the next call requests the same
    /// page. A request that was made ahead continues.
    #[doc(alias = "cancel")]
    pub async fn next(&mut self) -> Option<Result<Vec<P::Item>, Error>> {
        let ends = EndsRequest(self, Self::end_request);
        poll_fn(move |context| ends.0.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<P::Item>, Error>>> {
        loop {
            if let Some(request) = self.in_flight() {
                let response = ready!(request.as_mut().poll(context));
                *self.in_flight() = None;
                self.is_ahead = false;
                if let Some(response) = response {
                    let page = self.pager.take(response);
                    self.begin_ahead();
                    return Poll::Ready(Some(page));
                }
            }
            let Some(operation) = self.pager.next() else {
                return Poll::Ready(None);
            };
            let (session, operation) = (self.session.clone(), Arc::clone(operation));
            let request = async move { Some(session.send(&*operation).await) };
            *self.in_flight() = Some(Box::pin(request));
        }
    }

    fn begin_ahead(&mut self) {
        if let (Some(start), Some(next)) = (self.prefetch, self.pager.ahead()) {
            *self.in_flight() = Some(start(&self.session, next));
            self.is_ahead = true;
        }
    }
}

impl<P: Paged + fmt::Debug> fmt::Debug for AsyncPages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncPages")
            .field("session", &self.session)
            .field("pager", &self.pager)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "stream")]
impl<P> futures_core::Stream for AsyncItems<P>
where
    P: Paged + Send + Sync + 'static,
    P::Output: Send + 'static,
{
    type Item = Result<P::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }

    /// At least the items of this page.
    fn size_hint(&self) -> (usize, Option<usize>) {
        let here = self.page.len();
        (here, self.pages.pager.is_over().then_some(here))
    }
}

/// Stays at its end, also after an error.
#[cfg(feature = "stream")]
impl<P> futures_core::stream::FusedStream for AsyncItems<P>
where
    P: Paged + Send + Sync + 'static,
    P::Output: Send + 'static,
{
    fn is_terminated(&self) -> bool {
        self.page.len() == 0 && self.pages.pager.is_over()
    }
}

#[cfg(feature = "stream")]
impl<P> futures_core::Stream for AsyncPages<P>
where
    P: Paged + Send + Sync + 'static,
    P::Output: Send + 'static,
{
    type Item = Result<Vec<P::Item>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pager.size_hint()
    }
}

/// Stays at its end, also after an error.
#[cfg(feature = "stream")]
impl<P> futures_core::stream::FusedStream for AsyncPages<P>
where
    P: Paged + Send + Sync + 'static,
    P::Output: Send + 'static,
{
    fn is_terminated(&self) -> bool {
        self.pager.is_over()
    }
}
