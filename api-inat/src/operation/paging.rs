//! The position in a list, and the request for its next page.
//!
//! ```text
//!             by id                                 in another order
//!   first page: as set by the program         first page: as set by the program
//!        │                                         │
//!   id_above = last id, per_page = most       page + 1
//!        │                                         │
//!   the page has all remaining records: end   all counted records received: end
//!   the page has no new record: error         the same page again: error
//!                                             past the 10,000th result: error
//!
//!   both: an empty page ends the list, a page shorter than requested does not
//! ```
//!
//! A page may be shorter than requested, because the server has a smaller maximum or leaves out
//! records that the caller may not see. So only received records are counted, never requested ones.
//! Page numbers continue in the server's own size, and `per_page` stays: with another value, the
//! same numbers would mean other records. The total may include records that the caller never
//! receives: then the last page is empty. Without a total (bare lists), only an empty page ends the
//! list.

use std::fmt;

use auth_core::{Error, ErrorKind, Query};

use crate::{
    model::Identified,
    operation::{body::Write, page::Page},
};

/// The last result that can be requested by page number: `page × per_page` (the Node API; it
/// responds with 403 beyond).
const WINDOW: u64 = 10_000;

/// The limits of an operation's requests, and how its pages are followed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// The default and the largest number of ids in its path.
    pub(crate) ids: Option<(u64, u64)>,
    /// The default and the largest number of records on a page.
    pub(crate) pages: Option<(u64, u64)>,
    /// Whether it can be ordered by id and followed with `id_above`.
    pub(crate) by_id: bool,
    /// The object and field of the body that make a repeated write idempotent.
    pub(crate) once: Option<(&'static str, &'static str)>,
    /// Writes its body as a form, even without a file.
    pub(crate) form: Option<Write>,
}

/// The state of a list between its pages: a few numbers, for lists of any length.
#[derive(Clone, Debug, Default)]
pub(crate) struct Position {
    pub(crate) progress: Progress,
    /// A fingerprint of the last page that was requested by number.
    pub(crate) last: Option<u64>,
    /// The number of records before the first page that was read, estimated by the size of that
    /// page; never too high.
    pub(crate) before: u64,
    /// The largest page that the server returned, once it was smaller than requested.
    pub(crate) size: Option<u64>,
    pub(crate) stuck: Option<Stuck>,
}

/// How far a list has been followed.
///
/// ```
/// use api_inat::observations::Search;
///
/// assert_eq!(Search::new().progress().to_string(), "0 so far");
/// ```
#[doc(alias = "cursor")]
#[doc(alias = "pagination")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Progress {
    /// The number of received records.
    pub received: u64,
    /// The number of records on all pages, as of the first page. `None` before that.
    pub total: Option<u64>,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.total {
            Some(total) => write!(f, "{} of {total}", self.received),
            None => write!(f, "{} so far", self.received),
        }
    }
}

/// Why a list cannot continue before its end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stuck {
    Repeated,
    WithoutIds,
    Window,
}

impl Position {
    pub(crate) fn is_without_ids(&self) -> bool {
        matches!(self.stuck, Some(Stuck::WithoutIds))
    }

    /// Checks that the next request is within the limits.
    pub(crate) fn check(&self, query: &Query, rules: &Rules) -> Result<(), Error> {
        if let Some(stuck) = self.stuck {
            return Err(stuck.error(rules));
        }
        let Some((usual, most)) = rules.pages else {
            return Ok(());
        };
        let requested = query.integer("per_page")?.unwrap_or(usual).min(most);
        let page = query.integer("page")?.unwrap_or(1);
        // The window counts results, so the server's own page size decides how many pages fit.
        let size = self.size.map_or(requested, |size| size.min(requested));
        if page.saturating_mul(size) > WINDOW {
            return Err(Stuck::Window.error(rules));
        }
        Ok(())
    }

    /// Returns the largest page, if `query` requests a larger one: the service returns no more.
    pub(crate) fn too_many(query: &Query, rules: &Rules) -> Option<u64> {
        let (_, most) = rules.pages?;
        let requested = query.integer("per_page").ok()??;
        (requested > most).then_some(most)
    }

    /// Orders a followed list by id if possible, unless the program set an order.
    pub(crate) fn begin(query: &mut Query, rules: &Rules) {
        if rules.by_id && query.get("order_by").is_none() {
            query.set("order_by", "id");
            if query.get("order").is_none() {
                query.set("order", "asc");
            }
        }
    }

