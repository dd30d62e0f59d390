//! Observations.

use api_inat::{
    jiff::civil::date,
    model::QualityGrade,
    v1::observations::{
        Create, DateField, Delete, Deleted, Fave, Get, Histogram, IconicTaxaCounts,
        IconicTaxaSpeciesCounts, IdentificationCategories, Identifiers, Interval, LifelistExport,
        MarkViewed, Metric, ObservationsBy, Observers, ObserversBy, Order, OrderBy,
        PopularFieldValues, QualityGrades, QualityMetrics, Review, Search, SimilarSpecies,
        SpeciesCounts, Subscriptions, Taxa, TaxaCountsByMonth, TaxonSummary, Taxonomy, TreeTaxa,
        UmbrellaProjectStats, Unfave, Unreview, UnvoteQuality, Update, Updates, VoteQuality,
    },
};
use serde_json::{Value, json};

use crate::sendings::{Sendings, page};

/// Sets every filter of observations in v1 and v2.
macro_rules! common {
    ($operation:expr) => {{
        use api_inat::{
            jiff::{Timestamp, civil::date},
            model::{Geoprivacy, IconicTaxon, License, QualityGrade, Rank},
            v1::observations::{Agreement, SearchOn},
        };
        let moment = Timestamp::from_second(1_780_000_000).expect("a moment");
        $operation
            .id([1, 2])
            .not_id([3])
            .id_above(0)
            .id_below(99)
            .q("blue")
            .search_on(SearchOn::Names)
            .user_id(["alice", "2"])
            .user_login("alice")
            .unobserved_by_user_id(2)
            .annotation_user_id("bob")
            .viewer_id(1)
            .reviewed(true)
            .taxon_id([9, 10])
            .without_taxon_id([11])
            .taxon_name(["Aves", "Plantae"])
            .iconic_taxa([IconicTaxon::Aves, IconicTaxon::Unknown])
            .rank([Rank::Species, Rank::Genus])
            .hrank(Rank::Family)
            .lrank(Rank::Species)
            .taxon_is_active(true)
            .list_id(5)
            .cs("VU")
            .csa("IUCN Red List")
            .csi(["VU", "EN"])
            .place_id([7, 8])
            .lat(46.5)
            .lng(7.5)
            .radius(10.0)
            .nelat(47.0)
            .nelng(8.0)
            .swlat(46.0)
            .swlng(7.0)
            .acc(true)
            .acc_above(1)
            .acc_below(100)
            .acc_below_or_unknown(100)
            .geoprivacy([Geoprivacy::Open, Geoprivacy::ObscuredPrivate])
            .taxon_geoprivacy(Geoprivacy::Obscured)
            .obscuration("none")
            .project_id(["bees", "3"])
            .not_in_project("flies")
            .apply_project_rules_for("bees")
            .not_matching_project_rules_for("flies")
            .pcid(true)
            .site_id([1, 2])
            .observation_accuracy_experiment_id([1])
            .quality_grade(QualityGrade::Research)
            .identifications(Agreement::MostAgree)
            .license([License::CcBy, License::Cc0])
            .photo_license(License::CcByNc)
            .sound_license(License::CcByNc)
            .term_id([1])
            .term_value_id([2])
            .without_term_value_id([4])
            .term_id_or_unknown([1])
            .d1(date(2026, 1, 1))
            .d2(date(2026, 12, 31))
            .observed_on(date(2026, 6, 1))
            .year([2025, 2026])
            .month([6, 7])
            .day([1, 2])
            .hour([0, 23])
            .created_d1(moment)
            .created_d2(moment)
            .created_on(date(2026, 6, 1))
            .created_year(2026)
            .created_month(6)
            .created_day(1)
            .updated_since(moment)
            .verifiable(true)
            .photos(true)
            .sounds(false)
            .geo(true)
            .mappable(true)
            .captive(false)
            .identified(true)
            .native(true)
            .introduced(false)
            .endemic(false)
            .threatened(false)
            .out_of_range(false)
            .expected_nearby(true)
            .popular(true)
            .licensed(true)
            .photo_licensed(true)
            .id_please(false)
            .fails_dqa_accurate(false)
            .fails_dqa_date(false)
            .fails_dqa_evidence(false)
            .fails_dqa_location(false)
            .fails_dqa_needs_id(false)
            .fails_dqa_recent(false)
            .fails_dqa_subject(false)
            .fails_dqa_wild(false)
    }};
}
pub(crate) use common;

