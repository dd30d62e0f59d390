//! How a search is followed: by id, by page number, to its end or to an error.

use api_inat::{
    Page,
    model::{Identified, Observation},
    observations::{Order, OrderBy, Search},
    posts, relationships,
};
use auth_core::{BaseUrl, Error, ErrorKind, Operation, PageParts, Paged};
use serde_json::{Value, json};

use crate::{response, sent};

/// Returns a page of these ids, with the service's total.
pub(crate) fn page(ids: &[u64], total: Option<u64>) -> Page<Observation> {
    let results: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    let body = json!({"total_results": total, "results": results}).to_string();
    Search::new()
        .parse(response(200, &[], body))
        .expect("a page")
}

fn split(
    search: Search,
    ids: &[u64],
    total: Option<u64>,
) -> (Vec<u64>, Option<u64>, Option<Search>) {
    let PageParts { items, total, next } = search.begin().split_page(page(ids, total));
    (items.iter().map(|item| item.id).collect(), total, next)
}

fn error(search: &Search) -> Error {
    let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
    search.request(&base).expect_err("does not leave")
}

/// Follows a search over records with ids 1 to `count`, with the real API's responses. Returns the
/// ids and the requests.
fn follow(search: Search, count: u64, totals: bool) -> (Vec<u64>, Vec<String>) {
    follow_with(search, count, totals, |search| search)
}

/// The same; calls `between` between two pages.
pub(crate) fn follow_with(
    search: Search,
    count: u64,
    totals: bool,
    between: impl Fn(Search) -> Search,
) -> (Vec<u64>, Vec<String>) {
    let mut search = search.begin();
    let (mut received, mut requests) = (Vec::new(), Vec::new());
    for _ in 0..1000 {
        let request = sent(&search);
        let query: Vec<(String, String)> = request
            .split('?')
            .nth(1)
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect();
        let number = |name: &str| {
            let found = query.iter().find(|(n, _)| n == name);
            found.map(|(_, v)| v.parse::<u64>().expect("a number"))
        };
        let ascending = query.iter().any(|(n, v)| n == "order" && v == "asc");
        let mut all: Vec<u64> = (1..=count)
            .filter(|id| number("id_above").is_none_or(|bound| *id > bound))
            .filter(|id| number("id_below").is_none_or(|bound| *id < bound))
            .collect();
        if !ascending {
            all.reverse();
        }
        let per_page = number("per_page").unwrap_or(30);
        let skip = (number("page").unwrap_or(1) - 1) * per_page;
        let ids: Vec<u64> = all
            .iter()
            .copied()
            .skip(usize::try_from(skip).expect("small"))
            .take(usize::try_from(per_page).expect("small"))
            .collect();
        requests.push(request);
        let (items, total, next) = split(search, &ids, totals.then_some(all.len() as u64));
        assert_eq!(total, totals.then_some(count), "the first page's total");
        received.extend(items);
        match next {
            Some(next) => search = between(next).begin(),
            None => return (received, requests),
        }
    }
    panic!("no end after 1000 pages");
}

#[test]
fn every_record_comes_once_and_no_request_too_many() {
    let check = |search: Search, count: u64, totals: bool, descending: bool, expect: usize| {
        let (received, requests) = follow(search, count, totals);
        let mut all: Vec<u64> = (1..=count).collect();
        if descending {
            all.reverse();
        }
        assert_eq!(received, all);
        assert_eq!(requests.len(), expect, "{requests:?}");
    };
    let hundred = || Search::new().per_page(100);
    check(hundred(), 250, true, false, 3);
    check(hundred(), 200, true, false, 2);
    check(hundred(), 0, true, false, 1);
    check(hundred(), 1, true, false, 1);
    // Without totals, only an empty page ends the list.
    check(hundred(), 200, false, false, 3);
    check(hundred(), 250, false, false, 4);
    check(hundred().order(Order::Desc), 250, true, true, 3);
    check(hundred().order_by(OrderBy::Id), 250, true, true, 3);
    check(hundred().order_by(OrderBy::CreatedAt), 250, true, true, 3);
    check(hundred().order_by(OrderBy::CreatedAt), 200, false, true, 3);
    // 30, then 200 at a time.
    check(Search::new(), 250, true, false, 3);
    // Past the limit of page numbers.
    check(Search::new().per_page(200), 30_000, true, false, 150);
}

