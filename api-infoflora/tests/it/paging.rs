//! How a list is followed: by the number of received records, to an empty page or the total.

use api_infoflora::{Envelope, Version, observations::List};
use auth_core::{ErrorKind, Operation, PageParts, Paged};
use serde_json::{Value, json};

use crate::{base, response, sent};

fn page(ids: &[u64], total: Option<u64>) -> Envelope<Vec<Value>> {
    let data: Vec<Value> = ids.iter().map(|id| json!({"obs_id": id})).collect();
    let body = json!({"success": true, "data": data, "filtered_count": total}).to_string();
    let response = response(200, &[], body);
    List::new().of::<Value>().parse(response).expect("a page")
}

/// Follows a list of `count` records on a server that reduces `limit` to `most`. Returns the ids
/// and the requests.
fn follow(mut list: List<Value>, count: u64, most: u64, totals: bool) -> (Vec<u64>, Vec<String>) {
    let (mut received, mut requests) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        let request = sent(&list);
        let number = |name: &str| -> Option<u64> {
            let query = request.split('?').nth(1)?;
            let found = query.split('&').find_map(|pair| pair.strip_prefix(name))?;
            found.strip_prefix('=')?.parse().ok()
        };
        let offset = number("offset").unwrap_or(0);
        let limit = number("limit").unwrap_or(10).min(most);
        let ids: Vec<u64> = (offset..count.min(offset + limit)).collect();
        requests.push(request);
        let PageParts { items, total, next } = list.split_page(page(&ids, totals.then_some(count)));
        assert_eq!(total, totals.then_some(count));
        received.extend(items.iter().filter_map(|item| item["obs_id"].as_u64()));
        match next {
            Some(next) => list = next,
            None => return (received, requests),
        }
    }
    panic!("no end after 100 pages");
}

#[test]
fn every_record_comes_once() {
    let check = |list: List, count: u64, most: u64, totals: bool, expect: usize| {
        let (ids, requests) = follow(list.of::<Value>(), count, most, totals);
        assert_eq!(ids, (0..count).collect::<Vec<_>>());
        assert_eq!(requests.len(), expect, "{requests:?}");
    };
    check(List::new().limit(100), 250, 1000, true, 3);
    check(List::new().limit(100), 200, 1000, true, 2);
    check(List::new().limit(100), 200, 1000, false, 3);
    // The server returns fewer than requested: no gaps.
    check(List::new().limit(1000), 250, 100, true, 3);
    check(List::new().limit(1000), 250, 100, false, 4);
    check(List::new(), 25, 1000, true, 3);
    check(List::new(), 0, 1000, true, 1);
    check(List::new(), 0, 1000, false, 1);
}

#[test]
fn offsets_grow_by_the_received_records() {
    let list = List::new().projects(1).limit(1000).of::<Value>();
    let (_, requests) = follow(list, 250, 100, true);
    assert_eq!(
        requests,
        [
            "/rest/v4/observations?projects=1&limit=1000",
            "/rest/v4/observations?projects=1&limit=1000&offset=100",
            "/rest/v4/observations?projects=1&limit=1000&offset=200",
        ]
    );
}

#[test]
fn a_list_starts_at_the_programs_offset() {
    let list = List::new().version(Version::V5).offset(240).of::<Value>();
    let PageParts { items, next, .. } = list.split_page(page(&[240, 241], Some(250)));
    assert_eq!(items.len(), 2);
    assert_eq!(
        sent(&next.expect("more")),
        "/rest/v5/observations?offset=242"
    );
    let list = List::new().offset(248).of::<Value>();
    assert!(list.split_page(page(&[248, 249], Some(250))).next.is_none());
}

#[test]
fn a_duplicate_page_is_an_error() {
    let list = List::new().limit(2).of::<Value>();
    let first = list.split_page(page(&[1, 2], None));
    let second = first.next.expect("more").split_page(page(&[1, 2], None));
    assert!(second.items.is_empty(), "nothing comes twice");
    let error = second
        .next
        .expect("not the end")
        .request(&base())
        .expect_err("does not leave");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("same page twice"), "{error}");
}