/// Sets every filter of observations in v1.
macro_rules! filtered {
    ($operation:expr) => {
        $crate::v1::observations::common!($operation)
            .ident_user_id(2)
            .without_ident_user_id("carol")
            .not_user_id(["bob", "3"])
            .exact_taxon_id([9, 10])
            .ident_taxon_id([9])
            .ident_taxon_id_exclusive([9])
            .not_in_place([8])
            .week([22, 23])
            .created_week(23)
            .without_field("Host plant")
            .outlink_source("partner")
            .observation_field("Substrate", "lime")
            .without_term_id(3)
            .ofv_datatype(["text", "numeric"])
            .coords_viewable_for_proj(true)
            .uuid($crate::samples::UUID)
            .without_direct_taxon_id([9])
            .not_in_list_id(5)
            .members_of_project(["bees", "3"])
            .followed_by_user_id(2)
            .subscribed_to_by_user_id(2)
            .oauth_application_id([4])
            .annotation_min_score(-1)
            .user_after("6m")
            .user_before("30d")
    };
}
pub(crate) use filtered;

/// The same, with the parameters of the response.
macro_rules! shown {
    ($operation:expr) => {
        filtered!($operation)
            .locale("de")
            .preferred_place_id(7)
            .ttl(-1)
    };
}

/// The names of the parameters that a search of v1 sends with all of its setters set.
pub(crate) fn names_of_a_search() -> Vec<String> {
    let base = auth_core::BaseUrl::parse("https://api.example.org/v1").expect("a base");
    let search = shown!(Search::new())
        .page(2)
        .per_page(200)
        .order_by(OrderBy::Votes)
        .order(Order::Asc)
        .only_id(false)
        .return_bounds(true);
    let request = auth_core::Operation::request(&search, &base).expect("a request");
    let query = request.uri().query().unwrap_or_default();
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    names.map(|name| name.replace("%3A", ":")).collect()
}

pub(crate) fn all(list: &mut Sendings) {
    let observation = json!({"id": 1, "uuid": "u", "quality_grade": "research"});
    let observations = page(json!([observation]));
    list.add(
        shown!(Search::new())
            .page(2)
            .per_page(200)
            .order_by(OrderBy::Votes)
            .order(Order::Asc)
            .only_id(false)
            .return_bounds(true),
        observations.clone(),
        |page| {
            assert_eq!(page.results[0].quality_grade, Some(QualityGrade::Research));
        },
    );
    list.add(Get::new([1, 2]), observations, |page| {
        assert_eq!(page.results[0].id, 1);
    });
    list.add(
        Deleted::new(date(2026, 6, 1)),
        page(json!([1, 2])),
        |page| assert_eq!(page.results, [1, 2]),
    );
    list.add(
        TaxonSummary::new(1),
        json!({"wikipedia_summary": "A bird"}),
        |summary| assert!(summary.wikipedia_summary.is_some()),
    );
    counts(list);
    newer_counts(list);
    writes(list, &observation);
    marks(list);
}

