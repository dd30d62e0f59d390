//! Summaries of how to identify taxa, and votes on their quality.

use jiff::civil::Date;

use crate::{
    model::{QualityMetric, TaxonIdSummary, choice::choice},
    operation::{operation, response::Empty},
    parameter::{
        date_or_time::DateOrTime,
        fields::Fields,
        lists::{IdList, StringList},
    },
    v1::{observations::Order, shared::pages},
    v2::{OPTIONAL, WRITE, selected},
};

operation! {
    /// Searches for summaries.
    pub Search: GET "/taxon_id_summaries" -> Page<TaxonIdSummary>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 30, 200, by number;
    shared pages, selected;
    query {
        /// Matches summaries that are shown to users.
        active(bool);
        /// Matches summaries of one of these groups of taxa.
        taxon_group(into StringList);
        /// Matches summaries of this run.
        run_name(into String);
        /// Matches summaries in one of these languages.
        language(into StringList);
        /// Matches summaries of one of these taxa.
        taxon_id(into IdList);
        /// Matches summaries of a taxon with this name.
        taxon_name(into String);
        /// Matches summaries of a run on this day.
        run_generated_on(Date);
        /// Matches summaries of a run at this time or later.
        run_generated_d1(into DateOrTime);
        /// Matches summaries of a run at this time or earlier.
        run_generated_d2(into DateOrTime);
        /// Matches summaries created on this day.
        created_on(Date);
        /// Matches summaries created at this time or later.
        created_d1(into DateOrTime);
        /// Matches summaries created at this time or earlier.
        created_d2(into DateOrTime);
        /// Matches summaries changed on this day.
        updated_on(Date);
        /// Matches summaries changed at this time or later.
        updated_d1(into DateOrTime);
        /// Matches summaries changed at this time or earlier.
        updated_d2(into DateOrTime);
        /// Sets the direction of the order.
        order(into Order);
        /// Sets the key to order by.
        order_by(into OrderBy);
    }
}

operation! {
    /// Reads summaries by UUID.
    pub Get: GET "/taxon_id_summaries/{uuid}" -> Page<TaxonIdSummary>, OPTIONAL;
    at(uuid(into StringList));
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Votes for a criterion of a feature's quality, or against it with
    /// [`agree(false)`](Self::agree).
    pub VoteQuality: POST "/taxon_id_summaries/{uuid}/id_summaries/{id}/quality/{metric}" -> Whole<Empty>, WRITE;
    at(uuid(into String), id(u64), metric(into String));
    query {
        /// Sets whether the criterion is met. Default: `true`.
        agree(bool);
    }
}

operation! {
    /// Removes your vote on a criterion of a feature's quality.
    pub UnvoteQuality: DELETE "/taxon_id_summaries/{uuid}/id_summaries/{id}/quality/{metric}" -> Whole<Empty>, WRITE;
    at(uuid(into String), id(u64), metric(into String));
}

operation! {
    /// Lists the votes on the quality of a feature.
    pub QualityMetrics: GET "/taxon_id_summaries/{uuid}/id_summaries/{id}/quality_metrics" -> Page<QualityMetric>, OPTIONAL;
    at(uuid(into String), id(u64));
}

operation! {
    /// Votes for a criterion of a reference's quality, or against it with
    /// [`agree(false)`](Self::agree).
    pub VoteReference: POST "/taxon_id_summaries/{uuid}/id_summaries/{id}/references/{reference_id}/quality/{metric}" -> Whole<Empty>, WRITE;
    at(uuid(into String), id(u64), reference_id(u64), metric(into String));
    query {
        /// Sets whether the criterion is met. Default: `true`.
        agree(bool);
    }
}

operation! {
    /// Removes your vote on a criterion of a reference's quality.
    pub UnvoteReference: DELETE "/taxon_id_summaries/{uuid}/id_summaries/{id}/references/{reference_id}/quality/{metric}" -> Whole<Empty>, WRITE;
    at(uuid(into String), id(u64), reference_id(u64), metric(into String));
}

operation! {
    /// Lists the votes on the quality of a reference.
    pub ReferenceMetrics: GET "/taxon_id_summaries/{uuid}/id_summaries/{id}/references/{reference_id}/quality_metrics" -> Page<QualityMetric>, OPTIONAL;
    at(uuid(into String), id(u64), reference_id(u64));
}

choice! {
    /// The key that summaries are ordered by.
    pub enum OrderBy {
        /// By the time of the run.
        RunGeneratedAt = "run_generated_at",
        /// By the time of creation.
        CreatedAt = "created_at",
        /// By the time of the last change.
        UpdatedAt = "updated_at",
        /// By the id of the taxon.
        TaxonId = "taxon_id",
    }
}
