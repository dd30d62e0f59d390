//! Messages, journal posts, subscriptions and news.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    flag::Flag,
    identification::{Comment, Identification},
    record::Identified,
    user::User,
};

record! {
    /// A private message.
    pub struct Message {
        /// Its number.
        pub id: u64,
        /// Whose copy it is.
        pub user_id: Option<u64>,
        /// What it is about.
        pub subject: Option<Box<str>>,
        /// What it says.
        pub body: Option<Box<str>>,
        /// Who wrote it.
        pub from_user: Option<Arc<User>>,
        /// For whom.
        pub to_user: Option<Arc<User>>,
        /// The conversation it belongs to.
        pub thread_id: Option<u64>,
        /// How many messages that has.
        pub thread_messages_count: Option<u64>,
        /// Complaints about that.
        pub thread_flags: Vec<Flag>,
        /// How many comments it has.
        pub comments_count: Option<u64>,
        /// When it was read.
        pub read_at: Option<Timestamp>,
        /// When it was sent.
        pub created_at: Option<Timestamp>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
    }
}

record! {
    /// A conversation.
    pub struct Thread {
        /// Whom a response goes to.
        pub reply_to_user: Option<Arc<User>>,
        /// The conversation's number.
        pub thread_id: Option<u64>,
        /// The message that a complaint about the conversation is about.
        pub flaggable_message_id: Option<u64>,
        /// Its messages.
        pub results: Vec<Message>,
    }
}

record! {
    /// How many messages are not read yet.
    pub struct Unread {
        /// That number.
        pub count: Option<u64>,
    }
}

record! {
    /// A post in somebody's or a project's journal.
    pub struct Post {
        /// Its number.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// Its title.
        pub title: Option<Box<str>>,
        /// What it says.
        pub body: Option<Box<str>>,
        /// How that is written: `simple` HTML or Markdown, or `none`.
        pub preferred_formatting: Option<Box<str>>,
        /// Who wrote it.
        pub user: Option<Arc<User>>,
        /// Who wrote it, by number.
        pub user_id: Option<u64>,
        /// Whose journal it is in, by kind: `User` or `Project`.
        pub parent_type: Option<Box<str>>,
        /// Whose journal it is in, by number.
        pub parent_id: Option<u64>,
        /// Whose journal it is in.
        pub parent: Option<Value>,
        /// When it was made public.
        pub published_at: Option<Timestamp>,
        /// When it was made.
        pub created_at: Option<Timestamp>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
        /// Comments on it.
        pub comments: Vec<Comment>,
        /// How many comments it has.
        pub comments_count: Option<u64>,
    }
}

record! {
    /// That somebody wants to hear of something.
    pub struct Subscription {
        /// Its number.
        pub id: u64,
        /// Who.
        pub user_id: Option<u64>,
        /// Of what, by kind: `Observation`, `User`, `Project`, `Taxon`, `Place`.
        pub resource_type: Option<Box<str>>,
        /// Of what, by number.
        pub resource_id: Option<u64>,
        /// Of what.
        pub resource: Option<Value>,
        /// Only of this taxon.
        pub taxon_id: Option<u64>,
        /// Since when.
        pub created_at: Option<Timestamp>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
    }
}

record! {
    /// Something new, for somebody.
    pub struct Update {
        /// Its number.
        pub id: u64,
        /// What it is about, by kind.
        pub resource_type: Option<Box<str>>,
        /// What it is about, by number.
        pub resource_id: Option<u64>,
        /// The same by UUID.
        pub resource_uuid: Option<Box<str>>,
        /// Whose that is.
        pub resource_owner_id: Option<u64>,
        /// What happened: `activity`, `mention` and their like.
        pub notification: Option<Box<str>>,
        /// What made it, by kind.
        pub notifier_type: Option<Box<str>>,
        /// What made it, by number.
        pub notifier_id: Option<u64>,
        /// Seen.
        pub viewed: Option<bool>,
        /// The comment.
        pub comment: Option<Box<Comment>>,
        /// The identification.
        pub identification: Option<Box<Identification>>,
        /// When it happened.
        pub created_at: Option<Timestamp>,
    }
}

record! {
    /// An application that may act for the caller.
    pub struct AuthorizedApplication {
        /// The application.
        pub application: Option<Application>,
        /// What it may do, such as `write`.
        pub scopes: Vec<Box<str>>,
        /// Since when.
        pub created_at: Option<Timestamp>,
    }
}

impl Identified for AuthorizedApplication {
    fn id(&self) -> Option<u64> {
        self.application.as_ref().map(|application| application.id)
    }
}

record! {
    /// An application that is registered at iNaturalist.
    pub struct Application {
        /// Its number.
        pub id: u64,
        /// Its name.
        pub name: Option<Box<str>>,
        /// Made by iNaturalist.
        pub official: Option<bool>,
        /// Where its picture lies.
        pub icon: Option<Box<str>>,
        /// Its web site.
        pub url: Option<Box<str>>,
    }
}
