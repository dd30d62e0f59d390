//! The generic request to any path.

use api_inat::{Rest, RestList, model::Taxon, v0, v1, v2};
use auth_core::{
    Access, BaseUrl, ErrorKind, Operation, Paged, Response, ResponseBody, RetrySafety,
};
use serde_json::{Value, json};

fn base() -> BaseUrl {
    BaseUrl::parse("https://api.example.org/v1").expect("a base")
}

fn response(status: u16, body: &str) -> Response {
    let mut response = Response::new(ResponseBody::new(body.into()));
    *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
    response
}

#[test]
fn which_api_and_how() {
    let check = |rest: &Rest, api: &str, access: Access, retry: RetrySafety| {
        let policy = rest.policy();
        assert_eq!((policy.api(), policy.access()), (api, access));
        assert_eq!(policy.retry(), retry);
    };
    let get = Rest::get(v2::API, "/a");
    check(&get, v2::API, Access::Optional, RetrySafety::Safe);
    let get = get.token_required();
    check(&get, v2::API, Access::Required, RetrySafety::Safe);
    let get = get.without_token();
    check(&get, v2::API, Access::None, RetrySafety::Safe);
    let post = Rest::post(v0::API, "/a");
    check(&post, v0::API, Access::Required, RetrySafety::IfNotSent);
    let put = Rest::put(v1::API, "/a").repeat(RetrySafety::Idempotent);
    check(&put, v1::API, Access::Required, RetrySafety::Idempotent);
    let put = put.token_required();
    check(&put, v1::API, Access::Required, RetrySafety::Idempotent);
    let delete = Rest::delete(v1::API, "/a");
    check(&delete, v1::API, Access::Required, RetrySafety::IfNotSent);
}

#[test]
fn bodies() {
    let post = Rest::post(v1::API, "/log").json(&json!([{"level": "info"}]));
    let request = post.expect("JSON").request(&base()).expect("a request");
    assert_eq!(request.headers()["content-type"], "application/json");
    let auth_core::Body::Bytes(bytes) = request.body() else {
        panic!("a body");
    };
    assert_eq!(&bytes[..], br#"[{"level":"info"}]"#);
}

/// No path leads to another origin or out of the API.
#[test]
fn paths_that_do_not_leave() {
    for path in [
        "https://elsewhere.example/v1",
        "//elsewhere.example/",
        "/../v2/users/me",
        "/a/%2e%2e/b",
        "/a?b=c",
        "/a#b",
        "a",
        "@elsewhere.example/",
        ":80@elsewhere.example/",
        "",
    ] {
        let error = Rest::get(v1::API, path).request(&base()).expect_err(path);
        assert_eq!(error.kind(), ErrorKind::Usage, "{path}: {error}");
        let list = Rest::get(v1::API, path).list().request(&base());
        assert!(list.is_err(), "{path}");
        let text = json!({"inat_cursor": 1, "api": "v1", "path": path, "query": [], "received": 0});
        let list = RestList::from_text(&text.to_string()).expect("a cursor");
        assert!(list.request(&base()).is_err(), "{path}");
    }
}

#[test]
fn responses_and_refusals() {
    let get = Rest::get(v1::API, "/a");
    assert_eq!(get.parse(response(200, "")).ok(), Some(Value::Null));
    assert_eq!(get.parse(response(200, "[1]")).ok(), Some(json!([1])));
    let taxon = get
        .clone()
        .of::<Taxon>()
        .parse(response(200, r#"{"id":7}"#));
    assert_eq!(taxon.map(|taxon| taxon.id).ok(), Some(7));
    let error = get.parse(response(
        422,
        r#"{"errors":[{"path":"q","message":"is required"}]}"#,
    ));
    let error = error.expect_err("a refusal");
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(error.server_message(), Some("q: is required"));
}

#[test]
fn a_list_by_number_and_by_id() {
    let page = |from: u64, to: u64, total: u64| {
        let taxa: Vec<_> = (from..=to).map(|id| json!({"id": id})).collect();
        response(
            200,
            &json!({"total_results": total, "results": taxa}).to_string(),
        )
    };
    let follow = |list: RestList<Taxon>, first: Response| {
        let page = list.parse(first).expect("a page");
        list.begin().split_page(page)
    };
    let next = |list: Option<RestList<Taxon>>| {
        let request = list.expect("a next page").request(&base());
        request.expect("a request").uri().query().map(str::to_owned)
    };
    let list = || {
        Rest::get(v1::API, "/taxa/nearby")
            .param("per_page", 500)
            .list()
            .of::<Taxon>()
    };
    let parts = follow(list(), page(1, 500, 700));
    assert_eq!((parts.items.len(), parts.total), (500, Some(700)));
    let text = parts.next.as_ref().expect("a next page").to_text();
    assert_eq!(next(parts.next).as_deref(), Some("per_page=500&page=2"));
    let again = RestList::from_text(&text).expect("a cursor").of::<Taxon>();
    assert_eq!(again.progress().to_string(), "500 of 700");
    assert_eq!(again.policy().api(), v1::API);
    let page_2 = again.parse(page(501, 700, 700)).expect("a page");
    assert!(again.split_page(page_2).next.is_none());

    let parts = follow(
        list().param("order_by", "id").param("order", "asc"),
        page(1, 500, 700),
    );
    assert_eq!(
        next(parts.next).as_deref(),
        Some("per_page=500&order_by=id&order=asc&id_above=500")
    );
    // A bare list ends with an empty page.
    let bare = Rest::get(v0::API, "/a.json").list();
    let page = bare.parse(response(200, r#"[{"id":1}]"#)).expect("a page");
    let next = bare.split_page(page).next.expect("a next page");
    let page = next.parse(response(200, "[]")).expect("a page");
    assert!(next.split_page(page).next.is_none());
    let other = r#"{"inat_cursor":1,"api":"v9","path":"/a","query":[],"received":0}"#;
    assert!(RestList::from_text(other).is_err());
}
