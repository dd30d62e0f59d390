//! Many callers that wait for one renewal, and are cancelled.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use auth_core::{AsyncTransport, Limits, Request, Response, TokenKind, TransportError};
use auth_flows::AsyncClient;
use futures_util::FutureExt;
use http_reqwest::Tokio;
use keystore::Memory;

use crate::{exchange::block_on, sessions};

/// Never responds.
#[derive(Clone, Default)]
struct Silent(Arc<AtomicBool>);

impl AsyncTransport for Silent {
    async fn send(&self, _: Request, _: &Limits) -> Result<Response, TransportError> {
        self.0.store(true, Ordering::SeqCst);
        pending().await
    }
}

/// Has so many callers wait for a token, and drops them.
///
/// # Panics
///
/// If one does not wait.
pub fn cancel(count: usize) {
    let (service, store, silent) = (
        sessions::service("127.0.0.1:9"),
        Memory::new(),
        Silent::default(),
    );
    sessions::put(&store, &service, "me", sessions::EXPIRED);
    block_on(async {
        let tokio = Tokio::new(tokio::runtime::Handle::current());
        let session = AsyncClient::new(service, silent.clone(), tokio, store).account("me");
        let token = || Box::pin(session.token(TokenKind::Login));
        let mut first = token();
        for _ in 0..10_000 {
            assert!((&mut first).now_or_never().is_none());
            if silent.0.load(Ordering::SeqCst) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(silent.0.load(Ordering::SeqCst), "the renewal is sent");
        let mut waiters: Vec<_> = (0..count).map(|_| token()).collect();
        for waiter in &mut waiters {
            assert!(waiter.now_or_never().is_none());
        }
        drop(waiters);
    });
}
