//! The API under `/rest`: wrappers, totals, pages, errors, what needs a token.

use auth_core::TokenKind;
use http::{HeaderName, header};
use serde_json::Value;

use super::{README, REST};
use crate::live::env::Env;
use crate::live::fact::{Fact, Finding, Source};
use crate::live::probe::{Probe, Reply};
use crate::report::Failure;

/// Two lists of atlases that a public client reads.
const ATLAS: &str = "/v4/communities/0/public/atlases/2/names";
const LIST: &str = "/v4/observations";

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn facts() -> Vec<Fact> {
    let unknown = Source::new(README, "Unknown are the defaults and maxima of `limit`");
    let wrappers = Source::new(README, "*Documented by Info Flora* are the endpoints");
    let limit = Source::new(
        "api-infoflora/src/observations/list.rs",
        "default and maximum are not known",
    );
    let errors = Source::new(README, "the bodies of errors and any rate limit");
    let optional = Source::new(
        "api-infoflora/src/taxonomy.rs",
        "not known whether one is required",
    );
    let totals = Source::new(
        README,
        "*Observed in public clients* are the parameters, the totals",
    );
    vec![
        Fact::new(
            "V4 wraps a list with `success` and `data`",
            "200, `success` is true, `data` is a list",
            wrappers,
            |env| {
                let reply = list(env, "/v4/observations?limit=1")?;
                let page = reply.json();
                let holds = page["success"] == true && page["data"].is_array();
                Ok(Finding::of(holds, reply.summary()))
            },
        ),
        Fact::new(
            "V5 wraps a list with `data` alone",
            "200, `data` is a list, no `success`",
            wrappers,
            |env| {
                let reply = list(env, "/v5/observations?limit=1")?;
                let page = reply.json();
                let holds = page["success"].is_null() && page["data"].is_array();
                Ok(Finding::of(holds, reply.summary()))
            },
        ),
        Fact::new(
            "V4 has its totals in the body",
            "`total_count` and `filtered_count`, with `with_total`",
            totals,
            |env| {
                let reply = list(env, "/v4/observations?limit=1&with_total=true")?;
                let page = reply.json();
                let both = ["total_count", "filtered_count"]
                    .iter()
                    .all(|one| page[*one].is_u64());
                Ok(Finding::of(both, reply.summary()))
            },
        ),
        Fact::new(
            "V5 has its total in a header",
            "`x-filtered-total`, with `with_total`",
            totals,
            |env| {
                let reply = list(env, "/v5/observations?limit=1&with_total=true")?;
                let total = reply.header(HeaderName::from_static("x-filtered-total"));
                let number = total.parse::<u64>().is_ok();
                Ok(Finding::of(
                    number,
                    format!("x-filtered-total: {total}; {}", reply.summary()),
                ))
            },
        ),
        Fact::new(
            "a `limit` of 1,000 is taken",
            "more than 500 records on a page, if there are as many",
            limit,
            |env| {
                let reply = list(env, "/v4/observations?limit=1000")?;
                let (count, total) = counts(&reply);
                Ok(match total {
                    Some(total) if total <= 500 => {
                        Finding::NotTried(format!("the account sees {total} records only"))
                    }
                    _ => Finding::of(count > 500, format!("{count} records came of {total:?}")),
                })
            },
        ),
        Fact::new(
            "a list without `limit` has a default",
            "it has fewer records than there are",
            limit,
            |env| {
                let reply = list(env, LIST)?;
                let (count, total) = counts(&reply);
                Ok(match total {
                    None => Finding::NotTried(format!("no total came: {}", reply.summary())),
                    Some(total) => {
                        Finding::of(count < total, format!("{count} records came of {total}"))
                    }
                })
            },
        ),
        Fact::new(
            "a list keeps its order",
            "the same page twice has the same records",
            unknown,
            |env| {
                let path = "/v4/observations?limit=20&offset=20";
                let (first, second) = (list(env, path)?, list(env, path)?);
                let same = first.json()["data"] == second.json()["data"];
                Ok(Finding::of(
                    same,
                    format!("{} records, twice", counts(&first).0),
                ))
            },
        ),
        Fact::new(
            "an unknown parameter is ignored",
            "200",
            Source::new(
                "api-infoflora/src/testkit/mod.rs",
                "and ignores unknown parameters",
            ),
            |env| {
                let reply = list(env, "/v4/observations?limit=1&no_such_parameter=1")?;
                Ok(Finding::of(reply.status == 200, reply.summary()))
            },
        ),
        Fact::new("an unknown path gets 404", "404", errors, |env| {
            let reply = list(env, "/v4/no-such-path")?;
            Ok(Finding::of(reply.status == 404, reply.summary()))
        }),
        Fact::new(
            "a wrong token gets 401",
            "401, with any body",
            errors,
            |env| {
                let probe = Probe::get(REST, "/v4/observations?limit=1").bearer("no-token");
                let reply = env.send(probe)?;
                Ok(Finding::of(reply.status == 401, reply.summary()))
            },
        ),
        Fact::new(
            "observations need a token",
            "401 without one",
            Source::new(README, "V4 documented, V5 named"),
            |env| {
                let reply = env.get(REST, "/v4/observations?limit=1")?;
                Ok(Finding::of(reply.status == 401, reply.summary()))
            },
        ),
        Fact::new(
            "the taxonomy needs no token",
            "200 without one",
            optional,
            |env| {
                let reply = env.get(REST, "/public/v4/taxonomy/taxa?lang=en&limit=1")?;
                Ok(Finding::of(reply.status == 200, reply.summary()))
            },
        ),
        Fact::new(
            "atlases need no token",
            "200 without one",
            Source::new(
                README,
                "`GET /rest/v4/communities/0/public/atlases/{id}/names`",
            ),
            |env| {
                let reply = env.get(REST, &format!("{ATLAS}?limit=1"))?;
                Ok(Finding::of(reply.status == 200, reply.summary()))
            },
        ),
        Fact::new(
            "a feature of an atlas has the fields of its units",
            "its properties have `gis_id`, `year_min` or `legend`",
            Source::new(
                "api-infoflora/src/atlas/geojson.rs",
                "They probably have the fields",
            ),
            |env| {
                let features = units(env, "v5", "units.geojson?with-legend=true")?;
                let properties = &features["features"][0]["properties"];
                let has = ["gis_id", "year_min", "legend"];
                let known = has.iter().any(|one| !properties[*one].is_null());
                Ok(Finding::of(known, format!("keys {}", keys(properties))))
            },
        ),
        Fact::new(
            "the identifier of a cell is a number",
            "`gis_id` of a unit",
            Source::new(
                "api-infoflora/src/atlas/units.rs",
                "not known whether it is a number or text",
            ),
            |env| {
                let units = units(env, "v4", "units?srid=4326")?;
                let id = units["data"][0]["gis_id"].clone();
                match id {
                    Value::Null => Err("no unit with an identifier came".into()),
                    id => Ok(Finding::of(id.is_number(), id)),
                }
            },
        ),
        Fact::new(
            "V5 has relevés",
            "`GET /rest/v5/releves`: 200",
            Source::new(
                "api-infoflora/src/releves.rs",
                "It is not known whether V5 has it",
            ),
            |env| {
                let reply = list(env, "/v5/releves?limit=1")?;
                Ok(Finding::of(reply.status == 200, reply.summary()))
            },
        ),
        Fact::new(
            "V5 has administrative units",
            "`GET /rest/v5/administrative_units`: 200, with a list in `data`",
            Source::new("api-infoflora/src/rest.rs", "its fields are not known"),
            |env| {
                let reply = list(env, "/v5/administrative_units?limit=1")?;
                let fields = keys(&reply.json()["data"][0]);
                let holds = reply.status == 200 && reply.json()["data"].is_array();
                let came = format!("{}; fields {fields}", reply.summary());
                Ok(Finding::of(holds, came))
            },
        ),
        Fact::new(
            "the API compresses its responses",
            "a request that accepts gzip gets gzip",
            Source::new("auth-core/src/wire/coding.rs", "it asks for gzip"),
            |env| {
                let probe = Probe::get(REST, "/public/v4/taxonomy/taxa?lang=en&limit=50");
                let reply = env.send(probe.header(header::ACCEPT_ENCODING, "gzip"))?;
                let coding = reply.header(header::CONTENT_ENCODING);
                let holds = coding == "gzip" && reply.bytes().starts_with(&[0x1f, 0x8b]);
                Ok(Finding::of(holds, format!("Content-Encoding: {coding}")))
            },
        ),
        Fact::unchecked(
            "the date of a relevé's filter `after`",
            "the day of the survey, or of its last change",
            Source::new(
                "api-infoflora/src/releves.rs",
                "not known whether that is the day",
            ),
            "it needs relevés whose two days are known",
        ),
        Fact::unchecked(
            "the effect of an atlas's number given twice",
            "as one client sent it",
            Source::new(
                "api-infoflora/src/atlas/names.rs",
                "Its effect is not known",
            ),
            "no response would show it",
        ),
        Fact::unchecked(
            "the syntax of V5's filters",
            "operations in place of V4's lists",
            Source::new(
                "api-infoflora/src/observations/list.rs",
                "by a syntax that is not known",
            ),
            "there is no syntax to try",
        ),
        Fact::unchecked(
            "the bodies of writes",
            "their fields",
            Source::new("api-infoflora/src/rest.rs", "whose schemas are not known"),
            "there is no schema to try",
        ),
        Fact::unchecked(
            "the end of V4",
            "V4 is the default",
            Source::new(
                "api-infoflora/src/version.rs",
                "it is not known when it will end",
            ),
            "only Info Flora knows it",
        ),
    ]
}

