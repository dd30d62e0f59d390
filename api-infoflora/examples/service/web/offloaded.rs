//! A blocking transport in an async program: sends each request on tokio's blocking threads.

use auth_core::{AsyncTransport, Limits, Request, Response, Transport, TransportError};
use http_ureq::Ureq;
use tokio::task;

pub(crate) struct Offloaded(pub(crate) Ureq);

impl AsyncTransport for Offloaded {
    async fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        let (ureq, limits) = (self.0.clone(), *limits);
        let sent = task::spawn_blocking(move || ureq.send(request, &limits)).await;
        sent.unwrap_or_else(|died| Err(TransportError::delivery_unknown(died)))
    }
}
