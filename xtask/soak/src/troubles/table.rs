//! The troubles of the token endpoint, the derivation and the API, each with its bound.

use std::time::Duration;

use auth_testkit::{Fault, Matching, Rotation};
use serde_json::json;

use super::super::tested_service::TestedService;

/// A server in trouble.
pub(super) struct Trouble {
    pub(super) name: String,
    pub(super) place: TestedService,
    pub(super) rotation: Rotation,
    pub(super) matching: Matching,
    pub(super) fault: Fault,
    pub(super) course: Course,
}

/// How often one account of one program asks again.
#[derive(Clone, Copy)]
pub(super) enum Course {
    /// After 5 s, doubled up to 5 min, each time with its tries.
    Growing,
    /// As `Growing`, and not before so many seconds.
    RetryAfter(u64),
    /// After a minute.
    Refusal,
    /// Twelve times, then once in 5 s.
    Brief,
    /// Once for the token that has expired. The new one is rejected, too: as `Growing`, without
    /// further tries.
    Rejected,
    /// The same for programs that share the account: each sees new tokens of the other, of which it
    /// cannot know whether the API accepted them. Up to twelve in a row are replaced at once.
    RejectedForAll,
}

/// A token request that fails for now is sent at most so often.
const TRIES: usize = 3;

/// The longest `Retry-After`, in seconds, that a renewal waits for instead of failing.
const LONGEST_WAIT: u64 = 10;

/// So many tokens in a row are replaced at once.
const REPLACED: usize = 12;

impl Trouble {
    /// Whether each program has accounts of its own.
    pub(super) fn is_apart(&self) -> bool {
        matches!(self.course, Course::Rejected | Course::Brief)
    }

    /// Whether callers are told the time that is left.
    pub(super) fn has_a_pause(&self) -> bool {
        matches!(self.course, Course::Growing | Course::RetryAfter(_))
    }

    /// Whether the server says that the login has ended.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self.course, Course::Refusal)
    }

    /// The most token requests of one account of one program in this time.
    pub(super) fn bound(&self, time: Duration) -> usize {
        let every = |seconds: u64| usize::try_from(time.as_secs() / seconds).unwrap_or(usize::MAX);
        match self.course {
            Course::Growing => TRIES * renewals(time),
            Course::RetryAfter(wait) if wait <= LONGEST_WAIT => TRIES * renewals(time),
            Course::RetryAfter(wait) => (1 + every(wait)).min(renewals(time)),
            Course::Refusal => 1 + every(60),
            Course::Brief => 13 + every(5),
            Course::Rejected => 1 + renewals(time),
            Course::RejectedForAll => 1 + REPLACED + renewals(time),
        }
    }
}

/// How many renewals fail in this time: the waits are 5 s, 10 s, … 5 min, less up to a quarter so
/// that programs do not ask at the same moment.
fn renewals(time: Duration) -> usize {
    let (mut count, mut at, mut wait) = (1, 3750, 3750);
    while at <= time.as_millis() {
        count += 1;
        wait = (2 * wait).min(225_000);
        at += wait;
    }
    count
}

fn respond(status: u16, content_type: &str, body: &str) -> Fault {
    Fault::Respond {
        status,
        content_type: content_type.to_owned(),
        body: body.into(),
    }
}

fn page(status: u16) -> Fault {
    let body = "<!DOCTYPE html><html><title>Please wait</title></html>";
    respond(status, "text/html; charset=utf-8", body)
}

fn limit(seconds: Option<u64>) -> Fault {
    Fault::TooManyRequests {
        retry_after: seconds.map(|seconds| seconds.to_string()),
    }
}

