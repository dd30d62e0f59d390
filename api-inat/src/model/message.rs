//! Messages, journal posts, subscriptions, news and applications.

use std::sync::Arc;

use serde_json::Value;

use super::{
    flag::Flag,
    identification::{Comment, Identification},
    moment::Moment,
    record::Identified,
    user::User,
};

record! {
    /// A private message.
    pub struct Message {
        /// The id.
        pub id: u64,
        /// The id of the user who has this copy.
        pub user_id: Option<u64>,
        /// The subject.
        pub subject: Option<Box<str>>,
        /// The text.
        pub body: Option<Box<str>>,
        /// The author.
        pub from_user: Option<Arc<User>>,
        /// The recipient.
        pub to_user: Option<Arc<User>>,
        /// The id of its conversation.
        pub thread_id: Option<u64>,
        /// The number of messages in the conversation.
        pub thread_messages_count: Option<i64>,
        /// The flags on the conversation.
        pub thread_flags: Vec<Flag>,
        /// The number of comments.
        pub comments_count: Option<i64>,
        /// The time it was read.
        pub read_at: Option<Moment>,
        /// The time it was sent.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
    }
}

record! {
    /// A conversation.
    pub struct Thread {
        /// The user that a reply goes to.
        pub reply_to_user: Option<Arc<User>>,
        /// The id of the conversation.
        pub thread_id: Option<u64>,
        /// The id of the message that a flag on the conversation refers to.
        pub flaggable_message_id: Option<u64>,
        /// The number of messages.
        pub total_results: Option<u64>,
        /// The number of the page: 1.
        pub page: Option<u64>,
        /// The number of messages on the page.
        pub per_page: Option<u64>,
        /// The messages.
        pub results: Vec<Message>,
    }
}

record! {
    /// The count of unread messages.
    pub struct Unread {
        /// The count.
        pub count: Option<u64>,
    }
}

record! {
    /// A post in the journal of a user or a project.
    pub struct Post {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The title.
        pub title: Option<Box<str>>,
        /// The text.
        pub body: Option<Box<str>>,
        /// The format of the text: `simple` (HTML or Markdown) or `none`.
        pub preferred_formatting: Option<Box<str>>,
        /// The author.
        pub user: Option<Arc<User>>,
        /// The id of the author.
        pub user_id: Option<u64>,
        /// The type of the journal's owner: `User` or `Project`.
        pub parent_type: Option<Box<str>>,
        /// The id of the journal's owner.
        pub parent_id: Option<u64>,
        /// The journal's owner.
        pub parent: Option<Value>,
        /// The type of post, such as `UserPost` or `ProjectPost`.
        pub r#type: Option<Box<str>>,
        /// The begin of the event that it announces.
        pub start_time: Option<Moment>,
        /// The end of that event.
        pub stop_time: Option<Moment>,
        /// The id of the place of that event.
        pub place_id: Option<u64>,
        /// The latitude of that event: degrees north of the equator.
        pub latitude: Option<f64>,
        /// The longitude of that event: degrees east of Greenwich.
        pub longitude: Option<f64>,
        /// The radius around it, in metres.
        pub radius: Option<f64>,
        /// The distance from the point of the search.
        pub distance: Option<f64>,
        /// The time of publication.
        pub published_at: Option<Moment>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
        /// The comments.
        pub comments: Vec<Comment>,
        /// The number of comments.
        pub comments_count: Option<i64>,
    }
}

record! {
    /// A user's subscription to the news of a record.
    pub struct Subscription {
        /// The id.
        pub id: u64,
        /// The id of the subscriber.
        pub user_id: Option<u64>,
        /// The type of the record: `Observation`, `User`, `Project`, `Taxon`, `Place`.
        pub resource_type: Option<Box<str>>,
        /// The id of the record.
        pub resource_id: Option<u64>,
        /// The record.
        pub resource: Option<Value>,
        /// The id of the taxon that the news are limited to.
        pub taxon_id: Option<u64>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
    }
}

record! {
    /// A piece of news for a user.
    pub struct Update {
        /// The id.
        pub id: u64,
        /// The type of the record it is about.
        pub resource_type: Option<Box<str>>,
        /// The id of that record.
        pub resource_id: Option<u64>,
        /// The UUID of that record.
        pub resource_uuid: Option<Box<str>>,
        /// The id of that record's owner.
        pub resource_owner_id: Option<u64>,
        /// The kind of event, such as `activity` or `mention`.
        pub notification: Option<Box<str>>,
        /// The type of the record that caused it.
        pub notifier_type: Option<Box<str>>,
        /// The id of that record.
        pub notifier_id: Option<u64>,
        /// The user has viewed it.
        pub viewed: Option<bool>,
        /// The comment.
        pub comment: Option<Box<Comment>>,
        /// The id of the comment.
        pub comment_id: Option<u64>,
        /// The identification.
        pub identification: Option<Box<Identification>>,
        /// The id of the identification.
        pub identification_id: Option<u64>,
        /// The time of the event.
        pub created_at: Option<Moment>,
    }
}

record! {
    /// An application that the caller has authorized.
    pub struct AuthorizedApplication {
        /// The application.
        pub application: Option<Application>,
        /// The scopes, such as `write`.
        pub scopes: Vec<Box<str>>,
        /// The time of creation.
        pub created_at: Option<Moment>,
    }
}

impl Identified for AuthorizedApplication {
    fn id(&self) -> Option<u64> {
        self.application
            .as_ref()
            .and_then(|application| application.id())
    }
}

record! {
    /// An application that is registered at iNaturalist.
    pub struct Application {
        /// The id.
        pub id: u64,
        /// The name.
        pub name: Option<Box<str>>,
        /// It is by iNaturalist itself.
        pub official: Option<bool>,
        /// The URL of the picture.
        pub icon: Option<Box<str>>,
        /// The URL of its web site.
        pub url: Option<Box<str>>,
    }
}
