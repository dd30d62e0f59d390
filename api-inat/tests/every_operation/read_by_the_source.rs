//! The parameters that the Node API's source reads of a search for observations: each has a setter,
//! or a reason. The description has fewer of them.

use crate::v1::observations::names_of_a_search;

/// Read in `lib/models/observation_query_builder.js` (the filters) and `lib/api_util.js` (what is
/// looked up by id or login), beside those of [`PAGES`].
const FILTERS: &str = "\
    acc acc_above acc_below acc_below_or_unknown annotation_min_score annotation_user_id \
    apply_project_rules_for captive coords_viewable_for_proj created_d1 created_d2 created_day \
    created_month created_on created_week created_year cs csa csi d1 d2 day endemic exact_taxon_id \
    expected_nearby featured_observation_id followed_by_user_id geo geoprivacy has hour hrank \
    iconic_taxa id id_above id_below id_please ident_taxon_id ident_taxon_id_exclusive \
    ident_taxon_ids ident_user_id identifications identified introduced lat license licensed \
    list_id lng lrank mappable members_of_project month native nelat nelng not_id not_in_list_id \
    not_in_place not_in_project not_matching_project_rules_for not_user_id oauth_application_id \
    obscuration observation_accuracy_experiment_id observed_after observed_before \
    observed_by_user_id observed_on ofv_datatype on out_of_range outlink_source pcid \
    photo_license photo_licensed photos place_id popular preferred_place_id project_id project_ids \
    q quality_grade radius rank reviewed search_on site_id sound_license sounds spam \
    subscribed_to_by_user_id swlat swlng taxon_geoprivacy taxon_id taxon_ids taxon_is_active \
    taxon_name term_id term_id_or_unknown term_value_id threatened unobserved_by_user_id \
    updated_since user_after user_before user_id user_login uuid verifiable viewer_id week \
    without_direct_taxon_id without_field without_ident_user_id without_taxon without_taxon_id \
    without_term_id without_term_value_id year";

/// Read in `lib/controllers/v1/observations_controller.js` and `lib/inaturalist_api.js`.
const PAGES: &str = "locale only_id order order_by page per_page return_bounds ttl";

/// Without a setter, each for its reason; `param` sends them.
const GAPS: &[(&str, &str)] = &[
    (
        "featured_observation_id",
        "of the site's own pages: `not_id` leaves it out as well",
    ),
    (
        "has",
        "each of its values has a setter: `photos`, `sounds`, `geo` and so on",
    ),
    ("ident_taxon_ids", "another name of `ident_taxon_id`"),
    ("observed_after", "`d1` does the same by the day"),
    ("observed_before", "`d2` does the same by the day"),
    (
        "observed_by_user_id",
        "looked up for taxa; no filter of observations uses it",
    ),
    ("on", "another name of `observed_on`"),
    ("project_ids", "another name of `project_id`"),
    ("spam", "what is spam is hidden from all but curators"),
    ("taxon_ids", "another name of `taxon_id`"),
    (
        "without_taxon",
        "`identified(false)`, but for observations of all life",
    ),
];

#[test]
fn each_parameter_has_a_setter_or_a_reason() {
    let sent = names_of_a_search();
    let read: Vec<_> = [FILTERS, PAGES]
        .iter()
        .flat_map(|names| names.split_whitespace())
        .collect();
    for name in &read {
        let setter = sent.iter().any(|one| one == name);
        let gap = GAPS.iter().any(|(one, _)| one == name);
        assert!(setter != gap, "{name}: setter {setter}, reason {gap}");
    }
    for (name, _) in GAPS {
        assert!(read.contains(name), "{name} is not read");
    }
}
