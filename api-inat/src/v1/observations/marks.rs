//! Marks on observations: favourites, reviews, votes on their quality, and what is new about them.

use crate::{
    model::{Subscription, Update, choice::choice},
    operation::{operation, response::Empty},
    parameter::date_or_time::DateOrTime,
    v1::{REQUIRED, WRITE, shared::pages},
};

operation! {
    /// Marks an observation as a favourite.
    pub Fave: POST "/observations/{id}/fave" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Takes the mark as a favourite back.
    pub Unfave: DELETE "/observations/{id}/unfave" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Marks an observation as reviewed by oneself.
    pub Review: POST "/observations/{id}/review" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Takes the mark as reviewed back.
    pub Unreview: DELETE "/observations/{id}/review" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Votes on one point of an observation's quality; with [`agree(false)`](Self::agree) against it.
    pub VoteQuality: POST "/observations/{id}/quality/{metric}" -> Whole<Empty>, WRITE;
    at(id(u64), metric(into Metric));
    body "" {
        /// Whether the point holds; it does unless said otherwise.
        agree(bool);
    }
}

operation! {
    /// Takes one's vote on a point of the quality back.
    pub UnvoteQuality: DELETE "/observations/{id}/quality/{metric}" -> Whole<Empty>, WRITE;
    at(id(u64), metric(into Metric));
}

operation! {
    /// One's own subscriptions to an observation or to its observer.
    pub Subscriptions: GET "/observations/{id}/subscriptions" -> Page<Subscription>, REQUIRED;
    at(id(u64));
}

operation! {
    /// What is new: comments, identifications and mentions, on one's own observations and on those one follows.
    pub Updates: GET "/observations/updates" -> Page<Update>, REQUIRED;
    pages 30, 200, by number;
    shared pages;
    query {
        /// Made at this moment or later.
        created_after(into DateOrTime);
        /// Already seen, or not.
        viewed(bool);
        /// Whose observations they are about.
        observations_by(into ObservationsBy);
    }
}

operation! {
    /// Marks everything new about an observation as seen.
    pub MarkViewed: PUT "/observations/{id}/viewed_updates" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// A point of an observation's quality that can be voted on.
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
        /// It shows an organism or a scene as it is.
        Accurate = "accurate",
    }
}

choice! {
    /// Whose observations news are about.
    pub enum ObservationsBy {
        /// One's own.
        Owner = "owner",
        /// Those one follows.
        Following = "following",
    }
}
