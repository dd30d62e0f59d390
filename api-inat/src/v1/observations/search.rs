//! The search for observations.

use std::{borrow::Cow, fmt, marker::PhantomData};

use auth_core::{Base, Error, Manner, Operation, Paged, Query, Request, Response, Turn};
use http::Method;
use serde::de::DeserializeOwned;

use super::{
    READ,
    order::{Order, OrderBy},
    paging::Place,
};
use crate::{
    errors,
    list::{Ids, Words},
    model::{Geoprivacy, Identified, Observation, QualityGrade},
    v1::page::Page,
};

/// `GET /observations`: a search, and the cursor of its own pages.
///
/// # Order
/// Sent by itself, a search comes in iNaturalist's own order, the latest made first, unless [`order_by`](Self::order_by) says
/// otherwise. **Followed through its pages** it goes by id, from the oldest to the newest: only so can it be followed past
/// 10,000 results, without gaps or repeats while others add observations. With [`order(Order::Desc)`](Self::order) it goes from
/// the newest to the oldest, as well without end.
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
/// use auth_core::{Base, Operation};
///
/// let search = Search::new().user_login("alice").quality_grade(QualityGrade::Research).per_page(100);
/// let base = Base::parse("https://api.inaturalist.org/v1")?;
/// assert_eq!(
///     search.request(&base)?.uri().query(),
///     Some("user_login=alice&quality_grade=research&per_page=100")
/// );
/// let everything = search.of::<serde_json::Value>();
/// # Ok::<(), auth_core::Error>(())
/// ```
pub struct Search<T = Observation> {
    query: Query,
    place: Place,
    of: PhantomData<fn() -> T>,
}

impl Search {
    /// A search for everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Default for Search {
    fn default() -> Self {
        Self {
            query: Query::default(),
            place: Place::default(),
            of: PhantomData,
        }
    }
}

