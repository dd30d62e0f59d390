//! Facts that the description lacks: which of our records reads which of theirs, the sources of
//! further operations, and the reasons for differences.

/// A necessary difference, and the reason for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reason {
    /// The operation or record.
    pub(super) of: &'static str,
    /// `-name` is missing, `+name` is beyond the description.
    pub(super) what: &'static [&'static str],
    pub(super) why: &'static str,
}

/// Stands for any operation in a [`Reason`].
pub(super) const EVERYWHERE: &str = "every operation";

/// Stands for all missing names of an operation in a [`Reason`].
pub(super) const ANY_MISSING: &str = "-*";

/// How we read a record.
#[derive(Clone, Copy, Debug)]
pub(super) enum ReadAs {
    /// As this record of ours, or as `Page`, the envelope.
    Record(&'static str),
    /// In another form, described in words.
    Otherwise(&'static str),
}

use ReadAs::{Otherwise, Record};

/// What is known of a version of the API beside its description.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version {
    /// The prefix of its paths, and of our names for its operations.
    pub(super) prefix: &'static str,
    /// The head of its document.
    pub(super) head: &'static str,
    pub(super) groups: &'static [(&'static str, &'static str)],
    pub(super) read_as: &'static [(&'static str, ReadAs)],
    /// Operations that its description lacks, with their sources.
    pub(super) beyond: &'static [(&'static str, &'static str)],
    pub(super) reasons: &'static [Reason],
}

pub(super) const V1: Version = Version {
    prefix: "/v1",
    head: HEAD,
    groups: GROUPS,
    read_as: READ_AS,
    beyond: BEYOND,
    reasons: REASONS,
};

const HEAD: &str = "\
# What is described of iNaturalist's API v1, and what of it is sent and read

`cargo xtask coverage inat DESCRIPTION` writes this file. It compares iNaturalist's own description of
the API (Swagger 2.0; not part of this repository) with what arrived at a server on loopback. Each
operation was sent with all of its setters, and arrived the same through both transports. Without a
description, as in CI, the command reads the description back from this file and compares. With this
file as the description, it rewrites it. **No operation was tried on the running service.** Operations
of v2 are in `COVERAGE-v2.md`; those of the Rails application and for media are sent by the same test,
but compared with no description.

No recorded response was seen of computer vision, of suggestions, of `users/me` with its preferences,
of updates and of relationships: what their records read rests on the sources alone.

`name` is described, and sent or read. `-name` is described, but not sent or read; `+name` is sent
without a description: each has its reason below. With the description at hand, the command also
compares types and permitted values, and checks that a token is sent where the description requires
one.
";

/// Names that many operations share, which one word replaces in the document. Each group is what
/// all operations with its second name have in common.
const GROUPS: &[(&str, &str)] = &[
    ("observation filters", "unobserved_by_user_id"),
    ("identification filters", "own_observation"),
    ("project filters", "noteworthy"),
];