/// A list with the account's token.
fn list(env: &Env, path: &str) -> Result<Reply, Failure> {
    let token = env.token(TokenKind::Login)?;
    env.send(Probe::get(REST, path).bearer(token.expose_secret()))
}

/// The records of a page, and the total that it names.
fn counts(reply: &Reply) -> (u64, Option<u64>) {
    let page = reply.json();
    let count = page["data"].as_array().map_or(0, Vec::len) as u64;
    let total = page["filtered_count"]
        .as_u64()
        .or_else(|| page["total_count"].as_u64());
    (count, total)
}

/// The units of the first taxon of an atlas.
fn units(env: &Env, version: &str, rest: &str) -> Result<Value, Failure> {
    let names = env.get(REST, &format!("{ATLAS}?limit=1"))?;
    let taxon = names.json()["data"][0]["taxon_id"].clone();
    let taxon = taxon.as_u64().ok_or("no taxon of the atlas came")?;
    let path = format!("/{version}/communities/0/public/atlases/2/names/{taxon}/{rest}");
    Ok(env.get(REST, &path)?.json())
}

fn keys(value: &Value) -> String {
    let object = value.as_object();
    let keys: Vec<_> = object
        .into_iter()
        .flat_map(|one| one.keys().cloned())
        .collect();
    keys.join(", ")
}
