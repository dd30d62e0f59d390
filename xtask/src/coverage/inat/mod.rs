//! iNaturalist: compares what the test of every operation sent with the description of the API's
//! v1.

mod compare;
mod described;
mod known;
mod sent;
mod text;

use self::compare::compare;
use self::described::Described;
use self::sent::Sent;
use self::text::Figures;
use super::{Coverage, Inputs};
use crate::{Stop, root};

/// The path of the document from the root of the workspace.
pub(super) const DOCUMENT: &str = "api-inat/COVERAGE.md";

pub(super) fn measure(inputs: &Inputs<'_>) -> Result<Coverage, Stop> {
    let described = match inputs.description {
        Some(path) => described::read(path),
        None => described::read(&root().join(DOCUMENT)),
    };
    let described = described?;
    Ok(beside(&described, &sent::run()?))
}

fn beside(described: &Described, sent: &Sent) -> Coverage {
    let compared = compare(described, sent);
    Coverage {
        text: text::of(described, &compared),
        summary: Figures::of(&compared).to_string(),
        missing: compared.unexplained(),
    }
}

#[cfg(test)]
mod tests;