const READ_AS: &[(&str, ReadAs)] = &[
    ("Annotation", Record("Annotation")),
    ("AutocompleteTaxon", Record("Taxon")),
    ("BaseResponse", Record("Page")),
    ("Color", Record("Color")),
    ("Comment", Record("Comment")),
    ("ConservationStatus", Record("ConservationStatus")),
    ("CorePlace", Record("Place")),
    ("CoreTaxon", Record("Taxon")),
    ("DateDetails", Record("DateDetails")),
    (
        "Error",
        Otherwise("the error of every operation, with the server's message"),
    ),
    ("EstablishmentMeans", Record("EstablishmentMeans")),
    ("Fave", Record("Vote")),
    ("FieldValue", Record("ObservationFieldValue")),
    ("Flag", Record("Flag")),
    ("GET /messages/unread", Record("Unread")),
    ("GET /messages/{id}", Record("Thread")),
    ("Identification", Record("Identification")),
    ("Identification.taxon_change", Record("TaxonChange")),
    ("IdentificationsResponse", Record("Page")),
    ("Message", Record("Message")),
    ("MessagesResponse", Record("Page")),
    ("ModeratorAction", Record("ModeratorAction")),
    ("NearbyPlacesResponse", Record("Nearby")),
    ("NearbyPlacesResponse.results", Record("NearbyPlaces")),
    ("NonOwnerIdentification", Record("Identification")),
    ("Observation", Record("Observation")),
    ("ObservationPhoto", Record("ObservationPhoto")),
    ("ObservationTaxon", Record("Taxon")),
    ("ObservationsObserversResponse", Record("Page")),
    (
        "ObservationsObserversResponse.results",
        Record("ObserverCount"),
    ),
    ("ObservationsResponse", Record("Page")),
    ("ObservationsShowResponse", Record("Page")),
    ("Outlink", Record("Outlink")),
    ("Photo", Record("Photo")),
    ("PlacesResponse", Record("Page")),
    ("PointGeoJson", Otherwise("`Location`, two numbers")),
    ("PolygonGeoJson", Otherwise("JSON, unchanged")),
    ("Project", Record("Project")),
    ("ProjectMember", Record("ProjectMember")),
    ("ProjectMembersResponse", Record("Page")),
    ("ProjectObservation", Record("ProjectObservation")),
    ("ProjectsResponse", Record("Page")),
    ("QualityMetric", Record("QualityMetric")),
    ("RawConservationStatus", Record("ConservationStatus")),
    ("ShowObservation", Record("Observation")),
    ("ShowPlace", Record("Place")),
    ("ShowTaxon", Record("Taxon")),
    ("Sound", Record("Sound")),
    ("SpeciesCountsResponse", Record("Page")),
    ("SpeciesCountsResponse.results", Record("TaxonCount")),
    ("TaxaAutocompleteResponse", Record("Page")),
    ("TaxaShowResponse", Record("Page")),
    ("TaxonConservationStatus", Record("ConservationStatus")),
    ("TaxonPhoto", Record("Photo")),
    ("UTFGridResponse", Record("UtfGrid")),
    ("User", Record("User")),
    ("UserCountsResponse", Record("Page")),
    ("UserCountsResponse.results", Record("UserCount")),
    ("Vote", Record("Vote")),
];

const PYINATURALIST: &str = "pyinaturalist uses it";
const ROUTES: &str = "the Node API's routes";
const DESCRIBED_FOR_V2: &str = "the Node API's routes; described for v2";

/// Operations of v1 that its description lacks, by our names for them, with their sources.
const BEYOND: &[(&str, &str)] = &[
    ("computer_vision::GeomodelBounds", ROUTES),
    ("computer_vision::GeomodelCells", ROUTES),
    ("computer_vision::LanguageSearch", ROUTES),
    ("observation_fields::Autocomplete", ROUTES),
    ("observations::IconicTaxaSpeciesCounts", ROUTES),
    ("observations::IdentificationCategories", ROUTES),
    ("observations::LifelistExport", ROUTES),
    ("observations::QualityMetrics", ROUTES),
    ("observations::SimilarSpecies", ROUTES),
    ("observations::Taxa", ROUTES),
    ("observations::TaxaCountsByMonth", ROUTES),
    ("observations::TreeTaxa", ROUTES),
    ("photos::Update", ROUTES),
    ("places::Containing", ROUTES),
    ("projects::Create", ROUTES),
    ("projects::Delete", ROUTES),
    ("projects::Followers", ROUTES),
    ("projects::Posts", ROUTES),
    ("projects::UpdateMembership", ROUTES),
    ("taxa::Nearby", ROUTES),
    ("taxa::SuggestFor", ROUTES),
    ("tiles::Geomodel", ROUTES),
    ("tiles::GeomodelComparison", ROUTES),
    ("tiles::GeomodelRange", ROUTES),
    ("users::Block", ROUTES),
    ("users::CountNotifications", ROUTES),
    ("users::Followees", ROUTES),
    ("users::PlaceAndTaxonSubscriptions", ROUTES),
    ("users::RecentObservationFields", ROUTES),
    ("users::Unblock", ROUTES),
    ("announcements::Dismiss", DESCRIBED_FOR_V2),
    ("announcements::Search", DESCRIBED_FOR_V2),
    ("authorized_applications::All", DESCRIBED_FOR_V2),
    ("authorized_applications::Revoke", DESCRIBED_FOR_V2),
    ("computer_vision::ScoreImage", DESCRIBED_FOR_V2),
    ("computer_vision::ScoreObservation", DESCRIBED_FOR_V2),
    ("observation_sounds::Create", PYINATURALIST),
    ("observation_sounds::Delete", ROUTES),
    ("observations::IconicTaxaCounts", ROUTES),
    ("observations::QualityGrades", ROUTES),
    ("observations::Taxonomy", PYINATURALIST),
    ("observations::UmbrellaProjectStats", ROUTES),
    ("projects::Update", PYINATURALIST),
    ("provider_authorizations::All", DESCRIBED_FOR_V2),
    ("provider_authorizations::Delete", DESCRIBED_FOR_V2),
    ("relationships::Create", DESCRIBED_FOR_V2),
    ("relationships::Delete", DESCRIBED_FOR_V2),
    ("relationships::Search", DESCRIBED_FOR_V2),
    ("relationships::Update", DESCRIBED_FOR_V2),
    ("sites::All", DESCRIBED_FOR_V2),
    ("sites::Get", ROUTES),
    ("sounds::Create", ROUTES),
    ("status::LocateIp", ROUTES),
    ("status::Ping", ROUTES),
    ("taxa::Iconic", ROUTES),
    ("taxa::LifelistMetadata", PYINATURALIST),
    ("taxa::MapLayers", PYINATURALIST),
    ("taxa::Suggest", DESCRIBED_FOR_V2),
    ("taxa::Wanted", ROUTES),
    (
        "taxon_name_priorities::Create",
        "the Node API's controllers; described for v2",
    ),
    (
        "taxon_name_priorities::Delete",
        "the Node API's controllers; described for v2",
    ),
    (
        "taxon_name_priorities::Update",
        "the Node API's controllers; described for v2",
    ),
];

