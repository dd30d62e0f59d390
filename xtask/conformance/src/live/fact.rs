//! A fact about a running service that was read in its documentation or source: what it claims,
//! where our docs say it, how to check it, and what a check found.

use std::fmt;

use super::env::Env;
use crate::report::Failure;

/// A fact, and its check.
pub(super) struct Fact {
    /// A short, unique name.
    pub(super) name: String,
    /// What our code and docs assume.
    pub(super) claim: String,
    pub(super) source: Source,
    /// Whether a program can check it at all.
    pub(super) is_checkable: bool,
    check: Check,
}

/// Where our docs state it.
#[derive(Clone, Copy)]
pub(super) struct Source {
    /// A path from the root of the workspace.
    pub(super) file: &'static str,
    /// Words of that file, across line breaks.
    pub(super) words: &'static str,
}

/// Asks the service. An error means that the question could not be put.
type Check = Box<dyn Fn(&Env) -> Result<Finding, Failure> + Send + Sync>;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// With what came.
    Confirmed(String),
    /// With what came instead.
    Refuted(String),
    /// With the reason.
    NotTried(String),
}

impl Fact {
    pub(super) fn new(
        name: impl Into<String>,
        claim: impl Into<String>,
        source: Source,
        check: impl Fn(&Env) -> Result<Finding, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            claim: claim.into(),
            source,
            is_checkable: true,
            check: Box::new(check),
        }
    }

    /// A fact that no program can check, for this reason.
    pub(super) fn unchecked(
        name: &'static str,
        claim: &'static str,
        source: Source,
        reason: &'static str,
    ) -> Self {
        Self {
            is_checkable: false,
            ..Self::new(name, claim, source, move |_| {
                Ok(Finding::NotTried(reason.to_owned()))
            })
        }
    }

    /// Checks it. Whatever the check found, the text has no secret of the environment.
    pub(super) fn find(&self, env: &Env) -> Finding {
        match (self.check)(env) {
            Ok(Finding::Confirmed(text)) => Finding::Confirmed(env.redact(&text)),
            Ok(Finding::Refuted(text)) => Finding::Refuted(env.redact(&text)),
            Ok(Finding::NotTried(text)) => Finding::NotTried(env.redact(&text)),
            Err(error) => Finding::NotTried(env.redact(&error.to_string())),
        }
    }
}

impl Source {
    pub(super) const fn new(file: &'static str, words: &'static str) -> Self {
        Self { file, words }
    }
}

impl Finding {
    /// Confirmed if it `holds`, else refuted, with what `came`.
    pub(super) fn of(holds: bool, came: impl fmt::Display) -> Self {
        match holds {
            true => Self::Confirmed(came.to_string()),
            false => Self::Refuted(came.to_string()),
        }
    }

    /// The verdict in a word or two.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Confirmed(_) => "confirmed",
            Self::Refuted(_) => "refuted",
            Self::NotTried(_) => "not tried",
        }
    }

    pub(super) fn text(&self) -> &str {
        let (Self::Confirmed(text) | Self::Refuted(text) | Self::NotTried(text)) = self;
        text
    }
}
