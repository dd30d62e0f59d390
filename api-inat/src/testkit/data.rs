//! The generated observations, the same at every start.

use serde_json::{Value, json};

use super::OBSERVATIONS;

/// Some plants of the Alps: id, scientific name, common name. The ids are invented.
const TAXA: [(u64, &str, &str); 5] = [
    (101, "Gentiana acaulis", "Stemless Gentian"),
    (102, "Leontopodium nivale", "Edelweiss"),
    (103, "Rhododendron ferrugineum", "Alpenrose"),
    (104, "Trollius europaeus", "Globeflower"),
    (105, "Aster alpinus", "Alpine Aster"),
];

const GRADES: [&str; 4] = ["research", "needs_id", "research", "casual"];

/// One observation, with its true location.
pub(super) struct Record {
    pub(super) id: u64,
    pub(super) user: (u64, &'static str),
    pub(super) taxon: (u64, &'static str, &'static str),
    pub(super) grade: &'static str,
    pub(super) day: u64,
    obscured: bool,
    latitude: f64,
    longitude: f64,
}

pub(super) fn id(place: u64) -> u64 {
    250_000_001 + 13 * place + place % 5
}

pub(super) fn all() -> impl Iterator<Item = Record> {
    (0..OBSERVATIONS).map(|place| {
        let step = f64::from(u32::try_from(place).unwrap_or_default());
        let pick = usize::try_from(place).unwrap_or_default();
        Record {
            id: id(place),
            user: if place % 2 == 0 {
                (1, "alice")
            } else {
                (2, "bob")
            },
            taxon: TAXA[pick % TAXA.len()],
            grade: GRADES[pick % GRADES.len()],
            day: place % 28 + 1,
            obscured: place % 3 == 0,
            latitude: 46.0 + 0.0021 * step,
            longitude: 7.0 + 0.0034 * step,
        }
    })
}

pub(super) fn user(id: u64, login: &str) -> Value {
    json!({
        "id": id,
        "login": login,
        "name": null,
        "created_at": "2020-02-03T04:05:06+00:00",
        "observations_count": super::OF_EACH_USER,
        "roles": [],
        "suspended": false,
    })
}

impl Record {
    /// Returns the JSON for the user with this login name, or for an anonymous caller.
    pub(super) fn shown_to(&self, viewer: Option<&str>) -> Value {
        let (public, accuracy) = match self.obscured {
            true => (
                (blurred(self.latitude), blurred(self.longitude)),
                28_500_u64,
            ),
            false => ((self.latitude, self.longitude), 12),
        };
        let mut shown = json!({
            "id": self.id,
            "uuid": format!("00000000-0000-4000-8000-{:012}", self.id),
            "species_guess": self.taxon.2,
            "taxon": {
                "id": self.taxon.0,
                "name": self.taxon.1,
                "rank": "species",
                "rank_level": 10,
                "preferred_common_name": self.taxon.2,
                "iconic_taxon_name": "Plantae",
                "is_active": true,
                "ancestor_ids": [1, 2, self.taxon.0],
            },
            "user": user(self.user.0, self.user.1),
            "quality_grade": self.grade,
            "observed_on": format!("2026-06-{:02}", self.day),
            "time_observed_at": format!("2026-06-{:02}T10:00:00+02:00", self.day),
            "created_at": format!("2026-07-{:02}T08:00:00+02:00", self.day),
            "updated_at": format!("2026-07-{:02}T08:00:01+02:00", self.day),
            "description": null,
            "location": text(public),
            "geojson": point(public),
            "positional_accuracy": 12,
            "public_positional_accuracy": accuracy,
            "obscured": self.obscured,
            "geoprivacy": if self.obscured { json!("obscured") } else { Value::Null },
            "place_guess": "Valais, CH",
            "license_code": "cc-by-nc",
            "photos": [],
            "tags": [],
            "uri": format!("https://www.inaturalist.org/observations/{}", self.id),
        });
        if self.obscured && viewer == Some(self.user.1) {
            let exact = (self.latitude, self.longitude);
            shown["private_location"] = json!(text(exact));
            shown["private_geojson"] = point(exact);
            shown["private_place_guess"] = json!("Zermatt, Valais, CH");
        }
        shown
    }
}

fn text((latitude, longitude): (f64, f64)) -> String {
    format!("{latitude:.5},{longitude:.5}")
}

fn point((latitude, longitude): (f64, f64)) -> Value {
    // As text: the real API sometimes writes numbers so.
    json!({"type": "Point", "coordinates": [format!("{longitude:.5}"), format!("{latitude:.5}")]})
}

/// Moves a point within its cell of 0.2 degrees, as iNaturalist does to obscure it.
fn blurred(degrees: f64) -> f64 {
    (degrees / 0.2).floor() * 0.2 + 0.0731
}
