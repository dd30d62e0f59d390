//! Cursors as text: stored, read again and continued; and texts that are not cursors.

use api_inat::{
    identifications, model::Observation, observations, observations::OrderBy, observations::Search,
    users,
};
use auth_core::{BaseUrl, ErrorKind, Operation, PageParts, Paged};
use serde_json::Value;

use crate::{
    paging::{follow_with, page},
    sent,
};

fn stored(search: Search) -> Search {
    let text = search.to_text();
    assert!(!text.contains('\n'), "one line: {text}");
    assert!(text.len() < 400, "it does not grow: {text}");
    let again = Search::from_text(&text).expect("our own text");
    assert_eq!(again.to_text(), text);
    assert_eq!(again.progress(), search.progress());
    again
}

#[test]
fn a_restart_between_any_two_pages_changes_nothing() {
    let check = |search: Search, count: u64, totals: bool| {
        let (whole, requests) = follow_with(search.clone(), count, totals, |search| search);
        let (again, restarted) = follow_with(search, count, totals, stored);
        assert_eq!((whole, requests), (again, restarted));
    };
    let hundred = || Search::new().per_page(100).taxon_name("Käfer & \"Co\"");
    check(hundred(), 950, true);
    check(hundred(), 950, false);
    check(hundred().order(observations::Order::Desc), 950, true);
    check(hundred().order_by(OrderBy::CreatedAt), 950, true);
    check(Search::new(), 700, true);
    // Past the limit of page numbers, with the memory of one page.
    check(Search::new().per_page(200), 30_000, true);
}

#[test]
fn progress_continues_from_the_cursor() {
    let search = Search::new().per_page(2).begin();
    assert_eq!(search.progress().to_string(), "0 so far");
    let PageParts { next, total, .. } = search.split_page(page(&[1, 2], Some(5)));
    let search = stored(next.expect("more"));
    assert_eq!(
        (total, search.progress().to_string()),
        (Some(5), "2 of 5".into())
    );
    let PageParts { next, total, .. } = search.begin().split_page(page(&[3, 4], Some(3)));
    let search = next.expect("more");
    assert_eq!(
        (total, search.progress().to_string()),
        (Some(5), "4 of 5".into())
    );
    assert_eq!(
        (search.progress().received, search.progress().total),
        (4, Some(5))
    );
}

#[test]
fn a_repeated_page_is_noticed_after_a_restart() {
    for search in [
        Search::new().per_page(2),
        Search::new().per_page(2).order_by(OrderBy::Votes),
    ] {
        let next = search.begin().split_page(page(&[1, 2], Some(9))).next;
        let again = stored(next.expect("more"));
        let PageParts { items, next, .. } = again.split_page(page(&[1, 2], Some(9)));
        assert_eq!(items, Vec::<Observation>::new(), "nothing comes twice");
        let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
        let stuck = next.expect("not the end");
        assert!(stuck.request(&base).is_err());
        // A cursor stored then requests that page again.
        let later = stored(stuck);
        let next = later.split_page(page(&[3, 4], Some(9)));
        assert_eq!(next.items.len(), 2);
    }
}

#[test]
fn records_without_ids_stay_so() {
    let search = Search::new().of::<Value>().begin();
    let body = r#"{"total_results":9,"results":[{"name":"x"}]}"#;
    let page = search
        .parse(crate::response(200, &[], body))
        .expect("a page");
    let stuck = search.split_page(page).next.expect("not the end");
    let again = Search::from_text(&stuck.to_text()).expect("our own text");
    let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
    let error = again.request(&base).expect_err("does not leave");
    assert!(error.to_string().contains("without ids"), "{error}");
}

#[test]
fn any_list_has_one() {
    let projects = users::Projects::new("some body").per_page(50).to_text();
    let again = users::Projects::from_text(&projects).expect("our own text");
    assert_eq!(sent(&again), "/v1/users/some%20body/projects?per_page=50");
    let identifications = identifications::Search::new().to_text();
    assert!(identifications::Search::from_text(&identifications).is_ok());
    let error = Search::from_text(&identifications).expect_err("another list");
    assert!(
        error
            .to_string()
            .contains("for /identifications of v1, not for /observations of v1"),
        "{error}"
    );
}

#[test]
fn texts_that_are_not_cursors_of_this_list() {
    let check = |text: &str, words: &str| {
        let error = Search::from_text(text).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert_eq!(error.setting(), Some("cursor"), "{error}");
        assert!(error.to_string().contains(words), "{text}: {error}");
        assert!(error.help().is_some(), "{error}");
    };
    let text = Search::new().user_login("me").to_text();
    check("", "is not a cursor, or is truncated");
    check("{}", "is not a cursor, or is truncated");
    check(&text[..text.len() - 3], "is not a cursor, or is truncated");
    check(
        &text.replace("\"inat_cursor\":1", "\"inat_cursor\":2"),
        "has version 2",
    );
    check(&text.replace("\"query\"", "\"other\""), "is incomplete");
    check(&text.replace("\"v1\"", "\"v2\""), "/observations of v2");
    check(
        &text.replace("/observations", "/observations/../users"),
        "not for /observations",
    );
    check(
        &text.replace("/observations", "/users/edit"),
        "not for /observations",
    );
    assert!(
        Search::from_text(&format!(" {text}\n")).is_ok(),
        "as a file holds it"
    );
}

#[test]
fn the_cursor_contains_the_requested_fields() {
    use api_inat::{Fields, v2};
    let base = BaseUrl::parse("https://api.example/v2").expect("a base");
    for fields in [
        Fields::all(),
        Fields::from("species_guess,user.login"),
        Fields::from("observed_on").exactly(),
        Fields::none().with_all_of("taxon"),
    ] {
        let search = v2::observations::Search::new().fields(fields).begin();
        let again = v2::observations::Search::from_text(&search.to_text()).expect("our own text");
        let uri = |search: &v2::observations::Search| {
            search.request(&base).expect("a request").uri().to_string()
        };
        assert!(uri(&search).contains("fields="), "{}", uri(&search));
        assert_eq!(uri(&again), uri(&search));
    }
}
