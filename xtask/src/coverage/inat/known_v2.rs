//! Facts that the description of v2 lacks: the sources of further operations, and the reasons for
//! differences.

use super::known::{Reason, Version};
use super::records_v2::READ_AS;

pub(super) const V2: Version = Version {
    prefix: "/v2",
    head: HEAD,
    groups: &[("observation filters", "unobserved_by_user_id")],
    read_as: READ_AS,
    beyond: BEYOND,
    reasons: REASONS,
};

const HEAD: &str = "\
# What is described of iNaturalist's API v2, and what of it is sent and read

`cargo xtask coverage inat-v2 DESCRIPTION` writes this file, as `coverage inat` writes `COVERAGE.md`;
that file says how to read it. The description is of OpenAPI 3.0, of 2024. **No operation was tried on
the running service.**
";

const SOURCE: &str = "the Node API's source (`openapi/`), newer than the description";

const BEYOND: &[(&str, &str)] = &[
    ("v2::exemplar_identifications::Search", SOURCE),
    ("v2::exemplar_identifications::Unvote", SOURCE),
    ("v2::exemplar_identifications::Vote", SOURCE),
    ("v2::observations::IconicTaxaCounts", SOURCE),
    ("v2::posts::ForUser", SOURCE),
    ("v2::status::LocateIp", SOURCE),
    ("v2::status::Ping", SOURCE),
    ("v2::taxa::MapLayers", SOURCE),
    ("v2::tiles::HeatmapData", SOURCE),
    ("v2::users::Posts", SOURCE),
];

