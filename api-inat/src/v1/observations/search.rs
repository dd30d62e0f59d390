//! The search for observations, and observations by id.

use jiff::civil::Date;

use super::{
    filters::{Agreement, SearchOn, cached, filters},
    order::{Order, OrderBy},
};
use crate::{
    model::{self, Observation, Rank},
    operation::operation,
    parameter::{
        date_or_time::DateOrTime,
        lists::{IdList, StringList},
    },
    v1::{
        OPTIONAL, REQUIRED,
        shared::{names, pages},
    },
};

operation! {
    /// Searches for observations, and is the cursor of its own pages.
    ///
    /// # Order
    /// Sent by itself, a search comes in iNaturalist's own order, the latest made first, unless [`order_by`](Self::order_by)
    /// says otherwise. **Followed through its pages** it goes by id, from the oldest to the newest: only so can it be followed
    /// past 10,000 results, without gaps or repeats while others add observations. With [`order(Order::Desc)`](Self::order) it
    /// goes from the newest to the oldest, as well without end.
    ///
    /// # Pages
    /// By id, each page is asked for with `id_above` (or `id_below`) and the last id seen. In any other order, pages are
    /// asked for by number, and the page that would go past the 10,000th result is an error instead of a request. The first
    /// page has 30 observations unless [`per_page`](Self::per_page) says otherwise; once a search by id is followed, its
    /// pages have 200. A page that repeats what was seen is an error.
    ///
    /// # Parameters
    /// Setters have the API's own names, and [`param`](Self::param) is for the ones that have none here. Setting one again
    /// replaces it.
    ///
    /// ```
    /// use api_inat::{model::QualityGrade, observations::Search};
    /// use auth_core::{BaseUrl, Operation};
    ///
    /// let search = Search::new().user_login("alice").quality_grade(QualityGrade::Research).per_page(100);
    /// let base = BaseUrl::parse("https://api.inaturalist.org/v1")?;
    /// assert_eq!(
    ///     search.request(&base)?.uri().query(),
    ///     Some("user_login=alice&quality_grade=research&per_page=100")
    /// );
    /// let spring = Search::new().month(4..=6).taxon_id([47_126, 47_170]);
    /// assert_eq!(spring.request(&base)?.uri().query(), Some("month=4,5,6&taxon_id=47126,47170"));
    /// let everything = search.of::<serde_json::Value>();
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub Search: GET "/observations" -> Page<Observation>, OPTIONAL;
    pages 30, 200, by id;
    shared filters, names, cached, pages;
    query {
        /// What to order by.
        order_by(into OrderBy);
        /// Which way to order.
        order(into Order);
        /// The response has ids alone.
        only_id(bool);
    }
}

operation! {
    /// Observations by their numbers, 200 at most.
    ///
    /// A response has the observations that exist, in no promised order; an id that is gone is left out, and if nothing is left the page
    /// is empty. [`one`](Self::one) takes that for an error.
    ///
    /// ```
    /// use api_inat::observations::Get;
    /// use auth_core::{BaseUrl, Operation};
    ///
    /// let base = BaseUrl::parse("https://api.inaturalist.org/v1")?;
    /// let get = Get::new([7, 8]);
    /// assert_eq!(get.request(&base)?.uri(), "https://api.inaturalist.org/v1/observations/7,8");
    /// let one = Get::new(7).one();
    /// // let observation: Observation = session.send(one)?;
    /// # assert!(one.request(&base).is_ok());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub Get: GET "/observations/{id}" -> Page<Observation>, OPTIONAL;
    at(id(into IdList));
    ids 30, 200;
}

operation! {
    /// The ids of one's own observations that were deleted since a moment: for copies that have to follow. 500 at most.
    pub Deleted: GET "/observations/deleted" -> Page<u64>, REQUIRED;
    with(since(into DateOrTime));
    query {
        /// Deleted at this moment or later.
        since(into DateOrTime);
    }
}

operation! {
    /// What is known of an observation's taxon at its place: conservation, how it came there, a paragraph of Wikipedia.
    pub TaxonSummary: GET "/observations/{id}/taxon_summary" -> Whole<model::TaxonSummary>, OPTIONAL;
    at(id(u64));
}
