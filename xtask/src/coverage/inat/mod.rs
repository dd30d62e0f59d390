//! iNaturalist: compares what the test of every operation sent with the descriptions of the API's v1
//! and v2.

mod compare;
mod described;
mod known;
mod known_v2;
mod records_v2;
mod sent;
mod text;

use self::compare::compare;
use self::described::Described;
use self::known::Version;
use self::sent::Sent;
use self::text::Figures;
use super::{Coverage, Inputs};
use crate::{Stop, root};

/// The paths of the documents from the root of the workspace.
pub(super) const DOCUMENT: &str = "api-inat/COVERAGE.md";
pub(super) const DOCUMENT_V2: &str = "api-inat/COVERAGE-v2.md";

pub(super) fn measure(inputs: &Inputs<'_>) -> Result<Coverage, Stop> {
    measure_version(&known::V1, DOCUMENT, inputs)
}

pub(super) fn measure_v2(inputs: &Inputs<'_>) -> Result<Coverage, Stop> {
    measure_version(&known_v2::V2, DOCUMENT_V2, inputs)
}

fn measure_version(
    version: &Version,
    document: &str,
    inputs: &Inputs<'_>,
) -> Result<Coverage, Stop> {
    let described = match inputs.description {
        Some(path) => described::read(path),
        None => described::read(&root().join(document)),
    };
    let described = described?;
    Ok(beside(version, &described, &sent::run()?))
}

fn beside(version: &Version, described: &Described, sent: &Sent) -> Coverage {
    let compared = compare(version, described, sent);
    Coverage {
        text: text::of(version, described, &compared),
        summary: Figures::of(&compared).to_string(),
        missing: compared.unexplained(version),
    }
}

#[cfg(test)]
mod tests;
