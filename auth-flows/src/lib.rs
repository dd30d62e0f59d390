#![doc = include_str!("../README.md")]

mod call;
mod client;
mod clock;
mod complete;
mod device;
mod kept;
mod lease;
mod login;
mod logout;
mod paging;
mod rate_limit;
mod renewal;
mod retry;
mod sync;
#[cfg(test)]
mod tests;
mod token;

pub use client::{
    AsyncClient, AsyncItems, AsyncPages, AsyncSession, Client, Items, Pages, Session, Status,
    TokenStatus,
};
pub use login::{
    Login,
    listener::CallbackListener,
    pending::Waiting,
    prepared::{Begun, Invitation},
};
pub use logout::LoggedOut;

/// The examples in the README of the workspace compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct WorkspaceReadme;
