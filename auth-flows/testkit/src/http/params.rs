//! The parameters of a request, parsed as Rails or PHP parses them.

use http::{Request, header};

/// Names and values in order. The last value of a repeated name counts, in Rails as in PHP.
#[derive(Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// The query alone, like PHP's `$_GET`.
    pub(crate) fn of_query(request: &Request<Vec<u8>>) -> Self {
        Self::parse(request.uri().query().unwrap_or_default().as_bytes())
    }

    /// The form in the body alone, like PHP's `$_POST`. Any other content type is an empty form.
    pub(crate) fn of_form(request: &Request<Vec<u8>>) -> Self {
        if essence(request) == "application/x-www-form-urlencoded" {
            Self::parse(request.body())
        } else {
            Self::default()
        }
    }

    /// The form or the JSON object in the body. Any other body has no parameters.
    pub(crate) fn of_body(request: &Request<Vec<u8>>) -> Self {
        if essence(request) != "application/json" {
            return Self::of_form(request);
        }
        let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(request.body()) else {
            return Self::default();
        };
        let text = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => text,
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        };
        Self(object.into_iter().map(|(n, v)| (n, text(v))).collect())
    }

    /// Query and body together, like `params` in Rails. The body takes precedence.
    pub(crate) fn of_rails(request: &Request<Vec<u8>>) -> Self {
        let mut all = Self::of_query(request);
        all.0.extend(Self::of_body(request).0);
        all
    }

    fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value. `None` if it is missing or only white space (`present?` in Rails).
    pub(crate) fn present(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The media type without its parameters, in lower case.
fn essence(request: &Request<Vec<u8>>) -> String {
    let value = request.headers().get(header::CONTENT_TYPE);
    let text = value.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}
