//! The Rails application's own API: its requests, and its headers of responses.

use api_inat::v0::{
    observation_fields,
    observations::{Export, Format},
    tokens, users,
};
use auth_core::{Access, BaseUrl, Limits, Operation};

use crate::response;

fn path(operation: &impl Operation) -> String {
    let base = BaseUrl::parse("https://www.inaturalist.org").expect("a base");
    let request = operation.request(&base).expect("a request");
    request.uri().path_and_query().expect("a path").to_string()
}

#[test]
fn which_door() {
    let check = |policy: auth_core::CallPolicy, access| {
        assert_eq!((policy.api(), policy.access()), ("www", access));
    };
    check(Export::new(Format::Kml).policy(), Access::Optional);
    check(observation_fields::Search::new().policy(), Access::Optional);
    check(users::Me::new().policy(), Access::Required);
    check(tokens::Info::new().policy(), Access::Required);
    let derived = tokens::ApiToken::new();
    check(derived.policy(), Access::Required);
    assert_eq!(derived.policy().limits(), Limits::token());
    assert_eq!(path(&derived), "/users/api_token");
}

#[test]
fn an_export_is_counted_in_headers() {
    let check = |headers: &[(&str, &str)], total: Option<u64>, more: Option<bool>| {
        let page = Export::new(Format::Csv)
            .parse(response(200, headers, "id\n1\n"))
            .expect("a page");
        assert_eq!((page.total, page.has_more()), (total, more), "{headers:?}");
        assert_eq!(page.bytes, b"id\n1\n");
    };
    let (total, page) = (("x-total-entries", "401"), ("x-page", "2"));
    check(&[total, page, ("x-per-page", "200")], Some(401), Some(true));
    check(
        &[total, ("x-page", "3"), ("x-per-page", "200")],
        Some(401),
        Some(false),
    );
    check(&[total], Some(401), None);
    check(&[("x-total-entries", "many"), page], None, None);
    check(&[], None, None);
    let error = Export::new(Format::Csv)
        .parse(response(401, &[], r#"{"error":"You need to sign in"}"#))
        .expect_err("refused");
    assert_eq!(error.server_message(), Some("You need to sign in"));
}

#[test]
fn requested_exports() {
    let check = |export: Export, expect: &str| assert_eq!(path(&export), expect);
    check(Export::new(Format::Dwc), "/observations.dwc");
    check(
        Export::new(Format::from("gpx")).page(3),
        "/observations.gpx?page=3",
    );
    check(
        Export::new(Format::Json).param("has[]", "geo"),
        "/observations.json?has%5B%5D=geo",
    );
    let base = BaseUrl::parse("https://www.inaturalist.org").expect("a base");
    let many = Export::new(Format::Csv).per_page(201).request(&base);
    let many = many.expect("a request");
    assert_eq!(many.uri().query(), Some("per_page=200"));
}
