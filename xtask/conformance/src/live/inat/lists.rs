//! The most records on a page and ids in a path: what `tests/it/limits.rs` of the crate assumes.

use auth_core::TokenKind;
use serde_json::Value;

use super::{README, V1, V2};
use crate::live::env::Env;
use crate::live::fact::{Fact, Finding, Source};
use crate::live::probe::{Probe, Reply};
use crate::report::Failure;

/// Version and path without `per_page`, the assumed maximum, whether it needs a token.
pub(in crate::live) type List = (&'static str, u64, bool);

/// The lists whose maximum no source names (README, Sources).
pub(in crate::live) const ASSUMED: [List; 15] = [
    ("/v1/identifications/categories", 200, false),
    ("/v1/identifications/recent_taxa", 200, false),
    ("/v1/observations/updates", 200, true),
    ("/v1/posts", 200, false),
    ("/v1/posts/for_user", 200, true),
    ("/v1/messages", 200, true),
    ("/v1/relationships", 100, true),
    ("/v1/provider_authorizations", 100, true),
    ("/v1/authorized_applications", 100, true),
    ("/v2/observations/updates", 200, true),
    ("/v2/identifications/recent_taxa?taxon_id=47126", 200, false),
    ("/v2/messages", 200, true),
    ("/v2/taxon_id_summaries", 200, true),
    ("/v2/users", 100, true),
    ("/v2/saved_locations", 100, true),
];

/// Two lists whose maximum the Node API's source names.
pub(in crate::live) const READ: [List; 2] = [
    ("/v1/observations", 200, false),
    ("/v1/observations/species_counts", 500, false),
];

pub(super) fn facts() -> Vec<Fact> {
    let assumed = Source::new(README, "No source has the numbers of the following");
    let read = Source::new(README, "was read in the Node API for most lists");
    let of = |source: Source| {
        move |&(path, most, needs_token): &List| {
            Fact::new(
                name(path),
                format!("a larger `per_page` is taken down to {most}"),
                source,
                move |env| page_of(env, path, most, needs_token),
            )
        }
    };
    let mut facts: Vec<_> = READ.iter().map(of(read)).collect();
    facts.extend(ASSUMED.iter().map(of(assumed)));
    facts.push(Fact::new(
        "ids of /v1/sites/{id}",
        "more than 200 ids in the path are refused",
        Source::new(
            README,
            "`sites::Get` and `v2::observations::Get`: at most 200",
        ),
        |env| {
            let ids: Vec<_> = (1..=201).map(|id| id.to_string()).collect();
            let reply = env.get(V1, &format!("/sites/{}", ids.join(",")))?;
            Ok(Finding::of(reply.status >= 400, reply.summary()))
        },
    ));
    facts.push(Fact::new(
        "ids of /v2/observations/{uuid}",
        "more than 200 UUIDs in the path are refused",
        Source::new(
            "api-inat/src/v2/observations/search.rs",
            "Reads observations by UUID, at most 200 (not verified)",
        ),
        many_uuids,
    ));
    facts
}

/// The fact's name: `page of /v1/posts`.
pub(in crate::live) fn name(path: &str) -> String {
    format!("page of {}", path.split('?').next().unwrap_or_default())
}

fn page_of(env: &Env, path: &str, most: u64, needs_token: bool) -> Result<Finding, Failure> {
    let (api, path) = match path.strip_prefix("/v2") {
        Some(path) => (V2, path),
        None => (V1, path.strip_prefix("/v1").unwrap_or(path)),
    };
    let joint = if path.contains('?') { '&' } else { '?' };
    let probe = Probe::get(api, format!("{path}{joint}per_page={}", most + 100));
    let reply = env.send(match needs_token {
        true => probe.bearer(env.token(TokenKind::Derived)?.expose_secret()),
        false => probe,
    })?;
    Ok(judged(&reply, most))
}

/// Reads the maximum from the page: from the size that it names, else from its records.
fn judged(reply: &Reply, most: u64) -> Finding {
    let page = reply.json();
    if reply.status != 200 {
        return Finding::Refuted(reply.summary());
    }
    let records = match (&page["results"], &page) {
        (Value::Array(records), _) | (_, Value::Array(records)) => records.len() as u64,
        _ => return Finding::NotTried(format!("not a list: {}", reply.summary())),
    };
    let total = page["total_results"].as_u64();
    match page["per_page"].as_u64() {
        _ if records > most => Finding::Refuted(format!("{records} records came")),
        _ if records == most => Finding::Confirmed(format!("{records} records came")),
        // Some lists name the number of their records as `per_page`.
        Some(size) if size != records => {
            Finding::of(size == most, format!("the page says `per_page` {size}"))
        }
        _ if total.is_some_and(|total| total > records) => Finding::Refuted(format!(
            "{records} records came of {}",
            page["total_results"]
        )),
        _ => Finding::NotTried(format!("it has {records} records, too few to tell")),
    }
}

fn many_uuids(env: &Env) -> Result<Finding, Failure> {
    let mut uuids = Vec::new();
    for page in 1..=2 {
        let path = format!("/observations?fields=(uuid:!t)&per_page=200&page={page}");
        let found = env.get(V2, &path)?.json();
        let found = found["results"].as_array().cloned().unwrap_or_default();
        uuids.extend(
            found
                .iter()
                .filter_map(|one| one["uuid"].as_str().map(str::to_owned)),
        );
    }
    if uuids.len() < 201 {
        return Err(format!("only {} observations were found", uuids.len()).into());
    }
    let path = format!("/observations/{}?fields=(uuid:!t)", uuids[..201].join(","));
    let reply = env.get(V2, &path)?;
    Ok(Finding::of(reply.status >= 400, reply.summary()))
}
