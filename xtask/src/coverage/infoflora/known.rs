//! Facts about Info Flora's API, from its pages and from public clients, independent of our
//! operations.

use api_infoflora::{Rest, Version, atlas, observations, releves, taxonomy};
use auth_core::Error;
use serde_json::json;

use super::Callers;

/// The source of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Info Flora's page on authentication.
    Page,
    /// Info Flora's guide from V4 to V5.
    Guide,
    /// That guide, which gives only the end of the path; the beginning is inferred from the known
    /// paths.
    Named,
    /// A public client, as observed.
    Client,
}

/// A path.
pub(super) struct Path {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// The path as it should arrive.
    pub(super) example: &'static str,
    pub(super) source: Source,
    /// Whether it is sent without a token.
    pub(super) anonymous: bool,
    pub(super) ours: &'static str,
    pub(super) parameters: &'static [Parameter],
    pub(super) send: fn(&Callers) -> Result<(), Error>,
}

/// A parameter of a query.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    /// The parameter as it should arrive.
    pub(super) example: &'static str,
    pub(super) source: Source,
    pub(super) ours: &'static str,
}

const fn observed(name: &'static str, example: &'static str, ours: &'static str) -> Parameter {
    Parameter {
        name,
        example,
        source: Source::Client,
        ours,
    }
}

/// A filter of V4 that the guide lists as removed in V5.
const fn guide(name: &'static str, example: &'static str, ours: &'static str) -> Parameter {
    Parameter {
        source: Source::Guide,
        ..observed(name, example, ours)
    }
}