impl<T> Search<T> {
    auth_core::parameters! {
        /// With one of these ids.
        id(into Ids);
        /// With none of these ids.
        not_id(into Ids);
        /// Observed by one of these people, by login name.
        user_login(into Words);
        /// Observed by one of these people, by number or login name.
        user_id(into Words);
        /// Of one of these taxa or their descendants.
        taxon_id(into Ids);
        /// Of none of these taxa or their descendants.
        without_taxon_id(into Ids);
        /// Of a taxon whose scientific or common name matches.
        taxon_name(into Words);
        /// Of one of these wide groups, such as `Plantae` or `unknown`.
        iconic_taxa(into Words);
        /// Of a taxon of one of these ranks, such as `species`.
        rank(into Words);
        /// Of a taxon of this rank or a lower one.
        hrank(into String);
        /// Of a taxon of this rank or a higher one.
        lrank(into String);
        /// In one of these places.
        place_id(into Ids);
        /// In one of these projects, by number or slug.
        project_id(into Words);
        /// In none of these projects, by number or slug.
        not_in_project(into Words);
        /// Made at one of these network sites.
        site_id(into Ids);
        /// With these words in its names, tags, description or place.
        q(into String);
        /// Where `q` is looked for: `names`, `tags`, `description` or `place`.
        search_on(into String);
        /// Of this quality grade.
        quality_grade(into QualityGrade);
        /// With this geoprivacy, chosen by the observer.
        geoprivacy(into Geoprivacy);
        /// With this geoprivacy, on account of the taxon.
        taxon_geoprivacy(into Geoprivacy);
        /// Under one of these licences, such as `cc-by`.
        license(into Words);
        /// With a photo under one of these licences.
        photo_license(into Words);
        /// With an annotation of one of these controlled terms.
        term_id(into Ids);
        /// With one of these values of the controlled term.
        term_value_id(into Ids);
        /// Observed on this day or later: `YYYY-MM-DD`, or a time in RFC 3339.
        d1(into String);
        /// Observed on this day or earlier.
        d2(into String);
        /// Observed on this day.
        observed_on(into String);
        /// Made at iNaturalist at this time or later: RFC 3339.
        created_d1(into String);
        /// Made at iNaturalist at this time or earlier.
        created_d2(into String);
        /// Made at iNaturalist on this day.
        created_on(into String);
        /// Changed since this time: RFC 3339.
        updated_since(into String);
        /// Observed in one of these years.
        year(into Ids);
        /// Observed in one of these months, 1 to 12.
        month(into Ids);
        /// Observed on one of these days of the month.
        day(into Ids);
        /// The language of common names, such as `de`.
        locale(into String);
        /// What to order by.
        order_by(into OrderBy);
        /// Which way to order.
        order(into Order);
        /// Verifiable: with evidence, date and place, and wild.
        verifiable(bool);
        /// With photos.
        photos(bool);
        /// With sounds.
        sounds(bool);
        /// With coordinates.
        geo(bool);
        /// Shown on map tiles.
        mappable(bool);
        /// Captive or cultivated.
        captive(bool);
        /// Identified by the community.
        identified(bool);
        /// Native where it was observed.
        native(bool);
        /// Introduced where it was observed.
        introduced(bool);
        /// Endemic to where it was observed.
        endemic(bool);
        /// Threatened where it was observed.
        threatened(bool);
        /// Outside of its known range.
        out_of_range(bool);
        /// A favourite of somebody.
        popular(bool);
        /// Under any licence at all.
        licensed(bool);
        /// The answer has ids alone.
        only_id(bool);
        /// Latitude of the centre of a circle, in degrees; with `lng` and `radius`.
        lat(f64);
        /// Longitude of the centre of a circle, in degrees.
        lng(f64);
        /// Radius of the circle, in kilometres.
        radius(f64);
        /// North-eastern corner of a box: latitude in degrees; all four are needed.
        nelat(f64);
        /// North-eastern corner of a box: longitude in degrees.
        nelng(f64);
        /// South-western corner of a box: latitude in degrees.
        swlat(f64);
        /// South-western corner of a box: longitude in degrees.
        swlng(f64);
        /// With a greater id than this one: a search by id goes on from here.
        id_above(u64);
        /// With a smaller id than this one.
        id_below(u64);
        /// The number of the page, from 1. Following a search counts by itself.
        page(u64);
        /// How many observations a page has: 0 to 200; 0 gives the total alone.
        per_page(u64);
    }

    /// A parameter that has no setter here. Setting an empty list or text asks for exactly that.
    #[must_use]
    pub fn param(mut self, name: impl Into<Cow<'static, str>>, value: impl fmt::Display) -> Self {
        self.query.set(name, value);
        self
    }

    /// Reads the observations into another type: a struct of the caller's own with few fields, or `serde_json::Value`. To
    /// follow such a search, the type has to be [`Identified`].
    #[must_use]
    pub fn of<U>(self) -> Search<U> {
        Search {
            query: self.query,
            place: self.place,
            of: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Operation for Search<T> {
    type Output = Page<T>;

    fn manner(&self) -> Manner {
        READ
    }

    fn request(&self, base: &Base) -> Result<Request, Error> {
        let query = self.place.query(&self.query)?;
        base.request(Method::GET, &query.behind("/observations"))
    }

    fn parse(&self, response: Response) -> Result<Page<T>, Error> {
        errors::json(&response)
    }
}

impl<T: DeserializeOwned + Identified> Paged for Search<T> {
    type Item = T;

    fn begin(mut self) -> Self {
        Place::begin(&mut self.query);
        self
    }

    fn turn(mut self, page: Page<T>) -> Turn<Self> {
        let (items, more) = self.place.turn(&mut self.query, page);
        Turn {
            items,
            total: self.place.total(),
            next: more.then_some(self),
        }
    }
}

impl<T> Clone for Search<T> {
    fn clone(&self) -> Self {
        Self {
            query: self.query.clone(),
            place: self.place.clone(),
            of: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Search<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search")
            .field("request", &self.query.behind("/observations"))
            .field("place", &self.place)
            .finish()
    }
}
