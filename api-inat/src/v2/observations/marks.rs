//! Marks on observations: favourites, reviews, votes on their quality, and news about them. Those
//! of several observations are given by several UUIDs.

use crate::{
    model::{QualityMetric, Subscription, Update},
    operation::{operation, response::Empty},
    parameter::{date_or_time::DateOrTime, fields::Fields, lists::StringList},
    v1::{
        observations::{Metric, ObservationsBy},
        shared::pages,
    },
    v2::{OPTIONAL, REQUIRED, WRITE, selected},
};

operation! {
    /// Marks an observation as a favourite.
    pub Fave: POST "/observations/{uuid}/fave" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}

operation! {
    /// Removes your mark as a favourite.
    pub Unfave: DELETE "/observations/{uuid}/fave" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}

operation! {
    /// Marks an observation as reviewed by you.
    pub Review: POST "/observations/{uuid}/review" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}

operation! {
    /// Removes your mark as reviewed.
    pub Unreview: DELETE "/observations/{uuid}/review" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}

operation! {
    /// Lists the votes on the quality of an observation.
    pub QualityMetrics: GET "/observations/{uuid}/quality_metrics" -> Page<QualityMetric>, OPTIONAL;
    at(uuid(into StringList));
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Votes for a criterion of an observation's quality, or against it with
    /// [`agree(false)`](Self::agree).
    pub VoteQuality: POST "/observations/{uuid}/quality/{metric}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList), metric(into Metric));
    query {
        /// Sets whether the criterion is met. Default: `true`.
        agree(bool);
    }
}

operation! {
    /// Removes your vote on a criterion of the quality.
    pub UnvoteQuality: DELETE "/observations/{uuid}/quality/{metric}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList), metric(into Metric));
}

operation! {
    /// Subscribes to an observation, or unsubscribes if you are subscribed.
    pub ToggleSubscription: PUT "/observations/{uuid}/subscription" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}

operation! {
    /// Lists your subscriptions to an observation or to its observer.
    pub Subscriptions: GET "/observations/{uuid}/subscriptions" -> Page<Subscription>, REQUIRED;
    at(uuid(into StringList));
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Lists news: comments, identifications and mentions on your observations and on those you
    /// follow.
    pub Updates: GET "/observations/updates" -> Page<Update>, REQUIRED;
    preset(fields(Fields::all()));
    pages 30, 200, by number;
    shared pages, selected;
    query {
        /// Matches news from this moment or later.
        created_after(into DateOrTime);
        /// Matches news that you have already viewed, or have not.
        viewed(bool);
        /// Matches news about your own observations, or about those you follow.
        observations_by(into ObservationsBy);
    }
}

operation! {
    /// Marks all news about an observation as viewed.
    pub MarkViewed: PUT "/observations/{uuid}/viewed_updates" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