pub(super) const KNOWN: &[Path] = &[
    Path {
        method: "GET",
        path: "/rest/v4/observations",
        example: "/rest/v4/observations",
        source: Source::Page,
        anonymous: false,
        ours: "observations::List",
        parameters: &[
            observed("limit", "limit=10", ".limit(10)"),
            observed("offset", "offset=20", ".offset(20)"),
            guide("projects", "projects=1,2", ".projects([1, 2])"),
            guide("observers", "observers=12", ".observers(12)"),
            observed(
                "releves_ids",
                "releves_ids=700,704",
                ".releves_ids([700, 704])",
            ),
            guide("taxa", "taxa=1000010", ".taxa(1_000_010)"),
            observed(
                "taxa_matching",
                "taxa_matching=synonyms",
                ".taxa_matching(\"synonyms\")",
            ),
            observed(
                "taxa_relations_references",
                "taxa_relations_references=3,5,6,7,8",
                ".taxa_relations_references([3, 5, 6, 7, 8])",
            ),
            observed("srid", "srid=2056", ".srid(2056)"),
            observed("with_total", "with_total=true", ".with_total(true)"),
        ],
        send: |callers| {
            let list = observations::List::new()
                .limit(10)
                .offset(20)
                .projects([1, 2])
                .observers(12)
                .releves_ids([700, 704])
                .taxa(1_000_010)
                .taxa_matching("synonyms")
                .taxa_relations_references([3, 5, 6, 7, 8])
                .srid(2056)
                .with_total(true);
            callers.client_session(list)
        },
    },
    Path {
        method: "GET",
        path: "/rest/v5/observations",
        example: "/rest/v5/observations",
        source: Source::Named,
        anonymous: false,
        ours: "observations::List with Version::V5",
        parameters: &[guide("with_total", "with_total=true", ".with_total(true)")],
        send: |callers| {
            let list = observations::List::new().version(Version::V5);
            callers.client_session(list.with_total(true))
        },
    },
    Path {
        method: "GET",
        path: "/rest/v4/releves",
        example: "/rest/v4/releves",
        source: Source::Client,
        anonymous: false,
        ours: "releves::List",
        parameters: &[
            observed("after", "after=2026-01-31", ".after(\"2026-01-31\")"),
            observed("limit", "limit=10", ".limit(10)"),
            observed("offset", "offset=20", ".offset(20)"),
            observed("projects", "projects=1", ".projects(1)"),
            observed("observers", "observers=12,13", ".observers([12, 13])"),
        ],
        send: |callers| {
            let list = releves::List::new()
                .after("2026-01-31")
                .limit(10)
                .offset(20);
            callers.client_session(list.projects(1).observers([12, 13]))
        },
    },
    Path {
        method: "GET",
        path: "/rest/public/v4/taxonomy/taxa",
        example: "/rest/public/v4/taxonomy/taxa",
        source: Source::Client,
        anonymous: false,
        ours: "taxonomy::Taxa",
        parameters: &[
            observed("lang", "lang=en", ".lang(\"en\")"),
            observed("limit", "limit=10000", ".limit(10_000)"),
            observed("references", "references=3", ".references(3)"),
            observed("ranks", "ranks=2263,696", ".ranks([2263, 696])"),
        ],
        send: |callers| {
            let taxa = taxonomy::Taxa::new().lang("en").limit(10_000);
            callers.client_session(taxa.references(3).ranks([2263, 696]))
        },
    },
    Path {
        method: "GET",
        path: "/rest/v4/communities/0/public/atlases/{id}/names",
        example: "/rest/v4/communities/0/public/atlases/2/names",
        source: Source::Client,
        anonymous: false,
        ours: "atlas::Names",
        parameters: &[
            observed("offset", "offset=20", ".offset(20)"),
            observed("limit", "limit=10", ".limit(10)"),
            observed("with_total", "with_total=true", ".with_total(true)"),
            observed("id", "id=2", ".id(2)"),
            observed("atlas_id", "atlas_id=2", ".atlas_id(2)"),
        ],
        send: |callers| {
            let names = atlas::Names::of_atlas(2)
                .offset(20)
                .limit(10)
                .with_total(true);
            callers.client_session(names.id(2).atlas_id(2))
        },
    },
    Path {
        method: "GET",
        path: "/rest/v4/communities/0/public/atlases/{id}/names/{taxon}/units",
        example: "/rest/v4/communities/0/public/atlases/2/names/1000010/units",
        source: Source::Client,
        anonymous: true,
        ours: "atlas::Units",
        parameters: &[
            observed("srid", "srid=4326", ".srid(4326)"),
            observed("with-legend", "with-legend=true", ".with_legend(true)"),
        ],
        send: |callers| {
            let units = atlas::Units::of_taxon(2, 1_000_010).srid(4326);
            callers.anonymous(units.with_legend(true))
        },
    },
    Path {
        method: "GET",
        path: "/rest/v5/communities/0/public/atlases/{id}/names/{taxon}/units.geojson",
        example: "/rest/v5/communities/0/public/atlases/2/names/1000010/units.geojson",
        source: Source::Client,
        anonymous: true,
        ours: "atlas::UnitsGeoJson",
        parameters: &[observed(
            "with-legend",
            "with-legend=true",
            ".with_legend(true)",
        )],
        send: |callers| {
            callers.anonymous(atlas::UnitsGeoJson::of_taxon(2, 1_000_010).with_legend(true))
        },
    },
    generic(
        "PUT",
        "/rest/v4/observations/{id}/neophytes",
        "/rest/v4/observations/7/neophytes",
        |callers| {
            let put = Rest::put("/v4/observations/7/neophytes").json(&json!({}))?;
            callers.client_session(put)
        },
    ),
    Path {
        ours: "Rest, deprecated in favour of PUT",
        ..generic(
            "POST",
            "/rest/v4/observations/{id}/neophytes",
            "/rest/v4/observations/7/neophytes",
            |callers| {
                let post = Rest::post("/v4/observations/7/neophytes").json(&json!({}))?;
                callers.client_session(post)
            },
        )
    },
    generic(
        "PUT",
        "/rest/v4/observations/{id}/supplements",
        "/rest/v4/observations/7/supplements",
        |callers| {
            let put = Rest::put("/v4/observations/7/supplements").json(&json!({}))?;
            callers.client_session(put)
        },
    ),
    Path {
        ours: "Rest, deprecated in favour of PUT",
        ..generic(
            "POST",
            "/rest/v4/observations/{id}/supplements",
            "/rest/v4/observations/7/supplements",
            |callers| {
                let post = Rest::post("/v4/observations/7/supplements").json(&json!({}))?;
                callers.client_session(post)
            },
        )
    },
    named("/rest/v4/cantons", |callers| {
        callers.client_session(Rest::get("/v4/cantons").list())
    }),
    named("/rest/v4/municipalities", |callers| {
        callers.client_session(Rest::get("/v4/municipalities").list())
    }),
    named("/rest/v5/administrative_units", |callers| {
        callers.client_session(Rest::get("/v5/administrative_units").list())
    }),
];

/// A path that the guide only names; the generic request sends it.
const fn generic(
    method: &'static str,
    path: &'static str,
    example: &'static str,
    send: fn(&Callers) -> Result<(), Error>,
) -> Path {
    Path {
        method,
        path,
        example,
        source: Source::Guide,
        anonymous: false,
        ours: "Rest",
        parameters: &[],
        send,
    }
}

/// A list that the guide names by the end of its path.
const fn named(path: &'static str, send: fn(&Callers) -> Result<(), Error>) -> Path {
    Path {
        source: Source::Named,
        ..generic("GET", path, path, send)
    }
}