const REASONS: &[Reason] = &[
    Reason {
        of: EVERYWHERE,
        what: &[
            "+created_week",
            "+exact_taxon_id",
            "+field:Substrate",
            "+ident_taxon_id",
            "+ident_taxon_id_exclusive",
            "+not_in_place",
            "+not_user_id",
            "+outlink_source",
            "+week",
            "+without_field",
            "+without_ident_user_id",
        ],
        why: "Not described; the Node API reads them wherever it reads the observation filters \
              (`lib/models/observation_query_builder.js`, `lib/api_util.js`), and public programs use them.",
    },
    Reason {
        of: "GET /observations",
        what: &["+return_bounds"],
        why: "Not described; the Node API's controller reads it, and the official Android app uses it.",
    },
    Reason {
        of: "GET /observations/observers",
        what: &["+order_by", "+page", "+per_page"],
        why: "Not described; the Node API's controller reads them.",
    },
    Reason {
        of: "GET /observations/identifiers",
        what: &["+page", "+per_page"],
        why: "As for `GET /observations/observers`.",
    },
    Reason {
        of: "GET /taxa",
        what: &["+taxon_id"],
        why: "Not described; the Node API's controller reads it, and many public programs use it.",
    },
    Reason {
        of: "GET /taxa/autocomplete",
        what: &["+order_by"],
        why: "Not described; the Node API's controller reads it.",
    },
    Reason {
        of: "POST /observations",
        what: WRITTEN,
        why: "The body is described by three of its fields. These are the ones that pyinaturalist sends; `uuid`, `captive_flag`, \
              `license` and `owners_identification_from_vision` are described for v2, which passes them to the same application.",
    },
    Reason {
        of: "PUT /observations/{id}",
        what: WRITTEN,
        why: "As for `POST /observations`.",
    },
    Reason {
        of: "PUT /observations/{id}",
        what: &["+ignore_photos"],
        why: "Without it the Rails application removes the photos (pyinaturalist sends it).",
    },
    Reason {
        of: "GET /projects",
        what: &["+page"],
        why: "Only `per_page` is described; the Node API's controller reads both.",
    },
    Reason {
        of: "GET /taxa",
        what: &["+page"],
        why: "Only `per_page` is described; the Node API's controller reads both.",
    },
    Reason {
        of: "PUT /users/{id}",
        what: &[
            "+icon_delete",
            "+user.description",
            "+user.email",
            "+user.locale",
            "+user.login",
            "+user.name",
            "+user.place_id",
            "+user.time_zone",
            "+user[icon]",
            "+user[name]",
        ],
        why: "The operation refers to no body; these are the fields of the definition `PostUser`, which nothing else refers to. \
              The picture makes it a form.",
    },
];

/// The fields that are sent of an observation.
const WRITTEN: &[&str] = &[
    "+observation.captive_flag",
    "+observation.geoprivacy",
    "+observation.latitude",
    "+observation.license",
    "+observation.longitude",
    "+observation.map_scale",
    "+observation.observation_field_values_attributes",
    "+observation.observed_on_string",
    "+observation.owners_identification_from_vision",
    "+observation.place_guess",
    "+observation.positional_accuracy",
    "+observation.tag_list",
    "+observation.time_zone",
    "+observation.uuid",
];
