//! Requests as another HTTP server sees them.

use auth_core::{AsyncTransport, Body, Limits, SecretBytes, Stream};
use http_reqwest::Reqwest;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_string, header, method, path, query_param},
};

#[tokio::test]
async fn a_token_request_is_a_form() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/oauth/token"))
        .and(header("content-type", "application/x-www-form-urlencoded"))
        .and(header("content-length", "43"))
        .and(header("user-agent", "tests/1.0"))
        .and(body_string("grant_type=refresh_token&refresh_token=abc1"))
        .respond_with(ResponseTemplate::new(400).set_body_string(r#"{"error":"invalid_grant"}"#))
        .expect(1)
        .mount(&server)
        .await;
    let form = b"grant_type=refresh_token&refresh_token=abc1".to_vec();
    let request = http::Request::post(format!("{}/oauth/token", server.uri()))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("user-agent", "tests/1.0")
        .body(Body::secret(SecretBytes::new(form)))
        .unwrap();
    let response = Reqwest::default()
        .send(request, &Limits::token())
        .await
        .unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(response.body().as_bytes(), br#"{"error":"invalid_grant"}"#);
}

#[tokio::test]
async fn an_upload_has_its_length_and_no_chunks() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(query_param("q", "a b"))
        .respond_with(ResponseTemplate::new(201))
        .expect(2)
        .mount(&server)
        .await;
    let photo = Stream::new(300_000, || Ok(Box::new(&[b'x'; 300_000][..])));
    let transport = Reqwest::default();
    for _ in 0..2 {
        let request = http::Request::post(format!("{}/photos?q=a%20b", server.uri()))
            .body(Body::Stream(photo.clone()))
            .unwrap();
        let response = transport.send(request, &Limits::api()).await.unwrap();
        assert_eq!(response.status(), 201);
    }
    for request in server.received_requests().await.unwrap() {
        assert_eq!(request.body.len(), 300_000);
        assert_eq!(request.headers["content-length"], "300000");
        assert!(!request.headers.contains_key("transfer-encoding"));
    }
}
