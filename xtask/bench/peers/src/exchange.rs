//! oauth2 5 over loopback, and the versions of ureq and reqwest that it uses, by hand.

use std::hint::black_box;

use bench::exchange::{ByHand, Exchange, FORM, basic, block_on, url};
use bench::parts;
use oauth2::{RefreshToken, reqwest, ureq};

use crate::oauth2_values::client;

/// Each runs as often as its argument says.
pub const EXCHANGES: &[Exchange] = &[
    ("oauth2-ureq", oauth2_ureq),
    ("bare-ureq2", bare_ureq2),
    ("oauth2-reqwest", oauth2_reqwest),
    ("bare-reqwest12", bare_reqwest12),
];

fn oauth2_ureq(address: &str, times: u32) {
    let agent = ureq::AgentBuilder::new().redirects(0).build();
    let client = client(&url(address));
    let refresh = RefreshToken::new(parts::REFRESH.to_owned());
    for _ in 0..times {
        let response = client.exchange_refresh_token(&refresh).request(&agent);
        black_box(response.expect("a token"));
    }
}

fn bare_ureq2(address: &str, times: u32) {
    let agent = ureq::AgentBuilder::new().redirects(0).build();
    let (url, basic) = (url(address), basic());
    for _ in 0..times {
        let response = agent
            .post(&url)
            .set("accept", "application/json")
            .set("authorization", &basic)
            .send_form(&FORM)
            .expect("a response");
        let read: ByHand = serde_json::from_reader(response.into_reader()).expect("a token");
        black_box(read);
    }
}

fn oauth2_reqwest(address: &str, times: u32) {
    let http = no_redirects();
    let client = client(&url(address));
    let refresh = RefreshToken::new(parts::REFRESH.to_owned());
    block_on(async {
        for _ in 0..times {
            let response = client
                .exchange_refresh_token(&refresh)
                .request_async(&http)
                .await;
            black_box(response.expect("a token"));
        }
    });
}

fn bare_reqwest12(address: &str, times: u32) {
    let http = no_redirects();
    let (url, basic) = (url(address), basic());
    block_on(async {
        for _ in 0..times {
            let response = http
                .post(&url)
                .header("accept", "application/json")
                .header("authorization", &basic)
                .form(&FORM)
                .send()
                .await
                .expect("a response");
            let body = response.bytes().await.expect("a body");
            let read: ByHand = serde_json::from_slice(&body).expect("a token");
            black_box(read);
        }
    });
}

fn no_redirects() -> reqwest::Client {
    let builder = reqwest::ClientBuilder::new().redirect(reqwest::redirect::Policy::none());
    builder.no_proxy().build().expect("a client")
}
