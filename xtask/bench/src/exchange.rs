//! One token request over loopback, and the same by hand with the bare client and serde.

use std::{hint::black_box, time::Duration};

use auth_core::{AsyncTransport, Message, SecretText, TokenRequest, Transport};
use http_reqwest::Reqwest;
use http_ureq::Ureq;
use serde::Deserialize;

use crate::{ours, parts};

/// An exchange: its name, and a function that runs it `times` times at this address.
pub type Exchange = (&'static str, fn(&str, u32));

/// Each runs as often as its argument says.
pub const EXCHANGES: &[Exchange] = &[
    ("ours-ureq", ours_ureq),
    ("bare-ureq", bare_ureq),
    ("bare-ureq-limited", bare_ureq_limited),
    ("ours-reqwest", ours_reqwest),
    ("bare-reqwest", bare_reqwest),
];

/// The URL of the token endpoint at this address.
#[must_use]
pub fn url(address: &str) -> String {
    format!("http://{address}/oauth/token")
}

/// The form that the bare clients send.
pub const FORM: [(&str, &str); 2] = [
    ("grant_type", "refresh_token"),
    ("refresh_token", parts::REFRESH),
];

/// A token response, in the type that a program without a library declares.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only reading is measured")]
pub struct ByHand {
    access_token: String,
    token_type: String,
    expires_in: Option<u64>,
    refresh_token: Option<String>,
    scope: Option<String>,
}

/// The header that the bare clients send.
#[must_use]
pub fn basic() -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let pair = format!("{}:{}", parts::ID, parts::SECRET);
    format!("Basic {}", STANDARD.encode(pair))
}

fn ours_ureq(address: &str, times: u32) {
    let (client, transport) = (ours::client(&url(address)), Ureq::default());
    let refresh = SecretText::from(parts::REFRESH);
    for _ in 0..times {
        let message = TokenRequest::refresh(&client, &refresh);
        let request = message.request().expect("a request");
        let response = transport
            .send(request, &message.limits())
            .expect("a response");
        black_box(message.parse(response).expect("a token"));
    }
}

/// ureq's default: it waits without a limit.
fn bare_ureq(address: &str, times: u32) {
    by_hand(ureq::Agent::config_builder(), address, times);
}

/// With a timeout, as ours. ureq then looks up the host in a thread of its own, for each request.
fn bare_ureq_limited(address: &str, times: u32) {
    let limit = Some(Duration::from_secs(30));
    let config = ureq::Agent::config_builder().timeout_global(limit);
    by_hand(config, address, times);
}

fn by_hand(
    config: ureq::config::ConfigBuilder<ureq::typestate::AgentScope>,
    address: &str,
    times: u32,
) {
    let agent = config.build().new_agent();
    let (url, basic) = (url(address), basic());
    for _ in 0..times {
        let mut response = agent
            .post(&url)
            .header("accept", "application/json")
            .header("authorization", &basic)
            .send_form(FORM)
            .expect("a response");
        black_box(response.body_mut().read_json::<ByHand>().expect("a token"));
    }
}

fn ours_reqwest(address: &str, times: u32) {
    let (client, transport) = (ours::client(&url(address)), Reqwest::default());
    let refresh = SecretText::from(parts::REFRESH);
    block_on(async {
        for _ in 0..times {
            let message = TokenRequest::refresh(&client, &refresh);
            let request = message.request().expect("a request");
            let response = transport.send(request, &message.limits()).await;
            black_box(
                message
                    .parse(response.expect("a response"))
                    .expect("a token"),
            );
        }
    });
}

fn bare_reqwest(address: &str, times: u32) {
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let (url, basic) = (url(address), basic());
    block_on(async {
        for _ in 0..times {
            let response = client
                .post(&url)
                .header("accept", "application/json")
                .header("authorization", &basic)
                .form(&FORM)
                .send()
                .await
                .expect("a response");
            black_box(response.json::<ByHand>().await.expect("a token"));
        }
    });
}

/// Runs on one thread, so that only the exchange is counted, without hand-over between threads.
pub fn block_on<F: Future>(future: F) -> F::Output {
    runtime().block_on(future)
}

/// A runtime of one thread.
///
/// # Panics
///
/// If the system refuses one.
#[must_use]
pub fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime")
}