/// Every trouble.
pub(super) fn troubles() -> Vec<Trouble> {
    use Course::{Brief, Growing, Refusal, Rejected, RejectedForAll, RetryAfter};
    let json = "application/json";
    let failures = [
        ("429, Retry-After: 1", limit(Some(1)), RetryAfter(1)),
        ("429, Retry-After: 60", limit(Some(60)), RetryAfter(60)),
        (
            "429, Retry-After: 7200",
            limit(Some(7200)),
            RetryAfter(7200),
        ),
        ("429", limit(None), Growing),
        ("500, a page", Fault::Html500, Growing),
        ("503", Fault::Unavailable { retry_after: None }, Growing),
        (
            "503, Retry-After: 60",
            Fault::Unavailable {
                retry_after: Some("60".to_owned()),
            },
            RetryAfter(60),
        ),
        ("200, a page", page(200), Growing),
        ("403, a page", page(403), Growing),
        ("reset", Fault::Reset, Growing),
        ("a lost response", Fault::LostResponse, Growing),
        (
            "unreadable JSON",
            respond(200, json, "{\"access_token\":"),
            Growing,
        ),
    ];
    let refusals = ["invalid_grant", "invalid_client", "unauthorized_client"];
    let brief = [0, 1, 2, 30];
    let all = failures.map(|(name, fault, course)| (name.to_owned(), fault, course));
    let said = |code: &str| respond(400, json, &json!({ "error": code }).to_string());
    let mut of_tokens: Vec<_> = all.into();
    of_tokens.extend(refusals.map(|code| (code.to_owned(), said(code), Refusal)));
    of_tokens.extend(
        ["invalid_request", "temporarily_unavailable"]
            .map(|code| (code.to_owned(), said(code), Growing)),
    );
    of_tokens.extend(brief.map(|seconds| {
        let fault = Fault::ExpiresIn(json!(seconds));
        (format!("tokens of {seconds} s, own accounts"), fault, Brief)
    }));
    let mut troubles: Vec<_> = of_tokens
        .into_iter()
        .map(|(name, fault, course)| Trouble {
            // Otherwise the server itself ends the login with the response that is lost.
            rotation: match fault {
                Fault::LostResponse => Rotation::OnUse,
                _ => Rotation::KillFamily,
            },
            name: format!("token endpoint: {name}"),
            place: TestedService::InfoFlora,
            matching: Matching::Token,
            fault,
            course,
        })
        .collect();
    let derivations = [
        ("429, Retry-After: 60", limit(Some(60)), RetryAfter(60)),
        ("500, a page", Fault::Html500, Growing),
        ("reset", Fault::Reset, Growing),
    ];
    troubles.extend(derivations.map(|(name, fault, course)| Trouble {
        name: format!("derivation: {name}"),
        place: TestedService::INaturalist,
        rotation: Rotation::OnUse,
        matching: Matching::Derived,
        fault,
        course,
    }));
    for (whose, course) in [("own", Rejected), ("shared", RejectedForAll)] {
        troubles.extend(TestedService::BOTH.map(|place| Trouble {
            name: format!("API: 401, {whose} accounts, {}", place.word()),
            place,
            rotation: Rotation::KillFamily,
            matching: Matching::Api,
            fault: respond(401, json, "{\"error\":\"Unauthorized\"}"),
            course,
        }));
    }
    troubles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_grow_with_the_time() {
        let check = |seconds, expect: usize| {
            assert_eq!(
                renewals(Duration::from_secs(seconds)),
                expect,
                "{seconds} s"
            );
        };
        check(3, 1);
        check(4, 2);
        check(60, 5);
        check(600, 8);
        let most = |name: &str, seconds| {
            let all = troubles();
            let found = all.iter().find(|trouble| trouble.name.ends_with(name));
            found.map(|trouble| trouble.bound(Duration::from_secs(seconds)))
        };
        assert_eq!(most("429, Retry-After: 7200", 600), Some(1));
        assert_eq!(most("token endpoint: reset", 3), Some(3));
        assert_eq!(most("invalid_grant", 60), Some(2));
        assert_eq!(most("tokens of 1 s, own accounts", 60), Some(25));
    }
}
