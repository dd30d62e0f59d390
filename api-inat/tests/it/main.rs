//! iNaturalist as values: what is sent, how responses are read, how pages are followed. No socket
//! is opened.

mod api_token;
mod cursors;
mod invalid_values;
mod limits;
mod models;
mod paging;
mod rate_limit;
mod requests;
mod responses;
mod rest;
mod service;
mod site;
mod v0;
mod v2;

use auth_core::{BaseUrl, Operation, Response, ResponseBody};

/// Returns a response as a transport would.
fn response(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Response {
    let mut builder = http::Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder
        .body(ResponseBody::new(body.into()))
        .expect("a well-formed response")
}

/// Returns path and query of an operation's request.
fn sent(operation: &impl Operation) -> String {
    let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
    let request = operation.request(&base).expect("a request");
    assert_eq!(request.method(), http::Method::GET);
    assert_eq!(request.headers()["accept"], "application/json");
    assert!(request.body().is_empty());
    let all = request.uri().to_string();
    all.strip_prefix("https://api.example.org")
        .expect("the base's origin")
        .to_owned()
}
