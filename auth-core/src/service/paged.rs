//! Operations that can be asked on.

use super::operation::Operation;

/// An operation that can be asked on. The operation itself is the cursor: what comes after a page is an operation again.
pub trait Paged: Operation + Sized {
    /// One item of a page.
    type Item;

    /// Called once, before the first page is asked for: a chance to choose an order that can be followed to its end. An
    /// operation that is sent by itself is not changed.
    #[must_use]
    fn begin(self) -> Self {
        self
    }

    /// Turns the page: its items, and the operation that asks for the next one.
    fn split_page(self, response: Self::Output) -> PageParts<Self>;
}

/// One page turned.
#[derive(Debug)]
pub struct PageParts<P: Paged> {
    /// The items of this page, in order.
    pub items: Vec<P::Item>,
    /// How many items there are on all pages, where the service says so.
    pub total: Option<u64>,
    /// What to ask next; `None` at the end.
    pub next: Option<P>,
}