const REASONS: &[Reason] = &[
    Reason {
        of: "POST /annotations/{uuid}/vote",
        what: &["+vote"],
        why: "The description names no direction; v1 and `inaturalistjs` send it under this name.",
    },
    Reason {
        of: "POST /computervision/score_image",
        what: &["+lat", "+lng", "+observed_on"],
        why: "Not described; the official app sends them.",
    },
    Reason {
        of: "POST /log",
        what: &["-extra"],
        why: "An object of any fields: `field(\"extra\", …)`.",
    },
    Reason {
        of: "POST /observation_photos",
        what: &[
            "+file",
            "+observation_photo[observation_id]",
            "+observation_photo[position]",
            "+observation_photo[uuid]",
            "!the type of the body",
        ],
        why: "With a file it is a form, which is described as well; the table has the JSON.",
    },
    Reason {
        of: "POST /observation_sounds",
        what: &[
            "+file",
            "+observation_sound[observation_id]",
            "+observation_sound[uuid]",
            "!the type of the body",
        ],
        why: "As for `POST /observation_photos`; the UUID is read by the Rails application.",
    },
    Reason {
        of: "POST /observations",
        what: &["-observation.taxon_name"],
        why: "Described as a number; `taxon_id` and `species_guess` say what it is.",
    },
    Reason {
        of: "PUT /observations/{uuid}",
        what: &["-observation.taxon_name"],
        why: "As for `POST /observations`.",
    },
    Reason {
        of: "PUT /photos/{id}",
        what: &["+photo.license"],
        why: "No field is described; the Rails application reads those of its form.",
    },
    Reason {
        of: "PUT /users/{id}",
        what: &[
            "+user[icon]",
            "+user[name]",
            "-user.icon",
            "!the type of the body",
        ],
        why: "With a picture it is a form, which is described as well; the table has the JSON.",
    },
    Reason {
        of: "GET /places/nearby",
        what: &["+name", "-*"],
        why: "Described with the filters for observations by mistake (`openapi/schema/request/places_nearby.js` is what the source has for it).",
    },
    Reason {
        of: "PrivateUser",
        what: &["-universal_search_rank"],
        why: "An internal field of the search.",
    },
    Reason {
        of: "ResultsIdentificationsRecentTaxa",
        what: &["-all_results_available"],
        why: "In `Page::extra`.",
    },
    Reason {
        of: "ResultsObservationsPopularFieldValues",
        what: &["-unannotated"],
        why: "In `Page::extra`.",
    },
    Reason {
        of: "GET /grid/{zoom}/{x}/{y}.grid.json",
        what: &[
            "-locale",
            "-only_id",
            "-order",
            "-order_by",
            "-page",
            "-per_page",
            "-preferred_place_id",
            "-ttl",
        ],
        why: "As for `GET /grid/{zoom}/{x}/{y}.png`.",
    },
    Reason {
        of: "GET /grid/{zoom}/{x}/{y}.png",
        what: &[
            "-locale",
            "-only_id",
            "-order",
            "-order_by",
            "-page",
            "-per_page",
            "-preferred_place_id",
            "-ttl",
        ],
        why: "Described wherever the filters for observations are; without effect on a tile or count.",
    },
    Reason {
        of: "GET /heatmap/{zoom}/{x}/{y}.png",
        what: &[
            "-locale",
            "-only_id",
            "-order",
            "-order_by",
            "-page",
            "-per_page",
            "-preferred_place_id",
            "-ttl",
        ],
        why: "As for `GET /grid/{zoom}/{x}/{y}.png`.",
    },
    Reason {
        of: "GET /observations/deleted",
        what: &["-fields"],
        why: "As for `GET /grid/{zoom}/{x}/{y}.png`.",
    },
    Reason {
        of: "GET /observations/histogram",
        what: &["-only_id", "-order", "-order_by", "-page", "-per_page"],
        why: "As for `GET /grid/{zoom}/{x}/{y}.png`.",
    },
    Reason {
        of: "GET /observations/iconic_taxa_species_counts",
        what: &["-only_id", "-order", "-order_by", "-page", "-per_page"],
        why: "As for `GET /grid/{zoom}/{x}/{y}.png`.",
    },
    Reason {
        of: "GET /observations/identifiers",
        what: &["-only_id", "-order", "-order_by"],
        why: "As for `GET /grid/{zoom}/{x}/{y}.png`.",
    },
    Reason {
        of: "GET /observations/observers",
        what: &["-only_id", "-order"],
        why: "As for `GET /grid/{zoom}/{x}/{y}.png`.",
    },
    Reason {
        of: "GET /observations/popular_field_values",
        what: &["-only_id", "-order", "-order_by", "-page", "-per_page"],
        why: "As for `GET /grid/{zoom}/{x}/{y}.png`.",
    },
    Reason {
        of: "GET /observations/umbrella_project_stats",
        what: &["-only_id", "-order", "-order_by", "-page", "-per_page"],
        why: "As for `GET /grid/{zoom}/{x}/{y}.png`.",
    },
    Reason {
        of: "GET /places/{id}/{zoom}/{x}/{y}.png",
        what: &["-*"],
        why: "Described with the filters for observations; the tile is of a place or taxon.",
    },
    Reason {
        of: "GET /points/{zoom}/{x}/{y}.grid.json",
        what: &[
            "-locale",
            "-only_id",
            "-order",
            "-order_by",
            "-page",
            "-per_page",
            "-preferred_place_id",
            "-ttl",
        ],
        why: "As for `GET /grid/{zoom}/{x}/{y}.png`.",
    },
    Reason {
        of: "GET /points/{zoom}/{x}/{y}.png",
        what: &[
            "-locale",
            "-only_id",
            "-order",
            "-order_by",
            "-page",
            "-per_page",
            "-preferred_place_id",
            "-ttl",
        ],
        why: "As for `GET /grid/{zoom}/{x}/{y}.png`.",
    },
    Reason {
        of: "GET /taxon_places/{id}/{zoom}/{x}/{y}.png",
        what: &["-*"],
        why: "Described with the filters for observations; the tile is of a place or taxon.",
    },
    Reason {
        of: "GET /taxon_ranges/{id}/{zoom}/{x}/{y}.png",
        what: &["-*"],
        why: "Described with the filters for observations; the tile is of a place or taxon.",
    },
];
