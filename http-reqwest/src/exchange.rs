//! One exchange with a client of reqwest: the request is sent, the response read.

use auth_core::{AcceptedCoding, Limits, Request, Response, ResponseBuffer, TransportError};
use http::Method;
use reqwest::{Body, Client, Url};

use crate::{
    clock::Clock,
    error::{self, Origin},
    hosts::Hosts,
};

/// What a request is sent with.
pub(crate) struct Prepared {
    pub(crate) client: Client,
    pub(crate) origin: Origin,
    /// The request's URL, if its host is known.
    pub(crate) url: Option<Url>,
    pub(crate) coding: AcceptedCoding,
}

/// What is left of a request that was sent.
pub(crate) struct Sent {
    method: Method,
    url: Box<str>,
    coding: AcceptedCoding,
    origin: Origin,
    /// Its connections live as long.
    _client: Client,
}

impl Prepared {
    /// Sends the request with this body. No `async fn`: its future would hold all that this moves.
    pub(crate) fn send(
        self,
        hosts: &Hosts,
        request: &mut Request,
        body: Body,
    ) -> Result<
        (
            impl Future<Output = Result<reqwest::Response, reqwest::Error>> + use<>,
            Sent,
        ),
        TransportError,
    > {
        let (head, _) = std::mem::take(request).into_parts();
        let method = head.method.clone();
        let request = hosts.request(head, body, self.url);
        let request = request.map_err(|error| error::before_response(error, Origin::Ours))?;
        let sent = Sent {
            method,
            url: request.url().as_str().into(),
            coding: self.coding,
            origin: self.origin,
            _client: self.client.clone(),
        };
        Ok((self.client.execute(request), sent))
    }
}

impl Sent {
    /// Waits for the response, and reads its body.
    pub(crate) async fn receive(
        &self,
        response: impl Future<Output = Result<reqwest::Response, reqwest::Error>>,
        limits: &Limits,
        clock: &Clock,
    ) -> Result<Response, TransportError> {
        let mut incoming = (clock.wait(response).await)
            .ok_or_else(error::out_of_time)?
            .map_err(|error| error::before_response(error, self.origin))?;
        clock.step();
        if *incoming.url().as_str() != *self.url {
            return Err(TransportError::delivery_unknown(error::ELSEWHERE).misconfigured());
        }
        let (status, headers) = (incoming.status(), incoming.headers_mut());
        let mut buffer = ResponseBuffer::new(limits, self.coding, &self.method, status, headers)?;
        let mut received = 0;
        while let Some(piece) = (clock.wait(incoming.chunk()).await)
            .ok_or_else(|| error::out_of_time().with_received(received))?
            .map_err(|error| error::while_reading(error).with_received(received))?
        {
            received += piece.len() as u64;
            clock.moved(piece.len() as u64);
            let pushed = buffer.push(&piece);
            pushed.map_err(|error| TransportError::from(error).with_received(received))?;
        }
        let body = buffer.finish();
        let body = body.map_err(|error| TransportError::from(error).with_received(received))?;
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.version_mut() = incoming.version();
        *response.headers_mut() = std::mem::take(incoming.headers_mut());
        Ok(response)
    }
}

#[cfg(all(test, target_os = "linux", target_pointer_width = "64"))]
mod tests {
    use crate::Reqwest;
    use auth_core::{AsyncTransport, Body, Limits};

    /// Each send allocates its future. glibc keeps freed pieces of up to 1,032 bytes at hand, and
    /// searches for larger ones.
    #[test]
    fn a_send_needs_a_small_piece_of_memory() {
        let (transport, limits) = (Reqwest::default(), Limits::api());
        let request = http::Request::get("https://api.example.org/")
            .body(Body::Empty)
            .unwrap();
        let size = size_of_val(&transport.send(request, &limits));
        assert!(size <= 1032, "{size}");
    }
}
