//! The Node API: unknown records, refused values, errors, compression, writes.

use api_inat::observations::{Create, Delete};
use auth_core::TokenKind;
use http::header;

use super::{README, V1, V2};
use crate::live::env::Env;
use crate::live::fact::{Fact, Finding, Source};
use crate::live::probe::Probe;
use crate::report::Failure;

/// An id and a UUID that no observation has.
const NO_ID: &str = "2000000000";
const NO_UUID: &str = "00000000-0000-4000-8000-000000000000";
const WINDOW: &str = "Result window is too large";

const WRITE: &str = "api-inat/src/v1/observations/write.rs";
const TROUBLE: &str = "api-inat/src/guide/trouble.md";
const ERRORS: Source = Source::new(
    "api-inat/src/operation/errors.rs",
    "not verified against the running service",
);

pub(super) fn facts() -> Vec<Fact> {
    let mut facts = reads();
    facts.extend(writes());
    facts.extend(unchecked());
    facts
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn reads() -> Vec<Fact> {
    let values = Source::new(
        "api-inat/src/operation/validate.rs",
        "That iNaturalist refuses the other values too is not verified",
    );
    vec![
        Fact::new(
            "v1 compresses its responses",
            "a request that accepts gzip gets gzip",
            Source::new("auth-core/src/wire/coding.rs", "it asks for gzip"),
            |env| {
                let probe = Probe::get(V1, "/controlled_terms");
                let reply = env.send(probe.header(header::ACCEPT_ENCODING, "gzip"))?;
                let coding = reply.header(header::CONTENT_ENCODING);
                let holds = coding == "gzip" && reply.bytes().starts_with(&[0x1f, 0x8b]);
                let came = format!("Content-Encoding: {coding}; {} bytes", reply.bytes().len());
                Ok(Finding::of(holds, came))
            },
        ),
        Fact::new(
            "v1 has an empty list for an unknown id",
            "200, without a record",
            Source::new(README, "v1's response to an unknown id"),
            |env| {
                let reply = env.get(V1, &format!("/observations/{NO_ID}"))?;
                let empty = reply.json()["results"]
                    .as_array()
                    .is_some_and(Vec::is_empty);
                Ok(Finding::of(reply.status == 200 && empty, reply.summary()))
            },
        ),
        Fact::new(
            "v2 has 404 for an unknown UUID",
            "404",
            Source::new(
                "api-inat/src/v2/observations/search.rs",
                "v2 refuses the request with 404 if",
            ),
            |env| {
                let reply = env.get(V2, &format!("/observations/{NO_UUID}"))?;
                Ok(Finding::of(reply.status == 404, reply.summary()))
            },
        ),
        Fact::new(
            "v1 ends at 10,000 results with 403",
            "403, and the words by which the crate knows it",
            ERRORS,
            |env| {
                let reply = env.get(V1, "/observations?per_page=200&page=51")?;
                let words = String::from_utf8_lossy(reply.bytes()).contains(WINDOW);
                Ok(Finding::of(reply.status == 403 && words, reply.summary()))
            },
        ),
        Fact::new(
            "v2 ends at 10,000 results with the same words",
            "a refusal with these words, whatever its status",
            Source::new(
                "api-inat/src/operation/errors.rs",
                "the status of v2 is not verified",
            ),
            |env| {
                let reply = env.get(V2, "/observations?per_page=200&page=51")?;
                let words = String::from_utf8_lossy(reply.bytes()).contains(WINDOW);
                Ok(Finding::of(reply.status >= 400 && words, reply.summary()))
            },
        ),
        Fact::new(
            "v2 ignores unknown names of fields",
            "200, with the fields that it knows",
            Source::new(README, "how v2 treats unknown names of fields"),
            |env| {
                let path = "/observations?per_page=1&fields=(id:!t,no_such_field:!t)";
                let reply = env.get(V2, path)?;
                let known = reply.json()["results"][0]["id"].is_number();
                Ok(Finding::of(reply.status == 200 && known, reply.summary()))
            },
        ),
        Fact::new(
            "v2 names the parameter that it refuses",
            "422, with the parameter's name as `path`",
            ERRORS,
            |env| {
                let reply = env.get(V2, "/observations?no_such_parameter=1")?;
                let named = reply.json()["errors"][0]["path"] == "no_such_parameter";
                Ok(Finding::of(reply.status == 422 && named, reply.summary()))
            },
        ),
        Fact::new(
            "v1 refuses a malformed id with 422",
            "422",
            Source::new(TROUBLE, "\"Error\" alone usually means a malformed id"),
            |env| {
                let reply = env.get(V1, "/observations/no-id")?;
                Ok(Finding::of(reply.status == 422, reply.summary()))
            },
        ),
        Fact::new(
            "v1 takes a box beyond the date line",
            "`nelng=190` gets 200",
            Source::new(
                "api-inat/src/operation/validate.rs",
                "The Node API clamps a box to the Earth",
            ),
            |env| {
                let path = "/observations?per_page=0&swlat=-10&swlng=170&nelat=10&nelng=190";
                let reply = env.get(V1, path)?;
                Ok(Finding::of(reply.status == 200, reply.summary()))
            },
        ),
        Fact::new(
            "v1 refuses a latitude off the Earth",
            "`lat=95` is refused, as the crate refuses it unsent",
            values,
            |env| {
                let reply = env.get(V1, "/observations?per_page=0&lat=95&lng=8&radius=1")?;
                Ok(Finding::of(reply.status >= 400, reply.summary()))
            },
        ),
        Fact::new(
            "v1 suggests taxa with v2's parameters",
            "`GET /v1/taxa/suggest` with parameters of v2's description: 200",
            Source::new(
                "api-inat/src/v1/taxa.rs",
                "that v1 accepts all of them is not verified",
            ),
            |env| {
                let token = env.token(TokenKind::Derived)?;
                let path = "/taxa/suggest?lat=46.9&lng=7.4&observed_on=2026-06-01&limit=3\
                            &source=checklist&features=family";
                let reply = env.send(Probe::get(V1, path).bearer(token.expose_secret()))?;
                Ok(Finding::of(reply.status == 200, reply.summary()))
            },
        ),
    ]
}

fn writes() -> Vec<Fact> {
    vec![
        Fact::new(
            "v1 makes one observation of one UUID",
            "the same `Create` sent twice returns one id",
            Source::new(
                README,
                "whether v1 creates one observation if the same UUID is sent twice",
            ),
            |env| {
                let [first, second] = created_twice(env, Create::new())?;
                Ok(Finding::of(
                    first.0 == second.0,
                    format!("{} and {}", first.0, second.0),
                ))
            },
        ),
        Fact::new(
            "v1 stores that vision suggested the taxon",
            "`owners_identification_from_vision` is `true` in the response",
            Source::new(
                WRITE,
                "v1 passes the body to the same application, but this is not verified",
            ),
            |env| {
                let create = Create::new().owners_identification_from_vision(true);
                let [first, _] = created_twice(env, create)?;
                Ok(Finding::of(first.1 == Some(true), format!("{:?}", first.1)))
            },
        ),
    ]
}

/// Creates an observation twice by the same value, and deletes what came: ids, and whether vision
/// suggested the taxon.
fn created_twice(env: &Env, create: Create) -> Result<[(u64, Option<bool>); 2], Failure> {
    env.may_write()?;
    let create = create.species_guess("fieldkey live check").description(
        "Created by `cargo xtask conformance live inat --write`, and deleted at once.",
    );
    let mut made: Vec<(u64, Option<bool>)> = Vec::new();
    let mut failure = None;
    for _ in 0..2 {
        match env.account.send(&create) {
            Ok(one) => made.push((one.id, one.owners_identification_from_vision)),
            Err(error) => failure = Some(error),
        }
    }
    let mut ids: Vec<_> = made.iter().map(|(id, _)| *id).collect();
    ids.dedup();
    for id in ids {
        env.account.send(Delete::new(id))?;
    }
    match (failure, made.as_slice()) {
        (Some(error), _) => Err(error.into()),
        (None, [first, second]) => Ok([*first, *second]),
        (None, _) => Err("the observations did not come".into()),
    }
}

fn unchecked() -> Vec<Fact> {
    vec![
        Fact::unchecked(
            "a blocked address gets an HTML page",
            "403 with a web page",
            Source::new(
                README,
                "whether the 403 page for blocked addresses is always HTML",
            ),
            "only an address that is blocked sees it",
        ),
        Fact::unchecked(
            "the size limit of files",
            "photos up to 20 MB, sounds up to 20 MB",
            Source::new(
                README,
                "the size limit of files, and which formats of photos",
            ),
            "it would upload large files to the person's account",
        ),
        Fact::unchecked(
            "the formats of photos and sounds",
            "JPEG, PNG, GIF; WAV, MP3, and other sounds as M4A",
            Source::new(
                "api-inat/src/upload/format.rs",
                "Not verified against the running service",
            ),
            "it would leave photos and sounds in the person's account",
        ),
        Fact::unchecked(
            "a sound with the same UUID is stored once",
            "`POST /v1/sounds` sent twice adds no second sound",
            Source::new(
                "api-inat/src/v1/sounds.rs",
                "`sounds_controller.rb`; not verified on the running service",
            ),
            "it would leave a sound in the person's account",
        ),
        Fact::unchecked(
            "v2 returns a changed identification",
            "`PUT /v2/identifications/{uuid}` returns the identification, not its observation",
            Source::new(
                "api-inat/src/v2/identifications.rs",
                "that it is the identification is not verified",
            ),
            "it would change an identification that others read",
        ),
        Fact::unchecked(
            "computer vision for every account in v1",
            "an API token of any account may score an image",
            Source::new(
                "api-inat/src/v1/computer_vision.rs",
                "Whether every account's token is accepted is not verified",
            ),
            "one account does not tell of every account",
        ),
        Fact::unchecked(
            "computer vision for every account in v2",
            "an API token of any account may score an image",
            Source::new(
                "api-inat/src/v2/computer_vision.rs",
                "is accepted is not verified",
            ),
            "one account does not tell of every account",
        ),
    ]
}
