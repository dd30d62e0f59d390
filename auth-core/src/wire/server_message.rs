//! Finds the server's message in a response, in whatever shape, at a bounded cost.

use serde_json::{Map, Value};

use super::response_body::Response;

/// How much of a body is looked at.
const LOOKED_AT: usize = 64 << 10;

/// How much of a text, or of a page up to its title, is looked at.
const SHOWN_TEXT: usize = 4000;

/// How many bytes of message are enough: an error shows 400 characters.
const ENOUGH: usize = 1600;

/// Keys that hold a message, or an object or list with one. Of the response to a secret request
/// only the first [`OF_SECRET`] are quoted.
const KEYS: [&str; 8] = [
    "error",
    "error_description",
    "hint",
    "message",
    "errors",
    "original",
    "detail",
    "data",
];

/// How many of [`KEYS`] may be quoted from the response to a secret request.
const OF_SECRET: usize = 4;

/// The order in which messages are read.
const ORDER: [usize; 8] = [0, 4, 3, 5, 1, 2, 6, 7];

/// Returns the server's message; empty if there is none.
///
/// If the body may be `secret`, it quotes named fields or the title of a page, nothing else.
pub(crate) fn server_message(response: &Response, secret: bool) -> String {
    let body = response.body().as_bytes();
    let start = &body[..body.len().min(LOOKED_AT)];
    if let Some(value) = json(start, start.len() < body.len()) {
        let mut found = Found {
            texts: Vec::new(),
            bytes: 0,
            secret,
        };
        found.collect(&value, 8, false);
        return found.texts.join("; ");
    }
    let text = String::from_utf8_lossy(&start[..start.len().min(SHOWN_TEXT)]);
    // The type alone proves nothing: Symfony sends plain text as `text/html`.
    match title(&text) {
        title if begins_with_tag(body) => title,
        title if !title.is_empty() && is_typed_html(response) => title,
        _ if secret => String::new(),
        _ => text.into_owned(),
    }
}

/// Returns whether a response is a web page, by its content type or its first character.
#[must_use]
pub fn looks_like_html(response: &Response) -> bool {
    is_typed_html(response) || begins_with_tag(response.body().as_bytes())
}

fn is_typed_html(response: &Response) -> bool {
    let kind = response.headers().get(http::header::CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let typed = kind.trim_start().get(.."text/html".len());
    typed.is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"))
}

/// Whether the first character of the text is `<`, after a byte order mark and white space.
fn begins_with_tag(body: &[u8]) -> bool {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    let body = body.trim_ascii_start();
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    body.trim_ascii_start().first() == Some(&b'<')
}

/// Parses JSON, or the beginning of JSON that is cut.
fn json(start: &[u8], cut: bool) -> Option<Value> {
    if !cut {
        return serde_json::from_str(std::str::from_utf8(start).ok()?).ok();
    }
    let start = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&start[..error.valid_up_to()]).ok()?,
    };
    completed(start)
        .iter()
        .find_map(|text| serde_json::from_str(text).ok())
}

/// Completes JSON that is cut: after its last character, if that is inside a text, and after its
/// last complete value.
fn completed(start: &str) -> [String; 2] {
    let (mut open, mut in_text, mut escape) = (Vec::new(), false, None);
    let mut last = (0, 0);
    for (at, byte) in start.bytes().enumerate() {
        match byte {
            // An escape has at most six characters; one that is cut is left out.
            _ if escape.is_some_and(|from| at == from + 1) => {}
            b'\\' if in_text => escape = Some(at),
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' => open.push('}'),
            b'[' => open.push(']'),
            b'}' | b']' => {
                open.pop();
            }
            b',' => last = (at, open.len()),
            _ => {}
        }
    }
    let closing = |depth: usize| {
        open[..depth.min(open.len())]
            .iter()
            .rev()
            .collect::<String>()
    };
    let end = match escape {
        Some(from) if from + 6 > start.len() => from,
        _ => start.len(),
    };
    let quote = if in_text { "\"" } else { "" };
    [
        format!("{}{quote}{}", &start[..end], closing(open.len())),
        format!("{}{}", &start[..last.0], closing(last.1)),
    ]
}

/// The messages that were found, without duplicates.
struct Found {
    texts: Vec<String>,
    bytes: usize,
    secret: bool,
}

