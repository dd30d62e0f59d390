//! How fields are requested from v2: in the URL, in a body if the URL is too long, and in the
//! bodies of writes.

use api_inat::{
    Fields, IdList, Upload,
    v2::{
        observation_photos,
        observations::{Create, Delete, Get, Search, Update},
        taxa,
        users::Me,
    },
};
use auth_core::{BaseUrl, Body, ErrorKind, Operation, Paged, Request, RetrySafety};
use serde_json::{Value, json};

use crate::response;

const UUID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

fn request(operation: &impl Operation) -> Request {
    let base = BaseUrl::parse("https://api.example.org/v2").expect("a base");
    operation.request(&base).expect("a request")
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(request.body().bytes().expect("bytes")).expect("JSON")
}

#[test]
fn fields_in_the_url() {
    let check = |operation: &dyn Fn() -> Request, expect: &str| {
        let request = operation();
        assert_eq!(request.method(), http::Method::GET);
        assert!(request.body().is_empty());
        let path = request.uri().path_and_query().expect("a path");
        assert_eq!(path.as_str(), expect);
    };
    check(&|| request(&Me::new()), "/v2/users/me?fields=all");
    check(
        &|| request(&Me::new().fields("login").of::<Value>()),
        "/v2/users/me?fields=%28id:%21t,login:%21t%29",
    );
    check(
        &|| request(&Get::new([UUID, UUID]).fields(Fields::from("uuid").exactly())),
        &format!("/v2/observations/{UUID},{UUID}?fields=%28uuid:%21t%29"),
    );
    check(
        &|| request(&taxa::Get::new(IdList::from([1, 2]))),
        "/v2/taxa/1,2?fields=all",
    );
    check(
        &|| request(&Search::new().q("a b").per_page(0)),
        "/v2/observations?q=a%20b&per_page=0&fields=all",
    );
}

#[test]
fn fields_that_do_not_fit_into_the_url() {
    let names: Vec<String> = (0..200).map(|n| format!("field_{n}.name")).collect();
    let wide: Fields = names.iter().collect();
    let search = Search::new().user_login("me").fields(wide);
    let request = request(&search);
    assert_eq!(request.method(), http::Method::POST);
    assert_eq!(request.headers()["x-http-method-override"], "GET");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.headers()["accept"], "application/json");
    let uri = request.uri();
    assert_eq!(uri, "https://api.example.org/v2/observations?user_login=me");
    let body = body(&request);
    assert_eq!(body["fields"]["field_7"], json!({"id": true, "name": true}));
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(1));
    // It is still a read.
    assert_eq!(search.policy().retry(), RetrySafety::Safe);
}

#[test]
fn the_length_that_a_url_may_have() {
    let long = |len: usize| {
        let search = Search::new().q("x".repeat(len));
        request(&search).method().clone()
    };
    let fixed = "https://api.example.org/v2/observations?q=&fields=all".len();
    assert_eq!(long(2000 - fixed), http::Method::GET);
    assert_eq!(long(2001 - fixed), http::Method::POST);
}

#[test]
fn fields_in_bodies() {
    let create = Create::new().uuid(UUID).species_guess("Lynx");
    let expect = json!({
        "fields": "all",
        "observation": {"uuid": UUID, "species_guess": "Lynx"},
    });
    let sent = request(&create);
    assert_eq!(sent.uri(), "https://api.example.org/v2/observations");
    assert_eq!(body(&sent), expect);
    assert_eq!(create.policy().retry(), RetrySafety::Idempotent);
    let update = Update::new(UUID)
        .field_value(7, "x")
        .field_value(8, 2)
        .fields("uuid");
    let expect = json!({
        "fields": {"id": true, "uuid": true},
        "ignore_photos": true,
        "observation": {
            "observation_field_values_attributes": {"observation_field_id": 8, "value": 2},
        },
    });
    assert_eq!(body(&request(&update)), expect);
    assert!(request(&Delete::new(UUID)).body().is_empty());
    let error =
        Delete::new("").request(&BaseUrl::parse("https://api.example.org/v2").expect("a base"));
    assert_eq!(error.expect_err("no UUID").kind(), ErrorKind::Usage);
}

#[test]
fn fields_in_forms() {
    let photo = Upload::bytes("a.gif", *b"GIF89a..");
    let create = observation_photos::Create::new(photo, UUID).fields("photo.url");
    let request = request(&create);
    let Body::Stream(stream) = request.body() else {
        panic!("a stream");
    };
    let mut form = Vec::new();
    let mut reader = stream.open().expect("it opens");
    reader.read_to_end(&mut form).expect("it is read");
    assert_eq!(form.len() as u64, stream.len());
    let form = String::from_utf8_lossy(&form);
    let part = "name=\"fields\"\r\n\r\n{\"id\":true,\"photo\":{\"id\":true,\"url\":true}}\r\n";
    assert!(form.contains(part), "{form}");
}

#[test]
fn a_search_is_followed_by_id_with_its_fields() {
    let search = Search::new().fields("uuid").per_page(1).begin();
    let page = response(
        200,
        &[],
        r#"{"total_results":2,"results":[{"id":5,"uuid":"a"}]}"#,
    );
    let page = search.parse(page).expect("a page");
    let next = search.split_page(page).next.expect("there is more");
    let uri = request(&next).uri().to_string();
    assert!(uri.contains("id_above=5"), "{uri}");
    assert!(uri.contains("fields=%28id:%21t,uuid:%21t%29"), "{uri}");
}

#[test]
fn what_v2_says_when_it_refuses() {
    let check = |status: u16, body: &str, words: &str| {
        let error = Me::new()
            .parse(response(status, &[], body))
            .expect_err(body);
        assert_eq!(error.server_message(), Some(words), "{error}");
    };
    check(
        401,
        r#"{"status":"401","errors":[{"errorCode":"401","message":"JWT is missing or invalid"}]}"#,
        "JWT is missing or invalid",
    );
    check(
        422,
        r#"{"status":"422","errors":[{"errorCode":"422","message":"{\"error\":\"inner\"}","from":"externalAPI"}]}"#,
        "inner",
    );
}

/// A change by UUID is repeated if its response is lost; what toggles or creates is not.
#[test]
fn what_is_repeated() {
    use api_inat::v2::{comments, identifications, observations};
    use auth_core::RetrySafety::{Idempotent, IfNotSent};
    let retry = |operation: &dyn Fn() -> auth_core::CallPolicy| operation().retry();
    assert_eq!(
        retry(&|| observations::Update::new("u").policy()),
        Idempotent
    );
    assert_eq!(
        retry(&|| identifications::Update::new("u").policy()),
        Idempotent
    );
    assert_eq!(
        retry(&|| comments::Update::new("u", "x").policy()),
        Idempotent
    );
    assert_eq!(retry(&|| observations::Create::new().policy()), Idempotent);
    assert_eq!(
        retry(&|| observations::ToggleSubscription::new("u").policy()),
        IfNotSent
    );
    assert_eq!(
        retry(&|| observations::Delete::new("u").policy()),
        IfNotSent
    );
    assert_eq!(
        retry(&|| comments::Create::new("Observation", "u", "x").policy()),
        IfNotSent
    );
}
