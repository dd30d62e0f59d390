//! Reads the parameters of a request as PHP and the two versions of league do.

use std::borrow::Cow;

use crate::dialect::league::Version;
use crate::dialect::league::refusal::Refusal;
use crate::http::params::Params;

/// The parameters of a request.
pub(super) struct Input<'a> {
    params: &'a Params,
    version: Version,
}

impl<'a> Input<'a> {
    pub(super) fn new(params: &'a Params, version: Version) -> Self {
        Self { params, version }
    }

    /// Returns the value as it was sent. `None` if it is missing or a list: PHP makes a list of
    /// `name[]`, and the last one of equal names counts.
    pub(super) fn raw(&self, name: &str) -> Option<&'a str> {
        self.last(name).filter(|(n, _)| *n == name).map(|(_, v)| v)
    }

    /// Returns a value. Version 9 trims it and takes an empty one for missing
    /// (`AbstractGrant::parseParam`); to version 8 an empty one is a value.
    ///
    /// A list is refused.
    pub(super) fn get(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        match self.last(name) {
            None => Ok(None),
            Some((sent, _)) if sent != name => Err(Refusal::request(name, None)),
            Some((_, value)) => Ok(self.value(value)),
        }
    }

    /// Returns the scope. Version 8 accepts a list (`AbstractGrant::validateScopes`).
    pub(super) fn scope(&self) -> Result<Option<Cow<'a, str>>, Refusal> {
        match self.last("scope") {
            Some((sent, _)) if sent != "scope" && self.version == Version::V8 => {
                let listed = self.params.iter().filter(|(n, _)| is_list(n, "scope"));
                let listed: Vec<_> = listed.map(|(_, value)| value).collect();
                Ok(Some(listed.join(" ").into()))
            }
            _ => Ok(self.get("scope")?.map(Cow::Borrowed)),
        }
    }

    /// The value as this version reads it.
    pub(super) fn value<'v>(&self, value: &'v str) -> Option<&'v str> {
        match self.version {
            Version::V8 => Some(value),
            Version::V9 => Some(value.trim()).filter(|value| !value.is_empty()),
        }
    }

    fn last(&self, name: &str) -> Option<(&'a str, &'a str)> {
        let named = |(n, _): &(&str, &str)| *n == name || is_list(n, name);
        self.params.iter().filter(named).last()
    }
}

fn is_list(sent: &str, name: &str) -> bool {
    sent.strip_prefix(name)
        .is_some_and(|rest| rest.starts_with('['))
}
