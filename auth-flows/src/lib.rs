#![doc = include_str!("links.md")]
#![doc = include_str!("../README.md")]
#![doc = include_str!("items.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod clock;
mod flow;
mod login;
mod rate_limit;
mod retry;
mod sync;
#[cfg(test)]
mod tests;
mod token;

pub mod own_service {
    #![doc = include_str!("own_service.md")]
}

pub use client::{
    AsyncClient, AsyncItems, AsyncPages, AsyncSession, Client, ClientEvent, Counters, Counts,
    Items, LoginMethod, Pages, RenewalReason, Session, Status, StoreStep, TokenExpiry, TokenStatus,
    WaitReason,
};
pub use flow::logout::LoggedOut;
pub use login::{
    Login,
    canceller::Canceller,
    listener::CallbackListener,
    paster::Paster,
    pending::PendingLogin,
    prepared::{LoginPrompt, PreparedLogin},
};
