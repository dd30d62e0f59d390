//! One request as it is written here, sent by a client at the service's pace, and its response
//! whatever the status.

use std::fmt::Write as _;

use auth_core::{
    BaseUrl, Body, CallPolicy, Error, Operation, Request, Response, RetrySafety, SecretBytes,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::Value;

/// The most characters of a body in a report.
const SHOWN: usize = 160;

/// A request. The client attaches no token to it: it has its own header.
#[derive(Clone)]
pub(super) struct Probe {
    api: &'static str,
    method: Method,
    path: String,
    headers: Vec<(HeaderName, String)>,
    body: Option<Vec<u8>>,
}

/// The response to a [`Probe`].
#[derive(Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    body: Vec<u8>,
}

impl Probe {
    pub(super) fn get(api: &'static str, path: impl Into<String>) -> Self {
        Self {
            api,
            method: Method::GET,
            path: path.into(),
            headers: Vec::new(),
            body: None,
        }
        .header(header::ACCEPT, "application/json")
    }

    /// A POST of this form.
    pub(super) fn form(api: &'static str, path: &str, fields: &[(&str, &str)]) -> Self {
        let encoded: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        Self::posted(api, path, encoded.join("&").into_bytes())
    }

    /// A POST of a form that is encoded already.
    pub(super) fn posted(api: &'static str, path: &str, form: Vec<u8>) -> Self {
        let mut probe = Self::get(api, path);
        probe.method = Method::POST;
        probe.body = Some(form);
        probe.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    /// Sets a header.
    pub(super) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    /// Sends this token.
    pub(super) fn bearer(self, token: &str) -> Self {
        self.header(header::AUTHORIZATION, format!("Bearer {token}"))
    }
}

impl Operation for Probe {
    type Output = Reply;

    fn policy(&self) -> CallPolicy {
        CallPolicy::read(self.api)
            .without_token()
            .with_retry(RetrySafety::IfNotSent)
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        let mut request = base.request(self.method.clone(), &self.path)?;
        for (name, value) in &self.headers {
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| Error::internal("a header of a probe is malformed"))?;
            value.set_sensitive(*name == header::AUTHORIZATION);
            request.headers_mut().insert(name.clone(), value);
        }
        if let Some(body) = &self.body {
            *request.body_mut() = Body::secret(SecretBytes::new(body.clone()));
        }
        Ok(request)
    }

    fn parse(&self, response: Response) -> Result<Reply, Error> {
        let (parts, body) = response.into_parts();
        Ok(Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.as_bytes().to_vec(),
        })
    }
}

impl Reply {
    /// The body as JSON; `null` if it is something else.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// A header; empty if it is missing.
    pub(super) fn header(&self, name: HeaderName) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Whether the status and the OAuth error are these.
    pub(super) fn is_error(&self, status: u16, error: &str) -> bool {
        self.status == status && self.json()["error"] == error
    }

    /// What came, in a line. A success may have the person's own data, so it shows its keys only.
    pub(super) fn summary(&self) -> String {
        let mut text = self.status.to_string();
        for name in [
            header::CONTENT_TYPE,
            header::LOCATION,
            header::WWW_AUTHENTICATE,
            header::RETRY_AFTER,
            header::CACHE_CONTROL,
        ] {
            if let Some(value) = self
                .headers
                .get(&name)
                .and_then(|value| value.to_str().ok())
            {
                let _infallible = write!(text, ", {name}: {value}");
            }
        }
        let body = String::from_utf8_lossy(&self.body);
        let _infallible = match self.json() {
            _ if body.trim().is_empty() => write!(text, ", without a body"),
            Value::Object(object) if self.status < 300 => {
                let keys: Vec<_> = object.keys().map(String::as_str).collect();
                write!(text, ", an object of {}", keys.join(", "))
            }
            _ if self.status < 300 => write!(text, ", {} bytes", self.body.len()),
            _ => {
                let words: Vec<_> = body.split_whitespace().collect();
                let shown: String = words.join(" ").chars().take(SHOWN).collect();
                write!(text, ", body: {shown}")
            }
        };
        text
    }
}

/// Encodes a value of a form: all but the unreserved characters of RFC 3986.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                let _infallible = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
