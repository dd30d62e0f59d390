//! Observations in formats that v1 and v2 do not have.

use jiff::civil::Date;

use crate::{
    model::choice::choice, operation::operation, parameter::date_or_time::DateOrTime, v0::OPTIONAL,
    v1::observations::Order,
};

pub use crate::operation::response::Exported;

operation! {
    /// A page of observations as CSV, Atom, KML, Simple Darwin Core, JSON or a piece of JavaScript.
    ///
    /// What it finds and how it is paged are this API's own, older and fewer than v1's; beyond page 100 it wants a login. Parameters
    /// that it takes more than once have brackets in their names: `.param("has[]", "photos")`.
    ///
    /// ```
    /// use api_inat::v0::observations::{Export, Format};
    /// use auth_core::{BaseUrl, Operation};
    ///
    /// let base = BaseUrl::parse("https://www.inaturalist.org")?;
    /// let export = Export::new(Format::Csv).taxon_id(47126).year(2026).per_page(200);
    /// assert_eq!(
    ///     export.request(&base)?.uri(),
    ///     "https://www.inaturalist.org/observations.csv?taxon_id=47126&year=2026&per_page=200"
    /// );
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub Export: GET "/observations.{format}" -> Export<()>, OPTIONAL;
    at(format(into Format));
    pages 30, 200;
    query {
        /// With these words; meant to stand alone.
        q(into String);
        /// The number of the page, from 1.
        page(u64);
        /// How many observations a page has.
        per_page(u64);
        /// What to order by.
        order_by(into OrderBy);
        /// Which way to order.
        order(into Order);
        /// Under this licence, as `CC-BY-NC`; `any` and `none` too.
        license(into String);
        /// With photos under this licence.
        photo_license(into String);
        /// Of this taxon or its descendants.
        taxon_id(u64);
        /// Of the taxon of this name or its descendants.
        taxon_name(into String);
        /// Of this quality grade.
        quality_grade(into String);
        /// Outside of the known range of the taxon.
        out_of_range(bool);
        /// On this day, in this month or in this year: `2026-06-01`, `2026-06`, `2026`.
        on(into String);
        /// In this year.
        year(u64);
        /// In this month, 1 to 12, of any year.
        month(u64);
        /// On this day of any month.
        day(u64);
        /// On this day or later.
        d1(Date);
        /// On this day or earlier.
        d2(Date);
        /// In this month of the year or later.
        m1(u64);
        /// In this month of the year or earlier.
        m2(u64);
        /// At this hour of the day or later.
        h1(u64);
        /// At this hour of the day or earlier.
        h2(u64);
        /// South-western corner of a box: latitude in degrees; all four are needed.
        swlat(f64);
        /// South-western corner of a box: longitude in degrees.
        swlng(f64);
        /// North-eastern corner of a box: latitude in degrees.
        nelat(f64);
        /// North-eastern corner of a box: longitude in degrees.
        nelng(f64);
        /// Of a taxon on this list, which has at most 2,000.
        list_id(u64);
        /// Changed at this moment or later.
        updated_since(into DateOrTime);
        /// With more about each, in JSON: `fields`, `identifications`, `projects`, `observation_photos`.
        extra(into String);
    }
}

choice! {
    /// How observations are written.
    pub enum Format {
        /// An Atom feed (RFC 4287).
        Atom = "atom",
        /// A table with commas.
        Csv = "csv",
        /// Simple Darwin Core, in XML.
        Dwc = "dwc",
        /// JSON, with other fields than v1's.
        Json = "json",
        /// KML, for maps.
        Kml = "kml",
        /// JavaScript that writes HTML into a page.
        Widget = "widget",
    }
}

choice! {
    /// What observations are ordered by.
    pub enum OrderBy {
        /// By the day they were observed on.
        ObservedOn = "observed_on",
        /// By the time they were made at iNaturalist.
        DateAdded = "date_added",
    }
}