impl Found {
    /// Collects messages. `named` says whether a key of a message is above the value.
    fn collect(&mut self, value: &Value, depth: u8, named: bool) {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.bytes < ENOUGH) else {
            return;
        };
        match value {
            Value::String(text) => match serde_json::from_str(text) {
                Ok(inner @ (Value::Object(_) | Value::Array(_))) => {
                    self.collect(&inner, depth, named);
                }
                _ if self.secret && !named => {}
                _ => self.add(text.clone()),
            },
            Value::Array(items) => {
                for item in items {
                    self.collect(item, depth, named);
                }
            }
            Value::Object(map) => {
                if let Some(name) = parameter(map).filter(|_| !self.secret) {
                    return self.named(name, map, depth);
                }
                let before = self.texts.len();
                let allowed = if self.secret { OF_SECRET } else { KEYS.len() };
                for at in ORDER.into_iter().filter(|at| *at < allowed) {
                    if let Some(value) = map.get(KEYS[at]) {
                        self.collect(value, depth, true);
                    }
                }
                if self.texts.len() == before && !self.secret {
                    self.fields(map, depth);
                }
            }
            _ => {}
        }
    }

    /// The messages of an object that names a parameter: `{"path":"per_page","message":"must be
    /// integer"}`.
    fn named(&mut self, name: &str, map: &Map<String, Value>, depth: u8) {
        let mut inner = Found {
            texts: Vec::new(),
            bytes: self.bytes,
            secret: false,
        };
        for at in ORDER {
            if let Some(value) = map.get(KEYS[at]) {
                inner.collect(value, depth, true);
            }
        }
        for text in inner.texts {
            // Some servers repeat the name in the message.
            let rest = text.strip_prefix(name);
            match rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)) {
                true => self.add(text),
                false => self.add(format!("{name}: {text}")),
            }
        }
    }

    fn add(&mut self, text: String) {
        if !text.trim().is_empty() && !self.texts.contains(&text) {
            self.bytes += text.len();
            self.texts.push(text);
        }
    }

    /// Validation errors by field: `{"taxon":["can't be blank"]}`. The named keys held nothing.
    fn fields(&mut self, map: &Map<String, Value>, depth: u8) {
        let unnamed = |name: &str| !KEYS.contains(&name) && name != "status" && name != "errorCode";
        for (name, value) in map.iter().filter(|(name, _)| unnamed(name)) {
            let mut inner = Found {
                texts: Vec::new(),
                bytes: self.bytes,
                secret: false,
            };
            inner.collect(value, depth, true);
            if !inner.texts.is_empty() {
                self.add(format!("{name}: {}", inner.texts.join(", ")));
            }
        }
    }
}

/// Keys that name the parameter of an error beside its message: express-openapi-validator (v2 of
/// iNaturalist), Rails and JSON:API servers behind a gateway, league/oauth2-server applications.
const PARAMETER: [&str; 5] = ["path", "field", "param", "parameter", "attribute"];

/// Returns the parameter that an error object is about. `None` without a message, and for the path
/// of a request (`/v1/taxa`).
fn parameter(map: &Map<String, Value>) -> Option<&str> {
    let message = ["message", "error", "errors", "detail"];
    message.iter().find(|key| map.contains_key(**key))?;
    let name = PARAMETER.iter().find_map(|key| map.get(*key)?.as_str())?;
    let name = name.trim();
    let plain = !name.is_empty() && name.len() <= 100 && !name.starts_with('/');
    plain.then_some(name)
}

