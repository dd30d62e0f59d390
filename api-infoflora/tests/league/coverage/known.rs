//! Facts about Info Flora's API, from its pages and from public clients, and our operation for
//! each.

use api_infoflora::{Rest, Version, atlas, observations, releves, taxonomy};
use auth_core::Error;
use serde_json::json;

use super::Callers;

/// A source and how much it says.
pub(super) type Source = (&'static str, &'static str);

const PAGE: Source = ("page on authentication", "documented");
const GUIDE: Source = ("guide from V4 to V5", "documented");
/// The guide gives only the end of the path; the beginning is inferred from the known paths.
const NAMED: Source = ("guide from V4 to V5", "named");
const CLIENT: Source = ("a public client", "observed");

/// A path.
pub(super) struct Path {
    /// The method, and the path with braces around variable segments.
    pub(super) path: &'static str,
    /// Both as they should arrive.
    pub(super) example: &'static str,
    pub(super) source: Source,
    /// The name of the session that sends it.
    pub(super) session: &'static str,
    pub(super) ours: &'static str,
    pub(super) parameters: Vec<Parameter>,
    pub(super) send: fn(&Callers) -> Result<(), Error>,
}

/// A parameter of a query.
pub(super) struct Parameter {
    /// The parameter as it should arrive.
    pub(super) example: &'static str,
    pub(super) source: Source,
    pub(super) setter: &'static str,
    pub(super) value: &'static str,
}

/// Lists paths: the method and the path, its source, our name for it, the session that sends it,
/// our operation, and each setter with what it sends and its source.
macro_rules! known {
    ($($path:literal as $example:literal $source:ident $ours:literal $session:ident {
        $operation:expr $(, $setter:ident($($value:tt)*) $arrives:literal $of:ident)* $(,)?
    })*) => {
        vec![$(Path {
            path: $path,
            example: $example,
            source: $source,
            session: stringify!($session),
            ours: $ours,
            parameters: vec![$(Parameter {
                example: $arrives,
                source: $of,
                setter: stringify!($setter),
                value: stringify!($($value)*),
            }),*],
            send: |callers| callers.$session($operation$(.$setter($($value)*))*),
        }),*]
    };
}

pub(super) fn known() -> Vec<Path> {
    known! {
        "GET /rest/v4/observations" as "GET /rest/v4/observations" PAGE "observations::List" client_session {
            observations::List::new(),
            limit(10) "limit=10" CLIENT,
            offset(20) "offset=20" CLIENT,
            projects([1, 2]) "projects=1,2" GUIDE,
            observers(12) "observers=12" GUIDE,
            releves_ids([700, 704]) "releves_ids=700,704" CLIENT,
            taxa(1_000_010) "taxa=1000010" GUIDE,
            taxa_matching("synonyms") "taxa_matching=synonyms" CLIENT,
            taxa_relations_references([3, 5, 6, 7, 8]) "taxa_relations_references=3,5,6,7,8" CLIENT,
            srid(2056) "srid=2056" CLIENT,
            with_total(true) "with_total=true" CLIENT,
        }
        "GET /rest/v5/observations" as "GET /rest/v5/observations" NAMED "observations::List with Version::V5" client_session {
            observations::List::new().version(Version::V5),
            with_total(true) "with_total=true" GUIDE,
        }
        "GET /rest/v4/releves" as "GET /rest/v4/releves" CLIENT "releves::List" client_session {
            releves::List::new(),
            after("2026-01-31") "after=2026-01-31" CLIENT,
            limit(10) "limit=10" CLIENT,
            offset(20) "offset=20" CLIENT,
            projects(1) "projects=1" CLIENT,
            observers([12, 13]) "observers=12,13" CLIENT,
        }
        "GET /rest/public/v4/taxonomy/taxa" as "GET /rest/public/v4/taxonomy/taxa" CLIENT "taxonomy::Taxa" client_session {
            taxonomy::Taxa::new(),
            lang("en") "lang=en" CLIENT,
            limit(10_000) "limit=10000" CLIENT,
            references(3) "references=3" CLIENT,
            ranks([2263, 696]) "ranks=2263,696" CLIENT,
        }
        "GET /rest/v4/communities/0/public/atlases/{id}/names"
            as "GET /rest/v4/communities/0/public/atlases/2/names" CLIENT "atlas::Names" client_session {
            atlas::Names::of_atlas(2),
            offset(20) "offset=20" CLIENT,
            limit(10) "limit=10" CLIENT,
            with_total(true) "with_total=true" CLIENT,
            id(2) "id=2" CLIENT,
            atlas_id(2) "atlas_id=2" CLIENT,
        }
        "GET /rest/v4/communities/0/public/atlases/{id}/names/{taxon}/units"
            as "GET /rest/v4/communities/0/public/atlases/2/names/1000010/units" CLIENT "atlas::Units" anonymous {
            atlas::Units::of_taxon(2, 1_000_010),
            srid(4326) "srid=4326" CLIENT,
            with_legend(true) "with-legend=true" CLIENT,
        }
        "GET /rest/v5/communities/0/public/atlases/{id}/names/{taxon}/units.geojson"
            as "GET /rest/v5/communities/0/public/atlases/2/names/1000010/units.geojson" CLIENT
            "atlas::UnitsGeoJson" anonymous {
            atlas::UnitsGeoJson::of_taxon(2, 1_000_010),
            with_legend(true) "with-legend=true" CLIENT,
        }
        "PUT /rest/v4/observations/{id}/neophytes" as "PUT /rest/v4/observations/7/neophytes" GUIDE "Rest" client_session {
            Rest::put("/v4/observations/7/neophytes").json(&json!({}))?
        }
        "POST /rest/v4/observations/{id}/neophytes" as "POST /rest/v4/observations/7/neophytes" GUIDE
            "Rest, deprecated in favour of PUT" client_session {
            Rest::post("/v4/observations/7/neophytes").json(&json!({}))?
        }
        "PUT /rest/v4/observations/{id}/supplements" as "PUT /rest/v4/observations/7/supplements" GUIDE "Rest" client_session {
            Rest::put("/v4/observations/7/supplements").json(&json!({}))?
        }
        "POST /rest/v4/observations/{id}/supplements" as "POST /rest/v4/observations/7/supplements" GUIDE
            "Rest, deprecated in favour of PUT" client_session {
            Rest::post("/v4/observations/7/supplements").json(&json!({}))?
        }
        "GET /rest/v4/cantons" as "GET /rest/v4/cantons" NAMED "Rest" client_session {
            Rest::get("/v4/cantons").list()
        }
        "GET /rest/v4/municipalities" as "GET /rest/v4/municipalities" NAMED "Rest" client_session {
            Rest::get("/v4/municipalities").list()
        }
        "GET /rest/v5/administrative_units" as "GET /rest/v5/administrative_units" NAMED "Rest" client_session {
            Rest::get("/v5/administrative_units").list()
        }
    }
}