#[test]
fn by_id_each_page_continues_after_the_last_id() {
    let (_, requests) = follow(Search::new().user_login("me"), 250, true);
    assert_eq!(
        requests,
        [
            "/v1/observations?user_login=me&order_by=id&order=asc",
            "/v1/observations?user_login=me&order_by=id&order=asc&id_above=30&per_page=200",
            "/v1/observations?user_login=me&order_by=id&order=asc&id_above=230&per_page=200",
        ]
    );
    let (_, requests) = follow(Search::new().order(Order::Desc).per_page(200), 250, true);
    assert_eq!(
        requests[1],
        "/v1/observations?order=desc&per_page=200&order_by=id&id_below=51"
    );
}

#[test]
fn a_search_continues_where_the_program_says() {
    let search = Search::new().id_above(100).per_page(50);
    let (items, total, next) = split(search, &[101, 102], Some(2));
    assert_eq!(
        (items, total, next.is_none()),
        (vec![101, 102], Some(2), true)
    );
    // A page number set by the program is used once.
    let search = Search::new().page(2).per_page(2);
    let (_, _, next) = split(search, &[3, 4], Some(9));
    assert_eq!(
        sent(&next.expect("more")),
        "/v1/observations?per_page=2&order_by=id&order=asc&id_above=4"
    );
}

#[test]
fn a_short_page_is_not_the_end_while_more_is_counted() {
    let search = Search::new().per_page(3);
    // The service left out a record that was just deleted.
    let (items, _, next) = split(search, &[1, 2], Some(5));
    assert_eq!(items, [1, 2]);
    let (items, total, next) = split(next.expect("more"), &[4, 5], Some(2));
    assert_eq!((items, total, next.is_none()), (vec![4, 5], Some(5), true));
}

/// Follows a list by number over records with ids 1 to `count`, on a server that returns at most
/// `most` at a time. Returns the numbers of records and requests. With `hidden`, records whose id
/// it divides are counted but left out of their page.
fn capped<L>(
    list: L,
    (count, most, hidden): (u64, u64, Option<u64>),
    totals: bool,
    stored: impl Fn(L) -> L,
) -> (u64, usize)
where
    L: Paged + Operation<Output = Page<<L as Paged>::Item>>,
    L::Item: Identified,
{
    let mut list = list.begin();
    let mut received = Vec::new();
    for requests in 1..1000 {
        let request = sent(&list);
        let number = |name: &str| {
            let (_, rest) = request.split_once(name)?;
            rest.split('&').next()?.parse::<u64>().ok()
        };
        let size = number("per_page=").map_or(most, |requested| requested.min(most));
        let skipped = (number("&page=").or_else(|| number("?page=")).unwrap_or(1) - 1) * size;
        let ids = (skipped + 1..=count).take(usize::try_from(size).expect("small"));
        let visible = ids.filter(|id| hidden.is_none_or(|every| id % every > 0));
        let records: Vec<Value> = visible.map(|id| json!({"id": id})).collect();
        let body = match totals {
            true => json!({"total_results": count, "results": records}),
            false => records.into(),
        };
        let page = list
            .parse(response(200, &[], body.to_string()))
            .expect("a page");
        let PageParts { items, next, .. } = list.split_page(page);
        received.extend(items.iter().filter_map(Identified::id));
        match next {
            Some(next) => list = stored(next).begin(),
            None => {
                assert!(received.is_sorted_by(|one, next| one < next), "each once");
                return (received.len() as u64, requests);
            }
        }
    }
    panic!("no end after 1000 pages");
}

#[test]
fn a_server_that_gives_fewer_at_a_time_gives_all_the_same() {
    let follow = |per_page: u64, server| {
        let list = relationships::Search::new().per_page(per_page);
        let whole = capped(list.clone(), server, true, |list| list);
        let restarted = capped(list, server, true, |list| {
            relationships::Search::from_text(&list.to_text()).expect("our own text")
        });
        assert_eq!(whole, restarted);
        whole
    };
    let check = |per_page, server, expect| {
        assert_eq!(follow(per_page, server), expect, "{per_page} {server:?}");
    };
    check(100, (90, 30, None), (90, 3));
    check(100, (91, 30, None), (91, 4));
    check(100, (250, 100, None), (250, 3));
    check(30, (30, 100, None), (30, 1));
    check(30, (0, 100, None), (0, 1));
    // The window is 10,000 results, also if pages are shorter than requested.
    check(100, (9_000, 30, None), (9_000, 300));
    // Records that are counted but not shown: none is missing or duplicate, and an empty page ends
    // the list.
    check(100, (250, 100, Some(10)), (225, 4));
    check(100, (90, 30, Some(10)), (81, 4));

    // A list that begins at a later page: only received records count.
    let later = relationships::Search::new().per_page(100).page(3);
    assert_eq!(capped(later, (300, 30, None), true, |list| list), (240, 8));
    // A text that an earlier version wrote in the middle of such a list.
    let text = r#"{"inat_cursor":1,"api":"v1","path":"/relationships","query":[["per_page","100"],["page","2"]],"received":30,"total":90,"last":1}"#;
    let list = relationships::Search::from_text(text).expect("an earlier version's text");
    assert_eq!(capped(list, (90, 30, None), true, |list| list), (60, 2));
}

