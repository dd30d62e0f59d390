//! Observations.

use api_inat::{
    Fields,
    jiff::civil::date,
    v1::observations::{DateField, Interval, Metric, ObservationsBy, ObserversBy, Order, OrderBy},
    v2::observations::{
        Create, Delete, Deleted, Fave, Get, Histogram, IconicTaxaCounts, IconicTaxaSpeciesCounts,
        IdentificationCategories, Identifiers, MarkViewed, Observers, PopularFieldValues,
        QualityGrades, QualityMetrics, Review, Search, SpeciesCounts, Subscriptions, TaxonSummary,
        ToggleSubscription, UmbrellaProjectStats, Unfave, Unreview, UnvoteQuality, Update, Updates,
        VoteQuality,
    },
};
use serde_json::json;

use crate::{
    samples::UUID,
    sendings::{Sendings, page},
};

/// Sets every filter of observations in v2.
macro_rules! filtered_v2 {
    ($operation:expr) => {
        $crate::v1::observations::common!($operation)
            .disagreements(false)
            .coords_viewable_for_proj(true)
            .without_field("Host plant")
            .outlink_source("partner")
    };
}
pub(crate) use filtered_v2;

/// The same, with the parameters of the response.
macro_rules! shown_v2 {
    ($operation:expr) => {
        filtered_v2!($operation)
            .locale("de")
            .preferred_place_id(7)
            .ttl(-1)
            .fields(Fields::all())
    };
}

/// Sets every field of an observation in v2.
macro_rules! described_v2 {
    ($operation:expr) => {
        $crate::v1::observations::described!($operation)
            .geo_x(1.0)
            .geo_y(2.0)
            .coordinate_system("lv95")
            .positional_accuracy(12.5)
            .positioning_method("gps")
            .positioning_device("gps")
            .location_is_exact(true)
            .make_license_default(false)
            .make_licenses_same(false)
            .prefers_community_taxon(true)
            .project_id(3)
            .site_id(1)
            .fields(Fields::all())
    };
}

pub(crate) fn all(list: &mut Sendings) {
    let observations = page(json!([{"id": 1, "uuid": UUID}]));
    list.add(
        shown_v2!(Search::new())
            .page(2)
            .per_page(200)
            .order_by(OrderBy::Votes)
            .order(Order::Asc)
            .only_id(false)
            .fields(["uuid", "user.login"]),
        observations.clone(),
        |page| assert_eq!(page.results[0].uuid.as_deref(), Some(UUID)),
    );
    list.add(
        Get::new([UUID, UUID]).fields("uuid"),
        observations.clone(),
        |page| assert_eq!(page.results[0].id, 1),
    );
    let one = observations;
    list.add(described_v2!(Create::new()), one.clone(), |observation| {
        assert_eq!(observation.id, 1);
    });
    list.add(described_v2!(Update::new(UUID)), one, |observation| {
        assert_eq!(observation.id, 1);
    });
    list.done(Delete::new(UUID));
    list.add(
        Deleted::new(date(2026, 6, 1)),
        page(json!([1, 2])),
        |page| {
            assert_eq!(page.results, [1, 2]);
        },
    );
    list.add(
        TaxonSummary::new(UUID).community(true),
        json!({"wikipedia_summary": "A bird"}),
        |summary| assert!(summary.wikipedia_summary.is_some()),
    );
    counts(list);
    marks(list);
}

fn counts(list: &mut Sendings) {
    list.add(
        shown_v2!(Histogram::new())
            .date_field(DateField::Created)
            .interval(Interval::Week),
        json!({"total_results": 1, "page": 1, "per_page": 1, "results": {"week": {"2026-06-01": 4}}}),
        |histogram| assert_eq!(histogram.results["week"]["2026-06-01"], 4),
    );
    let taxa = page(json!([{"count": 3, "taxon": {"id": 9}}]));
    list.add(
        shown_v2!(SpeciesCounts::new())
            .page(2)
            .per_page(500)
            .order(Order::Asc)
            .include_ancestors(true),
        taxa.clone(),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
    list.add(
        shown_v2!(Observers::new())
            .page(2)
            .per_page(500)
            .order_by(ObserversBy::SpeciesCount),
        page(json!([{"observation_count": 3, "species_count": 2, "user": {"id": 1}}])),
        |page| assert_eq!(page.results[0].species_count, Some(2)),
    );
    list.add(
        shown_v2!(Identifiers::new()).page(2).per_page(500),
        page(json!([{"count": 3, "user": {"id": 1}}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
    let mut popular = page(json!([{
        "count": 3, "month_of_year": {"6": 3}, "week_of_year": {"23": 3},
        "controlled_value": {"id": 2, "label": "adult"},
    }]));
    popular["unannotated"] = json!({"1": {"count": 4}});
    list.add(
        shown_v2!(PopularFieldValues::new())
            .no_histograms(false)
            .unannotated(true)
            .date_field(DateField::Observed)
            .interval(Interval::MonthOfYear),
        popular,
        |page| {
            assert_eq!(page.results[0].week_of_year["23"], 3);
            assert_eq!(page.extra["unannotated"]["1"]["count"], 4);
        },
    );
    list.add(
        shown_v2!(IconicTaxaCounts::new()),
        page(json!([{"count": 3, "taxon": {"id": 9}}, {"count": 1, "taxon": null}])),
        |page| assert_eq!(page.results[1].taxon, None),
    );
    list.add(shown_v2!(IconicTaxaSpeciesCounts::new()), taxa, |page| {
        assert_eq!(page.results[0].count, Some(3));
    });
    list.add(
        shown_v2!(UmbrellaProjectStats::new()),
        page(json!([{"observation_count": 3, "species_count": 2, "observers_count": 1, "project": {"id": 3}}])),
        |page| assert_eq!(page.results[0].observers_count, Some(1)),
    );
    list.add(
        QualityGrades::new().fields(Fields::all()),
        page(json!([{"quality_grade": "research", "count": 3}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
    list.add(
        IdentificationCategories::new().fields(Fields::all()),
        page(json!([{"category": "improving", "count": 3}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
}

fn marks(list: &mut Sendings) {
    list.done(Fave::new(UUID));
    list.done(Unfave::new(UUID));
    list.done(Review::new([UUID, UUID]));
    list.done(Unreview::new(UUID));
    list.add(
        QualityMetrics::new(UUID).fields("metric"),
        page(json!([{"id": 4, "metric": "wild", "agree": true}])),
        |page| assert_eq!(page.results[0].agree, Some(true)),
    );
    list.done(VoteQuality::new(UUID, Metric::Wild).agree(false));
    list.done(UnvoteQuality::new(UUID, Metric::Wild));
    list.done(ToggleSubscription::new(UUID));
    list.add(
        Subscriptions::new(UUID).fields(Fields::all()),
        page(json!([{"id": 2, "resource_type": "Observation"}])),
        |page| assert_eq!(page.results[0].id, 2),
    );
    list.add(
        Updates::new()
            .created_after(date(2026, 6, 1))
            .viewed(false)
            .observations_by(ObservationsBy::Owner)
            .page(2)
            .per_page(50)
            .fields(Fields::all()),
        page(json!([{"id": 2, "notification": "activity", "comment_id": 5, "identification_id": null}])),
        |page| assert_eq!(page.results[0].comment_id, Some(5)),
    );
    list.done(MarkViewed::new(UUID));
}
