#![doc = include_str!("../README.md")]

mod call;
mod client;
pub mod example;
mod hooked;
mod session;
pub mod stored;
mod user;
mod worker;
mod world;

use std::sync::Arc;
use std::time::Duration;

use auth_core::{Error, ErrorKind};
use tokio::runtime::Runtime;

pub use call::PendingCall;
pub use client::AnyClient;
pub use hooked::Hooked;
pub use session::{AnySession, Followed};
pub use user::ScriptedUser;
pub use worker::WorkerSession;
pub use world::{World, runtime};

/// The longest wait for anything but a person in front of a real browser.
pub const MAX_WAIT: Duration = Duration::from_secs(60);

/// Runs a future to its end, for [`MAX_WAIT`] at most.
fn bounded<T>(
    runtime: &Arc<Runtime>,
    future: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    runtime.block_on(async {
        match tokio::time::timeout(MAX_WAIT, future).await {
            Ok(result) => result,
            Err(_) => Err(too_long()),
        }
    })
}

/// Makes a type whose method `respond` takes a `&Request` and returns what a transport does a
/// transport of both worlds.
#[macro_export]
macro_rules! transport {
    ($server:ty) => {
        impl ::auth_core::Transport for $server {
            fn send(
                &self,
                request: ::auth_core::Request,
                _: &::auth_core::Limits,
            ) -> Result<::auth_core::Response, ::auth_core::TransportError> {
                self.respond(&request)
            }
        }

        impl ::auth_core::AsyncTransport for $server {
            async fn send(
                &self,
                request: ::auth_core::Request,
                _: &::auth_core::Limits,
            ) -> Result<::auth_core::Response, ::auth_core::TransportError> {
                self.respond(&request)
            }
        }
    };
}

fn too_long() -> Error {
    let words = format!("waited {} s", MAX_WAIT.as_secs());
    Error::new(ErrorKind::TimedOut, words)
}

/// The README of the workspace, so that its examples are compiled. Here, because this package has
/// the crates that they use.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct WorkspaceReadme;
