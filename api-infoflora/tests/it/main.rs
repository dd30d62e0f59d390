//! Info Flora as values: requests, responses, pages. These tests open no socket.

mod paging;
mod requests;
mod responses;
mod round_trip;
mod service;
mod site;
mod values;

use auth_core::{BaseUrl, Operation, Response, ResponseBody};

/// Builds a response as a transport would.
fn response(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Response {
    let mut builder = http::Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder
        .body(ResponseBody::new(body.into()))
        .expect("a well-formed response")
}

fn base() -> BaseUrl {
    BaseUrl::parse("https://obs.example.org/rest").expect("a base")
}

/// Returns path and query of an operation's request.
fn sent(operation: &impl Operation) -> String {
    let request = operation.request(&base()).expect("a request");
    assert_eq!(request.method(), http::Method::GET);
    assert_eq!(request.headers()["accept"], "application/json");
    assert!(request.body().is_empty());
    let all = request.uri().to_string();
    all.strip_prefix("https://obs.example.org")
        .expect("the base's origin")
        .to_owned()
}
