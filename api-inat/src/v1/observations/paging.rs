//! Where a search stands, and what it asks for next.
//!
//! ```text
//!             by id                                 in another order
//!   first page: as the program said           first page: as the program said
//!        │                                         │
//!   id_above = last id seen, per_page = 200   page + 1
//!        │                                         │
//!   the page holds all that remains: end      page × per_page ≥ total: end
//!   nothing new on it: error                  the same page again: error
//!                                             past the 10,000th result: error
//! ```

use auth_core::{Error, ErrorKind, Query};

use super::{MOST, USUAL};
use crate::{model::Identified, v1::page::Page};

/// How far pages can be asked for by number: `page × per_page` (the Node API; it answers 403 beyond).
const WINDOW: u64 = 10_000;

/// What a search remembers between its pages.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// The total of the first page. Later ones count what remains.
    total: Option<u64>,
    /// The ids of the last page that was asked for by number.
    last: Vec<u64>,
    stuck: Option<Stuck>,
}

/// Why a search cannot go on, though it has not come to its end.
#[derive(Clone, Copy, Debug)]
enum Stuck {
    Repeated,
    WithoutIds,
    Window,
}

impl Place {
    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    /// The parameters of the next request.
    pub(super) fn query(&self, query: &Query) -> Result<Query, Error> {
        if let Some(stuck) = self.stuck {
            return Err(stuck.error());
        }
        let asked = per_page(query)?;
        if asked > MOST {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("a page of {asked} observations was asked for; 200 is the most"),
            )
            .setting("per_page")
            .advice("ask for 200 or fewer and follow the search through its pages"));
        }
        if page_number(query)?.saturating_mul(asked) > WINDOW {
            return Err(Stuck::Window.error());
        }
        Ok(query.clone())
    }

    /// A search that is to be followed goes by id, unless the program named an order of its own.
    pub(super) fn begin(query: &mut Query) {
        if query.get("order_by").is_none() {
            query.set("order_by", "id");
            if query.get("order").is_none() {
                query.set("order", "asc");
            }
        }
    }

    /// The items of a page that are new, and whether `query` asks for more after it.
    pub(super) fn turn<T: Identified>(
        &mut self,
        query: &mut Query,
        page: Page<T>,
    ) -> (Vec<T>, bool) {
        self.total = self.total.or(page.total_results);
        if page.results.is_empty() {
            return (Vec::new(), false);
        }
        match query.get("order_by") {
            Some("id") => self.turn_by_id(query, page),
            _ => self.turn_by_number(query, page),
        }
    }

    fn turn_by_id<T: Identified>(&mut self, query: &mut Query, page: Page<T>) -> (Vec<T>, bool) {
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
        let asked = per_page(query).unwrap_or(USUAL);
        let mut items = page.results;
        items.retain(|item| item.id().is_none_or(beyond));
        let ids = items.iter().filter_map(Identified::id);
        let last = if descending { ids.min() } else { ids.max() };
        // With the id in the request, the total counts what remains; so this page may be all of it.
        let complete = match page.total_results {
            Some(remaining) => received >= remaining,
            None => received < asked,
        };
        if complete {
            return (items, false);
        }
        match last {
            Some(last) => {
                query.set(name, last);
                query.remove("page");
                if query.get("per_page").is_none() {
                    query.set("per_page", MOST);
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
    ) -> (Vec<T>, bool) {
        let ids: Vec<u64> = page.results.iter().filter_map(Identified::id).collect();
        if !ids.is_empty() && ids == self.last {
            self.stuck = Some(Stuck::Repeated);
            return (Vec::new(), true);
        }
        self.last = ids;
        let (number, asked) = (
            page_number(query).unwrap_or(1),
            per_page(query).unwrap_or(USUAL),
        );
        let complete = match page.total_results {
            Some(total) => number.saturating_mul(asked) >= total,
            None => (page.results.len() as u64) < asked,
        };
        query.set("page", number.saturating_add(1));
        (page.results, !complete)
    }
}

impl Stuck {
    fn error(self) -> Error {
        match self {
            Self::Repeated => Error::new(
                ErrorKind::Malformed,
                "iNaturalist gave the same observations again in place of the next page",
            )
            .advice("try again later from the last id that came"),
            Self::WithoutIds => Error::new(
                ErrorKind::Usage,
                "the observations came without ids, so there is no next page to ask for",
            )
            .advice("let the type that they are read into keep its id"),
            Self::Window => Error::new(
                ErrorKind::Usage,
                "iNaturalist gives no more than 10,000 results by page number",
            )
            .setting("page, per_page")
            .advice("order by id, which goes on beyond that, or narrow the search"),
        }
    }
}

fn per_page(query: &Query) -> Result<u64, Error> {
    Ok(query.number("per_page")?.unwrap_or(USUAL))
}

fn page_number(query: &Query) -> Result<u64, Error> {
    Ok(query.number("page")?.unwrap_or(1))
}
