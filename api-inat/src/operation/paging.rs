//! Where a list stands, and what it asks for next.
//!
//! ```text
//!             by id                                 in another order
//!   first page: as the program said           first page: as the program said
//!        │                                         │
//!   id_above = last id seen, per_page = most  page + 1
//!        │                                         │
//!   the page holds all that remains: end      all that is counted has come: end
//!   nothing new on it: error                  the same page again: error
//!                                             past the 10,000th result: error
//!
//!   either way: an empty page is the end, a shorter one than asked for is not
//! ```
//!
//! A page may be shorter than it was asked to be because the server gives no more at a time, or because it left out what the caller may
//! not see; so only records that came are counted, never those that were asked for. The number of the page goes on in the server's own
//! size, and `per_page` stays as it was: with another one, numbers would mean other records. A count may include what the caller never
//! gets to see: then the last page is an empty one. Where nothing is counted (bare lists), the empty page is the only end.

use std::fmt;

use auth_core::{Error, ErrorKind, Query};

use crate::{
    model::Identified,
    operation::{body::Write, page::Page},
};

/// How far pages can be asked for by number: `page × per_page` (the Node API; it answers 403 beyond).
const WINDOW: u64 = 10_000;

/// What an operation's requests may ask for, and how its pages are followed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// How many ids its path takes without more words, and how many at all.
    pub(crate) ids: Option<(u64, u64)>,
    /// How many records a page has without more words, and how many at most.
    pub(crate) pages: Option<(u64, u64)>,
    /// Whether it can be ordered by id and followed by `id_above`.
    pub(crate) by_id: bool,
    /// The object and field of the body that make a repeated write the same write.
    pub(crate) once: Option<(&'static str, &'static str)>,
    /// Writes its body as a form, even without a file.
    pub(crate) form: Option<Write>,
}

/// What a list remembers between its pages: the same few numbers, however long it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Position {
    pub(crate) progress: Progress,
    /// A fingerprint of the last page that was asked for by number.
    pub(crate) last: Option<u64>,
    /// How many records lie before the page that the list began with, by the size of that page: no more than there are.
    pub(crate) before: u64,
    /// How many records the server gives at a time, once that was less than what was asked for.
    pub(crate) size: Option<u64>,
    pub(crate) stuck: Option<Stuck>,
}

/// How far a list has come.
///
/// ```
/// use api_inat::observations::Search;
///
/// assert_eq!(Search::new().progress().to_string(), "0 so far");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many records have come.
    pub received: u64,
    /// How many there were on all pages when the first one came; `None` before that.
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

/// Why a list cannot go on, though it has not come to its end.
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

    /// Whether the next request can be answered.
    pub(crate) fn check(&self, query: &Query, rules: &Rules) -> Result<(), Error> {
        if let Some(stuck) = self.stuck {
            return Err(stuck.error(rules));
        }
        let Some((usual, most)) = rules.pages else {
            return Ok(());
        };
        let asked = query.integer("per_page")?.unwrap_or(usual);
        if asked > most {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("a page of {asked} records was asked for; {most} is the most"),
            )
            .with_setting("per_page")
            .with_help(format!(
                "ask for {most} or fewer, and follow the list through its pages where it has more"
            )));
        }
        let page = query.integer("page")?.unwrap_or(1);
        // The window is one of results, so it is as many pages wide as the server's own size makes it.
        let size = self.size.map_or(asked, |size| size.min(asked));
        if page.saturating_mul(size) > WINDOW {
            return Err(Stuck::Window.error(rules));
        }
        Ok(())
    }

    /// What is to be followed goes by id where it can, unless the program named an order of its own.
    pub(crate) fn begin(query: &mut Query, rules: &Rules) {
        if rules.by_id && query.get("order_by").is_none() {
            query.set("order_by", "id");
            if query.get("order").is_none() {
                query.set("order", "asc");
            }
        }
    }

    /// The items of a page that are new, and whether `query` asks for more after it.
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
        let asked = query.integer("per_page").ok().flatten().unwrap_or(usual);
        let turned = match query.get("order_by") {
            Some("id") if rules.by_id => self.turn_by_id(query, page, most),
            _ => self.turn_by_number(query, page, asked),
        };
        self.progress.received += turned.0.len() as u64;
        turned
    }

    fn turn_by_id<T: Identified>(
        &mut self,
        query: &mut Query,
        page: Page<T>,
        most: u64,
    ) -> (Vec<T>, bool) {
        let descending = match query.get("order") {
            Some(order) => order == "desc",
            // iNaturalist's own default, where the program named `order_by` alone.
            None => true,
        };
        let name = if descending { "id_below" } else { "id_above" };
        let seen: Option<u64> = query.get(name).and_then(|text| text.parse().ok());
        let beyond = |id: u64| {
            seen.is_none_or(|seen| match descending {
                true => id < seen,
                false => id > seen,
            })
        };
        let received = page.results.len() as u64;
        let mut items = page.results;
        items.retain(|item| item.id().is_none_or(beyond));
        let ids = items.iter().filter_map(Identified::id);
        let last = if descending { ids.min() } else { ids.max() };
        // With the id in the request, the total counts what remains; so this page may be all of it.
        if page.total_results.is_some_and(|all| received >= all) {
            return (items, false);
        }
        match last {
            Some(last) => {
                query.set(name, last);
                query.remove("page");
                if query.get("per_page").is_none() {
                    query.set("per_page", most);
                }
            }
            None if items.is_empty() => self.stuck = Some(Stuck::Repeated),
            None => self.stuck = Some(Stuck::WithoutIds),
        }
        (items, true)
    }

    fn turn_by_number<T: Identified>(
        &mut self,
        query: &mut Query,
        page: Page<T>,
        asked: u64,
    ) -> (Vec<T>, bool) {
        let print = fingerprint(&page.results);
        if print.is_some() && print == self.last {
            self.stuck = Some(Stuck::Repeated);
            return (Vec::new(), true);
        }
        self.last = print;
        let number = query.integer("page").ok().flatten().unwrap_or(1);
        let came = page.results.len() as u64;
        if self.progress.received == 0 {
            self.before = number.saturating_sub(1).saturating_mul(came);
        }
        let so_far = self.before.saturating_add(self.progress.received + came);
        let total = page.total_results.or(self.progress.total);
        if total.is_none() && print.is_none() {
            // Neither a count nor a repeated page could end it.
            self.stuck = Some(Stuck::WithoutIds);
        }
        if came < asked || self.size.is_some() {
            self.size = self.size.max(Some(came));
        }
        query.set("page", number.saturating_add(1));
        (page.results, total.is_none_or(|total| so_far < total))
    }
}

/// The ids of a page in one number (FNV-1a, by ids in place of bytes): the same in every version and on every machine, since it is
/// stored. `None` without ids.
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
                "iNaturalist gave the same records again in place of the next page",
            )
            .with_help("try again later from the last id that came"),
            Self::WithoutIds => Error::new(
                ErrorKind::Usage,
                "the records came without ids, so there is no next page to ask for",
            )
            .with_help("let the type that they are read into keep its id"),
            Self::Window => Error::new(
                ErrorKind::Usage,
                "iNaturalist gives no more than 10,000 results by page number",
            )
            .with_setting("page, per_page")
            .with_help(match rules.by_id {
                true => "order by id, which goes on beyond that, or narrow the search",
                false => "narrow the search",
            }),
        }
    }
}
