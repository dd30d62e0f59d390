//! Operations whose result spans several pages.

use super::operation::Operation;

/// An operation whose result spans several pages. The operation itself is the cursor: the next page
/// is again an operation.
///
/// ```
/// use auth_core::{
///     BaseUrl, CallPolicy, Error, Operation, PageParts, Paged, Request, Response, ResponseBody,
///     read_json,
/// };
///
/// /// All numbers below `end`, two a page.
/// struct Numbers {
///     from: u64,
///     end: u64,
/// }
///
/// impl Operation for Numbers {
///     type Output = Vec<u64>;
///
///     fn policy(&self) -> CallPolicy {
///         CallPolicy::read("v1")
///     }
///
///     fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
///         base.request(http::Method::GET, &format!("/numbers?from={}", self.from))
///     }
///
///     fn parse(&self, response: Response) -> Result<Vec<u64>, Error> {
///         read_json(&response)
///     }
/// }
///
/// impl Paged for Numbers {
///     type Item = u64;
///
///     fn split_page(self, items: Vec<u64>) -> PageParts<Self> {
///         let from = self.from + items.len() as u64;
///         let more = !items.is_empty() && from < self.end;
///         let next = more.then_some(Numbers { from, end: self.end });
///         PageParts { items, total: Some(self.end), next }
///     }
/// }
///
/// let first = Numbers { from: 0, end: 3 };
/// let page = first.parse(http::Response::new(ResponseBody::new(b"[0,1]".to_vec())))?;
/// let parts = first.split_page(page);
/// assert_eq!(parts.items, [0, 1]);
/// assert_eq!(parts.next.map(|next| next.from), Some(2));
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "pagination")]
#[doc(alias = "cursor")]
pub trait Paged: Operation + Sized {
    /// An item of a page.
    type Item;

    /// Prepares the operation before the first page is requested, e.g. sets an order that pages can
    /// follow to the end. The pager calls it once. An operation that the program sends by itself is
    /// not changed.
    #[must_use]
    fn begin(self) -> Self {
        self
    }

    /// Splits a page into its items and the operation for the next page.
    fn split_page(self, response: Self::Output) -> PageParts<Self>;
}

/// A page, split into its items and the next operation. [`Paged`] has an example.
#[derive(Debug)]
pub struct PageParts<P: Paged> {
    /// The items of this page, in order.
    pub items: Vec<P::Item>,
    /// The number of items on all pages, if the service reports it.
    pub total: Option<u64>,
    /// The operation for the next page; `None` after the last one.
    pub next: Option<P>,
}