#[test]
fn a_list_that_counts_nothing_ends_with_an_empty_page() {
    let check = |per_page, server, expect| {
        let list = posts::Search::new().per_page(per_page);
        let whole = capped(list.clone(), server, false, |list| list);
        let restarted = capped(list, server, false, |list| {
            posts::Search::from_text(&list.to_text()).expect("our own text")
        });
        assert_eq!((whole, restarted), (expect, expect));
    };
    check(100, (90, 30, None), (90, 4));
    check(100, (75, 30, None), (75, 4));
    check(30, (75, 30, Some(10)), (68, 4));
    check(10, (0, 30, None), (0, 1));

    // Without ids, nothing would end the list.
    let list = posts::Search::new().of::<Value>().begin();
    let body = json!([{"title": "x"}]).to_string();
    let page = list.parse(response(200, &[], body)).expect("a page");
    let stuck = list.split_page(page).next.expect("not the end");
    let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
    let error = stuck.request(&base).expect_err("does not leave");
    assert!(error.to_string().contains("without ids"), "{error}");
}

/// The total may include records that the caller never receives: iNaturalist keeps counting them on
/// an empty page.
#[test]
fn an_empty_page_is_the_end() {
    for search in [
        Search::new(),
        Search::new().order_by(OrderBy::Votes),
        Search::new().per_page(0),
    ] {
        let (items, total, next) = split(search, &[], Some(70));
        assert_eq!((items.len(), total, next.is_none()), (0, Some(70), true));
    }
}

#[test]
fn a_repeated_page_is_an_error_and_not_an_end() {
    let check = |search: Search| {
        let (_, _, next) = split(search, &[1, 2], Some(9));
        let (items, _, next) = split(next.expect("more"), &[1, 2], Some(9));
        assert_eq!(items, [0_u64; 0], "nothing comes twice");
        let error = error(&next.expect("not the end"));
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
        assert!(error.to_string().contains("the same page twice"), "{error}");
    };
    check(Search::new().per_page(2));
    check(Search::new().per_page(2).order_by(OrderBy::Votes));
}

#[test]
fn received_records_are_left_out_of_the_next_page() {
    let (_, _, next) = split(Search::new().per_page(2), &[1, 2], Some(9));
    let (items, _, next) = split(next.expect("more"), &[2, 3], Some(7));
    assert_eq!(items, [3]);
    assert!(sent(&next.expect("more")).contains("id_above=3"));
}

#[test]
fn page_numbers_end_with_an_error_at_the_window() {
    let search = Search::new()
        .order_by(OrderBy::Votes)
        .page(50)
        .per_page(200);
    let ids: Vec<u64> = (1..=200).collect();
    let (items, _, next) = split(search, &ids, Some(12_000));
    assert_eq!(items.len(), 200);
    let error = error(&next.expect("there is more, but not so"));
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("order by id"), "{error}");
    // Exactly at the end of the window, no page follows.
    let search = Search::new()
        .order_by(OrderBy::Votes)
        .page(50)
        .per_page(200);
    let (_, _, next) = split(search, &ids, Some(10_000));
    assert!(next.is_none());
}

#[test]
fn records_without_ids_are_said_so() {
    let search = Search::new().of::<Value>().begin();
    let body = json!({"total_results": 9, "results": [{"name": "x"}]}).to_string();
    let page = search.parse(response(200, &[], body)).expect("a page");
    let PageParts { items, next, .. } = search.split_page(page);
    assert_eq!(items.len(), 1);
    let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
    let error = next
        .expect("not the end")
        .request(&base)
        .expect_err("does not leave");
    assert!(error.to_string().contains("without ids"), "{error}");
}