    /// Returns the new items of a page, and whether `query` requests a next page.
    pub(crate) fn split_page<T: Identified>(
        &mut self,
        query: &mut Query,
        page: Page<T>,
        rules: &Rules,
    ) -> (Vec<T>, bool) {
        self.progress.total = self.progress.total.or(page.total_results);
        if page.results.is_empty() {
            return (Vec::new(), false);
        }
        let (usual, most) = rules.pages.unwrap_or((1, 1));
        let requested = query.integer("per_page").ok().flatten().unwrap_or(usual);
        let requested = requested.min(most);
        let parts = match query.get("order_by") {
            Some("id") if rules.by_id => self.split_by_id(query, page, most),
            _ => self.split_by_number(query, page, requested),
        };
        self.progress.received += parts.0.len() as u64;
        parts
    }

    fn split_by_id<T: Identified>(
        &mut self,
        query: &mut Query,
        page: Page<T>,
        most: u64,
    ) -> (Vec<T>, bool) {
        let descending = match query.get("order") {
            Some(order) => order == "desc",
            // iNaturalist's default, if the program set only `order_by`.
            None => true,
        };
        let name = if descending { "id_below" } else { "id_above" };
        let last_id: Option<u64> = query.get(name).and_then(|text| text.parse().ok());
        let beyond = |id: u64| {
            last_id.is_none_or(|last| match descending {
                true => id < last,
                false => id > last,
            })
        };
        let received = page.results.len() as u64;
        let mut items = page.results;
        items.retain(|item| item.id().is_none_or(beyond));
        let ids = items.iter().filter_map(Identified::id);
        let last = if descending { ids.min() } else { ids.max() };
        // With an id in the request, the total counts the remaining records: this page may be the
        // last.
        if page.total_results.is_some_and(|all| received >= all) {
            return (items, false);
        }
        match last {
            Some(last) => {
                query.set(name, last);
                query.remove("page");
                // A list at a path that is not known has no known maximum.
                if query.get("per_page").is_none() && most < u64::MAX {
                    query.set("per_page", most);
                }
            }
            None if items.is_empty() => self.stuck = Some(Stuck::Repeated),
            None => self.stuck = Some(Stuck::WithoutIds),
        }
        (items, true)
    }

    fn split_by_number<T: Identified>(
        &mut self,
        query: &mut Query,
        page: Page<T>,
        requested: u64,
    ) -> (Vec<T>, bool) {
        let print = fingerprint(&page.results);
        if print.is_some() && print == self.last {
            self.stuck = Some(Stuck::Repeated);
            return (Vec::new(), true);
        }
        self.last = print;
        let number = query.integer("page").ok().flatten().unwrap_or(1);
        let received = page.results.len() as u64;
        if self.progress.received == 0 {
            self.before = number.saturating_sub(1).saturating_mul(received);
        }
        let so_far = self
            .before
            .saturating_add(self.progress.received + received);
        let total = page.total_results.or(self.progress.total);
        if total.is_none() && print.is_none() {
            // Neither a total nor a repeated page could end the list.
            self.stuck = Some(Stuck::WithoutIds);
        }
        if received < requested || self.size.is_some() {
            self.size = self.size.max(Some(received));
        }
        query.set("page", number.saturating_add(1));
        (page.results, total.is_none_or(|total| so_far < total))
    }
}

/// Hashes the ids of a page (FNV-1a, over ids in place of bytes). The result is stored, so it must
/// not depend on version or machine. `None` without ids.
fn fingerprint(items: &[impl Identified]) -> Option<u64> {
    items
        .iter()
        .filter_map(Identified::id)
        .fold(None, |print, id| {
            let print = print.unwrap_or(0xcbf2_9ce4_8422_2325);
            Some((print ^ id).wrapping_mul(0x0100_0000_01b3))
        })
}

impl Stuck {
    fn error(self, rules: &Rules) -> Error {
        match self {
            Self::Repeated => Error::new(
                ErrorKind::Malformed,
                "iNaturalist returned the same page twice",
            )
            .with_help("try again later from the last id received"),
            Self::WithoutIds => Error::new(
                ErrorKind::Usage,
                "the records were read without ids, so the next page cannot be requested",
            )
            .with_help("read them into a type that keeps the id"),
            Self::Window => Error::new(
                ErrorKind::Usage,
                "iNaturalist returns at most 10,000 results by page number",
            )
            .with_setting("page, per_page")
            .with_help(match rules.by_id {
                true => "order by id to go beyond that, or narrow the search",
                false => "narrow the search",
            }),
        }
    }
}