fn counts(list: &mut Sendings) {
    list.add(
        shown!(Histogram::new())
            .date_field(DateField::Created)
            .interval(Interval::Week),
        json!({"total_results": 1, "results": {"week": {"2026-06-01": 4}}}),
        |histogram| assert_eq!(histogram.results["week"]["2026-06-01"], 4),
    );
    list.add(
        shown!(SpeciesCounts::new())
            .page(2)
            .per_page(500)
            .include_ancestors(true),
        page(json!([{"count": 3, "taxon": {"id": 9}}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
    list.add(
        shown!(Observers::new())
            .page(2)
            .per_page(500)
            .order_by(ObserversBy::SpeciesCount),
        page(json!([{"observation_count": 3, "species_count": 2, "user": {"id": 1}}])),
        |page| assert_eq!(page.results[0].species_count, Some(2)),
    );
    list.add(
        shown!(Identifiers::new()).page(2).per_page(500),
        page(json!([{"count": 3, "user": {"id": 1}}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
    list.add(
        shown!(PopularFieldValues::new()),
        page(json!([{"count": 3, "month_of_year": {"6": 3}, "controlled_value": {"id": 2}}])),
        |page| assert_eq!(page.results[0].month_of_year["6"], 3),
    );
    list.add(
        shown!(Taxonomy::new()),
        json!({"size": 1, "results": [{"id": 9, "descendant_obs_count": 3}]}),
        |tree| assert_eq!(tree.results[0].descendant_obs_count, Some(3)),
    );
    list.add(
        shown!(QualityGrades::new()),
        page(json!([{"quality_grade": "research", "count": 3}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
    list.add(
        shown!(IconicTaxaCounts::new()),
        page(json!([{"iconic_taxon_name": "Aves", "count": 3}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
    list.add(
        shown!(UmbrellaProjectStats::new()),
        json!({"results": []}),
        |stats| assert!(stats["results"].is_array()),
    );
}

fn newer_counts(list: &mut Sendings) {
    let taxa = page(json!([{"count": 3, "taxon": {"id": 9}, "isLeaf": true}]));
    list.add(
        shown!(IconicTaxaSpeciesCounts::new()),
        taxa.clone(),
        |page| {
            assert_eq!(page.results[0].count, Some(3));
        },
    );
    list.add(shown!(TreeTaxa::new()), taxa, |page| {
        assert_eq!(page.results[0].is_leaf, Some(true));
    });
    list.add(
        shown!(IdentificationCategories::new()),
        page(json!([{"category": "improving", "count": 3}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
    list.add(
        shown!(TaxaCountsByMonth::new()),
        json!({"results": {"month_of_year": {"6": [{"taxon_id": 9, "count": 3, "leaf": true}]}}}),
        |counts| assert_eq!(counts["results"]["month_of_year"]["6"][0]["count"], 3),
    );
    list.add(shown!(Taxa::new()), json!({"results": []}), |taxa| {
        assert!(taxa["results"].is_array());
    });
    list.add(
        shown!(SimilarSpecies::new()),
        json!({"results": []}),
        |taxa| {
            assert!(taxa["results"].is_array());
        },
    );
    list.add_bytes(
        shown!(LifelistExport::new()),
        b"id,name".to_vec(),
        |bytes| {
            assert_eq!(bytes, b"id,name");
        },
    );
}

/// Sets every field of an observation in v1 and v2.
macro_rules! described {
    ($operation:expr) => {{
        use api_inat::model::{Geoprivacy, License};
        $operation
            .uuid($crate::samples::UUID)
            .species_guess("Edelweiss")
            .taxon_id(9)
            .observed_on_string("2026-06-01 12:30")
            .time_zone("Bern")
            .description("On limestone")
            .tag_list(["alps", "2026"])
            .place_guess("Zermatt")
            .latitude(46.02)
            .longitude(7.75)
            .geoprivacy(Geoprivacy::Obscured)
            .captive_flag(false)
            .license(License::CcBy)
            .map_scale(12)
            .owners_identification_from_vision(false)
            .field_value(297, "dry")
    }};
}
pub(crate) use described;

fn writes(list: &mut Sendings, observation: &Value) {
    list.add(
        described!(Create::new()).positional_accuracy(12),
        observation.clone(),
        |observation| assert_eq!(observation.id, 1),
    );
    list.add(
        described!(Update::new(1)).positional_accuracy(12),
        json!([observation]),
        |observation| assert_eq!(observation.id, 1),
    );
    list.done(Delete::new(1));
}

fn marks(list: &mut Sendings) {
    list.done(Fave::new(1));
    list.done(Unfave::new(1));
    list.done(Review::new(1));
    list.done(Unreview::new(1));
    list.add(
        QualityMetrics::new(1),
        page(json!([{"id": 4, "metric": "wild", "agree": true}])),
        |page| assert_eq!(page.results[0].agree, Some(true)),
    );
    list.done(VoteQuality::new(1, Metric::Wild).agree(false));
    list.done(UnvoteQuality::new(1, Metric::Wild));
    list.add(
        Subscriptions::new(1),
        page(json!([{"id": 2, "resource_type": "Observation"}])),
        |page| assert_eq!(page.results[0].id, 2),
    );
    list.add(
        Updates::new()
            .created_after(date(2026, 6, 1))
            .viewed(false)
            .observations_by(ObservationsBy::Owner)
            .page(2)
            .per_page(50),
        page(json!([{"id": 2, "notification": "activity", "comment": {"id": 5}}])),
        |page| assert!(page.results[0].comment.is_some()),
    );
    list.done(MarkViewed::new(1));
}
