//! The timeout of each part of an exchange, in ureq's terms.

use std::time::Duration;

use auth_core::{Deadline, Limits};
use ureq::{
    SendBody,
    config::{Config, ConfigBuilder, Timeouts},
    typestate::HttpCrateScope,
};

/// The timeout of each part of an exchange.
///
/// The parts before sending have shorter timeouts than the whole. So a timeout there is never that
/// of the whole, and means *not sent*.
#[derive(Debug)]
pub(crate) struct Budget {
    parts: Timeouts,
    per_read: Option<Duration>,
    per_write: Option<Duration>,
}

/// The longest timeout. ureq adds timeouts to a clock reading, which must not overflow.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

impl Budget {
    /// The timeouts for a request with these limits and an upload of this length.
    pub(crate) fn of(limits: &Limits, upload: u64) -> Self {
        let limits = limits.with_timeout(limits.timeout().min(LONGEST));
        let total = limits.total_timeout().map(|total| total.min(LONGEST));
        let step = limits.timeout().min(total.unwrap_or(LONGEST));
        let longest = |bytes| Some(Deadline::longest(&limits, bytes).min(LONGEST));
        Self {
            parts: Timeouts {
                global: total,
                resolve: Some(step / 2),
                connect: Some(step * 2 / 5),
                send_request: Some(step),
                send_body: longest(upload),
                recv_response: Some(step),
                // A bound for what ureq reads without returning; `collect` is stricter.
                recv_body: longest(limits.max_bytes() as u64),
                ..Timeouts::default()
            },
            per_read: Some(step),
            per_write: Some(step),
        }
    }

    /// The shorter timeout of each part.
    pub(crate) fn no_longer_than(self, config: &Config) -> Self {
        let shorter = |a: Option<Duration>, b: Option<Duration>| a.into_iter().chain(b).min();
        let (own, set) = (self.parts, config.timeouts());
        Self {
            parts: Timeouts {
                global: shorter(own.global, set.global),
                resolve: shorter(own.resolve, set.resolve),
                connect: shorter(own.connect, set.connect),
                send_request: shorter(own.send_request, set.send_request),
                send_body: shorter(own.send_body, set.send_body),
                recv_response: shorter(own.recv_response, set.recv_response),
                recv_body: shorter(own.recv_body, set.recv_body),
                ..set
            },
            per_read: shorter(self.per_read, config.timeout_per_read()),
            per_write: shorter(self.per_write, config.timeout_per_write()),
        }
    }

    /// Sets the timeouts on a request. Those of a call and of a `100 Continue` stay the agent's.
    pub(crate) fn set<'a>(&self, request: Builder<'a>) -> Builder<'a> {
        request
            .timeout_global(self.parts.global)
            .timeout_resolve(self.parts.resolve)
            .timeout_connect(self.parts.connect)
            .timeout_send_request(self.parts.send_request)
            .timeout_send_body(self.parts.send_body)
            .timeout_recv_response(self.parts.recv_response)
            .timeout_recv_body(self.parts.recv_body)
            .timeout_per_read(self.per_read)
            .timeout_per_write(self.per_write)
    }
}

type Builder<'a> = ConfigBuilder<HttpCrateScope<SendBody<'a>>>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ureq;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_limit_of_a_request_rules_over_the_agent_of_this_crate() {
        for seconds in [1, 29, 30, 31, 120, 300, 600, 86_400] {
            let limits = Limits::api().with_timeout(s(seconds));
            let Budget {
                parts, per_read, ..
            } = Ureq::default().budget(&limits, 0);
            assert_eq!(per_read, Some(s(seconds)));
            assert_eq!(parts.recv_response, Some(s(seconds)));
            assert_eq!(parts.global, None);
            let whole = limits.with_total_timeout(s(seconds));
            let parts = Ureq::default().budget(&whole, 0).parts;
            assert_eq!(parts.global, Some(s(seconds)));
            let before = parts.resolve.unwrap() + parts.connect.unwrap();
            assert!(before < s(seconds), "{seconds} s");
        }
    }

    #[test]
    fn the_shorter_timeout_rules_over_an_agent_of_the_user() {
        let check = |request: u64, agent: Option<u64>, expect: u64| {
            let config = ureq::Agent::config_builder()
                .timeout_recv_response(agent.map(s))
                .build();
            let limits = Limits::api().with_timeout(s(request));
            let budget = Ureq::with_agent(config.new_agent()).budget(&limits, 0);
            assert_eq!(budget.parts.recv_response, Some(s(expect)));
        };
        check(120, None, 120);
        check(120, Some(30), 30);
        check(20, Some(30), 20);
    }
}
