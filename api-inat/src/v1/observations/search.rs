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
    /// Searches for observations. The operation is also the cursor of its own pages.
    ///
    /// # Order
    /// A single search returns iNaturalist's default order, the latest created first, unless
    /// [`order_by`](Self::order_by) is set.
    ///
    /// **Following its pages** orders it by id, from the oldest to the newest. Only this order
    /// continues past 10,000 results, without gaps or repeats while other users add observations.
    /// [`order(Order::Desc)`](Self::order) reverses it, from the newest to the oldest, also without
    /// a limit.
    ///
    /// # Pages
    /// By id, each page is requested with `id_above` (or `id_below`) and the last id received. In
    /// any other order, pages are requested by number; the page past the 10,000th result is an
    /// error and is not requested. The first page has 30 observations unless
    /// [`per_page`](Self::per_page) is set; later pages of a search by id have 200. A repeated page
    /// is an error.
    ///
    /// # Parameters
    /// Setters have the API's own names. [`param`](Self::param) sets any other parameter. Setting a
    /// parameter again replaces it.
    ///
    /// ```
    /// use api_inat::{model::QualityGrade, observations::Search};
    /// use auth_core::{BaseUrl, Operation};
    ///
    /// let search = Search::new()
    ///     .user_login("alice")
    ///     .quality_grade(QualityGrade::Research)
    ///     .per_page(100);
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
    ///
    /// Follow the pages, store the cursor, and continue in a later run:
    ///
    /// ```
    /// # use auth_testkit::{Dialect, TestClient, TestServer};
    /// # let app = TestClient::confidential("app", "secret").scopes("write login");
    /// # let server = TestServer::builder(Dialect::doorkeeper_5())
    /// #     .client(app)
    /// #     .user("alice", "password")
    /// #     .site(api_inat::testkit::site())
    /// #     .start()?;
    /// # let service = api_inat::service("app")
    /// #     .secret("secret")
    /// #     .user_agent("nightly/1.0 (mail@example.org)")
    /// #     .at(server.url())
    /// #     .build()?;
    /// # let (http, store) = (http_ureq::Ureq::default(), keystore::Memory::new());
    /// # let client = auth_flows::Client::new(service, http, store);
    /// # let session = client.account("me");
    /// # session.log_in_with_password("alice", "password")?;
    /// use api_inat::observations::Search;
    ///
    /// let mut pages = session.pages(Search::new().user_login("alice").per_page(100));
    /// let first = pages.next().expect("a first page")?;
    /// let stored = pages.cursor().expect("a next page").to_text(); // one line of text
    ///
    /// let rest = Search::from_text(&stored)?;
    /// assert_eq!(rest.progress().to_string(), "100 of 225");
    /// let mut count = first.len();
    /// for observation in session.items(rest) {
    ///     let _place = observation?.best_location();
    ///     count += 1;
    /// }
    /// assert_eq!(count, 225);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "pagination")]
    #[doc(alias = "cursor")]
    pub Search: GET "/observations" -> Page<Observation>, OPTIONAL;
    pages 30, 200, by id;
    shared filters, names, cached, pages;
    query {
        /// Sets the key to order by.
        order_by(into OrderBy);
        /// Sets the direction of the order.
        order(into Order);
        /// Requests only the ids.
        only_id(bool);
        /// Requests the box around all matching observations,
        /// [`Page::total_bounds`](crate::Page::total_bounds). Not described; the Node API's
        /// controller reads it.
        return_bounds(bool);
    }
}

operation! {
    /// Reads observations by id, at most 200.
    ///
    /// Returns those that exist, in no guaranteed order. Missing ids are left out; if all are
    /// missing, the page is empty. [`one`](Self::one) makes that an error.
    ///
    /// ```
    /// use api_inat::observations::Get;
    /// use auth_core::{BaseUrl, Operation};
    ///
    /// let base = BaseUrl::parse("https://api.inaturalist.org/v1")?;
    /// let get = Get::new([7, 8]);
    /// assert_eq!(get.request(&base)?.uri(), "https://api.inaturalist.org/v1/observations/7,8");
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    ///
    /// Read a single record:
    ///
    /// ```
    /// # use auth_testkit::{Dialect, TestClient, TestServer};
    /// # let app = TestClient::confidential("app", "secret").scopes("write login");
    /// # let server = TestServer::builder(Dialect::doorkeeper_5())
    /// #     .client(app)
    /// #     .user("alice", "password")
    /// #     .site(api_inat::testkit::site())
    /// #     .start()?;
    /// # let service = api_inat::service("app")
    /// #     .secret("secret")
    /// #     .user_agent("nightly/1.0 (mail@example.org)")
    /// #     .at(server.url())
    /// #     .build()?;
    /// # let (http, store) = (http_ureq::Ureq::default(), keystore::Memory::new());
    /// # let client = auth_flows::Client::new(service, http, store);
    /// # let session = client.account("me");
    /// # session.log_in_with_password("alice", "password")?;
    /// # let id = api_inat::testkit::observation_id(0);
    /// use api_inat::observations::Get;
    ///
    /// let observation = session.send(Get::new(id).one())?;
    /// assert_eq!(observation.id, id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub Get: GET "/observations/{id}" -> Page<Observation>, OPTIONAL;
    at(id(into IdList));
    ids 30, 200;
}

operation! {
    /// Lists the ids of your observations that were deleted since a moment, at most 500. Use it to
    /// keep a copy up to date.
    pub Deleted: GET "/observations/deleted" -> Page<u64>, REQUIRED;
    with(since(into DateOrTime));
    query {
        /// Matches observations deleted at this moment or later.
        since(into DateOrTime);
    }
}

operation! {
    /// Reads what is known of an observation's taxon at its location: conservation status,
    /// establishment means and a paragraph of Wikipedia.
    pub TaxonSummary: GET "/observations/{id}/taxon_summary" -> Whole<model::TaxonSummary>, OPTIONAL;
    at(id(u64));
}
