//! Observations in formats that v1 and v2 lack.

use jiff::civil::Date;

use crate::{
    model::choice::choice, operation::operation, parameter::date_or_time::DateOrTime, v0::OPTIONAL,
    v1::observations::Order,
};

pub use crate::operation::response::Exported;

operation! {
    /// Exports a page of observations as CSV, Atom, KML, Simple Darwin Core, JSON or JavaScript.
    ///
    /// Filters and paging are this API's own, older and fewer than v1's. Beyond page 100 it
    /// requires a login. Parameters with several values have brackets in their names:
    /// `.param("has[]", "photos")`.
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
    #[doc(alias("csv", "table", "darwin core"))]
    pub Export: GET "/observations.{format}" -> Export<()>, OPTIONAL;
    at(format(into Format));
    pages 30, 200;
    query {
        /// Matches observations with these words. Meant for use without other filters.
        q(into String);
        /// Sets the number of the page, from 1.
        page(u64);
        /// Sets the number of observations on a page.
        per_page(u64);
        /// Sets the key to order by.
        order_by(into OrderBy);
        /// Sets the direction of the order.
        order(into Order);
        /// Matches observations under this licence, such as `CC-BY-NC`. Accepts `any` and `none`
        /// too.
        license(into String);
        /// Matches observations with photos under this licence.
        photo_license(into String);
        /// Matches observations of this taxon or its descendants.
        taxon_id(u64);
        /// Matches observations of the taxon of this name or its descendants.
        taxon_name(into String);
        /// Matches observations of this quality grade.
        quality_grade(into String);
        /// Matches observations outside the known range of their taxon.
        out_of_range(bool);
        /// Matches observations of this day, month or year: `2026-06-01`, `2026-06`, `2026`.
        on(into String);
        /// Matches observations of this year.
        year(u64);
        /// Matches observations of this month, 1 to 12, of any year.
        month(u64);
        /// Matches observations of this day of any month.
        day(u64);
        /// Matches observations of this day or later.
        d1(Date);
        /// Matches observations of this day or earlier.
        d2(Date);
        /// Matches observations of this month of the year or later.
        m1(u64);
        /// Matches observations of this month of the year or earlier.
        m2(u64);
        /// Matches observations at this hour of the day or later.
        h1(u64);
        /// Matches observations at this hour of the day or earlier.
        h2(u64);
        /// Sets the latitude of the south-western corner of a box, in degrees. All four values are
        /// required.
        swlat(f64);
        /// Sets the longitude of the south-western corner of a box, in degrees.
        swlng(f64);
        /// Sets the latitude of the north-eastern corner of a box, in degrees.
        nelat(f64);
        /// Sets the longitude of the north-eastern corner of a box, in degrees.
        nelng(f64);
        /// Matches observations of a taxon on this list, which has at most 2,000.
        list_id(u64);
        /// Matches observations that changed at this moment or later.
        updated_since(into DateOrTime);
        /// Adds more to each observation, in JSON: `fields`, `identifications`, `projects`,
        /// `observation_photos`.
        extra(into String);
    }
}

choice! {
    /// The format of an export.
    pub enum Format {
        /// An Atom feed (RFC 4287).
        Atom = "atom",
        /// A table with commas.
        Csv = "csv",
        /// Simple Darwin Core, in XML.
        Dwc = "dwc",
        /// JSON, with fields that differ from v1's.
        Json = "json",
        /// KML, for maps.
        Kml = "kml",
        /// JavaScript that writes HTML into a page.
        Widget = "widget",
    }
}

choice! {
    /// The key that observations are ordered by.
    pub enum OrderBy {
        /// By the day of the observation.
        ObservedOn = "observed_on",
        /// By the time of creation at iNaturalist.
        DateAdded = "date_added",
    }
}