/// Returns the title of a page; empty if there is none.
fn title(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let found = lower.find("<title").and_then(|start| {
        let start = start + lower[start..].find('>')? + 1;
        let end = start
            + lower[start..]
                .find("</title")
                .or_else(|| lower[start..].find('<'))?;
        Some(page[start..end].trim().to_owned())
    });
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::response_body::ResponseBody;

    fn message(kind: &str, body: ResponseBody) -> String {
        let response = http::Response::builder().header("content-type", kind);
        let secret = body.is_secret();
        server_message(&response.body(body).expect("a response"), secret)
    }

    fn public(body: &str) -> String {
        message("application/json", ResponseBody::new(body.into()))
    }

    fn secret(body: &str) -> String {
        message("application/json", ResponseBody::secret(body.into()))
    }

    #[test]
    fn of_a_secret_answer_only_named_fields_are_quoted() {
        let check = |body: &str, expect: &str| assert_eq!(secret(body), expect, "{body}");
        check(
            r#"{"error":"e","error_description":"d","hint":"h","message":"m","access_token":"marked"}"#,
            "e; m; d; h",
        );
        check(r#"{"error":{"message":"m","token":"marked"}}"#, "m");
        check(r#"{"error":["a",{"x":"marked"}]}"#, "a");
        check(
            r#"{"message":"{\"error\":\"inner\",\"t\":\"marked\"}"}"#,
            "inner",
        );
        for hidden in [
            r#"{"api_token":"marked"}"#,
            r#"{"token":{"value":"marked"},"status":"marked"}"#,
            r#"{"detail":"marked","errors":["marked"],"data":{"message":"marked"}}"#,
            r#"["marked"]"#,
            r#""marked""#,
            "marked",
            "token=marked&x=y",
            "<html><body>marked</body></html>",
            "",
        ] {
            check(hidden, "");
        }
        check(
            "<html><title>Bad gateway</title>marked</html>",
            "Bad gateway",
        );
    }

    /// Symfony's plain `Response` is `text/html`, whatever it says.
    #[test]
    fn a_page_is_one_by_its_body_not_by_its_type() {
        let check = |kind: &str, body: &str, expect: &str| {
            let body = ResponseBody::new(body.into());
            assert_eq!(message(kind, body), expect, "{kind}");
        };
        let html = "text/html; charset=UTF-8";
        check(html, "Insufficient scopes.", "Insufficient scopes.");
        check(html, "  1 < 2\n", "  1 < 2\n");
        check(html, r#"{"error":"why"}"#, "why");
        check(html, "", "");
        for page in [
            "<title>Down</title>",
            "\n\u{feff}<!doctype html><title>Down</title>",
        ] {
            check(html, page, "Down");
            check("text/plain", page, "Down");
        }
        let late = "Warning: out of memory\n<html><title>Down</title>x</html>";
        check(html, late, "Down");
        check("text/plain", late, late);
    }

    #[test]
    fn the_parameter_of_an_error_is_named() {
        let check = |body: &str, expect: &str| assert_eq!(public(body), expect, "{body}");
        // v2 of iNaturalist.
        check(
            r#"{"status":422,"errors":[{"path":"per_page","message":"must be integer"},{"path":"page","message":"must be integer"}]}"#,
            "per_page: must be integer; page: must be integer",
        );
        check(
            r#"{"errors":[{"path":".query.per_page","message":"must be integer","errorCode":"type.openapi.validation"}]}"#,
            ".query.per_page: must be integer",
        );
        // Rails: by field, and as pairs.
        check(
            r#"{"errors":{"taxon":["can't be blank"],"place":["is invalid","is too small"]}}"#,
            "place: is invalid, is too small; taxon: can't be blank",
        );
        check(
            r#"{"error":[{"attribute":"login","message":"login is taken"}]}"#,
            "login is taken",
        );
        check(
            r#"{"error":[{"attribute":"q","message":"quite wrong"}]}"#,
            "q: quite wrong",
        );
        // Applications over league.
        check(
            r#"{"success":false,"errors":[{"field":"obs_id","detail":"not found"}]}"#,
            "obs_id: not found",
        );
        // Not a parameter: the path of the request, and a record.
        check(r#"{"path":"/v1/taxa","message":"no route"}"#, "no route");
        check(r#"{"error":{"path":"","message":"why"}}"#, "why");
        // Of a secret response the named fields only.
        assert_eq!(
            secret(r#"{"error":{"path":"marked","message":"why"}}"#),
            "why"
        );
    }

    #[test]
    fn the_beginning_of_a_long_body_is_enough() {
        let filler = "x".repeat(100_000);
        let check = |body: String, expect: &str| {
            let found = public(&body);
            assert!(
                found.starts_with(expect),
                "{}",
                &found[..found.len().min(80)]
            );
        };
        check(format!(r#"{{"error":"why","page":"{filler}"}}"#), "why");
        check(format!(r#"{{"error":"why {filler}"}}"#), "why xxx");
        check(
            format!(r#"{{"error":"why","pages":[{}1]}}"#, "[],".repeat(30_000)),
            "why",
        );
        check(
            format!(r#"{{"error":"{}"}}"#, "\\u00fc".repeat(20_000)),
            "üüü",
        );
        check(
            format!(r#"{{"error":"{}"}}"#, "\\\\".repeat(60_000)),
            "\\\\",
        );
        check(
            format!(r#"{{"errors":["a","b",{}"c"]}}"#, "\"a\",".repeat(30_000)),
            "a; b",
        );
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "it measures what the reader costs"
    )]
    fn a_long_body_costs_linear_time_at_most() {
        let cost = |body: String| {
            let begun = std::time::Instant::now();
            public(&body);
            begun.elapsed()
        };
        let texts = |count: usize| {
            let texts: Vec<_> = (0..count).map(|number| format!("\"{number}\"")).collect();
            format!(r#"{{"errors":[{}]}}"#, texts.join(","))
        };
        for body in [texts, |count| format!("[{}1]", "[],".repeat(count))] {
            let (once, eight) = (cost(body(10_000)), cost(body(80_000)));
            let slack = std::time::Duration::from_millis(50);
            assert!(eight < once * 3 + slack, "{once:?} {eight:?}");
        }
    }
}
