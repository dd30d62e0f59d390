//! The classes of faults that the server injects, their odds and their names.

use auth_testkit::Fault;
use serde::{Deserialize, Serialize};

use super::seeded_random::Chance;

/// One class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum FaultClass {
    Delay,
    Slow,
    Reset,
    Broken,
    Busy,
    Limit,
    Page,
    Half,
    Lost,
    LostByReset,
}

impl FaultClass {
    pub(super) const ALL: [Self; 10] = [
        Self::Delay,
        Self::Slow,
        Self::Reset,
        Self::Broken,
        Self::Busy,
        Self::Limit,
        Self::Page,
        Self::Half,
        Self::Lost,
        Self::LostByReset,
    ];

    /// Its name in lines and in the summary.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Delay => "up to 0.8 s late",
            Self::Slow => "a slow body",
            Self::Reset => "reset",
            Self::Broken => "500, a page",
            Self::Busy => "503, Retry-After",
            Self::Limit => "429, a page",
            Self::Page => "200, a page",
            Self::Half => "half the JSON",
            Self::Lost => "a lost response",
            Self::LostByReset => "reset after the work",
        }
    }

    /// The class of a fault, if it is one of these.
    pub(super) fn of(fault: &Fault) -> Option<Self> {
        Some(match fault {
            Fault::Delay(_) => Self::Delay,
            Fault::SlowBody(_) => Self::Slow,
            Fault::Reset => Self::Reset,
            Fault::Html500 => Self::Broken,
            Fault::Unavailable { .. } => Self::Busy,
            Fault::TooManyRequests { .. } => Self::Limit,
            Fault::Respond { .. } => Self::Page,
            Fault::TruncatedJson => Self::Half,
            Fault::LostResponse => Self::Lost,
            Fault::LostByReset => Self::LostByReset,
            _ => return None,
        })
    }

    /// The fault to inject, with random parameters.
    pub(super) fn fault(self, chance: &mut Chance) -> Fault {
        match self {
            Self::Delay => Fault::Delay(chance.millis(0, 800)),
            Self::Slow => Fault::SlowBody(chance.millis(50, 600)),
            Self::Reset => Fault::Reset,
            Self::Broken => Fault::Html500,
            Self::Busy => Fault::Unavailable {
                retry_after: Some("1".to_owned()),
            },
            Self::Limit => Fault::TooManyRequests { retry_after: None },
            Self::Page => Fault::Respond {
                status: 200,
                content_type: "text/html; charset=utf-8".to_owned(),
                body: PAGE.to_vec(),
            },
            Self::Half => Fault::TruncatedJson,
            Self::Lost => Fault::LostResponse,
            Self::LostByReset => Fault::LostByReset,
        }
    }

    /// Whether the server did the work and the client cannot know the result.
    pub(super) fn loses_the_response(self) -> bool {
        matches!(self, Self::Half | Self::Lost | Self::LostByReset)
    }
}

const PAGE: &[u8] =
    b"<!DOCTYPE html><html><head><title>Welcome to the network</title></head><body>\
    <form>Accept the terms</form></body></html>";

/// In a thousand responses of the APIs.
pub(super) const OF_APIS: &[(FaultClass, u64)] = &[
    (FaultClass::Delay, 100),
    (FaultClass::Slow, 25),
    (FaultClass::Reset, 15),
    (FaultClass::Broken, 20),
    (FaultClass::Busy, 10),
    (FaultClass::Limit, 20),
    (FaultClass::Page, 15),
    (FaultClass::Half, 15),
    (FaultClass::Lost, 20),
    (FaultClass::LostByReset, 10),
];

/// In a thousand responses of token endpoints.
pub(super) const OF_TOKENS: &[(FaultClass, u64)] = &[
    (FaultClass::Delay, 150),
    (FaultClass::Slow, 40),
    (FaultClass::Reset, 20),
    (FaultClass::Broken, 30),
    (FaultClass::Busy, 15),
    (FaultClass::Limit, 20),
    (FaultClass::Page, 20),
    (FaultClass::Half, 15),
    (FaultClass::Lost, 20),
    (FaultClass::LostByReset, 15),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_can_be_read_back() {
        for fault in FaultClass::ALL {
            let mut chance = Chance::new(1, 1);
            assert_eq!(FaultClass::of(&fault.fault(&mut chance)), Some(fault));
            let line = serde_json::to_value(fault).expect("JSON");
            assert_eq!(FaultClass::deserialize(line).ok(), Some(fault));
        }
    }

    #[test]
    fn most_responses_are_good() {
        for odds in [OF_APIS, OF_TOKENS] {
            assert!(odds.iter().map(|(_, weight)| weight).sum::<u64>() < 400);
            assert_eq!(odds.len(), FaultClass::ALL.len());
        }
    }
}
