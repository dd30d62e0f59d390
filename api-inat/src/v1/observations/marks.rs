//! Marks on observations: favourites, reviews, votes on their quality, and news about them.

use crate::{
    model::{QualityMetric, Subscription, Update, choice::choice},
    operation::{operation, response::Empty},
    parameter::date_or_time::DateOrTime,
    v1::{OPTIONAL, REQUIRED, WRITE, shared::pages},
};

operation! {
    /// Marks an observation as a favourite.
    pub Fave: POST "/observations/{id}/fave" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Removes your mark as a favourite.
    pub Unfave: DELETE "/observations/{id}/unfave" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Marks an observation as reviewed by you.
    pub Review: POST "/observations/{id}/review" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Removes your mark as reviewed.
    pub Unreview: DELETE "/observations/{id}/review" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Lists the votes on the quality of an observation. Not in the API's description; named in the
    /// Node API's routes.
    pub QualityMetrics: GET "/observations/{id}/quality_metrics" -> Page<QualityMetric>, OPTIONAL;
    at(id(u64));
}

operation! {
    /// Votes for a criterion of an observation's quality, or against it with
    /// [`agree(false)`](Self::agree).
    pub VoteQuality: POST "/observations/{id}/quality/{metric}" -> Whole<Empty>, WRITE;
    at(id(u64), metric(into Metric));
    body "" {
        /// Sets whether the criterion is met. Default: `true`.
        agree(bool);
    }
}

operation! {
    /// Removes your vote on a criterion of the quality.
    pub UnvoteQuality: DELETE "/observations/{id}/quality/{metric}" -> Whole<Empty>, WRITE;
    at(id(u64), metric(into Metric));
}

operation! {
    /// Lists your subscriptions to an observation or to its observer.
    pub Subscriptions: GET "/observations/{id}/subscriptions" -> Page<Subscription>, REQUIRED;
    at(id(u64));
}

operation! {
    /// Lists news: comments, identifications and mentions on your observations and on those you
    /// follow.
    pub Updates: GET "/observations/updates" -> Page<Update>, REQUIRED;
    pages 30, 200, by number;
    shared pages;
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
    pub MarkViewed: PUT "/observations/{id}/viewed_updates" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// A criterion of an observation's quality that users vote on.
    pub enum Metric {
        /// The organism is wild.
        Wild = "wild",
        /// The place is right.
        Location = "location",
        /// The date is right.
        Date = "date",
        /// There is evidence of an organism.
        Evidence = "evidence",
        /// The evidence is recent.
        Recent = "recent",
        /// The evidence is about a single subject.
        Subject = "subject",
        /// The evidence shows an organism or a scene accurately.
        Accurate = "accurate",
    }
}

choice! {
    /// Which observations the news are about.
    pub enum ObservationsBy {
        /// Your own.
        Owner = "owner",
        /// Those you follow.
        Following = "following",
    }
}
